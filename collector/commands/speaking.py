"""How agents are spoken to: as the command line says by references, else as the configuration's devices are."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, get_args

import click

from collector.commands.shared import tell_aside
from config.errors import LinewalkerError, WrongValueError
from config.model import Config
from config.secret import read_reference, reveal
from lab.wanted import COMMUNITY as LAB_COMMUNITY
from probes.credentials import is_reference
from probes.kind import IpAddress, Reference, WrongSettingError
from probes.snmp import PORT, SnmpSettings
from probes.snmp_agent import Auth, Privacy, Version

_ANY = IpAddress("127.0.0.1")  # of settings that wait for their address


def speaking(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how agents are spoken to."""
    for option in reversed(
        (
            click.option(
                "--snmp-community", "communities", multiple=True, metavar="REFERENCE", help="env:… or file:…"
            ),
            click.option(
                "--snmp-version", "version", type=click.Choice(["1", "2c"]), default="2c", show_default=True
            ),
            click.option("--snmp-user", "user", metavar="NAME", help="a user of version 3"),
            click.option("--snmp-auth", "auth", type=click.Choice(get_args(Auth))),
            click.option("--snmp-auth-password", "auth_password", metavar="REFERENCE"),
            click.option("--snmp-privacy", "privacy", type=click.Choice(get_args(Privacy))),
            click.option("--snmp-privacy-password", "privacy_password", metavar="REFERENCE"),
            click.option(
                "--snmp-port", "port", type=click.IntRange(1, 65535), default=PORT, show_default=True
            ),
        )
    ):
        command = option(command)
    return command


def named(speech: dict[str, Any]) -> list[SnmpSettings]:
    """What the command line says of credentials, in the order in which they are tried."""
    version: Version = speech["version"]
    of_user = ("auth", "auth_password", "privacy", "privacy_password")
    if not speech["user"] and any(speech[key] for key in of_user):
        raise LinewalkerError("--snmp-auth and --snmp-privacy say something of a user; expected --snmp-user")
    try:
        found = [
            SnmpSettings(_ANY, speech["port"], version, Reference(read_reference(one)))
            for one in speech["communities"]
        ]
        passwords: dict[str, Any] = {
            key: Reference(read_reference(speech[key])) if speech[key] else None
            for key in ("auth_password", "privacy_password")
        }
        if speech["user"]:
            user = {key: speech[key] for key in ("port", "user", "auth", "privacy")}
            found.append(SnmpSettings(_ANY, version="3", **user, **passwords))
    except (WrongValueError, WrongSettingError) as wrong:
        raise LinewalkerError(wrong.text, **wrong.values) from None
    return found


def check_secrets(settings: SnmpSettings) -> None:
    """Look every secret up before anybody is asked. Raises LinewalkerError."""
    for one in (settings.community, settings.auth_password, settings.privacy_password):
        if one:
            reveal(one, os.environ)


def credentials(named: Sequence[SnmpSettings], config: Config) -> Callable[[str], Sequence[SnmpSettings]]:
    """The settings to try for an address: those named, else those of its own device, then those of the others."""
    if named:
        return lambda _: named
    agents = [one.check.settings for one in config.devices if one.check.probe == "snmp"]
    own = {one.address: one for one in agents}
    others = list(dict.fromkeys(replace(one, address=_ANY, profiles=()) for one in agents))
    if not others:
        tell_aside("no credentials are named, and no device has any: pings only; see --snmp-community")

    def of(address: str) -> Sequence[SnmpSettings]:
        first = [replace(own[address], address=_ANY, profiles=())] if address in own else []
        return list(dict.fromkeys([*first, *others]))

    return of


def variables(config: Config, speech: dict[str, Any]) -> set[str]:
    """The environment variables whose secrets may be needed."""
    settings = [one.check.settings for one in config.devices if one.check.probe == "snmp"]
    written = [
        str(getattr(one, key))
        for one in settings
        for key in ("community", "auth_password", "privacy_password")
    ]
    written += [*speech["communities"], str(speech["auth_password"]), str(speech["privacy_password"])]
    return {LAB_COMMUNITY, *(one.removeprefix("env:") for one in written if is_reference(one))}
