"""Cross-checks of throughput tests: what they are of exists, and has the rate of which they may take a share."""

from collections.abc import Iterator

from config.tree import Entry, Remark


def impossible_tests(root: Entry, unsure: frozenset[str]) -> Iterator[Remark]:
    """Tests of circuits or groups that are not there, or whose contracted rate is not known."""
    if "circuits" in unsure or "throughput" not in root.values:
        return
    rates = {circuit.text("id"): circuit.text("commit_rate") for circuit in root.entries("circuits")}
    groups = {circuit.text("group") for circuit in root.entries("circuits")}
    for test in root.within("throughput").entries("tests"):
        share = not test.text("rate") or "%" in test.text("rate")
        for loc, name in test.texts("circuits"):
            if name not in rates:
                yield Remark(
                    loc, "dangling", "there is no circuit {name} in the configuration", {"name": name}
                )
            elif share and not rates[name]:
                text = "{name} has no commit_rate to take a share of; expected `rate` as bit/s, such as 5M"
                yield Remark(loc, "throughput", text, {"name": name})
        group = test.text("group")
        if group and group not in groups:
            yield Remark(
                (*test.loc, "group"),
                "dangling",
                "there is no group {name} in the configuration",
                {"name": group},
            )
