"""What was found in a network against the inventory: rows to review, and settings that differ.

Pure: agents as they said they are, the configuration and the day come in, proposals come out. Nothing is asked and
nothing is written here. A guess fills what is empty; where it contradicts what stands, both are shown.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Literal

from config.aliases import Told, told_by
from config.errors import Finding
from config.inventory import Texts, standing
from config.keys import required
from config.model import Circuit, Config, Device, Service, System
from config.naming import derived_id, only_one
from config.sections import device_texts
from config.spellings import narrow, same
from config.units import write_rate
from config.vendors import kind_of
from probes.snmp import SnmpSettings
from probes.snmp_identity import Identity, Interface

Which = Literal["devices", "circuits"]

# What a port can do says nothing of what is leased on it.
_PORT_RATES = frozenset({10**7, 10**8, 10**9, 25 * 10**8, 5 * 10**9, 10**10, 25 * 10**9, 4 * 10**10, 10**11})


@dataclass(frozen=True, slots=True)
class Seen:
    """One agent: the addresses it answered at, the first as it was asked, and the settings that it took."""

    addresses: tuple[str, ...]
    identity: Identity
    settings: SnmpSettings


@dataclass(frozen=True, slots=True)
class Proposed:
    """A row that is not in the inventory; `lacking` are settings it needs and nobody said. `origin` is where seen."""

    section: Which
    origin: str
    texts: Texts
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Differs:
    """One setting of something known that was found differently; `old` is empty where nothing is said of it."""

    section: Which
    id: str
    field: str
    old: str
    new: str


@dataclass(slots=True)
class Proposals:
    """All that a look at the network would make of the inventory; `devices` are ids by agent, `circuits` by port."""

    rows: list[Proposed] = field(default_factory=list)
    differs: list[Differs] = field(default_factory=list)
    devices: dict[int, str] = field(default_factory=dict)
    circuits: dict[tuple[int, int], str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def added(self, section: Which, *, replace: bool) -> list[Texts]:
        """The rows that could be written; without `replace` an interface is left out of a device asked otherwise."""
        rows = [one.texts for one in self.rows if one.section == section and not one.lacking]
        return rows if replace else [_without(texts, self._other_checks) for texts in rows]

    def edits(self, section: Which, *, replace: bool) -> dict[str, Texts]:
        """New texts of known entries by id: of settings that are empty, and with `replace` of all."""
        found: dict[str, Texts] = {}
        for one in self.differs:
            if one.section == section and (replace or self._only_fills(one)):
                found.setdefault(one.id, {})[one.field] = one.new
        return found

    @property
    def _other_checks(self) -> frozenset[str]:
        """Known devices that would be asked in another way."""
        return frozenset(one.id for one in self.differs if one.field == "check.probe")

    def _only_fills(self, one: Differs) -> bool:
        """Whether it contradicts nothing; another check does so as a whole, and what rests on it with it."""
        rests_on = _device_of(one.new) if one.field == "interface" else ""
        return not one.old and not one.field.startswith("check.") and rests_on not in self._other_checks


def _device_of(interface: str) -> str:
    return interface.partition("/")[0]


def _without(texts: Texts, devices: frozenset[str]) -> Texts:
    """A row without its interface where that is of one of these devices."""
    bound = _device_of(texts.get("interface", "")) in devices
    return {key: text for key, text in texts.items() if key != "interface"} if bound else texts


def merged(seen: Iterable[Seen]) -> list[Seen]:
    """The same agents with each once: what answers at several of its own addresses is one.

    First the one at which most lines end: seen from there, the far end of a line is the one to ask.
    """
    found: list[Seen] = []
    for one in seen:
        at = next((n for n, other in enumerate(found) if _is_same(one, other)), None)
        if at is None:
            found.append(one)
        else:
            found[at] = Seen((*found[at].addresses, *one.addresses), found[at].identity, found[at].settings)
    return sorted(found, key=lambda one: -sum(len(port.neighbours) for port in one.identity.interfaces))


def _is_same(one: Seen, other: Seen) -> bool:
    alike = (one.identity.name, one.identity.object_id) == (other.identity.name, other.identity.object_id)
    return alike and one.addresses[0] in other.identity.addresses


def propose(seen: Sequence[Seen], config: Config, today: date) -> Proposals:
    """What these agents tell that the inventory does not have, or has differently."""
    proposing = _Proposing(seen, config, today)
    for number, one in enumerate(seen):
        proposing.device(number, one)
    for number, one in enumerate(seen):
        for port in one.identity.interfaces:
            proposing.known_line(number, port)
    for number, one in enumerate(seen):
        for port in one.identity.interfaces:
            proposing.new_line(number, port)
    return proposing.found


class _Proposing:
    """One network being held against one configuration."""

    def __init__(self, seen: Sequence[Seen], config: Config, today: date) -> None:
        self.seen, self.config = seen, config
        self.found = Proposals()
        self.names = _ids(config)
        self.watched = _watched(config)
        self.now = {one.id: standing(one, today) for one in config.circuits}
        self.asked_at = {texts["address"]: name for name, texts in self.now.items()}
        self.of_cid = {texts["cid"]: name for name, texts in self.now.items() if texts["cid"]}
        self.sites = {one.id: one.site or "" for one in config.devices}
        # Those asked by ICMP are proposed to be asked by SNMP.
        self.by_snmp = {one.id for one in config.devices if one.check.probe in ("icmp", "snmp")}
        self.taken: set[str] = {*config.vantage.sentinels.near, *config.vantage.sentinels.far}
        self.filled: set[tuple[str, str]] = set()

    # Devices

    def device(self, number: int, one: Seen) -> None:
        """Recognise an agent, or propose it."""
        known = self._known_device(one)
        if known is None:
            row = self._new_device(one)
            self.found.rows.append(Proposed("devices", one.addresses[0], row))
            self.found.devices[number] = row["id"]
            self.by_snmp.add(row["id"])
            return
        self.found.devices[number] = known.id
        here = device_texts(known)
        if known.check.probe == "icmp":
            for key, text in _check(one.settings, known.check.address).items():
                self._differ("devices", known.id, key, here.get(key, ""), text)
        if kind := kind_of(one.identity.services):
            self._fill("devices", known.id, "kind", here["kind"], kind)

    def _known_device(self, one: Seen) -> Device | None:
        """By an address it is asked at, else by its name."""
        own = {*one.addresses, *one.identity.addresses}
        name = _as_id(one.identity.name)
        by_address = [device for device in self.config.devices if device.check.host in own]
        by_name = [device for device in self.config.devices if device.id == name]
        return next(iter((*by_address, *by_name)), None)

    def _new_device(self, one: Seen) -> Texts:
        address = _best_address(one)
        name = _as_id(one.identity.name) or f"device-{_as_id(address.replace(':', '-'))}"
        if name in self.names:
            name = f"{name}-{_as_id(address.replace(':', '-'))}"
        self.names.add(name)
        texts = {
            "id": name,
            "name": one.identity.name or address,
            "group": _only({device.group for device in self.config.devices}),
            "kind": kind_of(one.identity.services),
            **_check(one.settings, address),
        }
        return {key: text for key, text in texts.items() if text}

    # Lines

    def known_line(self, number: int, port: Interface) -> None:
        """Recognise the circuit on an interface, and hold what the interface says against it."""
        told = told_by(port.alias, self.config)
        name = self._known_circuit(port, told)
        if not name:
            return
        self.found.circuits[number, port.index] = name
        self.taken.update((*port.neighbours, *_own(port)))
        here = self.now[name]
        self._compare(name, "cid", here["cid"], told.cid)
        self._compare(name, "carrier", here["carrier"], told.carrier)
        self._compare(name, "commit_rate", here["commit_rate"], _rate(port, told))
        device = self.found.devices[number]
        if device in self.by_snmp:
            self._fill("circuits", name, "interface", here["interface"], f"{device}/{port.name}")

    def _known_circuit(self, port: Interface, told: Told) -> str:
        """By the address at either end, else by its circuit id, else by its own id where that is all that is said."""
        at = [self.asked_at.get(one, "") for one in (*port.neighbours, *_own(port))]
        alias = narrow(port.alias)
        named = (self.of_cid.get(told.cid, ""), alias if alias in self.now else "")
        return next(filter(None, (*at, *named)), "")

    def new_line(self, number: int, port: Interface) -> None:
        """Propose the line on an interface that has one far end, or names a carrier or a circuit id."""
        told = told_by(port.alias, self.config)
        far = next(iter(port.neighbours), "")
        is_known = (number, port.index) in self.found.circuits or far in self.taken
        if is_known or port.enabled is False or not (far or told.carrier or told.cid):
            return
        if far in self.watched:
            text = "{address} is asked already, as {other}; expected another address to ask this line by"
            values: dict[str, object] = {"address": far, "other": self.watched[far]}
            origin = f"{self.found.devices[number]}/{port.name}"
            self.found.findings.append(Finding("repeated-address", "info", origin, text, values))
            return
        if far:
            # From the other end of the same line nothing new is to be learnt.
            self.taken.update((far, *_own(port)))
        texts = self._new_circuit(number, port, told, far)
        lacking = tuple(key for key in required(Circuit) if not texts.get(key))
        device = self.found.devices[number]
        origin = f"{device}/{port.name}"
        self.found.rows.append(Proposed("circuits", origin, texts, lacking))
        self.found.circuits[number, port.index] = texts["id"]
        if lacking:
            text = (
                "not known of this line: {fields}; expected in the description of the interface, or by hand"
            )
            values = {"fields": ", ".join(lacking)}
            self.found.findings.append(Finding("missing", "info", origin, text, values))

    def _new_circuit(self, number: int, port: Interface, told: Told, far: str) -> Texts:
        device = self.found.devices[number]
        name = port.alias or f"{device} {port.name}"
        circuits = self.config.circuits
        site = told.site or self._site_at(far)
        texts = {
            "id": self._new_id(site or name, told.carrier),
            "name": name,
            "group": only_one(circuits, "group"),
            "carrier": told.carrier,
            "termination_a": self.sites.get(device, "") or only_one(circuits, "termination_a"),
            "termination_z": site,
            "commit_rate": _rate(port, told),
            "address": far,
            "interface": f"{device}/{port.name}",
            "cid": told.cid,
        }
        return {key: text for key, text in texts.items() if text}

    def _new_id(self, name: str, behind: str) -> str:
        made = derived_id(name, behind) if behind else _as_id(name)
        found = next(one for one in _numbered(made) if one not in self.names)
        self.names.add(found)
        return found

    def _site_at(self, address: str) -> str:
        """The site of the device that has an address."""
        for number, one in enumerate(self.seen):
            if address and address in (*one.addresses, *one.identity.addresses):
                return self.sites.get(self.found.devices[number], "")
        return ""

    # What is different

    def _compare(self, name: str, key: str, old: str, new: str) -> None:
        if new and not same(old, new):
            self._differ("circuits", name, key, old, new)

    def _fill(self, section: Which, name: str, key: str, old: str, new: str) -> None:
        if not old:
            self._differ(section, name, key, old, new)

    def _differ(self, section: Which, name: str, key: str, old: str, new: str) -> None:
        # Of two ends of a line the first that says something counts.
        if new and old != new and (name, key) not in self.filled:
            self.filled.add((name, key))
            self.found.differs.append(Differs(section, name, key, old, new))


def _ids(config: Config) -> set[str]:
    """The ids that circuits, devices, systems and services share."""
    listed: tuple[Circuit | Device | System | Service, ...] = (
        *config.circuits,
        *config.devices,
        *config.systems,
        *config.services,
    )
    return {one.id for one in listed}


def _watched(config: Config) -> dict[str, str]:
    """Who is asked by ICMP at an address without being a line: no line may be asked there as well."""
    listed: tuple[Device | System | Service, ...] = (*config.devices, *config.systems, *config.services)
    return {one.check.address: one.id for one in listed if one.check and one.check.probe == "icmp"}


def _own(port: Interface) -> tuple[str, ...]:
    return tuple(one.partition("/")[0] for one in port.addresses)


def _rate(port: Interface, told: Told) -> str:
    """The rate that the description names, else that of an interface that is no plain Ethernet port."""
    if told.commit_rate or not port.speed or port.speed in _PORT_RATES or port.speed < 1000:
        return told.commit_rate
    return write_rate(port.speed)


def _best_address(one: Seen) -> str:
    """The address to ask from now on: of those that answered a loopback's, which no cut line takes away."""
    alone = {
        address.partition("/")[0]
        for port in one.identity.interfaces
        for address in port.addresses
        if address.endswith(("/32", "/128"))
    }
    return next((address for address in one.addresses if address in alone), one.addresses[0])


def _check(settings: SnmpSettings, address: str) -> Texts:
    """A check by SNMP as a row has it: what is as built in is not written."""
    texts = {"check.probe": "snmp", "check.address": address}
    for one in fields(SnmpSettings):
        value = getattr(settings, one.name)
        if one.name not in ("address", "profiles") and value and value != one.default:
            texts[f"check.{one.name}"] = str(value)
    return texts


def _as_id(name: str) -> str:
    """A name as an id: what no id may hold becomes a dash."""
    letters = "".join(one if one.isalnum() or one in "_.-" else "-" for one in narrow(name))
    return letters.strip("-.")[:64]


def _only(values: set[str]) -> str:
    return next(iter(values)) if len(values) == 1 else ""


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 1
    while True:
        number += 1
        yield f"{name[:60]}-{number}"
