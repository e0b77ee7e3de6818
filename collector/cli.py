"""The command `linewalker`: gathers the commands. What each does is in `collector/commands/`."""

import click

from collector.commands.facts import circuits, ping, runs, status, trace
from collector.commands.keeping import ledger
from collector.commands.practice import demo, lab
from collector.commands.service import check, run
from collector.commands.shared import Commands


@click.group(cls=Commands)
@click.version_option(package_name="linewalker")
def main() -> None:
    """Linewalker 巡线: watches leased lines and proves what it saw."""


for command in (run, demo, check, status, circuits, runs, ping, trace, ledger, lab):
    main.add_command(command)

if __name__ == "__main__":
    main()
