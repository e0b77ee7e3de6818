"""What `explain` adds for indicators of bandwidth: the tests a figure rests on, and its worst hours."""

from collections.abc import Callable
from typing import Any

from collector.judging.bandwidth_evidence import BandwidthEvidence, Heard, Hour
from exporters.because import BECAUSE
from exporters.words import Say
from indicators.bins import UNKNOWN

At = Callable[[int | None], str | None]

_SAYS = {
    "passed": "passed",
    "failed": "failed",
    "doubt": "came short; what else went over the line is not known",
    "mute": "capped below what it would have to show",
}


def told(of: BandwidthEvidence, say: Say, at: Callable[[int | None], str]) -> dict[str, object]:
    """The same as values of the template."""
    return {
        "tests": [_told_test(one, say, at) for one in of.tests],
        "hours": [_told_hour(one, say, at) for one in of.hours],
        "more_hours": of.more_hours,
    }


def _told_test(one: Heard, say: Say, at: Callable[[int | None], str]) -> str:
    test, says = one.test, one.test.says
    parts = [
        at(says.started),
        say("attested") if says.attested else say("measured"),
        test.method,
        say(says.direction),
        f"{_megabits(says.rate)} Mbit/s",
        say(_SAYS[one.says]),
        say("in force until {at}").format(at=at(says.valid_until)),
        " ".join(text for text in (test.far_end, test.reference, test.recorded_by) if text),
    ]
    return "  ".join(part for part in parts if part)


def _told_hour(one: Hour, say: Say, at: Callable[[int | None], str]) -> dict[str, object]:
    return {
        "begin": at(one.begin),
        "bad": one.bad,
        "reasons": [(say(BECAUSE[name]), count) for name, count in one.reasons],
        "sent": one.sent,
        "lost": one.lost,
        "discards": one.discards,
        "peak": "—" if one.peak is None else f"{_megabits(one.peak)} Mbit/s",
    }


def _megabits(rate: float) -> str:
    return f"{rate / 1e6:,.3f}".rstrip("0").rstrip(".")


def as_json(of: BandwidthEvidence, at: At) -> dict[str, Any]:
    """The same for programs."""
    return {
        "tests": [
            {
                "id": one.test.id,
                "started_at": at(one.test.says.started),
                "origin": "attested" if one.test.says.attested else "measured",
                "method": one.test.method,
                "direction": one.test.says.direction,
                "carried_bps": one.test.says.rate,
                "complete": one.test.says.complete,
                "cap_bps": None if one.test.says.cap == UNKNOWN else one.test.says.cap,
                "valid_until": at(one.test.says.valid_until),
                "says": one.says,
                "far_end": one.test.far_end,
                "reference": one.test.reference,
                "recorded_by": one.test.recorded_by,
            }
            for one in of.tests
        ],
        "worst_hours": [
            {
                "from": at(one.begin),
                "bad": one.bad,
                "reasons": dict(one.reasons),
                "sent": one.sent,
                "lost": one.lost,
                "discards": one.discards,
                "peak_bps": one.peak,
            }
            for one in of.hours
        ],
        "more_hours": of.more_hours,
    }
