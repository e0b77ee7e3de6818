"""The families of `/metrics` that tell how the indicators stand: value, bracket, coverage, target and margin."""

from collections.abc import Iterator

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from exporters.standing import Standing

_LABELS = ("indicator", "subject", "kind", "view", "period")
_OF_MARGIN = ("indicator", "subject", "kind", "view")
_MARGIN = {
    "": ("value", "Days that may still be lost this year; below 0 the target of the year is missed."),
    "_lower": ("lower", "The lower end of its bracket."),
    "_upper": ("upper", "The upper end of its bracket."),
}
_FAMILIES = {
    "value": "The indicator, in the unit of its catalogue entry; no sample where there is no value.",
    "lower": "The lower end of its bracket.",
    "upper": "The upper end of its bracket.",
    "coverage": "The share of the time that was watched, or of the items that are decided.",
    "target": "What was promised.",
}


def indicator_families(standing: Standing) -> Iterator[Metric]:
    """One family each; what has no value has no sample."""
    for name, text in _FAMILIES.items():
        family = GaugeMetricFamily(f"linewalker_indicator_{name}", text, labels=_LABELS)
        for row in standing.measures:
            if row[name] is not None:
                family.add_metric([row[label] for label in _LABELS], row[name])
        yield family
    for ending, (end, text) in _MARGIN.items():
        family = GaugeMetricFamily(f"linewalker_margin_days{ending}", text, labels=_OF_MARGIN)
        for row in standing.outlooks:
            if row["left"][end] is not None:
                family.add_metric([row[label] for label in _OF_MARGIN], row["left"][end])
        yield family
