"""The collector of tests about hosts: in a practice network it visits what it is told to, over stdin and stdout.

A line is a list: what to do, and its arguments; the answer is one JSON value. Errors are answered by their class.
"""

import asyncio
import json
import os
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dns.message
import dns.query
import dns.rcode

sys.path.insert(0, str(Path(__file__).parents[2]))

from probes.credentials import Hidden
from probes.snmp_agent import Agent, Credentials
from probes.snmp_engines import start
from probes.snmp_gufo import MasterKeys

PATIENCE = 3.0  # seconds


def credentials(who: str) -> Credentials:
    if who == "v3":
        return Credentials(
            "3",
            user="linewalker",
            auth="SHA-256",
            auth_password=Hidden(os.environ["LAB_TEST_AUTH"]),
            privacy="AES-128",
            privacy_password=Hidden(os.environ["LAB_TEST_PRIVACY"]),
        )
    return Credentials("2c", community=Hidden(os.environ[who]))


async def _walk(agent: Agent, oid: str) -> dict[str, str | int]:
    session = start(agent, MasterKeys())
    try:
        await session.open()
        return {
            found: value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value
            async for found, value in session.walk(oid)
        }
    finally:
        session.close()


def walk(address: str, oid: str, who: str = "LINEWALKER_LAB_COMMUNITY") -> dict[str, str | int]:
    return asyncio.run(_walk(Agent(address, credentials(who), timeout=1.0, retries=1), oid))


def fetch(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except urllib.error.URLError as error:
        raise error.reason if isinstance(error.reason, Exception) else error from None


def greet(address: str, port: int) -> str:
    with socket.create_connection((address, port), PATIENCE) as connection:
        return connection.recv(100).decode()


def look_up(server: str, name: str, kind: str = "A") -> list[str]:
    answer = dns.query.udp(dns.message.make_query(name, kind), server, timeout=PATIENCE)
    found = [str(record) for held in answer.answer for record in held]
    return [dns.rcode.to_text(answer.rcode()), *found]


def throughput(address: str) -> float:
    command = ["iperf3", "--client", address, "--time", "1", "--json"]
    done = subprocess.run(command, capture_output=True, timeout=20, check=True)
    received: float = json.loads(done.stdout)["end"]["sum_received"]["bits_per_second"]
    return received


def environment(name: str) -> str | None:
    return os.environ.get(name)


VISITS: dict[str, Callable[..., Any]] = {
    one.__name__: one for one in (walk, fetch, greet, look_up, throughput, environment)
}


def main() -> None:
    print("ready", flush=True)
    for line in sys.stdin:
        what, *arguments = json.loads(line)
        try:
            answer = VISITS[what](*arguments)
        except ssl.SSLCertVerificationError as error:
            answer = error.verify_message
        except Exception as error:  # noqa: BLE001 - told to the test, which judges it
            answer = type(error).__name__
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
