"""What an auditor would find in a plan, before anybody signs it: every rule, in one list.

Each rule is a function from a case to remarks, general, and silent on what is right. Its id is the `rule` of its
findings; docs/plans.md says what each id means. Errors: the form is wrong. Warnings: an auditor will ask.
"""

from collections.abc import Callable, Iterator

from config import plan_bands, plan_fields, plan_inventory, plan_scores, plan_sums, plan_texts
from config.plan_case import Case
from config.tree import Loc, Remark

IDS = (
    "bands-overlap",
    "bands-gap",
    "bands-reversed",
    "weights-sum",
    "scores-sum",
    "money-sum",
    "count-inventory",
    "target-band",
    "score-rule",
    "rate-rounding",
    "missing-value",
    "missing-criterion",
    "missing-field",
    "value-repeats-target",
    "said-twice",
    "wrong-field",
    "left-over",
)
"""What rules about the content of a plan are called."""

RULES: tuple[Callable[[Case], Iterator[Remark]], ...] = (
    plan_bands.on_bands,
    plan_sums.on_weights,
    plan_sums.on_scores,
    plan_sums.on_money,
    plan_scores.on_scores,
    plan_fields.on_values,
    plan_fields.on_fields,
    plan_fields.on_left_over,
    plan_texts.on_texts,
    plan_inventory.on_counts,
    plan_inventory.on_measures,
)


def remarks(case: Case) -> Iterator[Remark]:
    """Everything there is to say about a plan."""
    if not case.plan.rows:
        yield Remark(("rows",), "missing-field", "the plan has no rows; expected at least one")
    yield from _ids_twice(case)
    for rule in RULES:
        yield from rule(case)


_PRINTED = (
    ("rows", "printed"),
    ("money", "rate"),
    ("money", "score"),
    ("total",),
    ("counts",),
    ("texts",),
)


def is_of_print(loc: Loc) -> bool:
    """Whether a remark is about what a form already says rather than about what it is made from."""
    return any(loc[0] == first and set(rest) <= set(loc) for first, *rest in _PRINTED) if loc else False


def _ids_twice(case: Case) -> Iterator[Remark]:
    for section, ids in (
        ("money", [one.id for one in case.plan.money]),
        ("rows", [one.id for one in case.plan.rows]),
    ):
        for at, id_ in enumerate(ids):
            if id_ in ids[:at]:
                first: Loc = (section, ids.index(id_))
                text = "the id {id} is used twice; first in {other}"
                yield Remark((section, at, "id"), "id", text, {"id": id_}, other=first)
