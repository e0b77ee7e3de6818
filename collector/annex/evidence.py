"""From a plan and the ledger to a filled plan with its evidence: what `evidence` and `reasons` begin with."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from collector import entered
from collector.annex.gathering import gathered
from collector.commands.plans import facts_of, require_year
from collector.evaluating.filled import filled
from collector.evaluating.measured import Facts, PolicyOf, beside
from collector.judging.judge import Case, case
from collector.judging.lines import source
from collector.judging.roster import NEVER_ENDS, roster
from collector.judging.window import period
from collector.ledger.store import micros
from config.model import Config
from config.plan_case import Case as PlanCase
from config.plan_files import load_plan
from exporters.forms.annex import Annex, Scope
from exporters.forms.filled import FilledPlan
from exporters.forms.report_reasons import proposal
from exporters.forms.voice import Voice
from indicators.entered import EnteredFacts
from indicators.policy import Policy


@dataclass(frozen=True, slots=True)
class Found:
    """A filled plan with its evidence, and all it was made from."""

    filled: FilledPlan
    annex: Annex
    entered: EnteredFacts  # that touches the period
    config: Config


@dataclass(slots=True)
class _Cases:
    """A case for every policy by which something was judged, and with papers where a figure has them."""

    facts: Facts
    policies: Mapping[str, Policy]  # by digest
    entered: EnteredFacts
    known: dict[tuple[str, bool], Case] = field(default_factory=dict)

    def of(self, scope: Scope) -> Case:
        """The case by whose policy a measure was made."""
        key = digest, amended = scope.policy, scope.basis != "measured"
        if key not in self.known:
            of = self.facts
            prepared = source(of.connection, roster(of.network), self.policies[digest], of.now)
            self.known[key] = case(prepared, self.entered, amended=amended)
        return self.known[key]


@contextmanager
def found(plan: Path, year: int | None, config: Path | None, data: Path, lang: str) -> Iterator[Found]:
    """A plan filled from the ledger, with all its evidence. Raises LinewalkerError for a plan of another year."""
    loaded = load_plan(plan)
    require_year(plan, loaded.plan, year)
    with facts_of(loaded.network, config, data) as facts:
        about = PlanCase(loaded.plan, loaded.profile, facts.network, {})
        made = filled(about, facts, beside(plan))
        annex = annex_of(made, facts, beside(plan))
        people = entered.facts(facts.connection, annex.begin, annex.end)
        yield Found(_with_proposals(made, annex, Voice(lang)), annex, people, facts.network)


def annex_of(of: FilledPlan, facts: Facts, policy_of: PolicyOf) -> Annex:
    """All that stands behind a plan that was filled from these facts, under the same policies."""
    over = period(micros(of.begin), micros(of.end), ZoneInfo(of.zone), facts.now)
    named = {row.row.measure.policy for row in of.rows if row.row.measure and row.row.measure.policy}
    policies = {one.digest: one for one in (facts.network.rules, *map(policy_of, named))}
    cases = _Cases(facts, policies, entered.facts(facts.connection, 0, NEVER_ENDS))
    return gathered(of, facts.network, cases.of, over)


def _with_proposals(of: FilledPlan, annex: Annex, voice: Voice) -> FilledPlan:
    """The plan with what the facts propose as reasons, where there is none yet."""
    rows = (row if row.reason else replace(row, proposed=proposal(row, annex, voice)) for row in of.rows)
    return replace(of, rows=tuple(rows))
