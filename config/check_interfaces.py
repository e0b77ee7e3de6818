"""Cross-checks of circuits bound to an interface: the device exists, and is one that can be asked for it."""

from collections.abc import Iterator, Mapping

from config.tree import Entry, Loc, Remark


def device_probes(root: Entry) -> dict[str, str]:
    """The kind of probe of each device, empty where it is not written."""
    return {device.text("id"): device.within("check").text("probe") for device in root.entries("devices")}


def unbound_interfaces(root: Entry, unsure: frozenset[str]) -> Iterator[Remark]:
    """`circuits.interface` that leads to no device asked by SNMP; `unsure` names the lists not read in full."""
    probes = device_probes(root)
    for circuit in root.entries("circuits") if root.gives("circuits", "interface") else ():
        written = circuit.text("interface")
        device, _, name = written.partition("/")
        loc = (*circuit.loc, "interface")
        if written and not (device and name):
            text = (
                "{found} is not an interface; expected DEVICE/NAME, DEVICE/alias:ALIAS or DEVICE/index:NUMBER"
            )
            yield Remark(loc, "interface", text, {"found": written})
        elif written:
            yield from unreadable(device, loc, "interface", probes, unsure)


def unreadable(
    device: str, loc: Loc, rule: str, probes: Mapping[str, str], unsure: frozenset[str]
) -> Iterator[Remark]:
    """A device that is not there, or is not asked by SNMP; `probes` names each device's kind of probe."""
    if device not in probes and "devices" not in unsure:
        yield Remark(loc, "dangling", "there is no device {device}", {"device": device})
    elif probes.get(device, "snmp") != "snmp":
        text = "the device {device} is not asked by SNMP; expected `probe: snmp` in its check"
        yield Remark(loc, rule, text, {"device": device})
