"""The command `explain`: the walk from a figure to its packets, as text for an auditor or as JSON."""

import sys
from pathlib import Path

import click

from collector.commands.explain_json import as_json
from collector.commands.explain_text import as_text
from collector.commands.explaining import Walk, of_group, of_subject
from collector.commands.judging import Asked, asked, indicator_of, over_a_period
from collector.commands.shared import printing, show
from config.errors import LinewalkerError
from exporters.words import default_language
from indicators.catalogue import View as ViewName


@click.command()
@click.argument("indicator")
@printing
@click.option("--subject", "--circuit", "name", help="whose figure")
@click.option("--group", help="the figure of this group")
@click.option("--view", type=click.Choice(["line", "business"]), help="default the indicator's first view")
@click.option(
    "--most",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    help="outages, gaps and members to show",
)
@over_a_period
def explain(
    *,
    indicator: str,
    config: Path | None,
    data: Path,
    form: str | None,
    name: str | None,
    group: str | None,
    view: ViewName | None,
    most: int,
    begin: str | None,
    end: str | None,
    policy: Path | None,
) -> None:
    """Walk from a figure to the packets it rests on."""
    entry = indicator_of(indicator)
    if (name is None) == (group is None):
        raise LinewalkerError("whose figure is meant? expected one of --circuit, --subject and --group")
    chosen: ViewName = view or entry.views[0]
    with asked(config, data, begin, end, policy) as what:
        if group is not None:
            walks = of_group(what, group, entry, chosen, most)
        else:
            walks = [of_subject(what, name or "", entry, chosen, most)]
        if form:
            show("explanations", [as_json(one, what.zone) for one in walks], form)
        else:
            sys.stdout.write("\n".join(_text(what, one) for one in walks))


def _text(what: Asked, walk: Walk) -> str:
    return as_text(walk, what.over, what.zone, what.case.source.policy, default_language())
