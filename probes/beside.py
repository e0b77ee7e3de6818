"""What goes over an interface while something else is measured: read from its device just before and just after."""

import asyncio

from probes.columns import Octets
from probes.interface import INTERFACE, InterfaceSettings
from probes.snmp import talk_of
from probes.snmp_gufo import MasterKeys
from probes.snmp_interface import InterfaceQuestion, read_selector


class Beside:
    """One interface. A device that does not answer costs its patience and gives nothing."""

    def __init__(self, settings: InterfaceSettings) -> None:
        question = InterfaceQuestion(read_selector(settings.interface))
        self._talk = talk_of(settings, question, INTERFACE.rhythm, MasterKeys())

    async def look(self) -> Octets | None:
        """What went through since the look before; None after the first one, and where the device does not tell."""
        self._talk.begin_round(opening=True)
        self._talk.begin_question()
        try:
            async with asyncio.timeout(INTERFACE.rhythm.timeout):
                return (await self._talk.hold()).octets
        except OSError:
            return None

    def close(self) -> None:
        """Give back the socket."""
        self._talk.close()
