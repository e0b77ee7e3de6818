"""pysnmp asking the same 19 objects, in a process of its own; prints one sample as JSON."""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import pysnmp.hlapi.v3arch.asyncio as hlapi

from bench import snmp_agents
from bench.account import peak_bytes
from bench.figures import Sample


def main() -> None:
    """Arguments: the file of addresses, the version, how many are asked and how many at once.

    Engine, user and the objects' names are made once and kept; imports and the first request, which reads pysnmp's
    own MIBs, are not counted.
    """
    addresses = Path(sys.argv[1]).read_text().split()[: int(sys.argv[3])]
    print(json.dumps(asyncio.run(_measured(addresses, sys.argv[2], int(sys.argv[4]))).plain()))


async def _measured(addresses: list[str], version: str, at_once: int) -> Sample:
    asking = _Asking(version, at_once)
    await asking.ask(addresses[0])
    began, spent = time.monotonic(), time.process_time()
    answered = await asyncio.gather(*map(asking.ask, addresses))
    cpu = (time.process_time() - spent) / len(addresses)
    lost = answered.count(False)
    return Sample(cpu, time.monotonic() - began, peak_bytes(), len(addresses), lost)


class _Asking:
    """One engine that asks many agents."""

    def __init__(self, version: str, at_once: int) -> None:
        self._engine, self._places = hlapi.SnmpEngine(), asyncio.Semaphore(at_once)
        self._context = hlapi.ContextData()
        self._objects = [hlapi.ObjectType(hlapi.ObjectIdentity(oid)) for oid in snmp_agents.OIDS]
        self._auth: Any = hlapi.CommunityData(snmp_agents.COMMUNITY, mpModel=1)
        if version == "3":
            self._auth = hlapi.UsmUserData(
                snmp_agents.USER,
                snmp_agents.AUTH_PASSWORD,
                snmp_agents.PRIVACY_PASSWORD,
                authProtocol=hlapi.usmHMAC192SHA256AuthProtocol,
                privProtocol=hlapi.usmAesCfb128Protocol,
            )

    async def ask(self, address: str) -> bool:
        """Whether all objects came."""
        async with self._places:
            target = await hlapi.UdpTransportTarget.create((address, 161), timeout=20, retries=0)
            indication, status, _, bindings = await hlapi.get_cmd(
                self._engine, self._auth, target, self._context, *self._objects, lookupMib=False
            )
        return not indication and not status and len(bindings) == len(snmp_agents.OIDS)


if __name__ == "__main__":
    main()
