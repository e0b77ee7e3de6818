"""The collector of the tests: run inside a practice network, it pings when told to, over stdin and stdout.

A line asks `{"targets": [[address, source or null], ...], "count", "every", "within"}`, seconds each; the answer
is, for each target, a list of [sent, received or null] on the wall clock.
"""

import contextlib
import json
import select
import socket
import struct
import sys
import time

Pings = list[list[list[float | None]]]


def checksum(packet: bytes) -> int:
    total: int = sum(struct.unpack(f"!{len(packet) // 2}H", packet))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def echo(identifier: int, sequence: int) -> bytes:
    blank = struct.pack("!BBHHH", 8, 0, 0, identifier, sequence)
    return struct.pack("!BBHHH", 8, 0, checksum(blank), identifier, sequence)


def open_socket(source: str | None) -> socket.socket:
    each = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    if source:
        each.bind((source, 0))
    return each


def listen(sockets: list[socket.socket], until: float, identifier: int, pings: Pings) -> None:
    """Note every answer until then, even if it is later than that already."""
    while True:
        ready, _, _ = select.select(sockets, [], [], max(0.0, until - time.monotonic()))
        for each in ready:
            packet, (address, _) = each.recvfrom(2048)
            kind, _, _, answered, sequence = struct.unpack_from("!BBHHH", packet, 20)
            number, target = divmod(sequence, len(TARGETS))
            if kind == 0 and answered == identifier and TARGETS[target][0] == address:
                pings[target][number][1] = pings[target][number][1] or time.time()
        if not ready and time.monotonic() >= until:
            return


TARGETS: list[list[str]] = []


def ask(count: int, every: float, within: float, identifier: int) -> Pings:
    sockets = {source: open_socket(source) for _, source in TARGETS}
    pings: Pings = [[] for _ in TARGETS]
    begun = time.monotonic()
    for number in range(count):
        for target, (address, source) in enumerate(TARGETS):
            pings[target].append([time.time(), None])
            with contextlib.suppress(OSError):  # no route: as good as silence here
                sockets[source].sendto(echo(identifier, number * len(TARGETS) + target), (address, 0))
        listen(list(sockets.values()), begun + (number + 1) * every, identifier, pings)
    listen(list(sockets.values()), time.monotonic() + within, identifier, pings)
    for each in sockets.values():
        each.close()
    return pings


def main() -> None:
    print("ready", flush=True)
    for number, line in enumerate(sys.stdin):
        asked = json.loads(line)
        TARGETS[:] = asked.pop("targets")
        print(json.dumps(ask(**asked, identifier=number + 1)), flush=True)


if __name__ == "__main__":
    main()
