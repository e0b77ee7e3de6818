"""The command `linewalker`: gathers the commands. What each does is in `collector/commands/`."""

import click

from collector.commands import imported  # noqa: F401 - its commands join `import`
from collector.commands.amend import amend
from collector.commands.archive import backup, restore
from collector.commands.discover import discover
from collector.commands.explain import explain
from collector.commands.facts import circuits, ping, runs, status, trace
from collector.commands.faults import faults
from collector.commands.inventory import export, import_
from collector.commands.judged import days, indicators_command, outages_command
from collector.commands.keeping import ledger
from collector.commands.maintenance import maintenance
from collector.commands.practice import demo, lab
from collector.commands.practice_year import year_command
from collector.commands.records import records
from collector.commands.service import check, run
from collector.commands.shared import Commands
from collector.commands.sheets import ENTERED
from collector.commands.snippets import snippets
from collector.commands.traps import traps


@click.group(cls=Commands)
@click.version_option(package_name="linewalker")
def main() -> None:
    """Linewalker 巡线: watches leased lines and proves what it saw."""


for command in (
    run,
    demo,
    check,
    status,
    circuits,
    runs,
    outages_command,
    days,
    explain,
    indicators_command,
    traps,
    maintenance,
    faults,
    records,
    amend,
    ping,
    trace,
    ledger,
    backup,
    restore,
    lab,
    import_,
    export,
    discover,
    snippets,
):
    main.add_command(command)
for entered in ENTERED:
    records.add_command(entered)

lab.add_command(year_command)

if __name__ == "__main__":
    main()
