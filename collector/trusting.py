"""Whom *traps* believes, and by what name it is known to senders of informs: secrets looked up, an identity kept.

Whose datagrams are looked at at all is the gate's business.
"""

import json
import logging
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from config.model import Traps, TrapUser
from config.secret import reveal
from probes.credentials import Hidden
from probes.snmp_agent import Credentials
from probes.traps import Reader
from probes.traps_v3 import Usm

log = logging.getLogger(__name__)

_KEPT_IN = "traps.json"
_ENTERPRISE = bytes.fromhex(
    "80004fb805"
)  # the head of an engine's identifier: octets, of pysnmp's enterprise


class Identity:
    """Who we are to senders of informs, kept beside the ledger: an engine's identifier, and how often it began."""

    def __init__(self, data_dir: Path) -> None:
        self._place = data_dir / _KEPT_IN
        kept = self._read()
        self.engine_id = bytes.fromhex(kept.get("engine_id", "")) or _ENTERPRISE + secrets.token_bytes(12)
        self._boots = int(kept.get("boots", 0))

    def boots(self) -> int:
        """Count another beginning; the new number."""
        self._boots += 1
        part = self._place.with_suffix(".part")
        try:
            part.write_text(json.dumps({"engine_id": self.engine_id.hex(), "boots": self._boots}), "utf-8")
            part.replace(self._place)
        except OSError as error:
            log.warning("%s cannot be written: %s", self._place, error.strerror)
        return self._boots

    def _read(self) -> dict[str, Any]:
        try:
            kept = json.loads(self._place.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}


def reader(traps: Traps, identity: Identity, environment: Mapping[str, str]) -> Reader:
    """Who reads traps of these senders. Raises LinewalkerError where a secret cannot be had."""

    def secret(reference: str) -> Hidden:
        return Hidden(reveal(reference, environment).reveal())

    communities = [secret(one) for one in traps.communities]
    users = [_credentials(one, secret) for one in traps.users]
    hidden = [one for user in users for one in (user.auth_password, user.privacy_password) if one.reveal()]
    engine = Usm(users, identity.engine_id, identity.boots) if users else None
    return Reader(communities, engine, hidden)


def _credentials(user: TrapUser, secret: Callable[[str], Hidden]) -> Credentials:
    nothing = Hidden("")
    return Credentials(
        "3",
        user=user.name,
        auth=user.auth,
        auth_password=secret(user.auth_password) if user.auth_password else nothing,
        privacy=user.privacy,
        privacy_password=secret(user.privacy_password) if user.privacy_password else nothing,
    )
