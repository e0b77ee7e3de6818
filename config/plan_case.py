"""What the rules of a plan look at, and how they show numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from config.model import Config
from config.plan import Plan, Row
from config.quantities import WHOLE, read_stretch
from config.tree import Tree
from indicators.bands import Axis, Stretch, axis_of
from indicators.percentages import Way, rounded
from indicators.scoring_profiles import ScoringProfile


@dataclass(frozen=True, slots=True)
class Case:
    """A plan under examination; `tree` is what was written, text by text."""

    plan: Plan
    profile: ScoringProfile
    network: Config | None
    tree: Tree


def number(value: Decimal | Fraction | int, places: int = 2) -> str:
    """A number for people, exact where it has few places, without zeros at its end."""
    if isinstance(value, Fraction):
        value = rounded(value, places, Way.HALF_UP)
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def added(parts: Iterable[Decimal]) -> str:
    """A sum as it is reckoned: `10 + 50 + 30 = 90`."""
    terms = list(parts)
    return f"{' + '.join(map(number, terms))} = {number(sum(terms, Decimal(0)))}"


def cells_of(row: Row) -> dict[str, str]:
    """The cells of a row's bands that say anything."""
    return {grade: cell for grade, cell in (row.bands.cells() if row.bands else {}).items() if cell}


def band_in(cell: str) -> tuple[Stretch, str] | None:
    """The band in a cell and its unit, although something else was typed behind it; None where there is none."""
    return read_stretch(cell) or read_stretch(cell.split(maxsplit=1)[0])


def stretches_of(row: Row) -> dict[str, Stretch]:
    """The bands of a row that can be read as numbers."""
    read = {grade: band_in(cell) for grade, cell in cells_of(row).items()}
    return {grade: found[0] for grade, found in read.items() if found}


def unit_of(row: Row) -> str:
    """The unit of a row: as given, else that of its target, else that of its bands."""
    target = row.quantity(row.target)
    read = [band_in(cell) for cell in cells_of(row).values()]
    in_bands = next((found[1] for found in read if found and found[1]), "")
    return row.unit or (target.unit if target else "") or in_bands


def axis_of_row(row: Row) -> Axis:
    """The values that the unit of a row allows."""
    unit = unit_of(row)
    return axis_of(unit, unit in WHOLE)
