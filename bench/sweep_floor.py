"""The kernel alone: ready-made echo requests out and replies in by the batch, nobody looks at them.

No program on this machine can sweep for less by these system calls. Prints one sample as JSON.
"""

import json
import socket
import sys
import time
from pathlib import Path

import numpy as np

from bench.account import peak_bytes
from bench.figures import Sample
from probes import mmsg
from probes.channel import BATCH
from probes.packets import REQUEST, SLOT_BYTES, SOCKADDR_BYTES, checksums, sockaddrs
from probes.sockets import open_socket

_ID_BLOCK = 7
_WAIT_SECONDS = 0.2


def main() -> None:
    """Argument: the file of addresses."""
    addresses = Path(sys.argv[1]).read_text().split()
    count = len(addresses)
    names = sockaddrs(addresses, count)
    requests = np.zeros(count, REQUEST)
    requests["type"], requests["id"] = 8, _ID_BLOCK << 8
    requests["checksum"] = checksums(requests)
    out, _out_iovecs = mmsg.headers_over(requests)
    out["name"], out["name_length"] = mmsg.starts(names), SOCKADDR_BYTES[socket.AF_INET]
    slots = np.zeros((2 * BATCH, SLOT_BYTES), np.uint8)
    arrivals, _in_iovecs = mmsg.headers_over(slots)
    with open_socket(socket.AF_INET, "raw", _ID_BLOCK) as opened:
        began, spent = time.monotonic(), time.process_time()
        heard = _sweep(opened.fileno(), mmsg.start(out), count, mmsg.start(arrivals), len(arrivals))
        cpu, wall = (time.process_time() - spent) / count, time.monotonic() - began
    print(json.dumps(Sample(cpu, wall, peak_bytes(), count, count - heard).plain()))


def _sweep(descriptor: int, out: int, count: int, arrivals: int, slots: int) -> int:
    heard, last = 0, time.monotonic()
    for at in range(0, count, BATCH):
        mmsg.send(descriptor, out + at * mmsg.HEADER.itemsize, min(BATCH, count - at))
        heard += max(0, mmsg.receive(descriptor, arrivals, slots))
    while heard < count and time.monotonic() < last + _WAIT_SECONDS:
        got = max(0, mmsg.receive(descriptor, arrivals, slots))
        heard, last = heard + got, time.monotonic() if got else last
    return heard


if __name__ == "__main__":
    main()
