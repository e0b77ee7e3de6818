"""What was really done to each line, and when, as it is written to `truth.json`. No line is touched here."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

FILE = "truth.json"


@dataclass(slots=True)
class Deed:
    """One thing done to one line: times are seconds since 1970; `until` is None while it lasts."""

    line: str
    what: str  # cut, loss, delay
    since: float
    until: float | None = None
    details: dict[str, object] = field(default_factory=dict)

    def row(self) -> dict[str, object]:
        """This deed as interfaces.md has it, times in RFC 3339."""
        times = {"from": _written(self.since), "to": None if self.until is None else _written(self.until)}
        return {"line": self.line, "what": self.what, **times, **self.details}


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

    def end(self, line: str, what: str, at: float) -> None:
        """Since `at`, this is no longer done to the line."""
        self._end(line, what, at)
        self._write()

    def _end(self, line: str, what: str, at: float) -> None:
        for deed in self.deeds:
            if deed.line == line and deed.what == what and deed.until is None:
                deed.until = at

    def _write(self) -> None:
        beside = self.path.with_suffix(".new")
        rows = [json.dumps(deed.row(), ensure_ascii=False) for deed in self.deeds]
        beside.write_text("[" + ",\n ".join(rows) + "]\n", encoding="utf-8")
        beside.replace(self.path)


def _written(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")
