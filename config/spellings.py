"""How an office writes what a table wants: one cell as found in a list into the text our own tables hold.

Pure text to text; a cell that cannot be understood is refused with what would be right. Names that stand for
something else (a carrier, a site) are looked up in `naming.py`.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from pydantic import TypeAdapter, ValidationError

from config.addresses import read_address, read_id
from config.errors import WrongValueError
from config.headings import NOTHING, PATHS, RATE_WORDS, WHOLE_RATES
from config.hours import ALWAYS_ID
from config.messages import remarks_of
from config.model import Change
from config.tables import read_change
from config.units import read_day, read_rate, write_rate

_RATE = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>\D*)")
_BYTES = re.compile(r"[kKmMgGtT]B(/s|ps)?")
_DAY = re.compile(r"(\d{4})[年/.-](\d{1,2})[月/.-](\d{1,2})日?(?:[ T]?\d{1,2}:\d{2}(?::\d{2})?)?")
_EIGHT_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"[345]\d{4}")  # days since 1899-12-30, as Excel counts; from 1982 to 2064
_FEE = re.compile(r"[¥￥]?(\d[\d,]*(?:\.\d+)?)元?(?:/月)?")
_FLAGS = {"是": "true", "√": "true", "否": "false"}
_WRAPPED = re.compile(r"(?<=[^\x00-\x7f])\s*\n\s*(?=[^\x00-\x7f])")
_BLANKS = re.compile(r"[\s\u200b\ufeff]+")
_FORMULA = re.compile(r"[=+\-@\t\r＝＋－＠]")
_ALWAYS = re.compile(r"7\s*[xX×*＊]\s*24\s*(小时|h)?|全天(候)?", re.ASCII)
_NUMBER = re.compile(r"[+\-][\d\s()\-]+")
_CHANGES = TypeAdapter(tuple[Change, ...])
CHANGING = ("carrier", "commit_rate", "group", "address", "source", "path", "upstream", "service_hours")
"""What may change on a day."""


def tidy(written: str) -> str:
    """A text on one line, without the blanks around it; a Chinese text that was wrapped has none inside."""
    return _BLANKS.sub(" ", _WRAPPED.sub("", written.strip())).strip()


def narrow(written: str) -> str:
    """A text without full-width digits and letters."""
    return unicodedata.normalize("NFKC", tidy(written))


def same(one: str, other: str) -> bool:
    """Whether two texts differ in blanks and in the width of their letters at most."""
    return one == other or narrow(one).replace(" ", "") == narrow(other).replace(" ", "")


def is_nothing(written: str) -> bool:
    """Whether a cell says that there is no value: empty, 无, /, — and the like."""
    return narrow(written).casefold() in NOTHING


def read_cell(field: str, written: str, unit: str = "") -> str:
    """The text of a cell as our tables write it; `unit` is what its heading names.

    Raises WrongValueError if that cannot be understood.
    """
    read = _READERS.get(field, tidy)
    return _rate(written, unit) if field == "commit_rate" else read(written)


def _rate(written: str, unit: str) -> str:
    text = narrow(written).replace(" ", "").replace(",", "")
    text = WHOLE_RATES.get(text, text)
    match = _RATE.fullmatch(text)
    if match is None:
        return write_rate(read_rate(written))
    if _BYTES.fullmatch(match["unit"]):
        raise WrongValueError(
            "{found} counts bytes; expected bits a second, such as 20M", rule="rate", found=written
        )
    letter = _letter(match["unit"]) or ("" if match["unit"] else _letter(unit))
    return write_rate(read_rate(match["number"] + (letter or match["unit"])))


def _letter(unit: str) -> str:
    """The letter our tables write for a unit of rate; empty for one that is not known."""
    wanted = narrow(unit).replace(" ", "").casefold()
    return next((letter for letter, words in RATE_WORDS.items() if wanted in words.split()), "")


def _day(written: str) -> str:
    text = narrow(written)
    if _SERIAL.fullmatch(text):
        return (date(1899, 12, 30) + timedelta(days=int(text))).isoformat()
    match = _DAY.fullmatch(text.replace(" ", "")) or _EIGHT_DIGITS.fullmatch(text)
    return read_day("-".join(match.groups()) if match else text).isoformat()


def _address(written: str) -> str:
    text = narrow(written).replace(" ", "").replace("。", ".")
    if "/" in text:
        text = _host_of(text)
    return read_address(text)


def _host_of(text: str) -> str:
    """The host of `10.64.0.2/30`; what is the name of a network is refused."""
    try:
        found = ipaddress.ip_interface(text)
    except ValueError:
        return text
    if found.ip == found.network.network_address and found.network.num_addresses > 2:
        raise WrongValueError(
            "{found} is a network; expected the address of the line's far end", rule="address", found=text
        )
    return str(found.ip)


def _fee(written: str) -> str:
    text = narrow(written)
    match = _FEE.fullmatch(text.replace(" ", ""))
    return match[1].replace(",", "") if match else text


def _path(written: str) -> str:
    text = narrow(written)
    return next((code for code, word in PATHS.items() if text == word), text.casefold())


def _flag(written: str) -> str:
    text = narrow(written).casefold()
    return _FLAGS.get(text, text)


def _hours(written: str) -> str:
    """`7×24小时`, `7*24` and `全天` are what everybody has who has nothing else."""
    text = narrow(written)
    return ALWAYS_ID if _ALWAYS.fullmatch(text) else text


def _changes(written: str) -> str:
    parts = [part.split() for part in re.split(r"[;；\n]", written) if part.strip()]
    try:
        return write_changes(_CHANGES.validate_python([read_change(words) for words in parts]))
    except ValidationError as error:
        first = remarks_of(error)[0]
        raise WrongValueError(first.text, rule=first.rule, **first.values) from None


def _id(written: str) -> str:
    return read_id(narrow(written))


_READERS: dict[str, Callable[[str], str]] = {
    "id": _id,
    "in_service_from": _day,
    "in_service_until": _day,
    "address": _address,
    "source": narrow,
    "path": _path,
    "link_follows_path": _flag,
    "service_hours": _hours,
    "cid": narrow,
    "contract": narrow,
    "monthly_fee": _fee,
    "fault_phone": narrow,
    "changes": _changes,
}


def text_of(value: object) -> str:
    """A value of a circuit as our tables write it."""
    if isinstance(value, tuple):
        return write_changes(value)
    if isinstance(value, bool):
        return "true" if value else ""
    if isinstance(value, int):
        return write_rate(value)
    return "" if value is None else str(value)


def write_changes(changes: tuple[Change, ...]) -> str:
    """Dated changes as one cell; `tables.py` reads it back, unless a value holds blanks or semicolons."""
    return "; ".join(write_change(pairs_of(change)) for change in changes)


def write_change(pairs: Mapping[str, str]) -> str:
    """One dated change as a cell holds it; its day is under `from`."""
    return " ".join((pairs["from"], *(f"{key}={pairs[key]}" for key in CHANGING if pairs.get(key))))


def pairs_of(change: Change) -> dict[str, str]:
    """One dated change as texts by setting; its day is under `from`."""
    texts = {key: text_of(getattr(change, key)) for key in CHANGING}
    return {"from": change.from_.isoformat(), **{key: text for key, text in texts.items() if text}}


def is_writable(changes: tuple[Change, ...]) -> bool:
    """Whether a cell can hold these changes: no value of theirs holds blanks or semicolons."""
    return not any(re.search(r"[\s;；]", text) for change in changes for text in pairs_of(change).values())


def looks_like_formula(text: str) -> bool:
    """Whether Excel would calculate this text if it stood in a CSV file."""
    return bool(_FORMULA.match(text.lstrip("'")))


def refuse_formula(text: str) -> None:
    """Refuse a text that Excel would take for a formula; a number with its sign, such as +86 …, is none."""
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        raise WrongValueError(
            "{found} would be a formula in Excel; expected a text that does not begin with {sign}",
            rule="formula",
            found=text,
            sign=text[0],
        )


def harmless(text: str) -> str:
    """A text for a CSV file that Excel will not calculate; `harmed` gives it back."""
    return f"'{text}" if looks_like_formula(text) else text


def harmed(text: str) -> str:
    """A text without the mark that `harmless` set before it."""
    return text[1:] if text.startswith("'") and looks_like_formula(text) else text
