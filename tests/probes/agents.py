"""Real net-snmp agents for tests: snmpd as whoever runs the tests, on a loopback port, with objects of our choice."""

import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from probes.credentials import Hidden
from probes.snmp_agent import Agent, Auth, Credentials, Privacy, Version
from tests.programs import needed

OURS = "1.3.6.1.4.1.8072.9999.9999"  # netSnmpPlaypen: nobody's
PASSWORD, OTHER_PASSWORD = "first-word-of-two", "second-word-of-two"
COMMUNITY = "not-the-public-one"
_SAID: dict[str, str] = {"SHA-1": "SHA", "AES-128": "AES"}

Objects = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class User:
    """A user of version 3, its keys made from PASSWORD and OTHER_PASSWORD."""

    name: str
    auth: Auth | None = None
    privacy: Privacy | None = None

    def lines(self) -> list[str]:
        made = f"createUser {self.name}"
        if self.auth:
            made += f' {_SAID.get(self.auth, self.auth)} "{PASSWORD}"'
        if self.privacy:
            made += f' {_SAID.get(self.privacy, self.privacy)} "{OTHER_PASSWORD}"'
        level = "priv" if self.privacy else "auth" if self.auth else "noauth"
        return [made, f"rouser {self.name} {level}"]

    def credentials(self) -> Credentials:
        return Credentials(
            "3",
            user=self.name,
            auth=self.auth,
            auth_password=Hidden(PASSWORD),
            privacy=self.privacy,
            privacy_password=Hidden(OTHER_PASSWORD),
        )


@dataclass(frozen=True)
class Snmpd:
    """A running agent."""

    port: int
    served: Path
    process: subprocess.Popen[bytes]

    def serve(self, objects: Objects) -> None:
        """Serve these objects from now on."""
        written = self.served.with_suffix(".new")
        written.write_text("".join(f"{oid} {kind} {value}\n" for oid, (kind, value) in objects.items()))
        written.replace(self.served)

    def agent(self, credentials: Credentials | Version = "2c", address: str = "127.0.0.1") -> Agent:
        if isinstance(credentials, str):
            credentials = Credentials(credentials, community=Hidden(COMMUNITY))
        return Agent(address, credentials, port=self.port, timeout=5.0)


def free_port() -> int:
    """A UDP port that is free in both address families."""
    while True:
        port = 20000 + secrets.randbelow(30000)
        try:
            for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
                with socket.socket(family, socket.SOCK_DGRAM) as trial:
                    trial.bind((address, port))
        except OSError:
            continue
        return port


@contextmanager
def snmpd(
    directory: Path,
    objects: Objects,
    users: Sequence[User] = (),
    roots: Sequence[str] = (OURS,),
    port: int = 0,
    at: Sequence[str] = ("udp:127.0.0.1", "udp6:[::1]"),
    lines: Sequence[str] = (),
) -> Iterator[Snmpd]:
    """An agent that answers when this is entered, and is ended afterwards.

    What is below the `roots` it answers from `objects`, all else of itself and of this machine; it listens `at`
    these addresses. `lines` go into its configuration as well.
    """
    program = needed("snmpd", "/usr/sbin:/usr/local/sbin")
    directory.mkdir(exist_ok=True)
    port = port or free_port()
    script = Path(__file__).parent / "snmp_objects.py"
    served = directory / "objects"
    written = [
        f"agentaddress {','.join(f'{address}:{port}' for address in at)}",
        f"rocommunity {COMMUNITY}",
        f"rocommunity6 {COMMUNITY}",
        *lines,
        *(line for user in users for line in user.lines()),
        *(f"pass_persist -p 1 .{root} {sys.executable} -S {script} {served} {root}" for root in roots),
    ]
    (directory / "snmpd.conf").write_text("\n".join(written) + "\n")
    log = (directory / "log").open("wb")
    process = subprocess.Popen(
        [program, "-f", "-Lo", "-C", "-c", "snmpd.conf", "-I", "-smux"],
        cwd=directory,
        env={"SNMP_PERSISTENT_DIR": str(directory / "kept"), "MIBS": "", "SNMPCONFPATH": str(directory)},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )
    running = Snmpd(port, served, process)
    running.serve(objects)
    try:
        _await(process, directory / "log")
        yield running
    finally:
        process.terminate()
        process.wait(60)
        log.close()


def _await(process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the agent says its version, which it does when its sockets are open."""
    for _ in range(600):
        if b"NET-SNMP version" in log.read_bytes():
            return
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise TimeoutError(log.read_text())


@dataclass
class Slow:
    """A way to an agent on which every answer takes `seconds`."""

    port: int
    seconds: float


@contextmanager
def slowly(agent: Snmpd, seconds: float) -> Iterator[Slow]:
    """What is sent to its port reaches the agent, and what that answers comes back so late, however much is asked."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as near, ThreadPoolExecutor(16) as passing:
        near.bind(("127.0.0.1", 0))
        way, over = Slow(near.getsockname()[1], seconds), threading.Event()

        def answer(question: bytes, asker: object) -> None:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far:
                far.settimeout(10)
                far.connect(("127.0.0.1", agent.port))
                far.send(question)
                said = far.recv(65536)
            over.wait(way.seconds)
            near.sendto(said, asker)  # type: ignore[call-overload] # as recvfrom gave it

        def listen() -> None:
            while not over.is_set():
                question, asker = near.recvfrom(65536)
                if question:
                    passing.submit(answer, question, asker)

        listening = passing.submit(listen)
        try:
            yield way
        finally:
            over.set()
            near.sendto(b"", near.getsockname())
            listening.result()


def silent(agent: Agent, port: int) -> Agent:
    """The same agent at a port where nobody answers, with little patience."""
    return replace(agent, port=port, timeout=0.2, retries=1)
