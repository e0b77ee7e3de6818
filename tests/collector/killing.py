"""Runs inside the practice network: starts the asking process and kills it, again and again.

Usage: killing.py NETWORK DATA TIMES; writes when each life began and ended to DATA/lives.json.
"""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

from lab import control


def main() -> None:
    network, folder, times = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(9)
    lives = []
    for life in range(times + 1):
        if life == times // 4:
            control.cut(folder, "sanya-ct")
        if life == times // 2:
            control.restore(folder, "sanya-ct")
        begun = time.time()
        asker = subprocess.Popen(
            [sys.executable, "-m", "collector.ask", "-c", network, "--data", str(folder)]
        )
        if life == times:
            time.sleep(8)
            asker.terminate()
        else:
            time.sleep(chance.uniform(0.4, 4.5))
            asker.kill()
        asker.wait()
        lives.append((begun, time.time()))
    (folder / "lives.json").write_text(json.dumps(lives), encoding="utf-8")


if __name__ == "__main__":
    main()
