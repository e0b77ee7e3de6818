"""Cross-checks of lines that are read from a router: the device exists and can be asked, and the path says so."""

from collections.abc import Iterator

from config.check_interfaces import device_probes, unreadable
from config.tree import SUBJECTS, Entry, Remark
from probes import PROBERS

_READ = {kind for kind, probe in PROBERS.items() if "notices_within" in probe.settings.__dataclass_fields__}


def unread_devices(root: Entry, unsure: frozenset[str]) -> Iterator[Remark]:
    """Checks that lead to no device asked by SNMP, or stand where there is no line; `unsure` as everywhere."""
    probes = device_probes(root)
    for section in SUBJECTS:
        for entry in root.entries(section):
            check = entry.within("check")
            if check.text("probe") not in _READ:
                continue
            device, loc = check.text("device"), (*check.loc, "device")
            if section != "circuits":
                text = "by {probe} a router tells of a line; expected it in the check of a circuit"
                yield Remark((*check.loc, "probe"), "path", text, {"probe": check.text("probe")})
            elif device:
                yield from unreadable(device, loc, "path", probes, unsure)


def unread_paths(root: Entry) -> Iterator[Remark]:
    """`path: device` without such a check, such a check without that path, and links that follow nothing."""
    for circuit in root.entries("circuits"):
        read = circuit.within("check").text("probe") in _READ
        for entry in (circuit, *circuit.entries("changes")):
            path, loc = entry.text("path"), (*entry.loc, "path")
            if path == "device" and not read:
                text = (
                    "nothing is read from a device; expected `check: {{probe: nqa, bfd or neighbour, device: …}}`,"
                    " or another path"
                )
                yield Remark(loc, "path", text)
            elif path and path != "device" and read:
                text = "the check reads a device, which proves the line by itself; expected `path: device`"
                yield Remark(loc, "path", text, severity="warning")
        if read and not circuit.text("path"):
            text = "the check reads a device, which proves the line by itself; expected `path: device`"
            yield Remark(circuit.loc, "path", text, severity="warning")
        if circuit.text("link_follows_path") and not circuit.text("interface"):
            text = "no interface is named that could follow the path; expected `interface: DEVICE/NAME`"
            yield Remark((*circuit.loc, "link_follows_path"), "interface", text)
