"""The ICMP sockets of one address family: batches go out, replies and ICMP errors come in. No time, no verdict.

Raw sockets where the process may open them, else datagram ("ping") sockets. A datagram socket owns its ICMP
id, so a row's generation chooses among several sockets there; on a raw socket it is the id's low byte.
"""

import errno
import select
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from probes import mmsg
from probes.columns import Flags, Floats, Ints
from probes.packets import (
    ERROR_TYPES,
    REPLY_TYPE,
    REQUEST,
    REQUEST_TYPE,
    SLOT_BYTES,
    SOCKADDR,
    SOCKADDR_BYTES,
    STAMP,
    Layout,
    checksums,
    error_text,
    host_text,
    hosts,
    same,
    sockaddr,
)
from probes.roster import ROUTE, Roster
from probes.sockets import PROTOCOL, Kind, open_socket

BATCH = 128  # replies to this many fit the smallest receive buffer; the caller reads between batches
_ARRIVALS = 256
_DATAGRAM_SOCKETS = 32  # at one question in 2 s an id rests for a minute: longer than firewalls keep sessions
_PENDING_ERRORS = 64  # of other targets, read before a refusal is believed

_FULL = (-errno.EAGAIN, -errno.ENOBUFS, -errno.EINTR)  # raw sockets say ENOBUFS of a full send buffer
_MSG_ERRQUEUE = 0x2000  # Linux; the socket module does not name it


@dataclass(frozen=True, slots=True)
class Replies:
    """Authentic replies in order of arrival: from the asked address, with the row's present token."""

    row: Ints
    serial: Ints
    stamp: Floats  # the kernel's, wall clock


@dataclass(frozen=True, slots=True)
class Complaint:
    """An ICMP error about the packet that left `age` generations ago."""

    row: int
    age: int
    text: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """The kernel did not take a packet of this row."""

    row: int
    errno: int


class Channel:
    """Sockets, slots and headers for the rows of one address family."""

    def __init__(
        self, family: socket.AddressFamily, kind: Kind, roster: Roster, block: int, buffer_bytes: int
    ) -> None:
        self.family = family
        self.kind = kind
        self._roster = roster
        self._block = block
        self._buffer_bytes = buffer_bytes
        self._layout = Layout(family, has_ip_header=kind == "raw" and family == socket.AF_INET)
        self._sockets: dict[int, socket.socket] = {}
        self._generations = 256 if kind == "raw" else _DATAGRAM_SOCKETS
        self._complaints: list[Complaint] = []
        self._prepare_slots()
        self._socket(0)

    def _prepare_slots(self) -> None:
        family, roster = self.family, self._roster
        self._requests = np.zeros(BATCH, REQUEST)
        self._request = mmsg.columns(self._requests)
        self._request["type"][:] = REQUEST_TYPE[family]
        self._request["block"][:] = self._block
        out, self._out_iovecs = mmsg.headers_over(self._requests)
        out["name_length"] = SOCKADDR_BYTES[family]
        self._out, self._out_start = mmsg.columns(out), mmsg.start(out)
        self._slots = np.zeros((_ARRIVALS, SLOT_BYTES), np.uint8)
        self._reply = mmsg.columns(self._slots.view(self._layout.reply)[:, 0])
        senders, stamps = np.zeros(_ARRIVALS, SOCKADDR), np.zeros(_ARRIVALS, STAMP)
        self._senders, self._sender_hosts = senders, hosts(senders, family)
        self._stamp = mmsg.columns(stamps)
        into, self._in_iovecs = mmsg.headers_over(self._slots)
        into["name"] = mmsg.starts(senders)
        into["control"] = mmsg.starts(stamps)
        self._in, self._in_start = mmsg.columns(into), mmsg.start(into)
        self._ready_to_receive(_ARRIVALS)
        self._row_hosts = hosts(roster.name, family)
        self._names_start = np.uint64(mmsg.start(roster.name))
        self._routes_start = np.uint64(mmsg.start(roster.routes))

    def close(self) -> None:
        """Close every socket."""
        for opened in self._sockets.values():
            opened.close()
        self._sockets.clear()

    def _socket(self, generation: int) -> socket.socket:
        if generation not in self._sockets:
            self._sockets[generation] = open_socket(self.family, self.kind, self._block, self._buffer_bytes)
        return self._sockets[generation]

    # Sending

    def send(self, rows: Ints, serials: Ints) -> tuple[Ints, list[Refusal]]:
        """Send one packet to each of at most BATCH rows.

        Returns the rows still to be sent, because the send buffer is full, and those the kernel refused.
        """
        if self.kind == "raw":
            self._fill(rows, serials)
            return self._send_span(self._socket(0), rows, 0)
        generation = self._roster.generation[rows] % _DATAGRAM_SOCKETS
        order = np.argsort(generation, kind="stable")
        rows, generation = rows[order], generation[order]
        self._fill(rows, serials[order])
        left, refusals = [rows[:0]], []
        for one in np.unique(generation):
            begin, end = np.searchsorted(generation, [one, one + 1])
            try:
                opened = self._socket(int(one))
            except OSError as error:  # such as too many open files
                refusals += [Refusal(int(row), error.errno or 0) for row in rows[begin:end]]
                continue
            unsent, refused = self._send_span(opened, rows[begin:end], int(begin))
            left.append(unsent)
            refusals += refused
        return np.concatenate(left), refusals

    def _fill(self, rows: Ints, serials: Ints) -> None:
        roster, count = self._roster, len(rows)
        request, out = self._request, self._out
        request["generation"][:count] = roster.generation[rows]
        request["sequence"][:count] = rows & 0xFFFF
        request["token"][:count] = roster.token[rows]
        request["row"][:count] = rows
        request["serial"][:count] = serials
        if self._layout.has_ip_header:  # everywhere else the kernel computes it
            request["checksum"][:count] = 0
            request["checksum"][:count] = checksums(self._requests[:count])
        out["name"][:count] = self._names_start + rows.view(np.uint64) * np.uint64(SOCKADDR.itemsize)
        if roster.has_routes:
            route = roster.route[rows].astype(np.uint64)
            out["control"][:count] = self._routes_start + route * np.uint64(ROUTE.itemsize)
            out["control_length"][:count] = roster.routes["length"][roster.route[rows]]

    def _send_span(self, opened: socket.socket, rows: Ints, base: int) -> tuple[Ints, list[Refusal]]:
        """Send the filled slots from `base` on, which belong to these rows."""
        address = self._out_start + base * mmsg.HEADER.itemsize
        done, doubts, refusals = 0, 0, []
        while done < len(rows):
            sent = mmsg.send(opened.fileno(), address + done * mmsg.HEADER.itemsize, len(rows) - done)
            if sent >= 0:
                done += sent
                continue
            if sent in _FULL:
                break
            if self.kind == "datagram" and doubts < _PENDING_ERRORS:
                # It may be the pending error of another target: read the queue and send again.
                doubts = doubts + 1 if self._read_errors(opened) else _PENDING_ERRORS
                continue
            refusals.append(Refusal(int(rows[done]), -sent))
            done, doubts = done + 1, 0
        return rows[done:], refusals

    def wait_writable(self, seconds: float) -> None:
        """Wait until the kernel takes packets again."""
        poll = select.poll()
        for opened in self._sockets.values():
            poll.register(opened, select.POLLOUT)
        poll.poll(seconds * 1000)

    # Receiving

    def receive(self) -> Iterator[Replies]:
        """Everything that has arrived; ends when nothing waits."""
        for opened in self._readable():
            got = _ARRIVALS
            while got == _ARRIVALS:
                got = mmsg.receive(opened.fileno(), self._in_start, _ARRIVALS)
                if got > 0:
                    self._ready_to_receive(got)
                    yield self._parse(got)
                elif self.kind == "datagram" and got != -errno.EAGAIN and self._read_errors(opened):
                    got = _ARRIVALS

    def _ready_to_receive(self, used: int) -> None:
        """How much fits into the first slots, which the kernel has overwritten with how much came."""
        self._in["name_length"][:used] = SOCKADDR.itemsize
        self._in["control_length"][:used] = STAMP.itemsize

    def complaints(self) -> list[Complaint]:
        """ICMP errors since the last call."""
        taken, self._complaints = self._complaints, []
        return taken

    def _readable(self) -> list[socket.socket]:
        """Sockets worth reading; one raw socket is read without asking."""
        if len(self._sockets) == 1 and self.kind == "raw":
            return list(self._sockets.values())
        poll = select.poll()
        by_descriptor = {opened.fileno(): opened for opened in self._sockets.values()}
        for descriptor in by_descriptor:
            poll.register(descriptor, select.POLLIN)
        ready = poll.poll(0)
        for descriptor, events in ready:
            if events & select.POLLERR:
                self._read_errors(by_descriptor[descriptor])
        return [by_descriptor[descriptor] for descriptor, _ in ready]

    def _parse(self, got: int) -> Replies:
        reply, roster = self._reply, self._roster
        self._layout.align(self._slots[:got])
        good = reply["type"][:got] == REPLY_TYPE[self.family]
        if not good.all():
            self._parse_errors(~good)
        row = reply["row"][:got].astype(np.int64)
        good &= self._in["length"][:got] >= self._layout.reply_bytes
        good &= row < len(roster.name)
        row[~good] = 0
        good &= reply["token"][:got] == roster.token[row]
        good &= same(self._sender_hosts[:got], self._row_hosts[row])
        serial = reply["serial"][:got].astype(np.int64)
        stamp = self._stamp["seconds"][:got] + self._stamp["nanoseconds"][:got] * 1e-9
        if not good.all():
            row, serial, stamp = row[good], serial[good], stamp[good]
        return Replies(row, serial, stamp)

    def _parse_errors(self, suspects: Flags) -> None:
        """Note the ICMP errors among arrived packets that quote a request of ours."""
        at = np.flatnonzero(suspects)
        quoted = self._slots[at].view(self._layout.error)[:, 0]
        fits = np.isin(quoted["type"], ERROR_TYPES[self.family])
        fits &= self._in["length"][at] >= self._layout.error_bytes
        fits &= quoted["protocol"] == PROTOCOL[self.family]
        fits &= (quoted["asked"] == REQUEST_TYPE[self.family]) & (quoted["id"] >> 8 == self._block)
        at, quoted = at[fits], quoted[fits]
        for positions, rows in self._roster.rows_quoted(quoted, self.family):
            for position, row in zip(positions, rows, strict=True):
                error = quoted[position]
                sender = host_text(self._senders[at[position]])
                text = error_text(self.family, int(error["type"]), int(error["code"]), sender)
                self._note(int(row), int(error["id"]) & 0xFF, text)

    def _note(self, row: int, generation: int, text: str) -> None:
        age = (int(self._roster.generation[row]) - generation) % self._generations
        self._complaints.append(Complaint(row, age, text))

    def _read_errors(self, opened: socket.socket) -> int:
        """Empty the error queue of a datagram socket; returns how many errors were in it."""
        generation = next(key for key, value in self._sockets.items() if value is opened)
        for count in range(1 << 16):
            try:
                data, ancillary, _, name = opened.recvmsg(
                    SLOT_BYTES, 512, _MSG_ERRQUEUE | socket.MSG_DONTWAIT
                )
            except OSError:
                return count
            for _, _, extended in ancillary:
                self._note_extended(generation, data, extended, name[0])
        return 1 << 16

    def _note_extended(self, generation: int, data: bytes, extended: bytes, host: str) -> None:
        """Note one entry of an error queue: a struct sock_extended_err and the offender's address."""
        asked = sockaddr(host)
        _, origin, kind, code = struct.unpack_from("=IBBB", extended)
        if asked is None or origin not in (2, 3) or len(data) < 8:  # SO_EE_ORIGIN_ICMP, _ICMP6
            return
        offender = np.frombuffer(extended[16:].ljust(SOCKADDR.itemsize, b"\0")[:32], SOCKADDR)[0]
        quoted = np.zeros(1, np.dtype([("v4", "u4"), ("v6", "u8", (2,)), ("sequence", "u2")]))
        quoted["v4"], quoted["v6"] = asked["v4"], asked["v6"]
        quoted["sequence"] = int.from_bytes(data[6:8], "big")
        text = error_text(self.family, kind, code, host_text(offender))
        for _, rows in self._roster.rows_quoted(quoted, self.family):
            for row in rows:
                self._note(int(row), generation, text)
