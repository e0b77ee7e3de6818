"""Listeners on loopback for tests of probers: ports that speak, hang, drip or refuse, pages, name servers."""

import datetime as dt
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Serve = Callable[[socket.socket], None]
HOME = "127.0.0.1"


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server((HOME, 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def listening(serve: Serve, address: str = HOME, port: int = 0) -> Iterator[int]:
    """A port where every connection is served in a thread of its own, until the block ends."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    over, threads, held = threading.Event(), list[threading.Thread](), list[socket.socket]()

    def attend(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            serve(connection)

    def accept() -> None:
        while not over.is_set():
            with suppress(TimeoutError):
                connection, _ = listener.accept()
                connection.settimeout(20)
                held.append(connection)
                threads.append(threading.Thread(target=attend, args=(connection,)))
                threads[-1].start()

    with socket.create_server((address, port), family=family, backlog=512) as listener:
        listener.settimeout(0.1)
        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            over.set()
            accepting.join()
            for connection in held:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()


def hang(connection: socket.socket) -> None:
    """Take the connection and whatever comes, and say nothing."""
    while connection.recv(4096):
        pass


def drip(connection: socket.socket) -> None:
    """One byte after the other, and never an end."""
    connection.recv(4096)
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 1000:
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


def reset(connection: socket.socket) -> None:
    """Break off at once, as a process that crashed does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def say(*lines: bytes) -> Serve:
    """Greet with these, then wait for the other side to go."""

    def serve(connection: socket.socket) -> None:
        for line in lines:
            connection.sendall(line)
        hang(connection)

    return serve


def echo(connection: socket.socket) -> None:
    """Say back what comes."""
    while part := connection.recv(4096):
        connection.sendall(part)


# Pages


class Page:
    """What a server answers, and what it was asked; may be changed meanwhile."""

    def __init__(self, status: int = 200, content: str = "欢迎访问", **headers: str) -> None:
        self.status, self.content, self.headers = status, content, headers
        self.asked: list[dict[str, str]] = []


Pages = dict[str, Page]


@contextmanager
def serving(pages: Pages, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """A web server with these pages by their path; any other is not found."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = pages.get(self.path, Page(404, "nothing here"))
            page.asked.append({"method": self.command, **{k.lower(): v for k, v in self.headers.items()}})
            content = page.content.encode()
            self.send_response(page.status)
            for name, value in page.headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

        do_HEAD = do_GET  # noqa: N815 - as http.server calls it

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    class Server(ThreadingHTTPServer):
        daemon_threads = False

        def handle_error(self, *_: object) -> None:
            """Whoever asks may break off."""

    with Server((HOME, 0), Handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            thread.join()


def authority(folder: Path, *, days: float = 90, name: str = "localhost") -> tuple[Path, ssl.SSLContext]:
    """An authority of one's own: its certificate as a file, and what a server needs that it vouches for."""
    now = dt.datetime.now(dt.UTC)
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in ("本单位", name)]
    made = []
    for place, lasts in ((0, 3650.0), (1, days)):
        building = x509.CertificateBuilder().subject_name(names[place]).issuer_name(names[0])
        building = building.public_key(keys[place].public_key()).serial_number(x509.random_serial_number())
        building = building.not_valid_before(now - dt.timedelta(days=400))
        building = building.not_valid_after(now + dt.timedelta(days=lasts))
        building = building.add_extension(
            x509.BasicConstraints(ca=place == 0, path_length=None), critical=True
        )
        if place:
            alternative = x509.SubjectAlternativeName([x509.DNSName(name)])
            building = building.add_extension(alternative, critical=False)
        made.append(building.sign(keys[0], hashes.SHA256()))
    ca, own = folder / "ca.pem", folder / "own.pem"
    pem = serialization.Encoding.PEM
    ca.write_bytes(made[0].public_bytes(pem))
    key = keys[1].private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    own.write_bytes(key + made[1].public_bytes(pem))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(own)
    return ca, tls


# Name servers


Zone = dict[tuple[str, str], list[str]]


def _answer(wire: bytes, zone: Zone, *, whole: bool) -> bytes:
    query = dns.message.from_wire(wire)
    (question,) = query.question
    name, kind = question.name.to_text(), question.rdtype.name
    answer = dns.message.make_response(query)
    records = zone.get((name, kind), [])
    if records == ["SERVFAIL"]:
        answer.set_rcode(dns.rcode.SERVFAIL)
    elif not any(known == name for known, _ in zone):
        answer.set_rcode(dns.rcode.NXDOMAIN)
    elif len(records) > 10 and not whole:
        answer.flags |= dns.flags.TC
    elif records:
        answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records))
    return answer.to_wire()


@contextmanager
def naming(zone: Zone, *, silent: bool = False) -> Iterator[int]:
    """A name server, by UDP and TCP; more than ten records are told by TCP only."""
    over = threading.Event()

    def by_tcp(connection: socket.socket) -> None:
        (length,) = struct.unpack("!H", connection.recv(2))
        told = _answer(connection.recv(length), zone, whole=True)
        connection.sendall(struct.pack("!H", len(told)) + told)

    def by_udp() -> None:
        while not over.is_set():
            with suppress(TimeoutError):
                wire, asker = door.recvfrom(4096)
                if not silent:
                    door.sendto(_answer(wire, zone, whole=False), asker)

    with ExitStack() as stack:
        port = stack.enter_context(listening(by_tcp))
        door = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        door.bind((HOME, port))
        door.settimeout(0.1)
        thread = threading.Thread(target=by_udp)
        thread.start()
        try:
            yield port
        finally:
            over.set()
            thread.join()
