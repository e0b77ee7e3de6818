"""Cross-checks of who is asked: no two lines by the same question, sources that fit, sentinels that can be trusted.

They look at the tree as written; addresses that cannot be read are left to the models to refuse.
"""

import ipaddress
from collections.abc import Iterator

from config.addresses import read_address
from config.errors import WrongValueError
from config.tree import Entry, Loc, Remark

Question = tuple[str, str]
_OTHERS = ("services", "devices", "systems")


def _address(written: str) -> str:
    """The address in its one spelling, or an empty text."""
    try:
        return read_address(written) if written else ""
    except WrongValueError:
        return ""


def _question(entry: Entry) -> Question:
    source = entry.text("source")
    return _address(entry.text("address")), _address(source) or source


def repeated_questions(root: Entry) -> Iterator[Remark]:
    """A circuit asked exactly as another circuit, service, device or system: one answer would count for both."""
    first: dict[Question, Loc] = {}
    if _nobody_else_asks(root):
        return
    for circuit in root.entries("circuits"):
        yield from _asked_before(circuit, first)
        first.setdefault(_question(circuit), circuit.loc)
    # Two systems on one host are right and stay silent; only a line needs a question nobody else asks.
    for section in _OTHERS:
        for entry in root.entries(section):
            # A port or a page at the end of a line is another question than the line.
            if entry.within("check").text("probe") in ("", "icmp"):
                yield from _asked_before(entry.within("check"), first)


def _nobody_else_asks(root: Entry) -> bool:
    """Whether all addresses are different, as nearly always: then none of a million needs to be remembered."""
    seen = {_address(written) for _, written in root.column("circuits", "address")}
    checks = [entry.within("check") for one in _OTHERS for entry in root.entries(one)]
    others = {_address(check.text("address")) for check in checks} - {""}
    count = sum(1 for _, written in root.column("circuits", "address"))
    return len(seen) == count and "" not in seen and not seen & others


def _asked_before(asked: Entry, first: dict[Question, Loc]) -> Iterator[Remark]:
    address, source = _question(asked)
    if address and (address, source) in first:
        text = "{address} is asked already, for {other}; expected an address or a source of its own"
        if source:
            text = "{address} is asked from {source} already, for {other}; expected an address or a source of its own"
        loc = (*asked.loc, "address")
        values: dict[str, object] = {"address": address, "source": source}
        yield Remark(loc, "repeated-address", text, values, other=first[address, source])


def unfit_sources(root: Entry) -> Iterator[Remark]:
    """A pinned circuit without its source, and a source of the other IP version."""
    circuits = root.entries("circuits") if _may_have_sources(root) else iter(())
    for circuit in circuits:
        if circuit.text("path") == "pinned" and not circuit.text("source"):
            text = "a pinned path needs its source; expected an own address or an interface in `source`"
            yield Remark((*circuit.loc, "path"), "source", text)
        for asked in (circuit, *circuit.entries("changes")):
            yield from _other_version(asked, circuit)
    for section in _OTHERS:
        for entry in root.entries(section):
            yield from _other_version(entry.within("check"), entry.within("check"))


def _may_have_sources(root: Entry) -> bool:
    pinned = any(path == "pinned" for _, path in root.column("circuits", "path"))
    return pinned or root.gives("circuits", "source") or root.gives("circuits", "changes")


def _other_version(asked: Entry, before: Entry) -> Iterator[Remark]:
    source = _address(asked.text("source") or before.text("source"))
    address = _address(asked.text("address") or before.text("address")) if source else ""
    if address and source and ipaddress.ip_address(address).version != ipaddress.ip_address(source).version:
        text = "{source} cannot be the source for {address}; expected both IPv4 or both IPv6"
        key = "source" if asked.text("source") else "address"
        yield Remark((*asked.loc, key), "source", text, {"source": source, "address": address})


def untrusted_sentinels(root: Entry) -> Iterator[Remark]:
    """No sentinel at all, none on one side, the same one twice, or one that is itself a line being watched."""
    vantage = root.within("vantage")
    sentinels = vantage.within("sentinels")
    near, far = _side(sentinels, "near"), _side(sentinels, "far")
    if vantage.values and not near and not far:
        text = (
            "no sentinel is given, so a silent line could never be told from our own blindness; "
            "expected at least the own gateway in `near`"
        )
        yield Remark(sentinels.loc, "sentinel", text)
    elif near and not far:
        text = "no far sentinel is given, so a fault of the core looks like one of every line"
        yield Remark(sentinels.loc, "sentinel", text, severity="warning")
    elif far and not near:
        text = "no near sentinel is given, so a fault of the core looks like our own blindness"
        yield Remark(sentinels.loc, "sentinel", text, severity="warning")
    yield from _twofold_sentinels(root, [*near, *far])


def _side(sentinels: Entry, side: str) -> list[tuple[Loc, str]]:
    """The sentinels of a side; one that is not in a list counts too, so that nothing is said twice of it."""
    single = sentinels.text(side)
    return [((*sentinels.loc, side), single)] if single else sentinels.texts(side)


def _twofold_sentinels(root: Entry, sentinels: list[tuple[Loc, str]]) -> Iterator[Remark]:
    asked = {_address(written) for _, written in sentinels}
    circuits = root.column("circuits", "address") if asked else ()
    lines: dict[str, Loc] = {
        address: ("circuits", number)
        for number, written in circuits
        if (address := _address(written)) in asked
    }
    first: dict[str, Loc] = {}
    for loc, written in sentinels:
        address = _address(written)
        if address and address in lines:
            text = (
                "{address} is the address of {other}; expected a sentinel that answers when every line is cut"
            )
            yield Remark(loc, "sentinel", text, {"address": address}, other=lines[address])
        if address and address in first:
            text = "{address} is a sentinel already; expected it once, near or far"
            yield Remark(loc, "sentinel", text, {"address": address})
        first.setdefault(address, loc)
