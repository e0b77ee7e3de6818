"""What a kind of probe is: how it is opened, its rhythm, and what a check of it may say. No sockets, no files.

A kind is one file beside this one and one line in `probes.PROBERS`; the configuration, the rounds and the page
follow from that line. The fields of a kind's settings are plain values; where one of the types below is named, the
configuration reads it as it reads such a thing everywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NewType

from probes.columns import Prober, Targets
from probes.eyes import Eyes
from probes.rhythm import Rhythm

IpAddress = NewType("IpAddress", str)
"""An IPv4 or IPv6 address one host can have, in its shortest spelling."""

Source = NewType("Source", str)
"""An own address or the name of an interface. A field `source` of this type says from where is asked."""

Reference = NewType("Reference", str)
"""`env:NAME` or `file:/path`, which leads to a secret; see `probes.credentials`."""

Seconds = NewType("Seconds", float)
"""A duration, written like `10s`."""


class WrongSettingError(ValueError):
    """What one setting of a check, or several together, cannot be; `text` is an English template of its `values`.

    Raised in `__post_init__` of a kind's settings. It never repeats what may be a secret.
    """

    def __init__(self, text: str, **values: object) -> None:
        super().__init__(text)
        self.text = text
        self.values = values

    def __str__(self) -> str:
        return self.text.format(**self.values)


def same_address(settings: Any) -> str:
    """The `address` of settings that have one."""
    return str(getattr(settings, "address", ""))


@dataclass(frozen=True, slots=True)
class Probe:
    """One kind of probe.

    `open` raises PermissionError, with the remedy as its text, where this process may not ask so at all, and OSError
    where sockets have run out; else the prober answers for whatever goes wrong. `settings` is a frozen dataclass.
    `address_of` is the text by which a check is known for ever: whatever else its settings say may change without
    its becoming another check. `host_of` is whom packets go to, an address or a name, for those who trace the path;
    empty where nobody can tell.
    """

    open: Callable[[Targets, Rhythm, Eyes], Prober]
    settings: type[Any]
    rhythm: Rhythm = field(default_factory=Rhythm)
    address_of: Callable[[Any], str] = same_address
    host_of: Callable[[Any], str] = same_address
