"""Whose service hours are which, and from which day on; what they mean on a day, `indicators.calendar` says."""

import datetime as dt
from collections.abc import Iterator

from config.hours import ALWAYS_ID
from config.model import Circuit, Device, Network, Service, System
from indicators.calendar import ALWAYS, Hours

Subject = Circuit | Service | Device | System


def hours_by_id(network: Network) -> dict[str, Hours]:
    """All hours there are, 7×24 among them."""
    return {ALWAYS_ID: ALWAYS, **{one.id: one.hours() for one in network.service_hours}}


def hours_of(network: Network, subject: Subject) -> tuple[tuple[dt.date | None, Hours], ...]:
    """The service hours of a circuit, service, device or system: from which day on which; the first from ever.

    Its own come before those of its group; whoever has neither is in service always.
    """
    known = hours_by_id(network)
    of_group = {one.id: one.service_hours for one in network.groups}
    found: list[tuple[dt.date | None, Hours]] = []
    for day, group, own in _versions(subject):
        hours = known[own or of_group.get(group) or ALWAYS_ID]
        if not found or found[-1][1] != hours:
            found.append((day, hours))
    return tuple(found)


def _versions(subject: Subject) -> Iterator[tuple[dt.date | None, str, str | None]]:
    """Group and own hours of a subject, from each day on which something of it changes."""
    group, own = subject.group, subject.service_hours
    yield None, group, own
    for change in getattr(subject, "changes", ()):
        group, own = change.group or group, change.service_hours or own
        yield change.from_, group, own
