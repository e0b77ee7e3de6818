"""Ask an agent whether it lives, and read its figures by profiles.

snmp_agent     what an agent is               snmp_talk      a conversation from round to round
snmp_gufo      one engine                     snmp_device    what is asked of a device
snmp_pysnmp    the other                      snmp_readings  from what it said to figures
snmp_engines   which of them                  snmp_profile   which figures, as data
"""

import os
from collections.abc import Coroutine, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from probes.columns import Answers, Flags, Ints, Targets
from probes.conversations import Conversations
from probes.credentials import NOTHING, Hidden, look_up
from probes.eyes import Eyes
from probes.kind import IpAddress, Probe, Reference, Source, WrongSettingError
from probes.names import is_address
from probes.replies import SILENCE, Reply, Stage
from probes.rhythm import VERDICT_SECONDS, Rhythm
from probes.snmp_agent import Agent, Auth, Credentials, Privacy, Version
from probes.snmp_device import DeviceQuestion
from probes.snmp_gufo import MasterKeys, knows
from probes.snmp_profile import Profile
from probes.snmp_talk import Question, Talk
from probes.tcp import check_port

PORT = 161
# Answers to more than this would wait for us until they are late: a first request costs a third of a millisecond.
OPENING_RATE = 2_000.0


@dataclass(frozen=True, slots=True)
class SnmpSettings:
    """Where an agent is and how it is spoken to; without `profiles`, those that are for what it says it is."""

    address: IpAddress
    port: int = PORT
    version: Version = "2c"
    community: Reference | None = None
    user: str = ""
    auth: Auth | None = None
    auth_password: Reference | None = None
    privacy: Privacy | None = None
    privacy_password: Reference | None = None
    context: str = ""
    max_repetitions: int = 20
    profiles: tuple[str, ...] = ()
    source: Source | None = None

    def __post_init__(self) -> None:
        check_port(self.port)
        if not 0 < self.max_repetitions <= 100:
            raise WrongSettingError(
                "{number} cannot be max_repetitions; expected 1 to 100", number=self.max_repetitions
            )
        if self.source and not is_address(self.source) and not knows(self.privacy, self.context):
            raise WrongSettingError(
                "{source} cannot be the source where 3DES or a context is used; expected an own address",
                source=self.source,
            )
        if self.version == "3":
            self._check_user()
        elif self.community is None:
            raise WrongSettingError(
                "SNMP version {version} needs a community; expected `community: env:NAME` or `community: file:/path`",
                version=self.version,
            )

    def _check_user(self) -> None:
        if not self.user:
            raise WrongSettingError("SNMP version 3 needs a user; expected `user: NAME`")
        if self.auth and not self.auth_password:
            raise WrongSettingError("auth needs a password; expected `auth_password: env:NAME` or file:/path")
        if self.privacy and not (self.auth and self.privacy_password):
            raise WrongSettingError(
                "privacy needs auth and a password; expected `auth` and `privacy_password: env:NAME` or file:/path"
            )


@dataclass(frozen=True, slots=True)
class WatchedAgent:
    """An agent's settings with the profiles there are: those that come with the program, and the user's."""

    settings: SnmpSettings
    profiles: tuple[Profile, ...] = ()


def agent_of(settings: SnmpSettings, rhythm: Rhythm, environment: Mapping[str, str]) -> Agent:
    """The agent with its secrets. Raises NoSecretError if a reference leads to nothing."""

    def secret(reference: str | None) -> Hidden:
        return look_up(reference, environment) if reference else NOTHING

    credentials = Credentials(
        version=settings.version,
        community=secret(settings.community),
        user=settings.user,
        auth=settings.auth,
        auth_password=secret(settings.auth_password),
        privacy=settings.privacy,
        privacy_password=secret(settings.privacy_password),
        context=settings.context,
    )
    # One lost packet of a walk must not cost the rest of it.
    return Agent(
        settings.address,
        credentials,
        port=settings.port,
        timeout=rhythm.timeout / 2,
        max_repetitions=settings.max_repetitions,
        source=settings.source,
    )


class SnmpProber(Conversations):
    """Asks agents, each by a `Talk` of its own that lives from round to round."""

    def __init__(self, targets: Targets, rhythm: Rhythm, eyes: Eyes, talks: tuple[Talk, ...]) -> None:
        super().__init__(replace(targets, settings=talks), rhythm, eyes, _hold)
        self._talks = talks

    def probe(self, down: Flags, *, opening: bool = False) -> Iterator[Answers]:
        """Run one round now. A silent agent is asked less often, not more often."""
        for talk in self._talks:
            talk.begin_round(opening=opening)
        yield from super().probe(np.zeros_like(down), opening=opening)

    def hurry(self, targets: Ints) -> None:
        """Ask these out of turn; a device of which we have just heard is not left alone any more."""
        for target in targets.tolist():
            self._talks[target].wake()
        super().hurry(targets)

    def begins(self, row: int) -> None:
        """A question begins: what was answered to the one before is none to this."""
        self._talks[row].begin_question()

    def silence(self, row: int, _stage: str) -> Reply:
        """What it means to the question that nothing came in an attempt's time."""
        return self._talks[row].silence

    def close(self) -> None:
        """Give back sockets."""
        for talk in self._talks:
            talk.close()
        super().close()


def _hold(talk: Talk, _stage: Stage) -> Coroutine[Any, Any, Reply]:
    return talk.hold()


def talk_of(
    settings: SnmpSettings, question: Question, rhythm: Rhythm, keys: MasterKeys, silence: Reply = SILENCE
) -> Talk:
    """A conversation that has not begun; `silence` is what it means to the question."""
    return Talk(
        open_agent=lambda: agent_of(settings, rhythm, os.environ),
        question=question,
        keys=keys,
        patience=rhythm.timeout,
        silence=silence,
    )


def open_devices(targets: Targets, rhythm: Rhythm, eyes: Eyes) -> SnmpProber:
    """A prober of devices; `targets.settings` are SnmpSettings, or WatchedAgents where figures are wanted too."""
    keys = MasterKeys()
    talks = []
    for settings in targets.settings:
        watched = settings if isinstance(settings, WatchedAgent) else WatchedAgent(settings)
        question = DeviceQuestion(watched.profiles, watched.settings.profiles)
        talks.append(talk_of(watched.settings, question, rhythm, keys))
    return SnmpProber(targets, rhythm, eyes, tuple(talks))


def address_of(settings: SnmpSettings | WatchedAgent) -> str:
    """The agent's address, with its port where that is not the usual one."""
    agent = settings.settings if isinstance(settings, WatchedAgent) else settings
    if agent.port == PORT:
        return agent.address
    return f"[{agent.address}]:{agent.port}" if ":" in agent.address else f"{agent.address}:{agent.port}"


SNMP = Probe(
    open=open_devices,
    settings=SnmpSettings,
    # An attempt lasts long enough to read what the profiles name; a lost packet is noticed after half of it.
    rhythm=Rhythm(
        interval=60.0,
        retries=2,
        retry_after=3.0,
        timeout=8.0,
        fast=240.0,
        verdict=VERDICT_SECONDS,
        opening_rate=OPENING_RATE,
    ),
    address_of=address_of,
)
