"""The relay process: frames, orders and the scenario's hours, in one loop that never blocks."""

import select
import socket
from collections.abc import Callable
from dataclasses import dataclass

from lab.control import Desk
from lab.ways import Carrier

_IDLE = 10.0  # seconds; nothing depends on it


@dataclass(slots=True)
class Alarm:
    """Things to do at their hour: (monotonic seconds, what), soonest first."""

    due: list[tuple[float, Callable[[], None]]]
    now: Callable[[], float]

    def ring(self) -> None:
        """Do what is due."""
        while self.due and self.due[0][0] <= self.now():
            self.due.pop(0)[1]()

    def next(self) -> float | None:
        """Seconds until something is due; None if nothing is left."""
        return max(0.0, self.due[0][0] - self.now()) if self.due else None


def serve(carrier: Carrier, desk: Desk, alarm: Alarm) -> int:
    """Carry frames and take orders for ever."""
    with select.epoll() as poll:
        frames, door = carrier.ring.socket.fileno(), desk.listener.fileno()
        poll.register(frames, select.EPOLLIN)
        poll.register(door, select.EPOLLIN)
        visitors: dict[int, socket.socket] = {}
        while True:
            for number, _ in poll.poll(_soonest(carrier.next_release(), alarm.next())):
                if number == frames:
                    carrier.carry()
                elif number == door:
                    _open_the_door(poll, desk, visitors)
                elif not desk.attend(visitors[number]):
                    poll.unregister(number)
                    visitors.pop(number).close()
            carrier.release()
            alarm.ring()


def _open_the_door(poll: select.epoll, desk: Desk, visitors: dict[int, socket.socket]) -> None:
    visitor = desk.welcome()
    visitors[visitor.fileno()] = visitor
    poll.register(visitor.fileno(), select.EPOLLIN)


def _soonest(*waits: float | None) -> float:
    return min((wait for wait in waits if wait is not None), default=_IDLE)
