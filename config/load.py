"""A configuration file and its tables into a frozen `Config`, or every finding at once.

The order of things: read the text, its YAML, the tables it names; validate each value by the models; check
entries against each other; say everything with its place. What single values and entries may be is not here.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from config import calendars, contracts, policy, profiles
from config.check_hours import years_without_calendar
from config.cross_checks import cross_check
from config.errors import ConfigError, Finding, WrongValueError
from config.files import Archive, Folder, Texts, open_archive
from config.messages import remarks_of
from config.model import Config, Network
from config.places import Place, place_in, said_of_table
from config.plan import is_plan
from config.tables import Table, Written, read_table
from config.tree import LISTS, Entry, Loc, Remark, Rows, Tree, value_at
from config.yaml_models import Made, Read
from config.yaml_places import Document, NotYamlError, read_yaml
from indicators.contracts import Contract
from indicators.policy import Policy
from probes.snmp_profile import Profile

# In which order files are told of: the configuration, its tables, then these.
_PROFILES, _CALENDARS, _POLICY, _CONTRACTS = 100, 10_000, 20_000, 30_000


def load(
    path: Path, instead: Mapping[str, bytes] | None = None, unsure: frozenset[str] = frozenset()
) -> Config:
    """The configuration in the file at `path`. Raises ConfigError with every finding of severity error.

    `instead` holds what is read in the place of a file, by the name of that file: so a change can be tried.
    `unsure` names lists that are known to be incomplete: nothing dangles that may refer to them.
    """
    return _Loading(Folder(path, instead or {}), str(path), unsure).config()


def load_text(text: str) -> Config:
    """The configuration kept in `Config.text`, without its files. Raises ConfigError."""
    try:
        archive = open_archive(text)
    except WrongValueError as wrong:
        raise ConfigError((Finding(wrong.rule, "error", "archive", wrong.text, wrong.values),)) from None
    return _Loading(archive, archive.main).config()


def check(path: Path, today: date | None = None) -> tuple[Finding, ...]:
    """Every finding about the file at `path`, warnings too, in the order of the file and then of its tables.

    The file may be a policy, too. With `today` it is said, too, where the running year lacks a calendar.
    """
    loading = _Loading(Folder(path), str(path), today=today)
    loading.read()
    return loading.found()


@dataclass(slots=True)
class _Loading:
    """One file being loaded: what was read so far, and what was found."""

    texts: Texts
    shown: str  # the file as the user named it
    incomplete: frozenset[str] = frozenset()
    today: date | None = None
    kept: Archive = field(init=False)
    document: Document | None = None
    tables: dict[str, Table] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)  # lists whose table could not be read at all
    profiles: dict[str, Profile] = field(default_factory=dict)
    years: list[calendars.Year] = field(default_factory=list)
    rules: Policy = field(default_factory=Policy)
    agreed: tuple[Contract, ...] = ()
    findings: dict[str, tuple[int, int, Finding]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.kept = Archive(self.texts.main)

    def config(self) -> Config:
        """The configuration, or ConfigError."""
        network = self.read()
        errors = tuple(finding for finding in self.found() if finding.severity == "error")
        if network is None and not errors:
            assert self.document is not None  # noqa: S101 - it was read without an error
            text = (
                "this is an evaluation plan; expected a configuration, such as the one its `network` names"
                if is_plan(self.document.tree)
                else "this is a policy; expected a configuration of `key: value` lines, such as `organisation: …`"
            )
            errors = (Finding("shape", "error", f"{self.shown}:1", text),)
        if errors or network is None:
            raise ConfigError(errors)
        # Of a million lines each of these takes as much as the models: they go before the text is made.
        self.tables.clear()
        self.document = None
        text, digest = self.kept.closed()
        return Config(
            **dict(network),
            known_profiles=tuple(self.profiles.values()),
            known_holidays=calendars.together(self.years),
            rules=self.rules,
            agreed=self.agreed,
            digest=digest,
            text=text,
        )

    def found(self) -> tuple[Finding, ...]:
        """The findings, in the order of the file and then of its tables."""
        return tuple(finding for _, _, finding in sorted(self.findings.values(), key=lambda found: found[:2]))

    def read(self) -> Network | None:
        """Read and check everything; the network if its values are right, whatever else was found."""
        tree = self._read_main()
        if tree is None:
            return None
        if policy.is_policy(tree):
            self._keep_all(0, policy.read_policy(self.kept.files[self.texts.main], self.shown).findings)
            return None
        if contracts.is_contracts(tree):
            text = self.kept.files[self.texts.main]
            found = contracts.read_contracts(text, self.shown, None, self._written)
            self._keep_all(0, found.findings)
            return None
        if is_plan(tree):
            return None
        self._read_tables(tree)
        self._read_profiles(tree)
        self._read_holidays(tree)
        self._read_policy(tree)
        readable = {key: value for key, value in tree.items() if key not in self.unread}
        # Cross-checks see the tree, not the models: one bad value must not keep a dangling reference unsaid.
        network = self._validate(readable)
        self._read_contracts(tree, network)
        unsure = {name for name in LISTS if not isinstance(tree.get(name, []), list | Rows)} | self.incomplete
        unsure |= {section for section, table in self.tables.items() if table.findings}
        self._say_all(cross_check(Entry((), tree), frozenset(unsure)))
        return network

    def _text(self, name: str) -> str:
        self.kept.files[name] = self.texts.read(name)
        return self.kept.files[name]

    def _written(self, name: str) -> Written:
        # What is kept of a workbook is its sheet as it was read: the ledger must do without the file.
        written = self.texts.table(name)
        self.kept.files[name] = written.text
        return replace(written, name=self._shown(written.name))

    def _read_main(self) -> Tree | None:
        try:
            self.document = read_yaml(self._text(self.texts.main))
        except NotYamlError as wrong:
            self._add((0, wrong.line, f"{self.shown}:{wrong.line}"), wrong)
            return None
        except WrongValueError as wrong:
            self._add((0, 0, self.shown), wrong)
            return None
        self._say_all(self.document.remarks)
        if not isinstance(self.document.tree, dict):
            text = "expected a configuration of `key: value` lines, such as `organisation: …`"
            self._add((0, 1, f"{self.shown}:1"), WrongValueError(text, rule="shape"))
            return None
        return self.document.tree

    def _read_tables(self, tree: Tree) -> None:
        """Put the entries of every table in the place of its name."""
        for section in LISTS:
            name = tree.get(section)
            if isinstance(name, str):
                with self._missing_at((section,), name):
                    tree[section] = self._read_table(section, self._written(name))

    def _read_table(self, section: str, written: Written) -> Rows:
        table = read_table(written, section)
        self.tables[section] = table
        for finding in table.findings:
            self._keep(len(self.tables), 1, finding)
        return table.entries

    def _read_profiles(self, tree: Tree) -> None:
        """Ours, and those of the user's folder, which take the places of ours of the same name."""
        self.profiles = {one.name: one for one in profiles.built_in()}
        for name, found in self._read_folder(("profiles",), tree, _PROFILES, profiles.read_profile):
            self.profiles[name] = found
        if "profiles" not in self.unread:
            self._say_all(profiles.unknown_names(Entry((), tree), self.profiles))

    def _read_holidays(self, tree: Tree) -> None:
        """The years of ours, and those of the user's folder, which take the places of ours."""
        loc = ("calendar", "holidays")
        own = self._read_folder(
            loc, tree, _CALENDARS, lambda _, text, shown: calendars.read_year(text, shown)
        )
        self.years = [*calendars.built_in(), *(year for _, year in own)]
        if self.today is not None and loc[0] not in self.unread:
            known = frozenset(one.year for one in self.years)
            self._say_all(years_without_calendar(Entry((), tree), known, self.today))

    def _read_policy(self, tree: Tree) -> None:
        name = tree.get("policy")
        if isinstance(name, str):
            with self._missing_at(("policy",), name):
                found = policy.read_policy(self._text(name), self._shown(name))
                self._keep_all(_POLICY, found.findings)
                self.rules = found.made or self.rules

    def _read_contracts(self, tree: Tree, network: Network | None) -> None:
        name = tree.get("contracts")
        if isinstance(name, str):
            with self._missing_at(("contracts",), name):
                beside = PurePosixPath(name).parent
                found = contracts.read_contracts(
                    self._text(name),
                    self._shown(name),
                    network,
                    lambda table: self._written(str(beside / table)),
                )
                self._keep_all(_CONTRACTS, found.findings)
                self.agreed = found.made or ()

    def _read_folder(
        self, loc: Loc, tree: Tree, order: int, read: Callable[[str, str, str], Read[Made]]
    ) -> list[tuple[str, Made]]:
        """Every file of the folder named at `loc`, by its name; what is wrong there is said, and all is `unread`."""
        folder, made = value_at(tree, loc), []
        if isinstance(folder, str):
            with self._missing_at(loc, folder):
                for number, name in enumerate(self.texts.names(folder, profiles.ENDING)):
                    found = read(Path(name).stem, self._text(name), self._shown(name))
                    self._keep_all(order + number, found.findings)
                    if found.made is None:
                        self.unread.add(str(loc[0]))
                    else:
                        made.append((Path(name).stem, found.made))
        return made

    @contextmanager
    def _missing_at(self, loc: Loc, name: str) -> Iterator[None]:
        """What cannot be read of a file is said where the file is named."""
        try:
            yield
        except WrongValueError as wrong:
            order, line, place = self._place(loc)
            self._add((order, line, f"{place}: {name}"), wrong)
            self.unread.add(str(loc[0]))

    def _shown(self, name: str) -> str:
        """A file beside the configuration file as the user knows it."""
        return str(Path(self.shown).parent / name)

    def _keep_all(self, order: int, findings: tuple[Finding, ...]) -> None:
        for finding in findings:
            self._keep(order, 1, finding)

    def _validate(self, tree: Tree) -> Network | None:
        try:
            # One row after the other, so that never all of a table are there as mappings.
            given = {
                key: value.mappings() if isinstance(value, Rows) else value for key, value in tree.items()
            }
            return Network.model_validate(given)
        except ValidationError as error:
            self._say_all(said for said in remarks_of(error) if not said_of_table(self.tables, said))
            return None

    def _say_all(self, remarks: Iterator[Remark] | tuple[Remark, ...]) -> None:
        for said in remarks:
            values = (
                said.values if said.other is None else said.values | {"other": self._place(said.other)[2]}
            )
            order, line, place = self._place(said.loc)
            self._keep(order, line, Finding(said.rule, said.severity, place, said.text, values))

    def _place(self, loc: Loc) -> Place:
        """Where a place of the tree stands: in its table, or in the configuration file."""
        assert self.document is not None  # noqa: S101 - places are asked for only after the file was read
        return place_in(self.document, self.tables, self.shown, loc)

    def _add(self, place: Place, wrong: WrongValueError) -> None:
        order, line, shown = place
        self._keep(order, line, Finding(wrong.rule, "error", shown, wrong.text, wrong.values))

    def _keep(self, order: int, line: int, finding: Finding) -> None:
        self.findings.setdefault(str(finding), (order, line, finding))
