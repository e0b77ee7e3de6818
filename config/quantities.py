"""How forms write numbers and limits: `≥360天`, `43（含）-46`, `40条以下`, `95%以上`, `1000条`, `588.06万元`.

Pure text in; what bands and targets mean together is for `indicators.bands`. 以上 and 以下 alone leave open whether
the number belongs; （含）, 及 and ≥ say that it does, 不足, 超过 and > that it does not.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from config.errors import WrongValueError
from indicators.bands import Stretch

_NUMBER = r"\d+(?:\.\d+)?"
_UNIT = r"(?P<unit{0}>%|[^\d\W]{{0,4}}?)"
_IN = r"(?P<in{0}>\(含\))?"
_ONE = re.compile(rf"(?P<low>{_NUMBER}){_UNIT.format('')}")
_RANGE = re.compile(
    rf"(?P<low>{_NUMBER}){_IN.format('1')}{_UNIT.format('1')}{_IN.format('2')}-"
    rf"(?P<high>{_NUMBER}){_IN.format('3')}{_UNIT.format('')}{_IN.format('4')}"
)
_SIGNED = re.compile(
    rf"(?P<sign>≥|≤|>|<|=|不足|低于|少于|小于|不满|超过|高于|多于|大于|不低于|不少于|不超过|不高于)(?P<low>{_NUMBER}){_UNIT.format('')}"
)
_SIDED = re.compile(
    rf"(?P<low>{_NUMBER}){_IN.format('1')}{_UNIT.format('')}{_IN.format('2')}"
    r"(?P<and>及)?(?P<side>以上|以下|以内)(?P<in3>\(含\))?"
)
_OVER = {
    **dict.fromkeys(("≥", "不低于", "不少于"), True),
    **dict.fromkeys((">", "超过", "高于", "多于", "大于"), False),
}
_UNDER = {
    **dict.fromkeys(("≤", "不超过", "不高于"), True),
    **dict.fromkeys(("<", "不足", "低于", "少于", "小于", "不满"), False),
}
_FOUND = re.compile(rf"({_NUMBER})(%|[^\d\W]{{0,3}}?)(?:以[上下内])?(?![^\W\d])")
_SIGNS = str.maketrans(
    {"≧": "≥", "≦": "≤", "﹥": ">", "﹤": "<", "–": "-", "—": "-", "－": "-", "~": "-", "至": "-"}
)
WHOLE = frozenset("条天日台次个件项家户座人张篇套起份名处") | {"台次", "人次"}
"""Units that are counted: between two whole numbers of them there is nothing."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as written, how many decimal places it had, and its unit."""

    number: Decimal
    unit: str = ""

    def is_of(self, other: "Quantity") -> bool:
        """Whether both are of one kind, as far as their units tell."""
        units = {unit.replace("日", "天") for unit in (self.unit, other.unit) if unit}
        return len(units) < 2

    @property
    def places(self) -> int:
        """Its decimal places as printed."""
        exponent = self.number.as_tuple().exponent
        return max(0, -exponent) if isinstance(exponent, int) else 0


def plain(written: str) -> str:
    """A text with narrow signs and no blanks, `≧` as `≥`, every dash as `-`."""
    narrow = unicodedata.normalize("NFKC", written.translate(_SIGNS)).translate(_SIGNS)
    return re.sub(r"\s+", "", narrow)


def read_stretch(written: str) -> tuple[Stretch, str] | None:
    """A band and its unit; None for what is no band."""
    text = plain(written)
    for pattern, made in ((_RANGE, _range), (_SIGNED, _signed), (_SIDED, _sided), (_ONE, _point)):
        if match := pattern.fullmatch(text):
            return made(match), match["unit"]
    return None


def _range(match: re.Match[str]) -> Stretch:
    low_in = True if match["in1"] or match["in2"] else None
    high_in = True if match["in3"] or match["in4"] else None
    low, high = Decimal(match["low"]), Decimal(match["high"])
    # 95%-90% is as good as 90%-95%.
    return Stretch(low, high, low_in, high_in) if low <= high else Stretch(high, low, high_in, low_in)


def _signed(match: re.Match[str]) -> Stretch:
    sign, number = match["sign"], Decimal(match["low"])
    if sign in _OVER:
        return Stretch(low=number, low_in=_OVER[sign])
    if sign in _UNDER:
        return Stretch(high=number, high_in=_UNDER[sign])
    return Stretch(number, number, True, True)


def _sided(match: re.Match[str]) -> Stretch:
    number = Decimal(match["low"])
    said = any(match[key] for key in ("in1", "in2", "in3", "and")) or match["side"] == "以内"
    belongs = True if said else None
    if match["side"] == "以上":
        return Stretch(low=number, low_in=belongs)
    return Stretch(high=number, high_in=belongs)


def _point(match: re.Match[str]) -> Stretch:
    number = Decimal(match["low"])
    return Stretch(number, number, True, True)


def read_quantity(written: str) -> Quantity | None:
    """The number of a target or a value, whatever sign stands with it; None where there is none, or several."""
    found = read_stretch(written)
    if found is not None:
        stretch, unit = found
        if stretch.is_point or (stretch.low is None) != (stretch.high is None):
            number = stretch.high if stretch.low is None else stretch.low
            return None if number is None else Quantity(number, unit)
    several = _FOUND.findall(plain(written))
    return Quantity(Decimal(several[0][0]), several[0][1]) if len(several) == 1 else None


def read_number(written: object) -> Decimal:
    """A plain number, such as an amount in 万元. Raises WrongValueError."""
    text = plain(str(written)).removesuffix("万元").replace(",", "")
    if not re.fullmatch(rf"-?{_NUMBER}", text):
        raise WrongValueError(
            "{found} is not a number, such as 99.5; a unit goes in `unit`", rule="number", found=written
        )
    return Decimal(text)


def read_percent(written: object) -> Decimal:
    """A rate in per cent as printed: `46%` is 46. Raises WrongValueError."""
    text = plain(str(written))
    if not re.fullmatch(rf"{_NUMBER}%", text):
        raise WrongValueError("{found} is not a percentage, such as 99.76 %", rule="number", found=written)
    return Decimal(text.removesuffix("%"))
