"""Circuits as they are on a day: in service or not, and with the changes that are dated up to then."""

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from datetime import date

from config.model import Circuit

_FIELDS = frozenset(one.name for one in fields(Circuit))


def in_service(circuit: Circuit, day: date) -> bool:
    """Whether the circuit is in service on this day; the end date is the first day out of service."""
    begun = circuit.in_service_from is None or circuit.in_service_from <= day
    return begun and (circuit.in_service_until is None or day < circuit.in_service_until)


def as_of(circuit: Circuit, day: date) -> Circuit:
    """A circuit as it is on a day, its dated changes applied."""
    for change in circuit.changes:
        if change.from_ <= day:
            said = {name: value for name, value in change if name in _FIELDS and value is not None}
            circuit = replace(circuit, **said)
    return circuit


def all_in_service(circuits: Iterable[Circuit], day: date) -> Iterator[Circuit]:
    """The circuits that are in service on a day."""
    return (one for one in circuits if in_service(one, day))
