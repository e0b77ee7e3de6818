"""Cross-checks of circuits bound to an interface: the device exists, and is one that can be asked for it."""

from collections.abc import Iterator

from config.tree import Entry, Remark


def unbound_interfaces(root: Entry, unsure: frozenset[str]) -> Iterator[Remark]:
    """`circuits.interface` that leads to no device asked by SNMP; `unsure` names the lists not read in full."""
    probes = {device.text("id"): device.within("check").text("probe") for device in root.entries("devices")}
    for circuit in root.entries("circuits") if root.gives("circuits", "interface") else ():
        written = circuit.text("interface")
        device, _, name = written.partition("/")
        loc = (*circuit.loc, "interface")
        if written and not (device and name):
            text = (
                "{found} is not an interface; expected DEVICE/NAME, DEVICE/alias:ALIAS or DEVICE/index:NUMBER"
            )
            yield Remark(loc, "interface", text, {"found": written})
        elif written and device not in probes and "devices" not in unsure:
            yield Remark(loc, "dangling", "there is no device {device}", {"device": device})
        elif written and device in probes and probes[device] != "snmp":
            text = "the device {device} is not asked by SNMP; expected `probe: snmp` in its check"
            yield Remark(loc, "interface", text, {"device": device})
