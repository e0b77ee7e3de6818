"""Everything that goes into the evidence of a plan, by its name in the ZIP file."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path

from collector import proofs
from collector.annex.bundle import SUMS, Bundle
from collector.annex.evidence import Found
from collector.commands.entry_rows import told
from config.errors import LinewalkerError, WrongValueError
from config.files import read_text, sheet_of
from config.plan import LISTS
from config.yaml_places import NotYamlError, read_yaml
from exporters.forms.annex_files import sheets
from exporters.forms.annex_pages import annex_document, stamped
from exporters.forms.annex_words import window
from exporters.forms.paper import saved
from exporters.forms.report import report_document
from exporters.forms.voice import Voice
from exporters.text import as_csv
from indicators.entered import Entered, EnteredFacts

REPORT, ANNEX = "01-绩效自评报告.docx", "02-证据附件.docx"
DATA, ENTRIES, PLAN, PROOFS = "数据", "人工录入", "计划与口径", "佐证"
_UNSAFE = frozenset('/\\:*?"<>|')


@dataclass(frozen=True, slots=True)
class Packed:
    """A bundle with its README, and what of the proofs could not be packed: their names, and why."""

    bundle: Bundle
    readme: str
    lacking: tuple[tuple[str, str], ...]


def packed(found: Found, plan: Path, data_dir: Path, voice: Voice, *, with_proofs: bool) -> Packed:
    """All of the evidence of a plan."""
    bundle = Bundle()
    bundle.contents[REPORT] = saved(report_document(found.filled, found.annex, voice.lang))
    bundle.contents[ANNEX] = saved(annex_document(found.filled, found.annex, voice.lang))
    bundle.contents |= {f"{DATA}/{name}": one for name, one in sheets(found.filled, found.annex).items()}
    bundle.contents |= {
        f"{ENTRIES}/{name}": one for name, one in _entries(found.entered, found.annex.zone).items()
    }
    bundle.contents |= dict(_rules(found))
    bundle.files |= {f"{PLAN}/{_safe(name)}": path for name, path in _plan_files(found, plan)}
    lacking = tuple(_proofs(bundle, found.entered, data_dir)) if with_proofs else ()
    return Packed(bundle, _readme(found, lacking, voice, with_proofs=with_proofs), lacking)


def _entries(of: EnteredFacts, zone: str) -> Mapping[str, bytes]:
    """What people entered, every version of it, by kind."""
    kinds: Mapping[str, Iterable[Entered]] = {
        "maintenance": of.maintenance,
        "faults": of.tickets,
        "attestations": of.attestations,
        "amendments": of.amendments,
        "manual_values": of.manual_values,
        "records": of.records,
    }
    rows = {name: [row for one in all_ for row in _versions(one, zone)] for name, all_ in kinds.items()}
    return {f"{name}.csv": f"\ufeff{as_csv(all_)}".encode() for name, all_ in rows.items()}


def _versions(of: Entered, zone: str) -> Iterator[dict[str, object]]:
    line: tuple[Entered, ...] = (*of.earlier, of)
    for one, later in zip(line, (*line[1:], None), strict=True):
        yield told(one, of.root, later.id if later else None, zone)


def _rules(found: Found) -> Iterator[tuple[str, bytes]]:
    """The policies, the profile and the configuration that the figures were made by."""
    for digest, policy in found.annex.policies.items():
        yield f"{PLAN}/口径-{digest[:16]}.json", _json(asdict(policy))
    yield f"{PLAN}/评分办法-{found.filled.profile.name}.json", _json(asdict(found.filled.profile))
    if found.config.text:
        yield f"{PLAN}/网络配置-{found.config.digest[:16]}.txt", found.config.text.encode()


def _json(of: Mapping[str, object]) -> bytes:
    return (json.dumps(of, ensure_ascii=False, indent=1, default=str) + "\n").encode()


def _plan_files(found: Found, plan: Path) -> Iterator[tuple[str, Path]]:
    """The plan, the tables it names and the policies beside it."""
    yield plan.name, plan
    try:
        tree = read_yaml(read_text(plan)).tree
    except (WrongValueError, NotYamlError) as wrong:  # it was read a moment ago
        raise LinewalkerError("{place} was changed while it was read; start again", place=plan) from wrong
    named = [tree[section] for section in LISTS if section in tree] if isinstance(tree, dict) else []
    tables = {sheet_of(one)[0] for one in named if isinstance(one, str)}
    policies = {row.row.measure.policy for row in found.filled.rows if row.row.measure}
    for name in sorted({*tables, *policies} - {""}):
        yield name, plan.parent / name


def _proofs(bundle: Bundle, of: EnteredFacts, data_dir: Path) -> Iterator[tuple[str, str]]:
    """Add the files that entries rest on; those that are missing or changed are told instead."""
    for one in _all(of):
        if not one.file_sha256:
            continue
        how = proofs.state(one.file_sha256, data_dir)
        if how == "kept":
            name = f"{PROOFS}/{one.file_sha256[:16]}-{_safe(one.file_name)}"
            bundle.files[name] = data_dir / proofs.FOLDER / one.file_sha256
        else:
            yield one.file_name, how


def _all(of: EnteredFacts) -> Iterator[Entered]:
    kinds: tuple[tuple[Entered, ...], ...] = (
        of.maintenance,
        of.tickets,
        of.attestations,
        of.amendments,
        of.manual_values,
        of.records,
    )
    for last in chain.from_iterable(kinds):
        yield from last.earlier
        yield last


def _safe(name: str) -> str:
    """A name that stays in its folder wherever it is unpacked."""
    kept = "".join("_" if letter in _UNSAFE or not letter.isprintable() else letter for letter in name)
    return kept.strip(". ") or "_"


def _readme(found: Found, lacking: tuple[tuple[str, str], ...], voice: Voice, *, with_proofs: bool) -> str:
    say, project = voice.say, found.filled.plan.project
    lines = [
        say("Evidence of the evaluation: {project} {year}").format(project=project.name, year=project.year),
        voice.led(say("unit"), project.unit),
        voice.led(say("period"), window(found.annex, voice)),
        voice.led(say("state"), stamped(found.filled, voice)),
        "",
        voice.led(REPORT, say("the report; yellow places are to be written by people")),
        voice.led(ANNEX, say("every measured row reckoned out, and what it rests on")),
        voice.led(f"{DATA}/", say("the same uncut, as CSV for spreadsheets and programs")),
        voice.led(
            f"{ENTRIES}/", say("what people entered, every version with who, when and who approved it")
        ),
        voice.led(
            f"{PLAN}/", say("the plan, its tables, the policies, the scoring profile and the configuration")
        ),
    ]
    if with_proofs:
        lines.append(voice.led(f"{PROOFS}/", say("the files that entries rest on, named by their SHA-256")))
    else:
        lines.append(say("The files that entries rest on were left out; they are kept beside the ledger."))
    for name, how in lacking:
        text = (
            say("the copy is missing") if how == "missing" else say("the copy was changed and proves nothing")
        )
        lines.append(f"! {voice.led(name, text)}")
    lines += [
        "",
        say("To see that nothing was changed, unpack all and run: sha256sum -c {sums}").format(sums=SUMS),
    ]
    return "\r\n".join(lines) + "\r\n"
