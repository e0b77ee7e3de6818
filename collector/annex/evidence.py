"""From a plan and the ledger to a filled plan with its evidence: what `evidence` and `reasons` begin with."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import Connection

from collector import entered
from collector.annex.gathering import gathered
from collector.annex.reasons import with_reasons
from collector.commands.shared import config_of, ledger_of
from collector.evaluating import measured
from collector.evaluating.fill import fill
from collector.judging.judge import Case, case
from collector.judging.lines import source
from collector.judging.roster import NEVER_ENDS, roster
from collector.ledger.store import micros
from config.errors import LinewalkerError
from config.model import Config
from config.plan_case import Case as PlanCase
from config.plan_files import Loaded, load_plan
from config.policy import load_policy
from exporters.forms.annex import Annex, Scope
from exporters.forms.filled import FilledPlan
from exporters.forms.voice import Voice
from indicators.entered import EnteredFacts


@dataclass(frozen=True, slots=True)
class Found:
    """A filled plan with its evidence, and all it was made from."""

    filled: FilledPlan
    annex: Annex
    entered: EnteredFacts  # that touches the period
    config: Config


@dataclass(slots=True)
class Cases:
    """One ledger at one moment; a case for every policy that is named, and with papers where a figure has them."""

    connection: Connection
    config: Config
    folder: Path
    entered: EnteredFacts
    now: int
    known: dict[tuple[str, bool], Case] = field(default_factory=dict)

    def of(self, policy: str, *, amended: bool = False) -> Case:
        """The case of a policy file beside the plan; empty: of the network's policy."""
        key = policy, amended
        if key not in self.known:
            rules = load_policy(self.folder / policy) if policy else self.config.rules
            prepared = source(self.connection, roster(self.config), rules, self.now)
            self.known[key] = case(prepared, self.entered, amended=amended)
        return self.known[key]

    def of_scope(self, scope: Scope) -> Case:
        """The case by whose policy a measure was made."""
        amended = scope.basis != "measured"
        found = next(
            (name for name, _ in self.known if self.of(name).source.policy.digest == scope.policy), ""
        )
        return self.of(found, amended=amended)


@contextmanager
def found(plan: Path, year: int | None, config: Path | None, data: Path, lang: str) -> Iterator[Found]:
    """A plan filled from the ledger, with all its evidence. Raises LinewalkerError for a plan of another year."""
    loaded, now = load_plan(plan), micros(time.time())
    network = network_of(loaded, config, data)
    _refuse_other_year(plan, loaded, year)
    ledger = ledger_of(network, data)
    try:
        with ledger.reading() as connection:
            facts = entered.facts(connection, 0, NEVER_ENDS)
            cases = Cases(connection, network, plan.parent, facts, now)
            read = measured.Facts(connection, network, data, now)
            over = measured.window_of(loaded.plan.project.year, read)
            judged = measured.found(loaded.plan.rows, read, over, plan.parent)
            about = PlanCase(loaded.plan, loaded.profile, network, {})
            made = fill(about, judged, over, network.calendar.zone)
            annex = gathered(made, network, cases.of_scope, over)
            told = with_reasons(made, annex, facts.manual_values, Voice(lang))
            yield Found(told, annex, entered.facts(connection, over.begin, over.end), network)
    finally:
        ledger.close()


def network_of(loaded: Loaded, config: Path | None, data: Path) -> Config:
    """The configuration: the one named, else that of the plan, else as every command finds it."""
    return loaded.network if config is None and loaded.network is not None else config_of(config, data)


def _refuse_other_year(plan: Path, loaded: Loaded, year: int | None) -> None:
    own = loaded.plan.project.year
    if year is not None and year != own:
        raise LinewalkerError("{plan} is the plan of {own}, not of {year}", plan=plan, own=own, year=year)
