"""Looking a file over before it is used: a configuration, a policy, an evaluation plan, or a form that was filled."""

from datetime import date
from pathlib import Path

from config.errors import Finding
from config.load import check as check_network
from config.office_files import is_office
from config.plan_files import check_plan, holds_plan


def check(path: Path, today: date | None = None) -> tuple[Finding, ...]:
    """Every finding about the file at `path`, whatever it holds; `today` as for `config.load.check`."""
    if is_office(path):
        # What reads Word and Excel takes longer to import than a configuration takes to check.
        from config.filled_forms import check_form  # noqa: PLC0415

        return check_form(path)
    return check_plan(path) if holds_plan(path) else check_network(path, today)
