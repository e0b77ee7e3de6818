"""Deadlines of many who wait, by one timer. Few of them ever come to it, and a timer each costs as much as asking."""

import asyncio
import heapq
import math
from collections.abc import Callable
from itertools import count
from typing import Generic, Protocol, TypeVar
from weakref import WeakKeyDictionary


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
        self._waiting: list[tuple[float, int, W]] = []
        self._numbers = count()
        self._armed = math.inf

    def put(self, when: float, waiting: W) -> None:
        """This one waits until then, by the loop's clock, and no longer."""
        heapq.heappush(self._waiting, (when, next(self._numbers), waiting))
        if when < self._armed:
            self._arm(when)

    def _arm(self, when: float) -> None:
        self._armed = when
        asyncio.get_running_loop().call_at(when, self._look, when)

    def _look(self, armed: float) -> None:
        if armed != self._armed:
            return  # an earlier one came after it, and has set the clock anew
        self._armed, waiting, now = math.inf, self._waiting, asyncio.get_running_loop().time()
        while waiting and (waiting[0][2].done() or waiting[0][0] <= now):
            _, _, one = heapq.heappop(waiting)
            if not one.done():
                self._end(one)
        if waiting and waiting[0][0] < self._armed:
            self._arm(waiting[0][0])


_OF_ANSWERS: "WeakKeyDictionary[asyncio.AbstractEventLoop, Deadlines[asyncio.Future[bool]]]" = (
    WeakKeyDictionary()
)


def of_answers(loop: asyncio.AbstractEventLoop) -> "Deadlines[asyncio.Future[bool]]":
    """Those of all who wait for an answer in this loop; a future is given False when its time is over."""
    found = _OF_ANSWERS.get(loop)
    if found is None:
        found = _OF_ANSWERS[loop] = Deadlines(_give_up)
    return found


def _give_up(came: "asyncio.Future[bool]") -> None:
    came.set_result(False)
