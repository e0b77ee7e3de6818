"""The command `evaluate`: a plan, filled from what was judged and what people gave, as a form that can be signed."""

import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from collector.annex.evidence import annex_of
from collector.commands.plans import facts_of, require_year
from collector.commands.shared import common, show, tell, tell_aside
from collector.evaluating.fill import fill
from collector.evaluating.filled import filled
from collector.evaluating.measured import Facts, beside
from collector.evaluating.outlook import outlooks
from collector.evaluating.templated import filled_template, template_of
from collector.judging.window import period
from collector.ledger.store import micros
from config.errors import ConfigError, LinewalkerError
from config.plan import FORMS, HALF_YEAR
from config.plan_case import Case
from config.plan_files import plan_ahead
from exporters.forms.annex_pages import appended
from exporters.forms.filled import FilledPlan, FilledRow, printed
from exporters.forms.made import RENDERERS, form
from exporters.forms.notes import possible
from exporters.forms.pdf import pdf
from exporters.forms.template_fill import require_target
from exporters.forms.written import put, require_free
from exporters.measures import between, row
from exporters.words import default_language, words
from indicators.calendar import year_window

_ENDINGS = (*RENDERERS, ".pdf")
_OWN = "template"  # the form is a template of the user's


@click.command()
@click.argument("plan", type=click.Path(path_type=Path))
@common
@click.option("--year", type=int, help="the year; refused where it is not that of the plan")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help=".docx, .xlsx or .pdf")
@click.option("--annotated", is_flag=True, help="print below each value how it came about, for the files")
@click.option("--half-year", is_flag=True, help="the monitoring form of January to June")
@click.option("--draft", is_flag=True, help="leave empty what is open, and mark the form as a draft")
@click.option("--annex", is_flag=True, help="print the evidence behind the form, .docx and .pdf only")
@click.option("--force", is_flag=True, help="overwrite the file")
@click.option("--json", "as_json", is_flag=True, help="print what was filled as JSON")
def evaluate(
    *,
    plan: Path,
    config: Path | None,
    data: Path,
    year: int | None,
    output: Path,
    annotated: bool,
    half_year: bool,
    draft: bool,
    annex: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Fill an evaluation plan and write it as a form."""
    _require_ending(output, annex=annex)
    require_free(output, force=force)
    case, ending = _case(plan, year), output.suffix.lower()
    kind = _kind(case, half=half_year)
    half = kind == HALF_YEAR
    if kind == _OWN:
        _require_as_template(template_of(plan, case.plan.form), output, annotated=annotated)
    with _facts(case, config, data, annex=annex) as facts:
        made = _unmeasured(case) if facts is None else filled(case, facts, beside(plan), half=half)
        if made.open_rows and not draft:
            if as_json:
                show("evaluations", [_json(made, None)], "json")
            _tell_open(made)
            raise SystemExit(1)
        if kind == _OWN:
            content = filled_template(plan, made)
        else:
            expected = outlooks(case.plan, facts, beside(plan)) if half and facts else {}
            shown = form(made, kind, default_language(), annotated=annotated, draft=draft, expected=expected)
            content = RENDERERS[".docx" if ending == ".pdf" else ending](shown)
        if annex and facts:
            behind = annex_of(made, facts, beside(plan))
            content = appended(content, made, behind, default_language())
    put(output, pdf(content) if ending == ".pdf" else content, force=force)
    if as_json:
        show("evaluations", [_json(made, output)], "json")
    else:
        _tell(made, output)


def _require_ending(output: Path, *, annex: bool) -> None:
    if output.suffix.lower() not in _ENDINGS:
        raise LinewalkerError(
            "{file}: a form is written as {known}; give the file such an ending",
            file=output,
            known=", ".join(_ENDINGS),
        )
    if annex and output.suffix.lower() == ".xlsx":
        raise LinewalkerError("{file}: --annex is written as .docx or .pdf", file=output)


def _case(plan: Path, year: int | None) -> Case:
    case, errors = plan_ahead(plan)
    require_year(plan, case.plan, year)
    if errors:
        tell_aside("{plan} cannot be filled before this is put right:", plan=plan)
        error = ConfigError(errors)
        error.exit_status = 1
        raise error
    return case


def _kind(case: Case, *, half: bool) -> str:
    """Which built-in form is made, or that it is a template of the user's."""
    if half:
        return HALF_YEAR
    return case.plan.form if case.plan.form in FORMS else _OWN


def _require_as_template(template: Path, output: Path, *, annotated: bool) -> None:
    """Refuse what a template of the user's cannot be made into."""
    if annotated:
        raise LinewalkerError(
            "{form} is a template of your own and shows what it has places for; --annotated is for built-in forms,"
            " --annex adds the evidence",
            form=template.name,
        )
    kind, ending = template.suffix.lower(), output.suffix.lower()
    if ending not in (kind, ".pdf") or (ending == ".pdf" and kind != ".docx"):
        raise LinewalkerError(
            "{file}: the form of this plan is the template {form}; give the file the ending {kind}",
            file=output,
            form=template.name,
            kind=kind,
        )
    if ending == kind:
        require_target(template, output)


def _facts(
    case: Case, config: Path | None, data: Path, *, annex: bool
) -> AbstractContextManager[Facts | None]:
    """What the plan is filled from; None where nothing of it is measured, which needs no ledger."""
    if annex or any(row.measure for row in case.plan.rows):
        return facts_of(case.network, config, data)
    return nullcontext()


def _unmeasured(case: Case) -> FilledPlan:
    zone = case.network.calendar.zone if case.network else "Asia/Shanghai"
    begin, end = year_window(case.plan.project.year, ZoneInfo(zone))
    return fill(case, {}, period(begin, end, ZoneInfo(zone), micros(time.time())), zone)


def _tell_open(filled: FilledPlan) -> None:
    tell_aside("no form was made: what is not known would decide these values; --draft leaves them empty")
    say = words(default_language())
    for one in filled.open_rows:
        assert one.measure is not None  # noqa: S101 - only measured rows are open
        click.echo(f"{one.row.level3}: {between(one.measure, say)}: {possible(one, say)}", err=True)


def _tell(filled: FilledPlan, output: Path) -> None:
    empty = [one.row.level3 for one in filled.rows if not (one.actual or one.outcome)]
    if filled.total is None:
        tell("{file} is written; there is no total yet", file=output)
    else:
        tell(
            "{file} is written: {total} points, {grade}",
            file=output,
            total=printed(filled.total),
            grade=filled.grade,
        )
    if empty:
        tell_aside("empty, because there is no value yet: {names}", names=", ".join(empty))


def _json(filled: FilledPlan, output: Path | None) -> dict[str, object]:
    return {
        "file": None if output is None else str(output),
        "total": None if filled.total is None else printed(filled.total),
        "grade": filled.grade,
        "rows": [_told(one, ZoneInfo(filled.zone)) for one in filled.rows],
    }


def _told(one: FilledRow, zone: ZoneInfo) -> dict[str, object]:
    return {
        "id": one.row.id,
        "actual": one.actual,
        "grade": one.grade,
        "points": None if one.points is None else printed(one.points),
        "reason": one.reason,
        "open": possible(one, words("en")) if one.open else None,
        "measure": row(one.measure, zone) if one.measure else None,
    }
