"""What is in a dashboard: its queries, as Grafana would ask them of Prometheus; no tests here."""

from collections.abc import Iterator, Mapping
from typing import Any

FILLED = {
    "$__range": "1h",
    "$__rate_interval": "1m",
    "$__interval": "15s",
    "$indicator": "availability",
    "$subject": ".*",
}


def queries(dashboard: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every query of every panel, after the panel's title."""
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def filled(expr: str, **variables: str) -> str:
    """A query with its variables replaced; longer names first, as `$__range` holds no other."""
    known = FILLED | {f"${name}": value for name, value in variables.items()}
    for name in sorted(known, key=len, reverse=True):
        expr = expr.replace(name, known[name])
    return expr
