"""Whether we could see: the one judge of "silent because it is down" against "silent because we were blind".

Pure: no socket and no clock; times come in, in seconds of one steady clock.

Rules
-----
1. Sentinels are *pulsed* once a second while a round runs, and oftener where a question waits for less than
   two seconds: a verdict should find a pulse that was sent after the packet it judges. A pulse counts as
   answered if any sentinel answers.
2. A *gap* is the time between the sends of two consecutive answered pulses; the present moment also ends one.
   The planned pause between two rounds is rest: it is not part of a gap.
3. A gap longer than `limit` = max(retry span, 1 s) + 0.5 s is a *blind spell*. Its reason is `suspended` if no
   pulse was even sent for that long (the process stood still), else `blind`.
4. A silent question is the network's fault only if a pulse sent after its last packet was answered and no blind
   spell overlaps the time from its first to its last packet. As long as neither that nor a spell is known,
   the judgement waits.
5. Besides, a pulse that was sent between its first and its last packet must have been answered, where there is
   time for one: else the same short loss of sight may have swallowed them all. It is `blind` then.

Theory of operation
-------------------
Pulses leave on a grid of one second, so a loss of sight that lasts as long as the retry span swallows enough
pulses to make a gap longer than the limit: it cannot hide all packets of a question without being seen itself.
One lost pulse alone makes a gap of 2 s, which the default limit of 2.5 s forgives.

    seeing ──── gap > limit, noticed by look() or heard() ────▶ blind     Sight(last answered, seen=False)
    blind  ──── a newer pulse is answered, by heard() ────────▶ seeing    Sight(that pulse,   seen=True)

A sight that is lost ends the watch at the last *answered* pulse, although it is noticed up to `limit` later.
"""

import bisect
import math
from dataclasses import dataclass, field

import numpy as np

from probes.columns import Codes, Flags, Floats, Sight
from probes.rhythm import Rhythm

SEEN, WAIT, BLIND, SUSPENDED, NOBODY = 0, 1, 2, 3, 4
REASONS = ("", "blind", "blind", "suspended", "no sentinel to compare with")

_LONGEST_PULSE_SECONDS = 1.0
_ROOM_FOR_A_PULSE = 1.5  # of the time between two: one leaves a little later than it is due
_REMEMBERED = 256  # pulses, spells, rests: minutes, where questions last seconds


@dataclass(slots=True)
class Spell:
    """A blind spell: the open interval between two answered pulses; `end` is infinite while it lasts."""

    start: float
    end: float
    reason: int


@dataclass(slots=True)
class Sentinels:
    """Pulses sent and answered, and the blind spells that follow from them."""

    limit: float
    answer_within: float
    any_configured: bool = True
    every: float = _LONGEST_PULSE_SECONDS  # seconds between pulses
    spells: list[Spell] = field(default_factory=list)
    _sent: dict[int, float] = field(default_factory=dict)
    _serial: int = 0
    _answered: float = math.nan  # send time of the newest answered pulse
    _heard: list[float] = field(default_factory=list)  # send times of answered pulses, in order
    _asked: float = math.nan  # send time of the newest pulse
    _rested_since: float = math.nan
    _rests_until: float = math.nan  # while resting: when the next round is expected
    _rests: list[tuple[float, float]] = field(default_factory=list)  # start and length of planned pauses

    @property
    def seeing(self) -> bool:
        """No blind spell is open."""
        return not (self.spells and math.isinf(self.spells[-1].end))

    @property
    def newest(self) -> int:
        """Serial of the newest pulse, 0 before the first."""
        return self._serial

    def begin(self, now: float, expected: float) -> None:
        """A round begins. The pause before it is rest as far as it was planned: up to `expected`."""
        self._rests_until = math.nan
        if math.isnan(self._answered):
            self._answered = self._asked = now
        elif expected > self._rested_since:
            planned = min(now, expected) - self._rested_since
            self._rests = [*self._rests[1 - _REMEMBERED :], (self._rested_since, planned)]

    def rest(self, now: float, expected: float = math.nan) -> None:
        """The round has ended; nobody is pulsed until the next one begins, `expected` at the latest."""
        self._rested_since, self._rests_until = now, expected

    def pulse(self, now: float) -> int:
        """A pulse leaves now; returns its serial number."""
        self._serial += 1
        self._sent[self._serial] = self._asked = now
        self._sent.pop(self._serial - _REMEMBERED, None)
        return self._serial

    def heard(self, serial: int, arrival: float) -> list[Sight]:
        """A sentinel answered pulse `serial` at `arrival`; late and unknown ones do not count."""
        sent = self._sent.get(serial, math.nan)
        if not (arrival <= sent + self.answer_within):
            return []
        self._remember(sent)
        if sent <= self._answered:
            return []
        events = self.look(sent)
        self._answered = sent
        if not self.seeing:
            self.spells[-1].end = sent
            events.append(Sight(at=sent, seen=True))
        return events

    def _remember(self, sent: float) -> None:
        place = bisect.bisect_left(self._heard, sent)
        if self._heard[place : place + 1] != [sent]:  # of several sentinels one is enough
            self._heard.insert(place, sent)
            del self._heard[:-_REMEMBERED]

    def look(self, now: float) -> list[Sight]:
        """Notice a gap that has grown too long; call it after reading replies and before sending a pulse."""
        if math.isnan(self._answered):  # whoever looks first: nobody pulses yet
            self._answered = self._asked = now
        if not self.any_configured or not self.seeing or self._unrested(self._answered, now) <= self.limit:
            return []
        reason = SUSPENDED if self._unrested(self._asked, now) > self.limit else BLIND
        self.spells = [*self.spells[1 - _REMEMBERED :], Spell(self._answered, math.inf, reason)]
        return [Sight(at=self._answered, seen=False, reason=REASONS[reason])]

    def _unrested(self, begin: float, end: float) -> float:
        """Seconds from `begin` to `end` without the planned pauses between."""
        rested = sum(length for start, length in self._rests if begin <= start < end)
        if not math.isnan(self._rests_until) and begin <= self._rested_since < end:
            rested += max(0.0, min(end, self._rests_until) - self._rested_since)
        return end - begin - rested

    def judge(self, first: Floats, last: Floats) -> Codes:
        """Judge silent questions by the send times of their first and last packets: SEEN, WAIT, BLIND, …"""
        if not self.any_configured:
            return np.full(len(first), NOBODY, np.int8)
        verdict = np.where(last < self._answered, SEEN, WAIT).astype(np.int8)
        long = last - first >= _ROOM_FOR_A_PULSE * self.every
        doubtful = np.flatnonzero((verdict == SEEN) & long & ~self._seen_between(first, last))
        awake = last[doubtful] - first[doubtful] - self._rested(first[doubtful], last[doubtful])
        verdict[doubtful[awake >= _ROOM_FOR_A_PULSE * self.every]] = BLIND
        for spell in self.spells:
            verdict[(spell.start < last) & (first < spell.end)] = spell.reason
        return verdict

    def _rested(self, first: Floats, last: Floats) -> Floats:
        """Seconds of planned pauses between these times."""
        rested = np.zeros(len(first))
        for start, length in self._rests if len(first) else ():
            rested += np.maximum(np.minimum(last, start + length) - np.maximum(first, start), 0.0)
        return rested

    def _seen_between(self, first: Floats, last: Floats) -> Flags:
        """Whether a pulse that was sent between these times was answered."""
        heard = np.array([*self._heard, math.inf])
        between: Flags = heard[np.searchsorted(heard, first)] <= last
        return between


def limit_of(rhythm: Rhythm) -> float:
    """The longest gap that is not a blind spell, in seconds (rule 3)."""
    return max(rhythm.retry_span, _LONGEST_PULSE_SECONDS) + 0.5


def pulse_every(rhythm: Rhythm) -> float:
    """Seconds between pulses (rule 1)."""
    return min(_LONGEST_PULSE_SECONDS, rhythm.fast / 2, rhythm.timeout / 2)
