"""Bands cover their axis once, in order; whole numbers leave no gap between 300-359 and 360."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.quantities import WHOLE, read_stretch
from indicators.bands import (
    Axis,
    Band,
    Direction,
    Stretch,
    axis_of,
    gaps,
    grade_of,
    out_of_order,
    overlaps,
    settled,
    turned_round,
)

FOUR = "优良中差"


def read(*cells: str) -> tuple[dict[str, Stretch], Axis]:
    found = [read_stretch(cell) for cell in cells]
    assert all(found)
    unit = next(one[1] for one in found if one and one[1])
    return {grade: one[0] for grade, one in zip(FOUR, found, strict=False) if one}, axis_of(
        unit, unit in WHOLE
    )


def bands_of(*cells: str) -> tuple[tuple[Band, ...], Axis]:
    written, axis = read(*cells)
    return settled(written, axis), axis


RIGHT = [
    ("≥360天", "300-359天", "250-299天", "249天以下"),
    ("≥360天", "300（含）-360天", "250（含）-300天", "250天以下"),
    ("≧95%", "90%（含）-95%", "85%（含）-90%", "85%以下"),
    ("5%以下", "5%（含）-10%", "10%（含）-15%", "15%（含）以上"),
    ("≤1%", "1%-5%（含）", "5%-10%（含）", "超过10%"),
    ("90%-100%", "80%-90%", "60%-80%", "60%以下"),
    ("≥6台次", "5台次", "4台次", "3台次以下"),
    ("0起", "1起", "2起", "≥3起"),
]


@pytest.mark.parametrize("cells", RIGHT)
def test_bands_that_are_right_have_no_gap_and_no_overlap(cells: tuple[str, ...]) -> None:
    bands, axis = bands_of(*cells)
    assert list(gaps(bands, axis)) == list(overlaps(bands, axis)) == []


@pytest.mark.parametrize("cells", RIGHT)
@given(value=st.decimals(0, 100, places=1))
def test_every_value_of_right_bands_has_one_grade(cells: tuple[str, ...], value: Decimal) -> None:
    bands, axis = bands_of(*cells)
    whole = value.to_integral_value()
    assert grade_of(bands, whole if axis.whole else value) is not None


@pytest.mark.parametrize(
    ("cells", "low", "high", "grades"),
    [
        (("≥360天", "300-359天", "250-299天", "298天以下"), 250, 298, ("中", "差")),
        (("47（含）-51条", "43（含）-46", "40（含）-45", "40条以下"), 43, 45, ("良", "中")),
    ],
)
def test_an_overlap_is_found_with_its_values(
    cells: tuple[str, ...], low: int, high: int, grades: tuple[str, str]
) -> None:
    bands, axis = bands_of(*cells)
    [found] = overlaps(bands, axis)
    assert (int(found.low), int(found.high), found.grades) == (low, high, grades)


def test_points_leave_gaps_between_them() -> None:
    bands, axis = bands_of("10%", "14%", "18%", "18%以上")
    assert [(int(part.low), int(part.high), part.low_in, part.high_in) for part in gaps(bands, axis)] == [
        (0, 10, True, False),
        (10, 14, False, False),
        (14, 18, False, False),
    ]


def test_a_side_that_was_left_open_yields_to_the_neighbour_who_claims_the_value() -> None:
    bands, _ = bands_of("≧95%", "90%（含）-95%", "85%（含）-90%", "85%以下")
    assert [grade_of(bands, Decimal(value)) for value in (95, 90, 85)] == ["优", "良", "中"]
    alone, _ = bands_of("≥360天", "300-359天", "250-299天", "249天以下")
    assert grade_of(alone, Decimal(249)) == "差"


@pytest.mark.parametrize(
    ("cells", "direction", "wrong"),
    [
        (("5%以下", "5%（含）-10%", "10%（含）-15%", "15%（含）以下"), "reverse", ("差",)),
        (("5%以下", "5%（含）-10%", "10%（含）-15%", "15%（含）以上"), "reverse", ()),
        (("95%以下", "90%（含）-95%", "85%（含）-90%", "85%以下"), "positive", ("优",)),
        (("≧95%", "90%（含）-95%", "85%（含）-90%", "85%以下"), "positive", ()),
    ],
)
def test_a_limit_the_wrong_way_round_is_found(
    cells: tuple[str, ...], direction: Direction, wrong: tuple[str, ...]
) -> None:
    written, _ = read(*cells)
    assert turned_round(written, direction) == wrong


def test_bands_in_the_order_of_the_other_direction_are_out_of_order() -> None:
    bands, _ = bands_of("≥360天", "300-359天", "250-299天", "249天以下")
    assert out_of_order(bands, "positive") is None
    assert out_of_order(bands, "reverse") == ("优", "良")
