"""Every error a user can be shown, as one tree.

    LinewalkerError            exit status 2: bad input or usage
    ├── ConfigError            a configuration that cannot be used; holds every finding
    ├── LedgerError            the ledger cannot be opened, read or written as asked
    └── MachineError           exit status 3: the machine lacks something; the text names the remedy

A text is an English template with named values, so that it can be looked up in a message catalogue and
shown in Chinese: `LinewalkerError("no circuit named {name}", name="haikou-ct")`.
"""

from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "info"]


class LinewalkerError(Exception):
    """What was wrong, where, and what would be right."""

    exit_status = 2

    def __init__(self, text: str, **values: object) -> None:
        super().__init__(text)
        self.text = text
        self.values = values

    def __str__(self) -> str:
        return self.text.format(**self.values)


class LedgerError(LinewalkerError):
    """The ledger cannot be opened, read or written as asked."""


class MachineError(LinewalkerError):
    """The machine lacks a permission, a port or a program; the text names the remedy."""

    exit_status = 3


class WrongValueError(ValueError):
    """One written value that cannot be used; raised where it is read, told to the user as a `Finding`.

    Not in the tree above, because nobody outside `config` ever sees it: validators must raise a ValueError.
    """

    def __init__(self, text: str, *, rule: str, **values: object) -> None:
        super().__init__(text)
        self.text = text
        self.rule = rule
        self.values = values

    def __str__(self) -> str:
        return self.text.format(**self.values)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about a file: `place` is `file:line: path` or `file:row:column`."""

    rule: str
    severity: Severity
    place: str
    text: str
    values: dict[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The English sentence, values filled in."""
        return self.text.format(**self.values)

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class ConfigError(LinewalkerError):
    """A configuration that cannot be used, with every finding at once."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("{count} problems in the configuration", count=len(findings))
        self.findings = findings

    def __str__(self) -> str:
        return "\n".join(str(finding) for finding in self.findings)
