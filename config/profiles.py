"""Profiles of agents: YAML files into `probes.snmp_profile`, and what is wrong in one with its file and line.

Those that come with the program lie in `config/profiles`; users have a folder of their own. A profile is known by
the name of its file, and one of the user's takes the place of ours of the same name.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from typing import Annotated

from pydantic import AfterValidator, Field

from config.errors import WrongValueError
from config.model import Config
from config.tree import SUBJECTS, Entry, Loc, Remark
from config.yaml_models import Read, Written, read_model, twice
from probes.interface import InterfaceSettings
from probes.snmp import SnmpSettings, WatchedAgent
from probes.snmp_profile import Convert, Figure, Label, Limit, Profile, ProfileTable

ENDING = ".yaml"

_OID = re.compile(r"[0-2](\.(0|[1-9]\d{0,9})){1,127}", re.ASCII)
_METRIC = re.compile(r"(device|interface)_[a-z][a-z0-9_]*", re.ASCII)
# What is told of every device or of a probe, and what every figure is labelled with: see docs/metrics.md.
_TAKEN = frozenset(
    f"device_{name}"
    for name in (
        "info", "up", "watched", "rtt_seconds", "loss_ratio", "outages_total", "outage_seconds_total", "dns_seconds",
        "connect_seconds", "tls_seconds", "first_byte_seconds", "certificate_days",
    )
)  # fmt: skip
_LABELS_TAKEN = frozenset({"device", "circuit", "service", "system", "site", "group", "carrier"})
_LABEL = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


def read_oid(written: str) -> str:
    """An object identifier in numbers; a leading dot is left away."""
    oid = written.removeprefix(".")
    if not _OID.fullmatch(oid):
        raise WrongValueError(
            "{found} is not an object identifier; expected numbers with dots, such as 1.3.6.1.2.1.1.3.0",
            rule="oid",
            found=written,
        )
    return oid


def _read_metric(written: str) -> str:
    if not _METRIC.fullmatch(written):
        raise WrongValueError(
            "{found} cannot name a figure; expected device_… or interface_… in small letters, such as "
            "device_temperature_celsius",
            rule="metric",
            found=written,
        )
    if written in _TAKEN:
        raise WrongValueError(
            "{found} is told of every device already; expected another name", rule="metric", found=written
        )
    return written


def _read_label(written: str) -> str:
    if written in _LABELS_TAKEN or not _LABEL.fullmatch(written):
        raise WrongValueError(
            "{found} cannot be a label here; expected small letters, such as interface",
            rule="label",
            found=written,
        )
    return written


Oid = Annotated[str, AfterValidator(read_oid)]
MetricName = Annotated[str, AfterValidator(_read_metric)]
LabelName = Annotated[str, AfterValidator(_read_label)]


class WrittenFigure(Written):
    """The keys of a scalar or a column; see `probes.snmp_profile.Figure`."""

    name: str
    oid: Oid
    metric: MetricName
    scale: float = 1.0
    convert: Convert = "integer"
    skip: tuple[int, ...] = ()
    words: dict[int, float] = Field(default_factory=dict)
    times: tuple[Oid, ...] = ()
    sensor_scale: Oid | None = None
    sensor_precision: Oid | None = None
    low: float | None = None
    high: float | None = None
    where: dict[str, str] = Field(default_factory=dict)

    def figure(self) -> Figure:
        """As the probes have it."""
        return Figure(
            name=self.name,
            oid=self.oid,
            metric=self.metric,
            scale=self.scale,
            convert=self.convert,
            skip=self.skip,
            words=tuple(self.words.items()),
            times=self.times,
            sensor_scale=self.sensor_scale or "",
            sensor_precision=self.sensor_precision or "",
            limit=Limit(self.low, self.high),
            where=tuple(self.where.items()),
        )


class WrittenLabel(Written):
    """The keys of a column that names its row."""

    name: str
    oid: Oid
    label: LabelName
    words: dict[int, str] = Field(default_factory=dict)

    def as_label(self) -> Label:
        """As the probes have it."""
        return Label(self.name, self.oid, self.label, tuple(self.words.items()))


class WrittenTable(Written):
    """The keys of a table."""

    name: str
    index: LabelName | None = None
    labels: tuple[WrittenLabel, ...] = ()
    columns: tuple[WrittenFigure, ...]

    def table(self) -> ProfileTable:
        """As the probes have it."""
        columns = tuple(one.figure() for one in self.columns)
        labels = tuple(one.as_label() for one in self.labels)
        return ProfileTable(self.name, columns, labels, self.index or "")


class WrittenProfile(Written):
    """The keys of a profile."""

    about: str
    agents: tuple[Oid, ...] = ()
    for_all: bool = False
    scalars: tuple[WrittenFigure, ...] = ()
    tables: tuple[WrittenTable, ...] = ()

    def profile(self, name: str) -> Profile:
        """As the probes have it."""
        scalars = tuple(one.figure() for one in self.scalars)
        return Profile(name, scalars, tuple(one.table() for one in self.tables), self.agents, self.for_all)


def read_profile(name: str, text: str, shown: str) -> Read[Profile]:
    """The profile in a text; `shown` is the file as the user knows it, for the findings."""
    return read_model(text, shown, WrittenProfile, lambda written: written.profile(name), _doubled)


def _doubled(written: WrittenProfile) -> Iterator[Remark]:
    """What is given once too often: two figures or labels of one name would overwrite each other."""
    yield from twice(("scalars",), [one.metric for one in written.scalars])
    for number, table in enumerate(written.tables):
        yield from twice(("tables", number, "columns"), [one.metric for one in table.columns])
        yield from twice(("tables", number, "labels"), [one.label for one in table.labels])
        known = {*(one.label for one in table.labels), *([table.index] if table.index else [])}
        for at, column in enumerate(table.columns):
            yield from _unknown_labels(("tables", number, "columns", at, "where"), column, known)
    for at, scalar in enumerate(written.scalars):
        yield from _unknown_labels(("scalars", at, "where"), scalar, set())


def _unknown_labels(loc: Loc, figure: WrittenFigure, known: set[str]) -> Iterator[Remark]:
    """Labels in `where` that no row has: the figure would never be there."""
    for label in figure.where:
        if label not in known:
            text = "rows here have no label {label}; expected one of {known}"
            yield Remark(loc, "where", text, {"label": label, "known": ", ".join(sorted(known)) or "none"})


def unknown_names(root: Entry, known: Iterable[str]) -> Iterator[Remark]:
    """Checks that name a profile there is not."""
    names = sorted(known)
    for subjects in SUBJECTS:
        for subject in root.entries(subjects) if root.gives(subjects, "check") else ():
            for loc, name in subject.within("check").texts("profiles"):
                if name not in names:
                    text = "there is no profile {name}; expected one of {known}"
                    yield Remark(loc, "dangling", text, {"name": name, "known": ", ".join(names)})


def complete(config: Config, settings: object) -> object:
    """A check's settings as the prober takes them: those of an agent with the profiles there are."""
    if isinstance(settings, SnmpSettings) and not isinstance(settings, InterfaceSettings):
        return WatchedAgent(settings, config.known_profiles)
    return settings


@cache
def built_in() -> tuple[Profile, ...]:
    """The profiles that come with the program, in the order of their names."""
    folder = resources.files("config") / "profiles"
    found = []
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(ENDING):
            read = read_profile(file.name.removesuffix(ENDING), file.read_text("utf-8"), file.name)
            assert read.made is not None, read.findings  # noqa: S101 - a test reads each of them
            found.append(read.made)
    return tuple(found)
