"""What pydantic refuses, said in our own words: what was wrong and what was expected there.

One function a kind of refusal, listed in `_SAYINGS`. Of `storage`, `traps` and `alerts` nothing that was
written is repeated.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config.asked import TAG
from config.errors import WrongValueError
from config.keys import AnyModel, fields, model_at, nearest
from config.model import Network
from config.tree import Loc, Remark, remark

# Long enough for any address, name or URL path; short enough that a pasted page does not fill the screen.
_SHOWN = 60
_UNSHOWN = "this"
_MAY_HOLD_SECRETS = ("storage", "traps", "alerts")


def remarks_of(error: ValidationError, root: AnyModel = Network) -> list[Remark]:
    """Every refusal of a validation of `root` as a remark at its place."""
    return [_remark(details, root) for details in error.errors(include_url=False)]


def _remark(details: ErrorDetails, root: AnyModel) -> Remark:
    tagged, context = details["loc"], details.get("ctx", {})
    loc = tuple(step for step in tagged if not str(step).startswith(TAG))
    wrong = context.get("error")
    if isinstance(wrong, WrongValueError):
        return remark(loc, wrong)
    say = _SAYINGS.get(details["type"], _say_otherwise)
    told = {**context, "msg": details["msg"], "tagged": tagged, "root": root}
    return say(loc, _shown(loc, details["input"]), told)


def _shown(loc: Loc, written: object) -> str:
    """What was written, short enough for a line."""
    if loc and loc[0] in _MAY_HOLD_SECRETS:
        return _UNSHOWN
    if isinstance(written, Mapping):
        return "a mapping"
    if isinstance(written, list | tuple):
        return "a list"
    text = str(written)
    return (text if len(text) <= _SHOWN else text[:_SHOWN] + "…") or "nothing"


def _say_missing(loc: Loc, _found: str, _context: Mapping[str, Any]) -> Remark:
    return Remark(loc, "missing", "{key} is missing; it is required", {"key": loc[-1]})


def _say_unknown(loc: Loc, _found: str, context: Mapping[str, Any]) -> Remark:
    model = model_at(context["tagged"][:-1], context["root"])
    known = fields(model) if model else {}
    near = nearest(str(loc[-1]), known)
    if near:
        text = "unknown key {key}; did you mean {near}?"
        return Remark(loc, "unknown-key", text, {"key": loc[-1], "near": near})
    text = "unknown key {key}; expected one of {known}"
    return Remark(loc, "unknown-key", text, {"key": loc[-1], "known": ", ".join(known)})


def _say_text(loc: Loc, found: str, _context: Mapping[str, Any]) -> Remark:
    return Remark(loc, "shape", "expected text, found {found}", {"found": found})


def _say_mapping(loc: Loc, found: str, _context: Mapping[str, Any]) -> Remark:
    if found == _UNSHOWN:
        return Remark(loc, "shape", "expected `key: value` lines")
    return Remark(loc, "shape", "expected `key: value` lines, found {found}", {"found": found})


def _say_list(loc: Loc, found: str, _context: Mapping[str, Any]) -> Remark:
    text = (
        "expected a list, such as [{found}], found {found}" if found not in _NO_EXAMPLE else "expected a list"
    )
    return Remark(loc, "shape", text, {"found": found})


def _say_whole_number(loc: Loc, found: str, _context: Mapping[str, Any]) -> Remark:
    return Remark(loc, "number", "{found} is not a whole number, such as 2", {"found": found})


def _say_number(loc: Loc, found: str, _context: Mapping[str, Any]) -> Remark:
    return Remark(
        loc, "number", "{found} is not a number, such as 99.5; a unit goes in `unit`", {"found": found}
    )


def _say_least(loc: Loc, found: str, context: Mapping[str, Any]) -> Remark:
    values = {"found": found, "least": context["ge"]}
    return Remark(loc, "number", "{found} is too small; expected at least {least}", values)


def _say_most(loc: Loc, found: str, context: Mapping[str, Any]) -> Remark:
    values = {"found": found, "most": context["le"]}
    return Remark(loc, "number", "{found} is too large; expected at most {most}", values)


def _say_above(loc: Loc, found: str, context: Mapping[str, Any]) -> Remark:
    values: dict[str, object] = {"found": found, "bound": f"{context['gt']:g}"}
    return Remark(loc, "number", "{found} is too small; expected more than {bound}", values)


def _say_one_of(loc: Loc, found: str, context: Mapping[str, Any]) -> Remark:
    values: dict[str, object] = {"found": found, "known": str(context["expected"]).replace("'", "")}
    return Remark(loc, "choice", "{found} is not known here; expected {known}", values)


def _say_kind(loc: Loc, _found: str, context: Mapping[str, Any]) -> Remark:
    """A kind of probe there is not."""
    known = context["expected_tags"].replace("'", "")
    values: dict[str, object] = {"found": context["tag"].removeprefix(TAG), "known": known.replace(TAG, "")}
    return Remark((*loc, "probe"), "choice", "{found} is not known here; expected {known}", values)


def _say_true_or_false(loc: Loc, found: str, _context: Mapping[str, Any]) -> Remark:
    return Remark(loc, "value", "{found} is neither true nor false", {"found": found})


def _say_otherwise(loc: Loc, found: str, context: Mapping[str, Any]) -> Remark:
    values = {"found": found, "why": context["msg"]}
    return Remark(loc, "value", "{found} cannot be used here: {why}", values)


_NO_EXAMPLE = ("a mapping", "a list", _UNSHOWN)

_SAYINGS: dict[str, Callable[[Loc, str, Mapping[str, Any]], Remark]] = {
    "missing": _say_missing,
    "extra_forbidden": _say_unknown,
    "unexpected_keyword_argument": _say_unknown,
    "string_type": _say_text,
    "model_type": _say_mapping,
    "dataclass_type": _say_mapping,
    "model_attributes_type": _say_mapping,
    "dict_type": _say_mapping,
    "tuple_type": _say_list,
    "list_type": _say_list,
    "int_parsing": _say_whole_number,
    "int_type": _say_whole_number,
    "int_from_float": _say_whole_number,
    "int_parsing_size": _say_whole_number,
    "float_parsing": _say_number,
    "float_type": _say_number,
    "finite_number": _say_number,
    "greater_than_equal": _say_least,
    "less_than_equal": _say_most,
    "greater_than": _say_above,
    "literal_error": _say_one_of,
    "union_tag_invalid": _say_kind,
    "bool_parsing": _say_true_or_false,
    "bool_type": _say_true_or_false,
}
