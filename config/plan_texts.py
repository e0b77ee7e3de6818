"""Rules on what the text says a second time: said-twice, and rates in sentences (rate-rounding)."""

import re
from collections.abc import Iterator
from decimal import Decimal

from config.plan_case import Case, number
from config.plan_sums import wrong_rate
from config.quantities import plain
from config.tree import Loc, Remark
from indicators.scoring import grade_of_total

_EVALUATED = re.compile(
    r"对(?:\d{4}年度?)?(?!该|本|此|各|全部|所有|上述)(?P<name>[^，。；对]{2,40}?)项目开展了?(?:绩效)?(?:自评|评价)"
)
_ALL_REACHED = re.compile(
    r"(?:所有|全部|各项)[^。；，]{0,20}(?:指标|目标)[^。；]{0,20}(?:均|都)[^。；]{0,6}(?:达到|完成|实现)"
)
_NOT_REACHED = re.compile(r"未(?:完成|达到|实现)的?(?:主要)?(?:原因)?(?:主要)?(?:是|为|因为|由于)")
_TOTAL = re.compile(r"(?:自评|评价|综合)(?:得分|分为|评分|分)[^\d。；满]{0,4}(?P<score>\d+(?:\.\d+)?)分")
_GRADE = re.compile(
    r"(?:评价等级为|总体评价为|被评为|评价等次为|评价结果为)[“\"‘]?(?P<grade>优秀|良好|中等|合格|不合格|优|良|中|差)"
)
_RATE = re.compile(
    r"(?P<whole>\d+(?:\.\d+)?)万元?[，,][^。；，,\d]{0,12}(?:支出|使用|支付|执行)[^。；，,\d]{0,6}"
    r"(?P<part>\d+(?:\.\d+)?)万元?[，,][^。；，,\d]{0,12}?(?P<rate>\d+(?:\.\d+)?)%"
)


def on_texts(case: Case) -> Iterator[Remark]:
    """Every passage against the form and against the other passages."""
    for at, passage in enumerate(case.plan.texts):
        loc: Loc = ("texts", at, "says")
        said = plain(passage.says)
        yield from _project(loc, said, case)
        yield from _total(loc, said, case)
        for found in _RATE.finditer(said):
            part, whole, rate = (Decimal(found[key]) for key in ("part", "whole", "rate"))
            if whole:
                yield from wrong_rate(loc, part, whole, rate)
    yield from _reached(case)


def _project(loc: Loc, said: str, case: Case) -> Iterator[Remark]:
    own = plain(case.plan.project.name)
    for found in _EVALUATED.finditer(said):
        name = found["name"]
        if name not in own and own not in name:
            text = "the text evaluates {found}; the project is {name}"
            values: dict[str, object] = {"found": name, "name": case.plan.project.name}
            yield Remark(loc, "said-twice", text, values)


def _total(loc: Loc, said: str, case: Case) -> Iterator[Remark]:
    total = case.plan.total.score
    if total is None:
        return
    for found in _TOTAL.finditer(said):
        if Decimal(found["score"]) != total:
            text = "the text says {found} points, the form {printed}"
            yield Remark(loc, "said-twice", text, {"found": found["score"], "printed": number(total)})
    grade = grade_of_total(total, case.profile)
    for found in _GRADE.finditer(said):
        if found["grade"] not in (grade.name, *grade.also):
            text = "the text says {found}; {score} points are {grade}"
            values: dict[str, object] = {"found": found["grade"], "score": number(total), "grade": grade.name}
            yield Remark(loc, "said-twice", text, values)


def _reached(case: Case) -> Iterator[Remark]:
    """All was reached, it says; and elsewhere why something was not."""
    told = [(("texts", at, "says"), plain(one.says)) for at, one in enumerate(case.plan.texts)]
    claims = [loc for loc, said in told if _ALL_REACHED.search(said)]
    for loc, said in told:
        if claims and _NOT_REACHED.search(said):
            text = "reasons are given for what was not reached, but {other} says that all was"
            yield Remark(loc, "said-twice", text, {}, other=claims[0])
