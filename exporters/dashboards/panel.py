"""What Grafana's JSON is made of: queries, panels, variables, and a dashboard of them. Nothing of what is shown.

The model is that of Grafana 10 and 11 (schemaVersion 39). A gap stays a gap: unknown time is never drawn over, and
where there is no sample stands a dash, never 0.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
SCHEMA = 39
SOURCE: Mapping[str, str] = {"type": "prometheus", "uid": "${datasource}"}
NONE = "—"
_WIDTH = 24
GOOD, BAD, PLAIN = "green", "red", "text"


@dataclass(frozen=True, slots=True)
class Query:
    """One question to Prometheus; `legend` names its lines by their labels, `{{group}}`."""

    expr: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A panel and the room it takes, in columns of 24 and rows."""

    panel: Json
    width: int
    height: int


def stat(title: str, says: str, query: Query, **field: Any) -> Json:
    """One number, as it is now."""
    return _panel("stat", title, says, [_asked(query, "A", now=True)], field) | {
        "options": {
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "orientation": "auto",
            "textMode": "auto",
            "colorMode": "value",
            "graphMode": "none",
            "justifyMode": "auto",
        }
    }


def lines(title: str, says: str, queries: Sequence[Query], **field: Any) -> Json:
    """Values over time. No line leads over a gap."""
    targets = [_asked(query, ref, now=False) for ref, query in _referred(queries)]
    panel = _panel("timeseries", title, says, targets, {"color": {"mode": "palette-classic"}} | field)
    panel["fieldConfig"]["defaults"]["custom"] = {
        "drawStyle": "line",
        "lineInterpolation": "linear",
        "lineWidth": 1,
        "fillOpacity": 0,
        "showPoints": "never",
        "spanNulls": False,
        "stacking": {"mode": "none", "group": "A"},
    }
    return panel | {
        "options": {
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
            "tooltip": {"mode": "multi", "sort": "none"},
        }
    }


def timeline(title: str, says: str, query: Query, **field: Any) -> Json:
    """States over time as coloured stretches; unknown is left empty."""
    panel = _panel("state-timeline", title, says, [_asked(query, "A", now=False)], field)
    panel["fieldConfig"]["defaults"]["custom"] = {"fillOpacity": 70, "lineWidth": 0, "spanNulls": False}
    return panel | {
        "options": {
            "mergeValues": True,
            "showValue": "never",
            "rowHeight": 0.9,
            "alignValue": "left",
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
            "tooltip": {"mode": "single", "sort": "none"},
        }
    }


def table(
    title: str,
    says: str,
    queries: Sequence[Query],
    columns: Mapping[str, str],
    named: Mapping[str, Json] | None = None,
    **field: Any,
) -> Json:
    """What is so now, a row a series: `columns` are the fields shown, in their order, with their heads.

    A field is a label, `Value` where there is one query, `Value #B` where there are several; `named` are the
    properties of single fields.
    """
    targets = [_asked(query, ref, now=True, form="table") for ref, query in _referred(queries)]
    panel = _panel("table", title, says, targets, field)
    panel["fieldConfig"]["defaults"]["custom"] = {"align": "auto", "cellOptions": {"type": "auto"}}
    panel["fieldConfig"]["overrides"] = [
        override(columns[name], **properties) for name, properties in (named or {}).items()
    ]
    shown = {"include": {"names": list(columns)}}
    order = {name: place for place, name in enumerate(columns)}
    return panel | {
        "options": {"showHeader": True, "cellHeight": "sm", "footer": {"show": False}},
        "transformations": [
            {"id": "merge", "options": {}},
            {"id": "filterFieldsByName", "options": shown},
            {"id": "organize", "options": {"indexByName": order, "renameByName": dict(columns)}},
        ],
    }


def override(name: str, **properties: Any) -> Json:
    """Properties of one field by the name it is shown with."""
    return {
        "matcher": {"id": "byName", "options": name},
        "properties": [{"id": key, "value": value} for key, value in properties.items()],
    }


def called(names: Mapping[str, str]) -> list[Json]:
    """What people call lines that are known by an id."""
    return [override(id_, displayName=name) for id_, name in names.items() if name and name != id_]


def texts(words: Mapping[str, str], colours: Mapping[str, str] | None = None) -> list[Json]:
    """Words in the place of values, and their colours."""
    options = {
        value: {"text": word, "index": place} | ({"color": colours[value]} if colours else {})
        for place, (value, word) in enumerate(words.items())
    }
    return [{"type": "value", "options": options}]


def steps(base: str, *others: tuple[float, str]) -> Json:
    """Colours: the first from the very lowest on, each other one from its value on."""
    found: list[Json] = [{"color": base, "value": None}]
    return {
        "mode": "absolute",
        "steps": found + [{"color": colour, "value": at} for at, colour in others],
    }


def source_variable(title: str) -> Json:
    """Which Prometheus is asked."""
    return _variable("datasource", "datasource", title) | {"query": "prometheus", "regex": ""}


def query_variable(name: str, title: str, query: str, regex: str = "", *, all_of_it: bool = False) -> Json:
    """A choice of what Prometheus knows; `regex` takes `text` and `value` out of what it answers."""
    return _variable(name, "query", title) | {
        "datasource": dict(SOURCE),
        "definition": query,
        "query": {"query": query, "refId": f"variable-{name}"},
        "regex": regex,
        "sort": 1,
        "refresh": 2,  # whenever the time range changes
        "includeAll": all_of_it,
        "multi": all_of_it,
        "allValue": ".*" if all_of_it else None,
    }


def dashboard(
    uid: str,
    title: str,
    says: str,
    zone: str,
    panels: Iterable[Placed],
    variables: Sequence[Json],
    since: str = "now-6h",
) -> Json:
    """A whole dashboard; panels stand in the order given, from left to right."""
    return {
        "id": None,
        "uid": uid,
        "title": title,
        "description": says,
        "tags": ["linewalker"],
        "schemaVersion": SCHEMA,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "timezone": zone,
        "weekStart": "monday",
        "refresh": "30s",
        "time": {"from": since, "to": "now"},
        "timepicker": {},
        "links": [],
        "annotations": {"list": []},
        "templating": {"list": list(variables)},
        "panels": _in_place(panels),
    }


def _in_place(panels: Iterable[Placed]) -> list[Json]:
    found, x, y, below = list[Json](), 0, 0, 0
    for number, one in enumerate(panels, 1):
        if x + one.width > _WIDTH:
            x, y = 0, below
        place = {"h": one.height, "w": one.width, "x": x, "y": y}
        found.append({"id": number, "gridPos": place, **one.panel})
        x, below = x + one.width, max(below, y + one.height)
    return found


def _panel(kind: str, title: str, says: str, targets: list[Json], field: Mapping[str, Any]) -> Json:
    options = dict(field)
    overrides = options.pop("overrides", [])
    defaults = {"unit": "none", "noValue": NONE, "mappings": [], "thresholds": steps(PLAIN)} | options
    return {
        "type": kind,
        "title": title,
        "description": says,
        "datasource": dict(SOURCE),
        "targets": targets,
        "fieldConfig": {"defaults": defaults, "overrides": overrides},
    }


def _referred(queries: Sequence[Query]) -> list[tuple[str, Query]]:
    return list(zip("ABCDEFGH", queries, strict=False))


def _asked(query: Query, ref: str, *, now: bool, form: str = "time_series") -> Json:
    return {
        "refId": ref,
        "datasource": dict(SOURCE),
        "editorMode": "code",
        "expr": query.expr,
        "legendFormat": query.legend or "__auto",
        "instant": now,
        "range": not now,
        "format": form,
    }


def _variable(name: str, kind: str, title: str) -> Json:
    return {
        "name": name,
        "type": kind,
        "label": title,
        "hide": 0,
        "includeAll": False,
        "multi": False,
        "skipUrlSync": False,
        "current": {},
        "options": [],
        "refresh": 1,
    }
