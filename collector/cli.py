"""The command `linewalker`: names the commands. What each does is in `collector/commands/`."""

import click

from collector.commands.shared import Commands

COMMANDS = {
    "run": "service:run",
    "demo": "practice:demo",
    "check": "service:check",
    "status": "facts:status",
    "circuits": "facts:circuits",
    "runs": "facts:runs",
    "outages": "judged:outages_command",
    "days": "judged:days",
    "explain": "explain:explain",
    "evaluate": "evaluate:evaluate",
    "evidence": "evidence:evidence",
    "reasons": "evidence:reasons",
    "indicators": "judged:indicators_command",
    "freeze": "proof:freeze_command",
    "approve": "proof:approve_command",
    "revisions": "proof:revisions_command",
    "verify": "proof:verify_command",
    "key": "proof:key_command",
    "traps": "traps:traps",
    "alerts": "alerts:alerts",
    "maintenance": "maintenance:maintenance",
    "faults": "faults:faults",
    "records": "records:records",
    "amend": "amend:amend",
    "pay": "pay:pay",
    "reconcile": "reconcile:reconcile",
    "ping": "asking:ping",
    "trace": "asking:trace",
    "ledger": "keeping:ledger",
    "backup": "archive:backup",
    "restore": "archive:restore",
    "lab": "practice:lab",
    "import": "inventory:import_",
    "export": "inventory:export",
    "discover": "discover:discover",
    "snippets": "snippets:snippets",
    "rules": "monitoring:rules",
    "dashboards": "monitoring:dashboards",
    "template": "template:template",
}


@click.group(
    cls=Commands, elsewhere={name: f"collector.commands.{where}" for name, where in COMMANDS.items()}
)
@click.version_option(package_name="linewalker")
def main() -> None:
    """Linewalker 巡线: watches leased lines and proves what it saw."""


if __name__ == "__main__":
    main()
