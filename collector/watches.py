"""When somebody looked: the stretches in which one round of one vantage was completed. Pure.

Rules
=====
1. Only a completed round extends a watch; a timer never does.
2. Every check is asked once a round, at its own phase. Inside a watch each scheduled question was asked and
   settled; so a check's watched time runs from its first to its last scheduled question inside the watch.
3. While no sentinel answers we are blind: the watch ends at their last answer, or at the first packet of a
   question left open by the blindness where that is earlier. The next begins at their first answer.
4. A round that failed, was missed or came late ends the watch where the last completed round ended it; the reason
   is `suspended` where the sentinels were not asked meanwhile either.
5. A step of the wall clock ends the watch at the old time and begins the next at the new one: a fact, no gap.
"""

from dataclasses import dataclass, replace

from probes.columns import Sight

# A start later than this share of the interval means that a scheduled round was not held.
LATE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Held:
    """One round as it was held, in seconds since 1970 UTC.

    `begin` is the earliest moment from which a watch may run: for an opening round when the last check had been
    asked, else the round's start. `end` is when the last first packet was due: all questions up to it are
    settled. `open` holds the questions that blindness left open, as (first packet, settled). `failed` is why
    the round was not completed.
    """

    start: float
    begin: float
    end: float
    next_due: float
    sights: tuple[Sight, ...] = ()
    open: tuple[tuple[float, float], ...] = ()
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """One stretch; `reason` says why it ended and is empty while it goes on."""

    started_at: float
    ended_at: float
    reason: str = ""
    stepped_to: float | None = None  # where the wall clock went, if its step ended the watch


@dataclass(frozen=True, slots=True)
class Watching:
    """The present watch (None: nobody looks), when the next round is due, and whether the sentinels are seen."""

    watch: Watch | None = None
    due: float | None = None
    lost: Sight | None = None


def hold(now: Watching, held: Held, interval: float) -> tuple[Watching, tuple[Watch, ...]]:
    """Take one round into account; the watches that began, grew or ended, in order."""
    done: list[Watch] = []
    watch = now.watch
    if watch and now.due is not None and held.start > now.due + LATE_SHARE * interval:
        done.append(replace(watch, reason=_why_late(held)))
        watch = None
    if held.failed:
        return _fail(watch, held, done, now.lost)
    gaps, lost = _gaps(held, now.lost)
    stretches = _outside(gaps, watch.started_at if watch else held.begin, held.end)
    kept = [Watch(begin, end, reason) for begin, end, reason in stretches]
    if watch and (not kept or kept[0].started_at != watch.started_at):
        kept.insert(0, _shortened(watch, gaps))
    done.extend(kept)
    present = kept[-1] if kept and not kept[-1].reason else None
    return Watching(present, held.next_due, lost), tuple(done)


def stop(now: Watching, reason: str, stepped_to: float | None = None) -> tuple[Watching, tuple[Watch, ...]]:
    """End the present watch where its last completed round left it."""
    if now.watch is None:
        return Watching(lost=now.lost), ()
    return Watching(lost=now.lost), (replace(now.watch, reason=reason, stepped_to=stepped_to),)


def _fail(
    watch: Watch | None, held: Held, done: list[Watch], lost: Sight | None
) -> tuple[Watching, tuple[Watch, ...]]:
    if watch:
        done.append(replace(watch, reason=held.failed))
    return Watching(lost=held.sights[-1] if held.sights and not held.sights[-1].seen else lost), tuple(done)


def _why_late(held: Held) -> str:
    """A round that begins late because nobody could ask says so: its sentinels had not been asked for as long."""
    first = held.sights[0] if held.sights else None
    return first.reason if first and first.reason == "suspended" and first.at < held.start else "late"


def _gaps(held: Held, lost: Sight | None) -> tuple[list[tuple[float, float, str]], Sight | None]:
    """Stretches in which we could not see, sorted and merged; the last may reach to the end of time."""
    gaps: list[tuple[float, float, str]] = []
    for sight in held.sights:
        if not sight.seen:
            lost = lost or sight
        elif lost:
            gaps.append((lost.at, sight.at, lost.reason))
            lost = None
    if lost:
        gaps.append((lost.at, float("inf"), lost.reason))
    gaps.extend((first, settled, "blind") for first, settled in held.open)
    return _merged(sorted(gaps)), lost


def _merged(gaps: list[tuple[float, float, str]]) -> list[tuple[float, float, str]]:
    merged: list[tuple[float, float, str]] = []
    for begin, end, reason in gaps:
        if merged and begin <= merged[-1][1]:
            before = merged[-1]
            merged[-1] = (before[0], max(before[1], end), before[2])
        else:
            merged.append((begin, end, reason))
    return merged


def _outside(
    gaps: list[tuple[float, float, str]], begin: float, end: float
) -> list[tuple[float, float, str]]:
    """What of [begin, end) lies outside the gaps; each stretch with the reason why it ended, the last with none."""
    stretches: list[tuple[float, float, str]] = []
    for gap_begin, gap_end, reason in gaps:
        if gap_begin > begin and begin < end:
            stretches.append((begin, min(gap_begin, end), reason if gap_begin < end else ""))
        begin = max(begin, gap_end)
    if begin < end or (begin == end and not gaps):
        stretches.append((begin, end, ""))
    return stretches


def _shortened(watch: Watch, gaps: list[tuple[float, float, str]]) -> Watch:
    """A watch whose every moment turned out blind keeps its place with no length."""
    return Watch(watch.started_at, watch.started_at, gaps[0][2] if gaps else "late")
