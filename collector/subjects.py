"""Who is watched, in the words of the page: every configured thing as a subject, by kind. Pure."""

from collections.abc import Sequence
from dataclasses import fields
from itertools import starmap
from operator import attrgetter
from sys import intern
from typing import Any

from collector.packed import packed
from config.model import Circuit, Config, Device, Service, System
from config.units import write_rate
from exporters.reading import Subject

Subjects = dict[str, tuple[Subject, ...]]
Columns = list[Sequence[Any]]


def subjects(config: Config) -> Subjects:
    """Circuits, services, devices, systems and sentinels, in the order of the configuration.

    What many circuits have in common is one and the same text, not one that is equal.
    """
    sites = {site.id: site for site in config.sites}
    carriers = {carrier.id: carrier for carrier in config.carriers}
    groups = {group.id: group.name for group in config.groups}

    def circuit(one: Circuit) -> Subject:
        carrier, site = carriers.get(one.carrier), sites.get(one.termination_z)
        return Subject(
            id=one.id,
            name=one.name,
            group=intern(one.group),
            group_name=groups.get(one.group, ""),
            carrier=intern(one.carrier),
            carrier_name=carrier.name if carrier else one.carrier,
            site=intern(one.termination_z),
            site_name=site.name if site else one.termination_z,
            path=intern(one.path),
            address=one.address,
            type=intern(one.type),
            cid=one.cid,
            rate="" if one.commit_rate is None else intern(write_rate(one.commit_rate)),
            fault_phone=intern(one.fault_phone or (carrier.fault_phone if carrier else "")),
            contact=intern(one.z_contact),
            upstream=intern(one.upstream or ""),
        )

    def other(one: Service | Device | System) -> Subject:
        site = sites.get(one.site or "")
        return Subject(
            id=one.id,
            name=one.name,
            group=one.group,
            group_name=groups.get(one.group, ""),
            site=one.site or "",
            site_name=site.name if site else "",
            address=one.check.address if one.check else "",
            derived=one.check is None,
            members=_members(one) if isinstance(one, Service) else (),
            upstream="" if isinstance(one, Service) else one.upstream or "",
        )

    near = [Subject(id=a, name=a, group="near", address=a) for a in config.vantage.sentinels.near]
    far = [Subject(id=a, name=a, group="far", address=a) for a in config.vantage.sentinels.far]
    return {
        "circuits": tuple(map(circuit, config.circuits)),
        "services": tuple(map(other, config.services)),
        "devices": tuple(map(other, config.devices)),
        "systems": tuple(map(other, config.systems)),
        "sentinels": (*near, *far),
    }


def columns(all_: tuple[Subject, ...]) -> Columns:
    """The same field by field, as small as it can be: very many objects go to another process as few."""
    return [_column([*map(attrgetter(one.name), all_)]) for one in fields(Subject)]


def from_columns(told: Columns) -> tuple[Subject, ...]:
    """The subjects of which these are the fields."""
    return tuple(starmap(Subject, zip(*told, strict=True)))


def _column(values: list[Any]) -> Sequence[Any]:
    return packed(values) if all(isinstance(value, str) for value in values) else tuple(values)


def _members(service: Service) -> tuple[str, ...]:
    return service.circuits or (service.needs.of if service.needs else ())
