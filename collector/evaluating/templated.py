"""A filled plan in the template of an office, which lies beside its plan."""

from pathlib import Path

from config.form_grids import read_form
from config.form_mapping import load_mapping
from exporters.forms.filled import FilledPlan
from exporters.forms.template_fill import fill_template


def filled_template(plan: Path, of: FilledPlan) -> bytes:
    """The form as a file of the template's kind. Raises ConfigError and LinewalkerError as `fill_template` does."""
    template = template_of(plan, of.plan.form)
    named = of.plan.mapping
    mapping = load_mapping(plan.parent / named, read_form(template)) if named else None
    content, _ = fill_template(template, of, mapping)
    return content


def template_of(plan: Path, form: str) -> Path:
    """Where the template that a plan names lies."""
    return plan.parent / form
