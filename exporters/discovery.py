"""`/sd/…`: what is watched as target groups, in the form of Prometheus HTTP service discovery.

Here live the groups and their labels; how they are answered over HTTP is in `web/`. Other exporters, such as
the blackbox exporter, may so ask the same circuits, devices and systems as the configuration names.
"""

from exporters.reading import CollectorNow, Overview, Subject

KINDS = ("circuits", "devices", "systems")
META = "__meta_linewalker_"

Group = dict[str, list[str] | dict[str, str]]


def itself(host: str, port: int, now: CollectorNow) -> list[Group]:
    """The service as one group: the address at which it was asked, and who watches from where."""
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return [_group(address, {"organisation": now.organisation, "vantage": now.vantage})]


def groups(overview: Overview, kind: str) -> list[Group]:
    """A group for each subject of a kind; those without an address of their own have none."""
    known = overview.kinds.get(kind)
    return [_group(one.address, _labels(one)) for one in known.subjects if one.address] if known else []


def _labels(subject: Subject) -> dict[str, str]:
    return {
        "id": subject.id,
        "name": subject.name,
        "group": subject.group,
        "carrier": subject.carrier,
        "site": subject.site,
        "path": subject.path,
    }


def _group(address: str, labels: dict[str, str]) -> Group:
    # To Prometheus an empty label is none.
    return {"targets": [address], "labels": {META + name: value for name, value in labels.items() if value}}
