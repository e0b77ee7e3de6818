"""Makers of devices, as the table `vendors.yaml` beside this has them, and what a device says of its kind.

Looking up only: who is asked, and what becomes of it, is for others.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import yaml

ENTERPRISES = "1.3.6.1.4.1."
Dialect = Literal["vrp", "comware", "rgos", "ios"]
"""A language routers are configured in."""

_DATALINK, _INTERNET, _APPLICATIONS = 2, 4, 64  # sysServices: the layers a device works on, RFC 3418


@dataclass(frozen=True, slots=True)
class Vendor:
    """A maker; `words` are what its devices may be called."""

    enterprise: int
    name: str
    dialect: Dialect | None = None
    words: str = ""


@cache
def _tables() -> tuple[tuple[Vendor, ...], dict[str, str]]:
    tree = yaml.safe_load((resources.files("config") / "vendors.yaml").read_text("utf-8"))
    return tuple(Vendor(**one) for one in tree["vendors"]), tree["kinds"]


def vendors() -> tuple[Vendor, ...]:
    """Every maker that is known."""
    return _tables()[0]


def vendor_of(object_id: str) -> Vendor | None:
    """The maker that a sysObjectID names; None for one that is not in the table."""
    number = (
        object_id.removeprefix(ENTERPRISES).partition(".")[0] if object_id.startswith(ENTERPRISES) else ""
    )
    return next((one for one in vendors() if str(one.enterprise) == number), None)


def vendor_in(written: str) -> Vendor | None:
    """The maker whose word stands in a text; None where there is none, or several."""
    small = written.casefold()
    found = [one for one in vendors() if any(word in small for word in one.words.casefold().split())]
    return found[0] if len(found) == 1 else None


def kind_of(services: int) -> str:
    """What a device is called by the layers it works on; empty where it does not say."""
    kinds = _tables()[1]
    if services & _INTERNET and not services & _APPLICATIONS:
        return kinds["router"]
    if services & _DATALINK and not services & _APPLICATIONS:
        return kinds["switch"]
    return kinds["host"] if services & _APPLICATIONS else ""
