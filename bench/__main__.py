"""`make bench`: measure every subject in turn and write RESULTS.md. Bounded; ends every process it starts."""

import argparse
import datetime as dt
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench import cold_start, ledger, machine, metrics, sweep
from bench.section import Section, page

RESULTS = Path(__file__).with_name("RESULTS.md")


def main() -> int:
    """Exit status 1 when something that must be reached was not."""
    given = _arguments()
    subjects: dict[str, Callable[[], Section]] = {
        "sweep": lambda: sweep.section(given.repetitions),
        "large": lambda: sweep.large(100_000, 2, 10.0),
        "million": lambda: sweep.large(1_000_000, 1, 20.0),
        "start": lambda: cold_start.section(given.repetitions),
        "metrics": lambda: metrics.section(given.repetitions),
        "ledger": ledger.section,
    }
    sections = []
    chosen = given.only or [name for name in subjects if given.million or name != "million"]
    for name in chosen:
        began = time.monotonic()
        sections.append(subjects[name]())
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    text = page(machine.described(dt.datetime.now(dt.UTC).date()), sections)
    print(text)
    if not given.only:
        RESULTS.write_text(text)
    missed = [goal.what for section in sections for goal in section.goals if not goal.met]
    print(*(f"not reached: {what}" for what in missed), sep="\n", file=sys.stderr)
    return 1 if missed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measurements beside the peers")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--million", action="store_true", help="sweep 1,000,000 addresses too")
    parser.add_argument(
        "--only", nargs="+", choices=("sweep", "large", "million", "start", "metrics", "ledger")
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
