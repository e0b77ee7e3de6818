"""The file of contracts beside a configuration: whose lines, for how much, and by which rules faults cost money.

Fees are yuan a month and line; what a line costs is said by the contract, else by the circuit's `monthly_fee`. Rules
have names and may serve several contracts. What only contract and network together can get wrong is told of in
`_against`.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from config.addresses import Id
from config.errors import WrongValueError
from config.keys import nearest
from config.model import Circuit, Network
from config.policy import read_duration
from config.quantities import plain, read_percent
from config.tree import Loc, Remark
from config.units import Day
from config.yaml_models import Read, TableOf, Written, read_model, twice
from indicators.contracts import (
    CENT,
    WHOLE,
    AvailabilitySteps,
    Clock,
    Contract,
    DowntimeSteps,
    Fee,
    Line,
    OverLimit,
    RestoreLimit,
    Rule,
)

_MICRO = 1_000_000
_YUAN = re.compile(r"\d+(?:\.\d{1,2})?")


def read_yuan(written: object) -> Decimal:
    """An amount in yuan, to 分. Raises WrongValueError."""
    text = plain(str(written)).removesuffix("元").replace(",", "")
    if not _YUAN.fullmatch(text):
        raise WrongValueError(
            "{found} is no amount of yuan; expected one to the fen, such as 1700 or 1699.50",
            rule="number",
            found=written,
        )
    return Decimal(text).quantize(CENT)


def read_part(written: object) -> Decimal:
    """Per cent of a fee, at most all of it. Raises WrongValueError."""
    found = read_percent(written)
    if found > WHOLE:
        raise WrongValueError(
            "{found} is more than the whole fee; expected at most 100 %", rule="number", found=written
        )
    return found


Yuan = Annotated[Decimal, BeforeValidator(read_yuan)]
Part = Annotated[Decimal, BeforeValidator(read_part)]
Micros = Annotated[int, BeforeValidator(lambda written: round(read_duration(written) * _MICRO))]


class Below(Written):
    """A step of availability: below this share of the month, so much of the fee."""

    below: Part
    percent: Part


class AtLeast(Written):
    """A step of down-time: from so much in the month on, so much of the fee."""

    hours: Micros
    percent: Part


class Over(Written):
    """So much of the fee for every step of time over a limit."""

    limit: Micros
    every: Micros = Field(gt=0)
    percent: Part
    each_fault: bool = True  # else of all faults of the month together
    begun: bool = True
    cap: Part = WHOLE


class Late(Written):
    """So much of the fee for every fault that lasted longer."""

    limit: Micros
    percent: Part


class WrittenRule(Written):
    """A rule: exactly one of its four kinds."""

    id: Id
    availability: tuple[Below, ...] = ()
    downtime: tuple[AtLeast, ...] = ()
    over: Over | None = None
    restore: Late | None = None

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        if sum(map(bool, (self.availability, self.downtime, self.over, self.restore))) != 1:
            raise WrongValueError(
                "a rule is of one kind; expected one of availability, downtime, over, restore",
                rule="contract",
            )
        return self

    def rule(self) -> Rule:
        """As indicators have it."""
        if self.over:
            over = self.over
            return OverLimit(
                self.id, over.limit, over.every, over.percent, over.each_fault, over.begun, over.cap
            )
        if self.restore:
            return RestoreLimit(self.id, self.restore.limit, self.restore.percent)
        if self.downtime:
            return DowntimeSteps(self.id, tuple((one.hours, one.percent) for one in self.downtime))
        steps = tuple((Fraction(one.below) / 100, one.percent) for one in self.availability)
        return AvailabilitySteps(self.id, steps)


class FeeChange(Written):
    """From this day on a month costs so much."""

    from_: Day = Field(alias="from")
    monthly_fee: Yuan


class WrittenContract(Written):
    """A contract with one carrier over circuits, named or by their groups."""

    id: Id
    carrier: str
    from_: Day = Field(alias="from")
    until: Day | None = None  # the first day no longer in force
    circuits: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    monthly_fee: Yuan | None = None  # of every circuit; else what the circuit says
    changes: tuple[FeeChange, ...] = ()
    rules: tuple[str, ...] = ()
    number: str = ""
    name: str = ""
    clock: Clock = "measured"
    cap: Part = WHOLE

    def covers(self, circuit: Circuit) -> bool:
        """Whether it is about a circuit: named, or of one of its groups and, at some time, of its carrier."""
        groups = {circuit.group, *(change.group for change in circuit.changes)}
        carriers = {circuit.carrier, *(change.carrier for change in circuit.changes)}
        return circuit.id in self.circuits or (self.carrier in carriers and bool(groups & {*self.groups}))

    def meets(self, other: "WrittenContract") -> bool:
        """Whether both are in force on some day."""
        return (self.until is None or other.from_ < self.until) and (
            other.until is None or self.from_ < other.until
        )


class WrittenContracts(Written):
    """The file: rules by name, and contracts that use them."""

    rules: tuple[WrittenRule, ...] = ()
    contracts: tuple[WrittenContract, ...]


def is_contracts(tree: object) -> bool:
    """Whether a file holds contracts rather than a network."""
    return isinstance(tree, dict) and "contracts" in tree and not {"organisation", "vantage"} & tree.keys()


def read_contracts(
    text: str, shown: str, network: Network | None, table_of: TableOf
) -> Read[tuple[Contract, ...]]:
    """The contracts in a text, or in the table it names, held against the network they are of.

    `shown` is the file as the user knows it.
    """

    def make(written: WrittenContracts) -> tuple[Contract, ...]:
        rules = {one.id: one.rule() for one in written.rules}
        circuits = network.circuits if network else ()
        return tuple(_contract(one, rules, circuits) for one in written.contracts)

    def also(written: WrittenContracts) -> Iterator[Remark]:
        yield from _alone(written)
        if network is not None:
            yield from _against(written, network)

    return read_model(text, shown, WrittenContracts, make, also, {"contracts": table_of})


def _contract(of: WrittenContract, rules: dict[str, Rule], circuits: tuple[Circuit, ...]) -> Contract:
    return Contract(
        id=of.id,
        carrier=of.carrier,
        begin=of.from_,
        until=of.until,
        lines=tuple(Line(one.id, tuple(_fees(of, one))) for one in circuits if of.covers(one)),
        rules=tuple(rules[name] for name in of.rules),
        number=of.number,
        name=of.name,
        clock=of.clock,
        cap=of.cap,
    )


def _fees(of: WrittenContract, circuit: Circuit) -> Iterator[Fee]:
    first = of.monthly_fee if of.monthly_fee is not None else read_yuan(circuit.monthly_fee)
    yield Fee(None, first)
    yield from (Fee(one.from_, one.monthly_fee) for one in of.changes)


def _alone(written: WrittenContracts) -> Iterator[Remark]:
    yield from twice(("rules",), [one.id for one in written.rules])
    yield from twice(("contracts",), [one.id for one in written.contracts])
    rules = {one.id for one in written.rules}
    for number, one in enumerate(written.contracts):
        at: Loc = ("contracts", number)
        if one.until is not None and one.until <= one.from_:
            yield Remark(
                (*at, "until"), "order", "{until} is not after {begin}; expected the first day it is over",
                {"until": one.until, "begin": one.from_},
            )  # fmt: skip
        if not (one.circuits or one.groups):
            yield Remark(at, "contract", "a contract is about lines; expected circuits or groups")
        days = [change.from_ for change in one.changes]
        if days != sorted(set(days)) or (days and days[0] < one.from_):
            text = "changes of the fee follow one another from the contract's first day on; expected each day once"
            yield Remark((*at, "changes"), "order", text)
        for place, name in enumerate(one.rules):
            if name not in rules:
                yield _unknown((*at, "rules", place), "rules", name, rules)


def _against(written: WrittenContracts, network: Network) -> Iterator[Remark]:
    known = {
        "carriers": {one.id for one in network.carriers},
        "circuits": {one.id for one in network.circuits},
        "groups": {one.group for one in network.circuits}
        | {change.group for one in network.circuits for change in one.changes if change.group},
    }
    for number, one in enumerate(written.contracts):
        at: Loc = ("contracts", number)
        named = [("carriers", (*at, "carrier"), one.carrier)]
        named += [("circuits", (*at, "circuits", place), name) for place, name in enumerate(one.circuits)]
        named += [("groups", (*at, "groups", place), name) for place, name in enumerate(one.groups)]
        # Of an inventory that is still to be taken over nothing is known yet; it is checked once it is there.
        yield from (
            _unknown(loc, what, name, known[what])
            for what, loc, name in named
            if known[what] and name not in known[what]
        )
        mine = [circuit for circuit in network.circuits if one.covers(circuit)]
        yield from _of_lines(at, one, mine)
        yield from _overlaps(at, number, written, mine)


def _of_lines(at: Loc, of: WrittenContract, mine: list[Circuit]) -> Iterator[Remark]:
    for circuit in mine:
        if of.carrier not in {circuit.carrier, *(change.carrier for change in circuit.changes)}:
            text = "{circuit} is a line of {other}; expected one of {carrier}"
            values: dict[str, object] = {
                "circuit": circuit.id,
                "other": circuit.carrier,
                "carrier": of.carrier,
            }
            yield Remark((*at, "circuits", of.circuits.index(circuit.id)), "contract", text, values)
        if of.monthly_fee is None and not _is_fee(circuit.monthly_fee):
            text = "nothing says what {circuit} costs; expected monthly_fee here or at the circuit"
            yield Remark((*at, "monthly_fee"), "missing", text, {"circuit": circuit.id})


def _overlaps(at: Loc, number: int, written: WrittenContracts, mine: list[Circuit]) -> Iterator[Remark]:
    one = written.contracts[number]
    for other in written.contracts[:number]:
        both = [circuit.id for circuit in mine if other.covers(circuit)]
        if both and other.carrier == one.carrier and one.meets(other):
            text = "{circuit} is in {contract}, too, on the same days; expected one contract at a time"
            yield Remark(at, "contract", text, {"circuit": both[0], "contract": other.id})


def _is_fee(written: str) -> bool:
    try:
        read_yuan(written)
    except WrongValueError:
        return False
    return True


def _unknown(loc: Loc, what: str, name: str, known: set[str]) -> Remark:
    near = nearest(name, known) or ", ".join(sorted(known)[:5])
    text = "{name} is not among the {what}; did you mean {near}?"
    return Remark(loc, "reference", text, {"what": what, "name": name, "near": near})
