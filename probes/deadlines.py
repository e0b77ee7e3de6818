"""Deadlines of many who wait, by one timer. Few of them ever come to it, and a timer each costs as much as asking."""

import asyncio
import math
from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar
from weakref import WeakKeyDictionary, ref


class Waits(Protocol):
    """Something that waits until it is done, one way or another."""

    def done(self) -> bool:
        """Whether it waits no longer."""
        ...


W = TypeVar("W", bound=Waits)


class Deadlines(Generic[W]):
    """Calls `end` with each that is not done by its time. Used within one running event loop, by its clock."""

    def __init__(self, end: Callable[[W], None]) -> None:
        self._end = end
        self._waiting: dict[float, deque[tuple[float, W]]] = {}  # by patience: who began first is due first
        self._armed = math.inf

    def put(self, patience: float, waiting: W) -> None:
        """This one waits so many seconds from now, and no longer."""
        when = asyncio.get_running_loop().time() + patience
        queue = self._waiting.get(patience)
        if queue is None:
            queue = self._waiting[patience] = deque()
        queue.append((when, waiting))
        if when < self._armed:
            self._arm(when)

    def _arm(self, when: float) -> None:
        self._armed = when
        asyncio.get_running_loop().call_at(when, self._look, when)

    def _look(self, armed: float) -> None:
        if armed != self._armed:
            return  # an earlier one came after it, and has set the clock anew
        now = asyncio.get_running_loop().time()
        for patience, queue in [*self._waiting.items()]:
            while queue and (queue[0][1].done() or queue[0][0] <= now):
                _, one = queue.popleft()
                if not one.done():
                    self._end(one)
            if not queue:
                del self._waiting[patience]
        self._armed = math.inf
        if self._waiting:
            self._arm(min(queue[0][0] for queue in self._waiting.values()))


AnswerDeadlines = Deadlines["asyncio.Future[bool]"]

# What waits knows its loop: held from here, neither would ever be given back.
_OF_ANSWERS: "WeakKeyDictionary[asyncio.AbstractEventLoop, ref[AnswerDeadlines]]" = WeakKeyDictionary()


def of_answers(loop: asyncio.AbstractEventLoop) -> AnswerDeadlines:
    """Those of all who wait for an answer in this loop; a future is given False when its time is over.

    They are there as long as somebody holds them.
    """
    known = _OF_ANSWERS.get(loop)
    found = known() if known else None
    if found is None:
        found = Deadlines(_give_up)
        _OF_ANSWERS[loop] = ref(found)
    return found


def _give_up(came: "asyncio.Future[bool]") -> None:
    came.set_result(False)
