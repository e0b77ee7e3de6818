"""What was really done to each line and host, and when, as it is written to `truth.json`. Nothing is touched here."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

FILE = "truth.json"


@dataclass(slots=True)
class Deed:
    """One thing done to one line or host: times are seconds since 1970; `until` is None while it lasts."""

    to: str
    what: str  # cut, loss, delay; of a host, one of its faults
    since: float
    until: float | None = None
    details: dict[str, object] = field(default_factory=dict)
    kind: Literal["line", "host"] = "line"

    def row(self) -> dict[str, object]:
        """This deed as interfaces.md has it, times in RFC 3339."""
        times = {"from": written(self.since), "to": None if self.until is None else written(self.until)}
        return {self.kind: self.to, "what": self.what, **times, **self.details}


class Truth:
    """All deeds, in the order they were done; the file is whole at every moment."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / FILE
        self.deeds: list[Deed] = []
        self._write()

    def begin(self, line: str, what: str, at: float, **details: object) -> None:
        """From `at` on, this is being done to the line; the same thing done before ends."""
        self._end(line, what, at)
        self.deeds.append(Deed(line, what, at, None, details))
        self._write()

    def begin_at_host(self, host: str, fault: str, at: float) -> None:
        """From `at` on, this host is broken so."""
        self.deeds.append(Deed(host, fault, at, kind="host"))
        self._write()

    def end(self, to: str, what: str, at: float) -> None:
        """Since `at`, this is no longer done to the line or host."""
        self._end(to, what, at)
        self._write()

    def _end(self, to: str, what: str, at: float) -> None:
        for deed in self.deeds:
            if deed.to == to and deed.what == what and deed.until is None:
                deed.until = at

    def _write(self) -> None:
        beside = self.path.with_suffix(".new")
        rows = [json.dumps(deed.row(), ensure_ascii=False) for deed in self.deeds]
        beside.write_text("[" + ",\n ".join(rows) + "]\n", encoding="utf-8")
        beside.replace(self.path)


def written(at: float) -> str:
    """A moment (seconds since 1970) as it stands in the file."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")
