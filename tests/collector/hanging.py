"""The process that asks, with probers that wait on a real socket for ever in their third round; no tests here."""

import socket
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from collector import ask, asking, processes
from probes.columns import Answers, Flags
from probes.icmp import IcmpProber

_PROBE = IcmpProber.probe
_rounds: "WeakKeyDictionary[IcmpProber, int]" = WeakKeyDictionary()


def _probe(prober: IcmpProber, down: Flags, *, opening: bool = False) -> Iterator[Answers]:
    _rounds[prober] = _rounds.get(prober, 0) + 1
    if _rounds[prober] > 2:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
            deaf.bind(("127.0.0.1", 0))
            deaf.recv(1)
    yield from _PROBE(prober, down, opening=opening)


if __name__ == "__main__":
    setattr(IcmpProber, "probe", _probe)  # noqa: B010 - to mypy a method is no variable
    asking.QUIET_SECONDS = 2.0
    asking.LONGEST_INTERVALS = 1
    processes.guarded(ask.main)
