"""Sends datagrams as fast as it can for some seconds, from a friend and from strangers; no tests here.

Usage: flooding.py PORT SECONDS
"""

import socket
import sys
import time
from contextlib import ExitStack

SOURCES = ("127.0.0.2", "127.0.0.3", "127.0.1.1", "127.0.1.2", "127.0.1.3")
PAYLOADS = (b"0\0", bytes(40), b"0\x82\x04\x00" + bytes(1000))


def main() -> None:
    """Send and say how many."""
    port, seconds = int(sys.argv[1]), float(sys.argv[2])
    with ExitStack() as opened:
        senders = []
        for source in SOURCES:
            one = opened.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            one.bind((source, 0))
            senders.append(one)
        count, end = 0, time.monotonic() + seconds
        while time.monotonic() < end:
            for payload in PAYLOADS:
                for one in senders:
                    one.sendto(payload, ("127.0.0.1", port))
                    count += 1
    print(count)


if __name__ == "__main__":
    main()
