"""Folds the closed days of a ledger in small slices, to be killed meanwhile. Usage: folding.py URL NOW"""

import sys
import time

from collector.keeping import fold
from collector.ledger.store import Life, open_ledger
from tests.collector.keeping.counted import SHANGHAI


def main() -> None:
    url, now = sys.argv[1], float(sys.argv[2])
    ledger = open_ledger(url, create=False)
    ledger.begin(Life(collector="keep", vantage="centre", version="1", now=now))
    fold.SLICE_CHECKS = 2
    print("begun", flush=True)
    fold.fold_closed(ledger, SHANGHAI, now, rest=lambda _: time.sleep(0.001))
    ledger.close()


if __name__ == "__main__":
    main()
