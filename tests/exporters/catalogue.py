"""Every sentence the program can say, read from the sources, and the message catalogue they are looked up in.

`python -m tests.exporters.catalogue` brings the `.po` up to date with the sources (new sentences with an empty
translation, those no longer said left out) and compiles it; write the Chinese into the `.po` and run it again.
"""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from exporters.alerts.texts import HEADLINES, THINGS
from exporters.because import BECAUSE
from exporters.figure_names import ALARMS, NAMES
from exporters.forms.template_parts import WORDS as LOST
from exporters.text import TITLES

ROOT = Path(__file__).parents[2]
PACKAGES = ("collector", "config", "exporters", "indicators", "lab", "probes")
PO = ROOT / "exporters/locale/zh_CN/LC_MESSAGES/linewalker.po"
MO = PO.with_suffix(".mo")
# Who is given sentences, and as which argument; keyword arguments `text`, `problem` and `remedy` always count.
SPEAKERS = {
    "_": 0, "tell": 0, "tell_aside": 0, "say": 3, "_say": 1, "Remark": 2, "Finding": 3,
    "LinewalkerError": 0, "LedgerError": 0, "AwayError": 0, "ReplacedError": 0, "MachineError": 0, "ConfigError": 0,
    "WrongValueError": 0, "WrongSettingError": 0, "SeveralSheetsError": 0, "UnreadableRowError": 0,
    "NotYamlError": 0, "NotPermitted": 0, "NotPermittedError": 0,
    "FailedTestError": 0, "Because": 0, "OpenRowsError": 0, "Opening": 4, "Asked": 3,
}  # fmt: skip
BORN = datetime(2026, 1, 1, tzinfo=UTC)  # so that a file with the same sentences is the same file
KEYWORDS = ("text", "problem", "remedy")
# Reasons and problems that are put together where no speaker is near; the ledger keeps them in English.
REASONS = (
    "upstream {upstream}", "blind", "suspended", "late", "not watched", "no answer", "loss", "no route",
    "no sentinel to compare with", "a list", "a mapping", "the collecting process does not answer",
    "stopped", "interrupted", "clock step", "failed: {error}", "hung",
    "round {name}: the probe did not come back and was given up; the next round asks anew",
    "the new configuration is refused, the old one stays in force: {why}",
    "the ledger cannot be written; what is seen waits beside it and is written when it returns",
    "neither the ledger nor the disk beside it can be written; what is seen waits in memory",
    "ICMP error", "verified", "damaged", "no manifest",
    "connection refused", "connection reset", "host unreachable",
    "too many conversations at once", "no file descriptor was free", "not permitted", "no buffer",
    "source {source} is not an address of this machine", "interface {source} is not there",
    "the secret {reference} is not set or is empty", "the secret file {name} cannot be read",
    "connected, but what is expected does not come", "expected {expected}, heard {heard}",
    "connecting", "connected, shaking hands for TLS", "asked, and no answer",
    "answered {status}", "answered {status}, but the content does not end", "the content does not hold {wanted}",
    "the content is not JSON", "the content has no {place}", "{place} is {found}, expected {expected}",
    "leads to {place}, by another scheme; ask that URL", "leads on more than {most} times",
    "the certificate ends in {days} days", "the certificate is refused: {why}", "no TLS: {why}",
    "the proxy cannot be reached: {why}", "the proxy refuses: {why}", "the server broke off",
    "what is answered is not HTTP", "{name} cannot be used: {why}",
    "there is no name {name}", "no name server says what {name} is", "the name {name} has no address",
    "the name has no record of type {type}", "expected {expected}, found {found}",
    "the answer is no answer: {why}", "the server ended the connection without an answer",
    *(f"{what} from {{sender}}" for what in (
        "network unreachable", "host unreachable", "protocol unreachable", "port unreachable",
        "fragmentation needed", "packet too big", "prohibited", "no route", "time to live exceeded",
        "hop limit exceeded", "ICMP error {number}",
    )),
    "asked less often while it is silent", "the agent does not take these credentials", "the device does not answer",
    "interface down", "interface switched off", "interface not present", "interface down (lower layer)",
    "the device does not say whether the interface is up", "the device has no interface {interface}",
    "the answer cannot be read: {why}",
    "the router's test was not seen to run yet", "the router's test does not run", "the router's clock stands still",
    "the router's session is up, but its packets do not move", "the router's test has no result",
    "the router's test failed", "the router's test timed out", "the router has no test {test}",
    "the router has no BFD session with {address}", "the router has no neighbour {address}",
    "the router's test leads to {found}, expected {expected}",
    "the router's test goes through {found}, expected {expected}",
    "BFD session down", "BFD session switched off", "neighbour down", "neighbour gone", "neighbour switched off",
    "pings are answered, SNMP is not: the community, the agent's access list or the port may be wrong",
    "not finished",
    "nobody watched", "our own fault kept us from asking", "down behind something that was itself down or unknown",
    "too few questions were completed to know the loss", "too short to be confirmed, beside unknown time",
    "line", "business", "normal", "not normal", "excused", "amended", "attested", "derived",
    "line view", "business view", "services", "devices", "systems", "error", "warning", "info",
    # Numbers that formulas leave as evidence.
    "up seconds", "down seconds", "unknown seconds", "attested up seconds", "attested down seconds", "days",
    "decided days", "excused days", "undecided days", "lines", "line days", "faulty", "faults", "open faults",
    "month seconds", "circuits", "decided", "met", "units", "planned", "good", "bad", "undecided", "waiting",
    "assured", "short", "unproven", "left out", "by link speed", "uncongested", "congested", "bins", "known",
    "dropped", "least", "in", "out", "circuits not read", *BECAUSE.values(), "passed", "failed",
    "came short; what else went over the line is not known", "capped below what it would have to show",
    "member faults", "survived", "not survived", "unknown", "up", "limit seconds", "value", "lower end", "upper end",
    "availability (bracket)", "rule", "how it is reckoned", "began", "ended", "how long", "standing",
    "why, and by which ticket", "confirmed by both sides", "not the carrier's",
    "matched", "times differ", "ours only", "theirs only",
    "not normal days", "clock seconds", *LOST,
    *(text for texts in HEADLINES.values() for text in texts.values()), *THINGS.values(),
    *filter(None, NAMES.values()), *ALARMS.values(),
    *("receive", "send", "both", "measured", "attested"),
    "same", "differs",
)  # fmt: skip


@cache
def said() -> dict[str, str]:
    """Every sentence with a place where it is said."""
    found = dict.fromkeys(REASONS, "reasons")
    found.update({title.replace("_", " "): "exporters/text.py" for title in TITLES})
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            where = path.relative_to(ROOT).as_posix()
            found.update(dict.fromkeys(_in_code(path.read_text("utf-8")), where))
    templates = (ROOT / "exporters").glob("**/templates/*.*")
    for path in sorted(templates):
        for _, text, *_ in extract("jinja2.ext:babel_extract", BytesIO(path.read_bytes())):
            found[str(text)] = path.relative_to(ROOT).as_posix()
    return found


def _in_code(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = _name(node.func)
            # A lookup that was handed over as `say` is given the sentence alone.
            alone = called == "say" and len(node.args) == 1
            place = 0 if alone else SPEAKERS.get(called, len(node.args))
            for argument in node.args[place : place + 1]:
                yield from _texts(argument)
            for keyword in node.keywords:
                if keyword.arg in KEYWORDS and called != "replace":
                    yield from _texts(keyword.value)
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in KEYWORDS:
            yield from _texts(node.value)


def _name(function: ast.expr) -> str:
    """What is called: `say(…)`, `table.say(…)` or `words(lang)(…)`, which counts as `_(…)`."""
    if isinstance(function, ast.Call):
        return "_" if _name(function.func) == "words" else ""
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and any(map(str.isalpha, node.value)):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))


def catalogue() -> Catalog:
    """The catalogue as written in the `.po`."""
    with PO.open("rb") as file:
        return read_po(file, locale="zh_CN")


def compiled(catalog: Catalog) -> bytes:
    """The catalogue as `.mo`."""
    buffer = BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def untranslated() -> list[str]:
    """Sentences without Chinese, each with a place."""
    known = catalogue()
    return [
        f"{where}: {text}" for text, where in said().items() if not (text in known and known[text].string)
    ]


def update() -> None:
    """Write the `.po` anew from the sources, keeping what is translated, and compile it."""
    old = catalogue() if PO.exists() else Catalog(locale="zh_CN")
    new = Catalog(
        locale="zh_CN", fuzzy=False, header_comment="# Chinese words of Linewalker.", creation_date=BORN,
        revision_date=BORN, project="Linewalker", version="1", msgid_bugs_address="none",
        last_translator="Linewalker", language_team="Linewalker",
    )  # fmt: skip
    for text, where in sorted(said().items(), key=lambda item: (item[1], item[0])):
        kept = old[text].string if text in old else ""
        new.add(text, kept, auto_comments=[where])
    with PO.open("wb") as file:
        write_po(file, new, width=110, omit_header=False)
    MO.write_bytes(compiled(new))


if __name__ == "__main__":
    update()
    print("\n".join(untranslated()))
