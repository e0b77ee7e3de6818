"""icmplib's `async_multiping` over the same addresses, in a process of its own; prints one sample as JSON."""

import asyncio
import json
import sys
import time
from pathlib import Path

from icmplib import async_multiping

from bench.account import peak_bytes
from bench.figures import Sample


def main() -> None:
    """Arguments: the file of addresses and how many are asked at once. Imports are not counted."""
    addresses = Path(sys.argv[1]).read_text().split()
    began, spent = time.monotonic(), time.process_time()
    asking = async_multiping(
        addresses, count=1, interval=0, timeout=2, concurrent_tasks=int(sys.argv[2]), privileged=True
    )
    hosts = asyncio.run(asking)
    cpu = (time.process_time() - spent) / len(addresses)
    lost = sum(not host.is_alive for host in hosts)
    print(json.dumps(Sample(cpu, time.monotonic() - began, peak_bytes(), len(addresses), lost).plain()))


if __name__ == "__main__":
    main()
