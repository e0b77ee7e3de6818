"""`python -m lab --config FILE --data DIR [--scenario FILE] [--for SECONDS] -- COMMAND...`

Namespaces are entered before anything else is imported: a process with threads (numpy's) cannot enter them.
"""

import argparse
import sys
from pathlib import Path

from config.errors import MachineError
from lab.allowed import obstacle
from lab.processes import isolate


def main() -> int:
    """Run a command inside a practice network; its exit status is ours."""
    arguments = _arguments()

    def run() -> int:
        from lab.session import hold  # noqa: PLC0415 - only in here may numpy be imported

        return hold(
            arguments.config,
            arguments.data,
            arguments.command,
            arguments.scenario,
            arguments.seconds,
            everything=arguments.everything,
        )

    try:
        return isolate(run)
    except OSError:
        sys.stderr.write(f"{obstacle().value}\n")
        return MachineError.exit_status


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m lab", description="Run a command inside a practice network."
    )
    parser.add_argument("--config", type=Path, required=True, help="the network file")
    parser.add_argument("--data", type=Path, required=True, help="where lab.sock and truth.json go")
    parser.add_argument("--scenario", help="a scenario file, or `story`: the one that belongs to the network")
    parser.add_argument("--for", type=float, dest="seconds", help="end the command after so many seconds")
    parser.add_argument(
        "--everything", action="store_true", help="agents and servers even where the configuration asks none"
    )
    parser.add_argument("command", nargs="+", help="the command, after --")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
