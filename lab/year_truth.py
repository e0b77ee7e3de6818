"""The truth of a made-up year as files: its deeds as the practice network writes them, and subject by subject.

`truth.json` says what was done to which line or host. `truth-year.json` says of every subject when it was *broken*
itself and when it was *away*, cut off from where the collector stands, and when its first packets were *lost*; and
of every line whose port is read what went over it, and what its figures of bandwidth should be.
"""

import json
from pathlib import Path
from typing import Any, Literal

from lab.truth import FILE, Deed, written
from lab.year import Year
from lab.year_affairs import Deed as Done
from lab.year_bandwidth import bandwidth
from lab.year_traffic import Full, Port, Squeezed, Unread

WHOLE = "truth-year.json"


def write(year: Year, directory: Path) -> None:
    """Both files."""
    rows = [json.dumps(_deed(one).row(), ensure_ascii=False) for one in year.deeds]
    (directory / FILE).write_text("[" + ",\n ".join(rows) + "]\n", encoding="utf-8")
    text = json.dumps(whole(year), ensure_ascii=False, indent=1)
    (directory / WHOLE).write_text(text + "\n", encoding="utf-8")


def whole(year: Year) -> dict[str, Any]:
    """All of it as plain values."""
    return {
        "from": _at(year.begin),
        "to": _at(year.end),
        "seed": year.seed,
        "subjects": [_subject(year, name) for name in year.world],
        "affairs": [
            {
                "what": one.what,
                "from": _at(min(d.begin for d in one.deeds)),
                "to": _at(max(d.end for d in one.deeds)),
            }
            for one in year.affairs
        ],
        "maintenance": [
            {
                **_named(one.element),
                "from": _at(one.begin),
                "to": _at(one.end),
                "recorded": _at(one.recorded_at),
            }
            for one in year.windows
        ],
        "not_watched": [
            {"from": _at(one.begin), "to": _at(one.end), "reason": one.reason} for one in year.gaps
        ],
        "traffic": [_traffic(year, one) for one in year.traffic.ports.values()],
    }


def _subject(year: Year, name: str) -> dict[str, Any]:
    return {
        **_named(name),
        "broken": [[_at(begin), _at(end)] for begin, end in year.broken.get(name, ())],
        "away": [[_at(begin), _at(end)] for begin, end in year.away[name]],
        "lost": [
            {"from": _at(one.begin), "to": _at(one.end), "ratio": one.share}
            for one in year.deeds
            if one.what == "loss" and one.element == name
        ],
    }


def _traffic(year: Year, port: Port) -> dict[str, Any]:
    """Of a line whose port is read: when it was full or squeezed or not read, and its figures of bandwidth."""
    of, figures = year.traffic, bandwidth(year, port)
    return {
        "circuit": port.circuit,
        "full": [
            {**_stretch(one), "ratio": one.share, "dropping": one.dropping}
            for one in of.full
            if one.circuit == port.circuit
        ],
        "squeezed": [
            {**_stretch(one), "ratio": one.share} for one in of.squeezed if one.circuit == port.circuit
        ],
        "unread": [_stretch(one) for one in of.unread if one.circuit == port.circuit],
        "bandwidth_assurance": figures.assurance,
        "uncongested": figures.free,
        "traffic_p95": figures.busiest,
        "five_minutes": {
            name: getattr(figures, name)
            for name in ("assured", "short", "unproven", "uncongested", "congested", "doubtful")
        },
    }


def _stretch(one: Full | Squeezed | Unread) -> dict[str, str]:
    return {"from": _at(one.begin), "to": _at(one.end)}


def _named(name: str) -> dict[str, str]:
    kind, _, subject = name.partition(":")
    return {"kind": kind, "subject": subject}


def _deed(one: Done) -> Deed:
    kind, _, subject = one.element.partition(":")
    details: dict[str, object] = {"ratio": one.share} if one.what == "loss" else {"silent": False}
    to: Literal["line", "host"] = "line" if kind == "circuit" else "host"
    return Deed(subject, one.what, one.begin / 1e6, one.end / 1e6, details, to)


def _at(micros: int) -> str:
    return written(micros / 1e6)
