"""What was promised on a day, in the unit formulas count in."""

from datetime import date

import pytest

from config.check_targets import unknown_indicators
from config.errors import WrongValueError
from config.load import load
from config.model import Target
from config.targets import in_formula_units, target_of
from config.tree import Entry
from tests.config.test_examples import EXAMPLES

KNOWN = ("availability", "normal_days", "restored_within")


@pytest.mark.parametrize(
    ("value", "unit", "counted"),
    [
        (95, "%", 0.95), (99.9, "%", 0.999), (360, "天", 360), (24, "条", 24), (6, "台次", 6), (4, "h", 14400),
        (4, "小时", 14400), (30, "min", 1800), (10, "s", 10), (0.5, "", 0.5),
    ],
)  # fmt: skip
def test_a_promise_is_counted_as_formulas_count(value: float, unit: str, counted: float) -> None:
    assert in_formula_units(value, unit) == counted


def test_a_unit_nobody_knows_is_refused() -> None:
    with pytest.raises(WrongValueError, match="is not a unit of targets"):
        in_formula_units(1, "光年")


def test_a_promise_changes_on_its_day() -> None:
    changes = ({"from": "2026-07-01", "value": 99.9}, {"from": "2027-01-01", "value": 99.95})
    target = Target.model_validate(
        {"indicator": "availability", "group": "branch", "value": 99.5, "unit": "%", "changes": changes}
    )

    def on(*day: int) -> float | None:
        return target_of([target], "availability", "branch", date(*day))

    assert (on(2020, 1, 1), on(2026, 6, 30)) == (0.995, 0.995)
    assert (on(2026, 7, 1), on(2026, 12, 31)) == (0.999, 0.999)
    assert on(2027, 1, 1) == 0.9995


def test_what_was_promised_for_all_is_not_promised_for_each() -> None:
    targets = [
        Target(indicator="circuits_normal", value=150, unit="条"),
        Target(indicator="circuits_normal", group="branch", value=24, unit="条"),
    ]
    day = date(2026, 1, 1)
    assert target_of(targets, "circuits_normal", None, day) == 150
    assert target_of(targets, "circuits_normal", "branch", day) == 24
    assert target_of(targets, "circuits_normal", "depot", day) is None
    assert target_of(targets, "availability", "branch", day) is None


def test_the_targets_of_an_example() -> None:
    targets = load(EXAMPLES / "hainan-transport-fees-2020" / "network.yaml").targets
    day = date(2020, 6, 1)
    assert target_of(targets, "restored_within", None, day) == 0.95
    assert target_of(targets, "normal_days", "port", day) == 360


def test_an_indicator_there_is_not_is_said_with_the_nearest() -> None:
    written = Entry(
        (), {"targets": [{"indicator": "availabilty"}, {"indicator": "normal_days"}, {"indicator": "xyz"}]}
    )
    said = [(one.loc, one.text.format(**one.values)) for one in unknown_indicators(written, KNOWN)]
    assert said == [
        (("targets", 0, "indicator"), "there is no indicator availabilty; did you mean availability?"),
        (
            ("targets", 2, "indicator"),
            "there is no indicator xyz; expected one of availability, normal_days, restored_within",
        ),
    ]
