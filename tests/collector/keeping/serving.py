"""The service, with a shorter wait before it looks whether the ledger is to be kept.

Usage: serving.py NETWORK DATA SECONDS [COMMAND …]; a COMMAND stands in place of the process that keeps it.
"""

import sys
import time
from pathlib import Path

from collector import app, processes
from config.load import load


def main() -> None:
    network, data, seconds, *command = sys.argv[1:]
    app.KEEPING_LOOK_SECONDS = float(seconds)
    if command:
        app._keeper = lambda config, data_dir, daily: app.Keeper(
            app.Child("keep", command), data_dir, daily, time.monotonic()
        )
    folder = Path(data)
    app.claim(folder, practice=False)
    with app.listen(load(Path(network)).listen) as listener:
        app.serve(Path(network), folder, listener)


if __name__ == "__main__":
    processes.guarded(main)
