"""A program of its own: build a network, send 3 MB by TCP from the collector to a site and back, print the octets.

`python tcp_through_relay.py NETWORK ADDRESS NODE`
"""

import os
import random
import socket
import sys
import time
from pathlib import Path

from lab.processes import in_child, isolate

SENT = os.urandom(3_000_000)


def echo_back(server: socket.socket) -> int:
    connection, _ = server.accept()
    with connection:
        while piece := connection.recv(65536):
            connection.sendall(piece)
    return 0


def talk(address: str) -> int:
    with socket.create_connection((address, 4000), timeout=5) as client:
        client.settimeout(5)
        got = bytearray()
        for begin in range(0, len(SENT), 30_000):
            client.sendall(SENT[begin : begin + 30_000])
            while len(got) < min(begin + 30_000, len(SENT)):
                got += client.recv(65536)
    return len(got) if got == SENT else -1


def run() -> int:
    from config.load import load
    from lab.build import build
    from lab.control import Desk, listen
    from lab.namespaces import inside
    from lab.plan import COLLECTOR
    from lab.relay import spans_of, ways_by_entry
    from lab.routing import plan_of
    from lab.serving import Alarm, serve
    from lab.ways import Carrier

    network, address, node = sys.argv[1:]
    plan = plan_of(load(Path(network)))
    built = build(plan)
    carrier = Carrier(
        built.ring, ways_by_entry(spans_of(plan.lines)), random.Random(1).random, time.monotonic
    )
    with listen(Path(network).parent) as listener:
        in_child(lambda: serve(carrier, Desk(listener, lambda order: []), Alarm([], time.monotonic)))
    with inside(built.namespaces[node]):
        server = socket.create_server((address, 4000))
    in_child(lambda: echo_back(server))
    with inside(built.namespaces[COLLECTOR]):
        print(talk(address))
    return 0


if __name__ == "__main__":
    sys.exit(isolate(run))
