"""The process that attends to what answers in a practice network: agents, servers, far ends, the router's tests.

It is started once the lines stand, and nothing of the lines depends on it. Orders to break something come from the
relays' process over a socket, one JSON object a line; each is answered when it is done.
"""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from lab import linetests
from lab.agents import MODULES, Agent, circuits_of, configuration
from lab.build import Network
from lab.errands import Errand, read_errand
from lab.hosts import State
from lab.namespaces import inside
from lab.plan import CORE
from lab.processes import find
from lab.servers import Server, make_certificates
from lab.wanted import Attended

RESULTS = Path("lines.json")
_RESPOND = Path("respond.py")
_PROGRAM = """\
import sys
sys.path.insert(0, {home!r})
from lab.responders import main
main()
"""
_HOME = Path(__file__).resolve().parents[1]
_LOOK_EVERY = 0.02  # seconds
_AT_ONCE = 8  # agents that are starting
_PLACES = (
    f"{os.defpath}:/usr/sbin:/sbin:/usr/local/sbin"  # of programs; ordinary users' PATH may lack the latter
)


@dataclass(slots=True)
class Attendants:
    """The process's own things: the state of every host, its servers, and the agents' process ids.

    `ready` is a pipe that is closed once everything answers.
    """

    network: Network
    attended: Attended
    door: socket.socket
    ready: int
    states: dict[str, State] = field(default_factory=dict)
    servers: list[Server] = field(default_factory=list)
    pids: dict[str, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Open everything, say so, and take orders for ever."""
        loop = asyncio.get_running_loop()
        await self._open_servers()
        self._start_far_ends()
        await self._start_agents()
        tests = self._tests()
        os.close(self.ready)
        await asyncio.gather(self._take_orders(loop), linetests.run(tests, RESULTS) if tests else _nothing())

    def _state(self, subject: str) -> State:
        return self.states.setdefault(subject, State())

    async def _open_servers(self) -> None:
        certificates = make_certificates(self.attended.hosts, Path())
        for host in self.attended.hosts:
            network = self.network.namespaces[host.node]
            known = certificates.get(host, {})
            server = Server(host, self._state(host.subject), network, known, self.attended.records)
            try:
                await server.settle()
            except OSError as wrong:
                sys.stderr.write(f"practice network: {host.subject} {host.address}:{host.port}: {wrong}\n")
                continue
            self.servers.append(server)

    def _start_far_ends(self) -> None:
        program = find("iperf3")
        for node in self.attended.far_ends if program else ():
            self._start(node, [str(program), "--server", "--forceflush"])

    async def _start_agents(self) -> None:
        program = find("snmpd")
        if not program:
            return
        _RESPOND.write_text(_PROGRAM.format(home=str(_HOME)), encoding="utf-8")
        starting: list[Agent] = []
        for agent in self.attended.agents:
            self._start_agent(program, agent)
            starting.append(agent)
            if len(starting) == _AT_ONCE:
                await self._await_agents(starting)
                starting = []
        await self._await_agents(starting)

    def _start_agent(self, program: str, agent: Agent) -> None:
        facts = str(RESULTS) if agent.kind == "router" else f"{agent.subject}.json"
        responder = [sys.executable, "-S", "-E", str(_RESPOND), agent.kind, facts, f"{time.monotonic():.2f}"]
        written = Path(f"{agent.subject}.conf")
        written.write_text(configuration(agent, self.network.plan, responder), encoding="utf-8")
        # Of the log only what is critical: it complains of much that a network namespace does not have.
        command = [program, "-f", "-C", "-c", str(written), "-I", MODULES, "-LF", "2", f"{agent.subject}.log"]
        kept = {"SNMP_PERSISTENT_DIR": f"{agent.subject}.kept", "MIBS": "", "SNMPCONFPATH": "."}
        self.pids[agent.subject] = self._start(agent.node, command, kept)

    async def _await_agents(self, agents: Sequence[Agent]) -> None:
        """Wait until these listen, or have ended."""
        for agent in agents:
            while not _listens(self.pids[agent.subject], agent.port):
                if _has_ended(self.pids[agent.subject]):
                    sys.stderr.write(f"practice network: the SNMP agent of {agent.subject} has ended\n")
                    break
                await asyncio.sleep(_LOOK_EVERY)

    def _start(self, node: str, command: list[str], more: Mapping[str, str] | None = None) -> int:
        quiet = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1)]
        with inside(self.network.namespaces[node]):
            return os.posix_spawn(
                command[0], command, {**os.environ, **(more or {})}, file_actions=quiet, setsigmask=()
            )

    def _tests(self) -> list[linetests.LineTest]:
        if not any(agent.kind == "router" for agent in self.attended.agents):
            return []
        with inside(self.network.namespaces[CORE]):
            return [linetests.LineTest(line, CORE) for line in circuits_of(self.network.plan)]

    async def _take_orders(self, loop: asyncio.AbstractEventLoop) -> None:
        heard = b""
        while piece := await loop.sock_recv(self.door, 65536):
            heard += piece
            while b"\n" in heard:
                line, _, heard = heard.partition(b"\n")
                await self._do(read_errand(line))
                await loop.sock_sendall(self.door, b"done\n")

    async def _do(self, errand: Errand) -> None:
        state = self._state(errand.subject)
        before, state.faults = state.faults, dict(errand.faults)
        for server in self.servers:
            if server.host.subject == errand.subject:
                await server.settle()
        if pid := self.pids.get(errand.subject):
            facts = Path(f"{errand.subject}.new")
            facts.write_text(errand.facts(), encoding="ascii")
            facts.replace(f"{errand.subject}.json")
            if ("silent" in before) != state.has("silent"):
                os.kill(pid, signal.SIGSTOP if state.has("silent") else signal.SIGCONT)


async def _nothing() -> None:
    pass


def _listens(pid: int, port: int) -> bool:
    """Whether a process's network has a UDP socket at this port."""
    with suppress(OSError):
        return f":{port:04X} " in Path(f"/proc/{pid}/net/udp").read_text(encoding="ascii")
    return False


def _has_ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def attend(network: Network, attended: Attended, door: socket.socket, ready: int, folder: Path) -> int:
    """Attend to all this until the network ends, with `folder` for what is written; see `Attendants`."""
    os.chdir(folder)
    door.setblocking(False)
    asyncio.run(Attendants(network, attended, door, ready).run())
    return 0
