"""Rules on bands 优/良/中/差: bands-overlap, bands-gap, bands-reversed, target-band, missing-criterion."""

from collections.abc import Iterator
from decimal import Decimal

from config.plan import Row
from config.plan_case import Case, axis_of_row, cells_of, number, stretches_of, unit_of
from config.quantities import read_stretch
from config.tree import Loc, Remark
from indicators.bands import (
    ENDLESS,
    GRADES,
    Axis,
    Band,
    Part,
    Stretch,
    gaps,
    out_of_order,
    overlaps,
    settled,
    turned_round,
)


def on_bands(case: Case) -> Iterator[Remark]:
    """Everything about the bands and criteria of every row."""
    for at, row in enumerate(case.plan.rows):
        loc: Loc = ("rows", at)
        yield from _criterion(loc, row, case)
        yield from _unreadable(loc, row)
        stretches = stretches_of(row)
        if stretches:
            yield from _axis(loc, row, stretches)


def _criterion(loc: Loc, row: Row, case: Case) -> Iterator[Remark]:
    cells = cells_of(row)
    itself = [grade for grade, cell in cells.items() if cell in GRADES]
    missing = [grade for grade in GRADES if grade not in cells]
    if itself:
        text = "{name}: the bands say only {found}: nothing says what that is; expected values or facts"
        yield Remark((*loc, "bands"), "missing-criterion", text, _of(row, found="/".join(itself)))
    elif case.profile.bands and missing:
        text = "{name}: no criterion for {missing}; expected all of 优, 良, 中, 差"
        yield Remark((*loc, "bands"), "missing-criterion", text, _of(row, missing="/".join(missing)))
    if not row.target:
        yield Remark((*loc, "target"), "missing-criterion", "{name}: there is no target", _of(row))
    elif not cells and row.direction is None and row.quantity(row.target):
        text = "{name}: nothing says whether more or less is better; expected `direction`, such as positive"
        yield Remark((*loc, "direction"), "missing-criterion", text, _of(row))


def _unreadable(loc: Loc, row: Row) -> Iterator[Remark]:
    """Cells that are no band although others of the row are: most often something else was typed into them."""
    if not stretches_of(row):
        return
    for grade, cell in cells_of(row).items():
        if cell not in GRADES and read_stretch(cell) is None:
            text = (
                "{name}: {found} is no band; expected such as ≥95% or 300-359天, and values in their column"
            )
            yield Remark((*loc, "bands", grade), "wrong-field", text, _of(row, found=" ".join(cell.split())))


def _axis(loc: Loc, row: Row, written: dict[str, Stretch]) -> Iterator[Remark]:
    direction, axis, at = row.direction or "positive", axis_of_row(row), (*loc, "bands")
    wrong = turned_round(written, direction)
    for grade in wrong:
        text = "{name}: {grade} is written {found}, which runs over the other bands; the other way round was meant"
        found = cells_of(row)[grade]
        yield Remark((*at, grade), "bands-reversed", text, _of(row, grade=grade, found=found))
    # With the meant side of what is turned round, so that one slip is told of once.
    bands = settled({grade: one.turned if grade in wrong else one for grade, one in written.items()}, axis)
    yield from _cover(at, row, bands, axis)
    order = out_of_order(bands, direction)
    if order:
        text = "{name}: {better} lies at the worse side of {worse}; expected 优, 良, 中, 差 in order"
        yield Remark(at, "bands-reversed", text, _of(row, better=order[0], worse=order[1]))
    best = next((band for band in bands if band.grade == GRADES[0]), None)
    if best:
        yield from _target(loc, row, best)


def _cover(at: Loc, row: Row, bands: tuple[Band, ...], axis: Axis) -> Iterator[Remark]:
    for part in overlaps(bands, axis):
        text = "{name}: {values} is both {one} and {other}"
        values = _of(row, values=_shown(part, row), one=part.grades[0], other=part.grades[1])
        yield Remark(at, "bands-overlap", text, values)
    # A cell that could not be read leaves a hole of its own, which is told of there.
    if len(bands) == len(cells_of(row)) == len(GRADES):
        best = next(band for band in bands if band.grade == GRADES[0])
        parts = list(gaps(bands, axis))
        beyond = [part for part in parts if _is_beyond(part, best, row)]
        inside = [_shown(part, row) for part in parts if part not in beyond]
        if inside:
            text = "{name}: no band holds {values}; expected every value in one band"
            yield Remark(at, "bands-gap", text, _of(row, values=", ".join(inside)))
        for part in beyond:
            text = (
                "{name}: {values} would be better than 优 and is in no band; expected 优 without an end there"
            )
            yield Remark(at, "bands-gap", text, _of(row, values=_shown(part, row)), "warning")


def _is_beyond(part: Part, best: Band, row: Row) -> bool:
    """Whether values lie at the good side of 优."""
    if row.direction == "reverse":
        return part.high <= best.begin[0]
    return part.low >= best.end[0]


def _target(loc: Loc, row: Row, best: Band) -> Iterator[Remark]:
    """A remark where 优 begins elsewhere than at the target, and nothing says why."""
    target = row.quantity(row.target)
    if target is None or row.target_note or row.direction == "qualitative":
        return
    begins = _last(best, axis_of_row(row)) if row.direction == "reverse" else best.begin[0]
    if begins == target.number or not begins.is_finite():
        return
    laxer = (begins > target.number) if row.direction == "reverse" else (begins < target.number)
    values = _of(row, target=row.target, begins=f"{number(begins)}{unit_of(row)}")
    text = (
        "{name}: 优 is given from {begins} on, laxer than the target {target}; `target_note` may say why"
        if laxer
        else "{name}: 优 is given from {begins} on, stricter than the target {target}; `target_note` may say why"
    )
    yield Remark((*loc, "target"), "target-band", text, values, "warning")


def _last(band: Band, axis: Axis) -> Decimal:
    """The largest value of a band, or the limit that it does not reach."""
    return band.end[0] - 1 if axis.whole else band.end[0]


def _shown(part: Part, row: Row) -> str:
    """Values for people: `43-45条`, `>51条`, `10-14%`, without ends that do not belong."""
    unit, low, high = unit_of(row), number(part.low), number(part.high) if part.high.is_finite() else ""
    if part.high == ENDLESS:
        whole_before = number(part.low - 1) if part.low_in and part.low > 0 else low
        return (
            f">{whole_before}{unit}"
            if axis_of_row(row).whole
            else f"{'≥' if part.low_in else '>'}{low}{unit}"
        )
    if part.low == part.high:
        return f"{low}{unit}"
    if part.low_in and part.high_in:
        return f"{low}-{high}{unit}"
    above = "" if part.low == 0 and part.low_in else f"{'≥' if part.low_in else '>'}{low}{unit}"
    return f"{above}{'≤' if part.high_in else '<'}{high}{unit}"


def _of(row: Row, **values: object) -> dict[str, object]:
    return {"name": row.level3, **values}
