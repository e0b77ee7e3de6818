"""A judged bracket fills its row where it is decided, and stops it where it is not."""

from decimal import Decimal

import pytest

from config.plan import Row
from config.plan_case import Case
from config.plan_files import load_plan
from config.plan_filling import fill
from indicators.measure import Bracket, nothing
from indicators.scoring import Filled, Open
from tests.config.test_plans_as_published import S0, S2


def case_of(folder_of: str) -> Case:
    loaded = load_plan((S0 if folder_of == "S0" else S2) / "plan-next.yaml")
    return Case(loaded.plan, loaded.profile, loaded.network, {})


def row_of(case: Case, id_: str) -> Row:
    return next(row for row in case.plan.rows if row.id == id_)


@pytest.mark.parametrize(
    ("row", "lower", "upper", "grade"),
    [
        ("branch-days", 360.0, 366.0, "优"),
        ("branch-days", 300.0, 359.0, "良"),
        ("branch-days", 0.0, 249.0, "差"),
        ("efficiency", 0.0, 0.01, "优"),  # 1 % is a share of 0.01, and still 优
        ("efficiency", 0.0101, 0.03, "良"),
        ("restored", 0.95, 1.0, "优"),
    ],
)
def test_a_bracket_inside_one_band_fills_the_cell(row: str, lower: float, upper: float, grade: str) -> None:
    case = case_of("S0")
    assert fill(row_of(case, row), Bracket(lower, lower, upper, 1.0), case) == Filled(grade=grade)


def test_a_bracket_across_an_edge_stops_the_row_and_says_what_would_decide() -> None:
    case = case_of("S0")
    bracket = Bracket(
        362.0, 358.0, 364.0, 0.98, {"undecided_days": 6, "unknown_seconds": 7200.0, "days": 366}
    )
    assert fill(row_of(case, "branch-days"), bracket, case) == Open(
        grades=("良", "优"),
        edges=(Decimal(360),),
        evidence={"undecided_days": 6.0, "unknown_seconds": 7200.0},
    )


def test_nothing_known_fills_nothing() -> None:
    case = case_of("S0")
    assert fill(row_of(case, "branch-days"), nothing(0.0), case) is None


def test_points_follow_from_a_share_in_the_unit_of_the_row() -> None:
    case = case_of("S2")
    lines, running = row_of(case, "lines"), row_of(case, "running")
    assert fill(lines, Bracket(150.0, 150.0, 150.0, 1.0), case) == Filled(points=Decimal(5))
    assert fill(lines, Bracket(147.0, 147.0, 147.0, 1.0), case) == Filled(points=Decimal("4.9"))
    assert fill(running, Bracket(0.99, 0.99, 0.99, 1.0), case) == Filled(points=Decimal("4.95"))
    # Two different values may round to the same points: then there is nothing left to decide.
    assert fill(running, Bracket(0.99, 0.9899, 0.99, 1.0), case) == Filled(points=Decimal("4.95"))
    left = fill(lines, Bracket(148.0, 147.0, 150.0, 1.0, {"undecided": 3}), case)
    assert left == Open(points=(Decimal("4.9"), Decimal(5)), evidence={"undecided": 3.0})
