"""`make bench`: measure every subject in turn and write RESULTS.md. Bounded; ends every process it starts.

`python -m bench NAME…` measures some and puts their sections in place of the old ones.
"""

import argparse
import datetime as dt
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench import (
    cold_start,
    evaluating,
    growth,
    judging,
    ledger,
    lossy,
    machine,
    metrics,
    outage,
    polling,
    readings,
    running,
    scrape,
    snmp,
    sweep,
)
from bench.section import Section, merged, page

RESULTS = Path(__file__).with_name("RESULTS.md")


LARGE = ("million", "running-million", "judging-large")  # some ten minutes each


def main() -> int:
    """Exit status 1 when something that must be reached was not."""
    given = _arguments()
    subjects = _subjects(given.repetitions)
    unknown = set(given.names) - set(subjects)
    if unknown:
        print(
            f"no subject {', '.join(sorted(unknown))}; expected some of {', '.join(subjects)}",
            file=sys.stderr,
        )
        return 2
    sections = []
    for name in given.names or [name for name in subjects if given.million or name not in LARGE]:
        began = time.monotonic()
        sections.append(subjects[name]())
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    text = page(machine.described(dt.datetime.now(dt.UTC).date()), sections)
    print(text)
    RESULTS.write_text(merged(RESULTS.read_text(), text) if given.names and RESULTS.exists() else text)
    missed = [goal.what for section in sections for goal in section.goals if not goal.met]
    print(*(f"not reached: {what}" for what in missed), sep="\n", file=sys.stderr)
    return 1 if missed else 0


def _subjects(repetitions: int) -> dict[str, Callable[[], Section]]:
    return {
        "sweep": lambda: sweep.section(repetitions),
        "large": lambda: sweep.large(100_000, 2, 10.0),
        "million": lambda: sweep.large(1_000_000, 1, 20.0),
        "start": lambda: cold_start.section(repetitions),
        "metrics": lambda: metrics.section(repetitions),
        "readings": lambda: readings.section(repetitions),
        "ledger": ledger.section,
        "running": running.section,
        "running-million": lambda: running.section((running.LARGEST,), "The running service, very large"),
        "outage": outage.section,
        "scrape": scrape.section,
        "growth": growth.section,
        "judging": judging.section,
        "judging-large": lambda: judging.section(judging.LARGE, "Judging a year, very large"),
        "forms": evaluating.section,
        "snmp": lambda: snmp.section(repetitions),
        "polling": polling.section,
        "lossy": lossy.section,
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measurements beside the peers")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--million", action="store_true", help="1,000,000 addresses too")
    parser.add_argument("names", nargs="*", metavar="NAME", help="measure only these subjects")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
