"""Orders to what answers in a practice network, as the relays' process passes them on, and what is said of them.

The truth is written here, at the moment the order was carried out.
"""

import json
import socket
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

from config.errors import LinewalkerError
from lab.hosts import Host, State, require_fault, require_host
from lab.truth import Truth

_DONE_WITHIN = 3.0  # seconds


@dataclass(frozen=True, slots=True)
class Errand:
    """From now on, these faults of a subject's hosts and no others; each with its beginning, seconds since 1970."""

    subject: str
    faults: dict[str, float]

    def facts(self) -> str:
        """The faults as responders read them."""
        return json.dumps(self.faults)


def read_errand(line: bytes) -> Errand:
    """An errand as it was sent."""
    return Errand(**json.loads(line))


@dataclass(slots=True)
class Hosts:
    """What can be broken, and what is; `door` leads to who attends to it, `wall` is the truth's clock."""

    known: Sequence[Host]
    door: socket.socket
    truth: Truth
    wall: Callable[[], float]
    states: dict[str, State] = field(default_factory=dict)

    def has(self, subject: str) -> bool:
        """Whether something answers for this subject."""
        return any(host.subject == subject for host in self.known)

    def break_(self, subject: str, fault: str) -> None:
        """Break what stands for a subject in one way more."""
        require_fault(require_host(subject, self.known), fault)
        state = self.states.setdefault(subject, State())
        if fault in state.faults:
            return
        at = self.wall()
        self._pass_on(Errand(subject, {**state.faults, fault: at}))
        state.faults[fault] = at
        self.truth.begin_at_host(subject, fault, at)

    def restore(self, subject: str) -> None:
        """Mend all that was done to it."""
        state = self.states.get(subject)
        if state is None:
            return
        self._pass_on(Errand(subject, {}))
        del self.states[subject]
        for fault in state.faults:
            self.truth.end(subject, fault, self.wall())

    def _pass_on(self, errand: Errand) -> None:
        try:
            self.door.settimeout(_DONE_WITHIN)
            self.door.sendall(json.dumps(asdict(errand)).encode() + b"\n")
            if not self.door.recv(16):
                raise ConnectionResetError
        except OSError:
            raise LinewalkerError(
                "what answers in the practice network did not take the order; end the demo and start it again"
            ) from None

    def rows(self, subject: str | None = None) -> list[dict[str, object]]:
        """Every host, or those of one subject, as `lab hosts` shows them."""
        return [
            {
                "host": host.subject,
                "kind": host.kind,
                "node": host.node,
                "address": f"{host.address}:{host.port}",
                "state": ",".join(self._faults(host)) or "serving",
            }
            for host in self.known
            if subject in (None, host.subject)
        ]

    def _faults(self, host: Host) -> list[str]:
        state = self.states.get(host.subject)
        return [] if state is None else sorted(state.faults)
