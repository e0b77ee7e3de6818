"""A plan and the files it names into a frozen `Plan`, its profile and its network, or every finding at once."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import ValidationError

from config import plan_rules, scoring
from config.errors import ConfigError, Finding, WrongValueError
from config.files import Folder, read_text
from config.load import check as check_network
from config.load import load
from config.messages import remarks_of
from config.model import Config
from config.places import Place, place_in, said_of_table
from config.plan import LISTS, Plan, is_plan
from config.plan_case import Case
from config.policy import read_policy
from config.tables import Table, read_table
from config.tree import Loc, Remark, Rows, Tree
from config.yaml_places import Document, NotYamlError, read_yaml
from indicators.scoring_profiles import ScoringProfile

_LIKE_A_PLAN = re.compile(r"^\{|^project[\"']?\s*:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A plan that can be used: with its scoring profile, and the network it names, if any."""

    plan: Plan
    profile: ScoringProfile
    network: Config | None = None


def load_plan(path: Path) -> Loaded:
    """The plan in the file at `path`. Raises ConfigError where it cannot be read, whatever it says of the project."""
    reading = _Reading(path)
    loaded = reading.read()
    errors = tuple(one for one in reading.found() if one.severity == "error")
    if loaded is None or errors:
        raise ConfigError(errors)
    return loaded


def check_plan(path: Path) -> tuple[Finding, ...]:
    """Every finding about the plan at `path`: what cannot be read, and what an auditor would find in it."""
    reading = _Reading(path)
    loaded = reading.read()
    if loaded is not None:
        case = Case(loaded.plan, loaded.profile, loaded.network, reading.tree)
        for said in plan_rules.remarks(case):
            reading.say(said)
    return reading.found()


def plan_ahead(path: Path) -> tuple[Case, tuple[Finding, ...]]:
    """The plan at `path`, and every error that would stand in a form yet to be made.

    What is wrong only in what an older form printed, or in passages of its text, does not. Raises ConfigError where
    the plan cannot be read.
    """
    reading = _Reading(path)
    loaded = reading.read()
    if loaded is None or any(one.severity == "error" for one in reading.found()):
        raise ConfigError(tuple(one for one in reading.found() if one.severity == "error"))
    case = Case(loaded.plan, loaded.profile, loaded.network, reading.tree)
    for said in plan_rules.remarks(case):
        if said.severity == "error" and not plan_rules.is_of_print(said.loc):
            reading.say(said)
    return case, tuple(one for one in reading.found() if one.severity == "error")


def holds_plan(path: Path) -> bool:
    """Whether there is a plan in this file; not so where it cannot even be read."""
    try:
        text = read_text(path)
        # A configuration of a million lines is not parsed twice to find out that it is none.
        return bool(_LIKE_A_PLAN.search(text)) and is_plan(read_yaml(text).tree)
    except WrongValueError:
        return False


@dataclass(slots=True)
class _Reading:
    """One plan being read: what was read so far, and what was found."""

    path: Path
    document: Document | None = None
    tree: Tree = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    findings: dict[str, tuple[int, int, Finding]] = field(default_factory=dict)

    def found(self) -> tuple[Finding, ...]:
        """The findings, in the order of the file and then of its tables."""
        return tuple(finding for *_, finding in sorted(self.findings.values(), key=lambda one: one[:2]))

    def read(self) -> Loaded | None:
        """What can be used, or None where it was said why not."""
        if not self._read_main():
            return None
        self._read_tables()
        network, profiles = self._network(), self._profiles()
        plan = self._validated()
        profile = profiles.get(plan.profile) if plan else None
        if plan and profile is None:
            self._say_unknown_profile(plan.profile, profiles)
        self._read_policies(plan)
        # What a table lacks in shape would be missed by the rules, too, and be told of twice.
        if plan is None or profile is None or any(table.findings for table in self.tables.values()):
            return None
        return Loaded(plan, profile, network)

    def say(self, said: Remark) -> None:
        """Keep a remark as a finding at its place."""
        values = said.values if said.other is None else said.values | {"other": self._place(said.other)[2]}
        order, line, place = self._place(said.loc)
        self._keep(order, line, Finding(said.rule, said.severity, place, said.text, values))

    def _read_main(self) -> bool:
        try:
            self.document = read_yaml(read_text(self.path))
        except NotYamlError as wrong:
            place = f"{self.path}:{wrong.line}"
            self._keep(0, wrong.line, Finding(wrong.rule, "error", place, wrong.text, wrong.values))
            return False
        except WrongValueError as wrong:
            self._keep(0, 0, Finding(wrong.rule, "error", str(self.path), wrong.text, wrong.values))
            return False
        for said in self.document.remarks:
            self.say(said)
        if not is_plan(self.document.tree):
            text = "this is no evaluation plan; expected `project:` and `rows:`"
            self._keep(0, 1, Finding("shape", "error", f"{self.path}:1", text))
            return False
        assert isinstance(self.document.tree, dict)  # noqa: S101 - a plan is
        self.tree = dict(self.document.tree)
        return True

    def _read_tables(self) -> None:
        folder = Folder(self.path)
        for section in LISTS:
            name = self.tree.get(section)
            if not isinstance(name, str):
                continue
            try:
                written = folder.table(name)
                shown = str(self.path.parent / written.name)
                table = read_table(replace(written, name=shown), section, Plan)
            except WrongValueError as wrong:
                self._refuse((section,), name, wrong)
                self.tables[section] = Table(name, findings=[Finding(wrong.rule, "error", name, wrong.text)])
                self.tree[section] = []
            else:
                self.tables[section] = table
                self.tree[section] = table.entries
                for finding in table.findings:
                    self._keep(len(self.tables), 1, finding)

    def _network(self) -> Config | None:
        """The network the plan names. What is wrong in it is said in one sentence: it has a check of its own."""
        name = self.tree.get("network")
        if not isinstance(name, str):
            return None
        try:
            return load(self.path.parent / name)
        except ConfigError:
            wrong = [one for one in check_network(self.path.parent / name) if one.severity == "error"]
            text = "{file} has {count} problems; see `linewalker check {file}`. The first: {first}"
            said = Remark(
                ("network",), "file", text, {"file": name, "count": len(wrong), "first": str(wrong[0])}
            )
            self.say(said)
            return None

    def _profiles(self) -> dict[str, ScoringProfile]:
        """Ours, and those of the user's folder, which take the places of ours of the same name."""
        profiles, folder, texts = dict(scoring.built_in()), self.tree.get("profiles"), Folder(self.path)
        if not isinstance(folder, str):
            return profiles
        try:
            for number, name in enumerate(texts.names(folder, scoring.ENDING)):
                read = scoring.read_profile(texts.read(name), str(self.path.parent / name))
                for finding in read.findings:
                    self._keep(1000 + number, 1, finding)
                if read.made is not None:
                    profiles[read.made.name] = read.made
        except WrongValueError as wrong:
            self._refuse(("profiles",), folder, wrong)
        return profiles

    def _read_policies(self, plan: Plan | None) -> None:
        for number, row in enumerate(plan.rows if plan else ()):
            name = row.measure.policy if row.measure else ""
            if name:
                try:
                    read = read_policy(Folder(self.path).read(name), str(self.path.parent / name))
                except WrongValueError as wrong:
                    self._refuse(("rows", number, "measure", "policy"), name, wrong)
                else:
                    for finding in read.findings:
                        self._keep(2000, 1, finding)

    def _validated(self) -> Plan | None:
        given = {
            key: list(value.mappings()) if isinstance(value, Rows) else value
            for key, value in self.tree.items()
        }
        try:
            return Plan.model_validate(given)
        except ValidationError as error:
            for said in remarks_of(error, Plan):
                if not said_of_table(self.tables, said):
                    self.say(said)
            return None

    def _say_unknown_profile(self, name: str, known: dict[str, ScoringProfile]) -> None:
        text = "there is no scoring profile {name}; expected one of {known}"
        self.say(Remark(("profile",), "reference", text, {"name": name, "known": ", ".join(sorted(known))}))

    def _refuse(self, loc: Loc, name: str, wrong: WrongValueError) -> None:
        order, line, place = self._place(loc)
        self._keep(order, line, Finding(wrong.rule, "error", f"{place}: {name}", wrong.text, wrong.values))

    def _place(self, loc: Loc) -> Place:
        assert self.document is not None  # noqa: S101 - places are asked for only after the file was read
        return place_in(self.document, self.tables, str(self.path), loc)

    def _keep(self, order: int, line: int, finding: Finding) -> None:
        self.findings.setdefault(str(finding), (order, line, finding))
