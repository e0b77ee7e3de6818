"""Ask many targets for an ICMP echo, thousands a second. What a round does is in `probes.round`.

roster      whom packets go to, and how        packets   the bytes, as columns
channel     the sockets of one address family  mmsg      sendmmsg and recvmmsg
questions   what is open, what has settled     agenda    what is due when
sentinels   whether we could see               refusals  what an errno means
"""

import errno
import secrets
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from probes.channel import Channel
from probes.clock import Clock, SystemClock
from probes.columns import Answers, Flags, Ints, Targets
from probes.eyes import Eyes
from probes.hurry import Hurry
from probes.kind import IpAddress, Probe, Source
from probes.questions import Questions, Reasons
from probes.rhythm import Rhythm
from probes.roster import Roster, enrol
from probes.round import Desk, Round
from probes.sockets import BUFFER_BYTES, Kind

KINDS: tuple[Kind, ...] = ("raw", "datagram")
# Want of these passes; it says nothing of what the machine has.
_PASSING = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS})


class NotPermitted(PermissionError):  # noqa: N818 - named like its base, which says the same of a file
    """No ICMP socket may be opened. `text` is the sentence with its `values` not yet filled in."""

    text = (
        "This process may not open ICMP sockets. Allow it for everybody with "
        '`sysctl -w net.ipv4.ping_group_range="0 2147483647"`, or for this program with '
        "`setcap cap_net_raw+ep {python}`; both need root."
    )

    def __init__(self) -> None:
        self.values = {"python": str(Path(sys.executable).resolve())}
        super().__init__(self.text.format(**self.values))


def random_token() -> int:
    """64 random bits."""
    return secrets.randbits(64)


@dataclass(frozen=True, slots=True)
class IcmpSettings:
    """Whom to ask and, if need be, from where."""

    address: IpAddress
    source: Source | None = None


class IcmpProber:
    """Asks by ICMP echo over raw or, failing that, datagram sockets. Raises NotPermitted if neither may be had.

    It pulses the sentinels among its targets for all who look through `eyes`; without, it has eyes of its own.
    """

    def __init__(
        self,
        targets: Targets,
        rhythm: Rhythm,
        eyes: Eyes | None = None,
        *,
        clock: Clock | None = None,
        token: Callable[[], int] = random_token,
        kinds: tuple[Kind, ...] = KINDS,
        buffer_bytes: int = BUFFER_BYTES,
    ) -> None:
        self._clock = clock or SystemClock()
        self._token = token
        # Rows stand in the order in which they are asked: what a tick touches lies side by side in memory.
        self._target = np.argsort(targets.phase, kind="stable")
        self._row = np.argsort(self._target)
        roster = enrol(targets.take(self._target))
        pulses = len(roster.name) - roster.count
        roster.token[roster.count :] = token()
        self._desk = Desk(
            roster=roster,
            channels=open_channels(roster, kinds, buffer_bytes),
            questions=Questions(len(targets), rhythm),
            sentinels=(eyes or Eyes(rhythm, any_configured=pulses > 0)).view(),
            reasons=Reasons(),
            rhythm=rhythm,
            clock=self._clock,
            phase=targets.phase[self._target],
            pulse_heard=np.zeros(pulses, np.int64),
            hurry=Hurry(),
        )
        self._next_start = float("nan")

    def probe(self, down: Flags, *, opening: bool = False) -> Iterator[Answers]:
        """Run one round now; see `probes.columns.Prober`."""
        desk = self._desk
        down = down[self._target]
        going_on = desk.questions.keep(down & (not opening))
        fresh = np.ones(desk.roster.count, np.bool_)
        fresh[going_on] = False  # an answer to a packet of the round before still counts until its deadline
        desk.roster.token[: desk.roster.count][fresh] = self._token()
        current = Round(desk, down, going_on, opening=opening)
        desk.sentinels.begin(self._clock.monotonic(), self._next_start)
        self._next_start = current.next_start
        over = False
        try:
            for answers in current.run():
                yield replace(answers, target=self._target[answers.target])
            over = True
        finally:
            if not over:
                desk.questions.keep(np.zeros(desk.roster.count, np.bool_))
            desk.sentinels.rest(self._clock.monotonic(), self._next_start)

    def hurry(self, targets: Ints) -> None:
        """Ask these out of turn; see `probes.hurry.Hasty`."""
        self._desk.hurry.put(self._row[targets])

    def close(self) -> None:
        """Give back sockets."""
        for channel in self._desk.channels:
            channel.close()


def open_channels(roster: Roster, kinds: tuple[Kind, ...], buffer_bytes: int) -> tuple[Channel, ...]:
    """A channel for each address family among the rows; a family this machine lacks has its rows refused.

    Raises NotPermitted, and OSError where sockets or memory have run out.
    """
    channels: list[Channel] = []
    block = secrets.randbelow(255) + 1
    for family in (socket.AF_INET, socket.AF_INET6):
        rows = roster.rows_of(family)
        if not len(rows) and (family == socket.AF_INET6 or len(roster.name)):
            continue
        try:
            channel = open_channel(family, roster, kinds, block, buffer_bytes)
        except OSError:
            for opened in channels:
                opened.close()
            raise
        if channel is None:
            version = "IPv4" if family == socket.AF_INET else "IPv6"
            roster.refused.update((int(row), f"{version} is not available on this machine") for row in rows)
        else:
            channels.append(channel)
    return tuple(channels)


def open_channel(
    family: socket.AddressFamily, roster: Roster, kinds: tuple[Kind, ...], block: int, buffer_bytes: int
) -> Channel | None:
    """The first kind of socket that may be opened; None where the machine does not have the family."""
    denied = False
    for kind in kinds:
        try:
            return Channel(family, kind, roster, block, buffer_bytes)
        except PermissionError:
            denied = True
        except OSError as error:
            if error.errno in _PASSING:
                raise
    if denied:
        raise NotPermitted
    return None


ICMP = Probe(open=IcmpProber, settings=IcmpSettings)
