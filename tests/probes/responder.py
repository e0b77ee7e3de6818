"""A host that answers echo requests in its own way: late, twice, forged. Run on a `Host` that is silent itself.

python responder.py late:SECONDS | twice | token | row | address:OTHER | replay | errors:OTHER | log
"""

import socket
import struct
import sys
import time


def checksum(packet: bytes) -> int:
    total: int = sum(struct.unpack(f"!{len(packet) // 2}H", packet))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def sealed(packet: bytes) -> bytes:
    """With the right checksum."""
    bare = packet[:2] + b"\0\0" + packet[4:]
    return bare[:2] + struct.pack("!H", checksum(bare)) + bare[4:]


def altered(packet: bytes, at: int) -> bytes:
    return packet[:at] + bytes([packet[at] ^ 1]) + packet[at + 1 :]


class Responder:
    """One behaviour."""

    def __init__(self, behaviour: str) -> None:
        self.name, _, self.value = behaviour.partition(":")
        self.raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        self.other = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        if self.name in ("address", "errors"):
            self.other.bind((self.value, 0))
        self.first = b""

    def serve(self) -> None:
        print("ready", flush=True)
        while True:
            packet, (host, _) = self.raw.recvfrom(2048)
            start = 4 * (packet[0] & 15)
            if packet[start] == 8:
                getattr(self, self.name)(host, packet[:start], packet[start:])

    def reply(self, host: str, request: bytes) -> None:
        self.raw.sendto(sealed(b"\0" + request[1:]), (host, 0))

    def late(self, host: str, header: bytes, request: bytes) -> None:
        time.sleep(float(self.value))
        self.reply(host, request)

    def twice(self, host: str, header: bytes, request: bytes) -> None:
        self.reply(host, request)
        self.reply(host, request)

    def token(self, host: str, header: bytes, request: bytes) -> None:
        self.reply(host, altered(request, 8))

    def row(self, host: str, header: bytes, request: bytes) -> None:
        self.reply(host, altered(request, 16))

    def address(self, host: str, header: bytes, request: bytes) -> None:
        self.other.sendto(sealed(b"\0" + request[1:]), (host, 0))

    def replay(self, host: str, header: bytes, request: bytes) -> None:
        """The first round's token for ever, with the serial asked for."""
        self.first = self.first or request
        self.reply(host, request[:8] + self.first[8:16] + request[16:])

    def log(self, host: str, header: bytes, request: bytes) -> None:
        """Silent, but tells which ICMP id it was asked with."""
        print(int.from_bytes(request[4:6], "big"), flush=True)

    def errors(self, host: str, header: bytes, request: bytes) -> None:
        """Host unreachable, quoting no more than RFC 792 asks for."""
        self.other.sendto(sealed(b"\3\1\0\0\0\0\0\0" + header + request[:8]), (host, 0))


if __name__ == "__main__":
    Responder(sys.argv[1]).serve()
