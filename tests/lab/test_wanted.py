"""What a configuration wants to answer, and the tables a router, a UPS and a room show; nothing is started."""

import io
import json
from dataclasses import asdict
from pathlib import Path

import pytest

from config.load import load
from config.model import Config
from lab import line_tables, room_tables, session_tables
from lab.agents import Access, Agent, configuration
from lab.linetests import Result
from lab.responders import KINDS, Table, serve
from lab.routing import plan_of
from lab.rows import date_and_time, oid
from lab.wanted import COMMUNITY, Attended, attended_of, make_up_secrets
from tests.lab.visiting import write_answering
from tests.lab.written import small

ENVIRONMENT = {"LAB_TEST_COMMUNITY": "one", "LAB_TEST_AUTH": "two-two-two", "LAB_TEST_PRIVACY": "three-three"}


def wanted(config: Config, *, everything: bool = False) -> Attended:
    return attended_of(config, plan_of(config), ENVIRONMENT, everything=everything)


def test_a_network_asked_by_pings_alone_wants_nobody_unless_everything_is_wanted(tmp_path: Path) -> None:
    assert not wanted(small(tmp_path))
    found = wanted(small(tmp_path), everything=True)
    assert [agent.subject for agent in found.agents] == ["core-router", "core-switch", "gamma-router"]
    assert [host.subject for host in found.hosts] == ["portal", "alpha", "beta", "name-server"]
    assert found.far_ends == ("centre", "site alpha", "site beta", "site gamma")


def test_each_agent_is_at_its_device_and_of_its_kind(tmp_path: Path) -> None:
    found = wanted(load(write_answering(tmp_path)))
    assert [(agent.subject, agent.node, agent.address, agent.kind) for agent in found.agents] == [
        ("core-router", "core", "10.0.2.1", "router"),
        ("core-switch", "centre", "10.0.2.2", "plain"),
        ("alpha-router", "site alpha", "10.30.0.3", "plain"),
        ("ups", "centre", "10.0.2.3", "ups"),
        ("room", "centre", "10.0.2.4", "room"),
    ]


def test_secrets_are_made_up_only_where_nobody_has_set_them(tmp_path: Path) -> None:
    environment = {"LAB_TEST_COMMUNITY": "one"}
    make_up_secrets(load(write_answering(tmp_path)), environment)
    assert environment["LAB_TEST_COMMUNITY"] == "one"
    assert {"LAB_TEST_AUTH", "LAB_TEST_PRIVACY", COMMUNITY} < set(environment)
    assert len(set(environment.values())) == 4


def test_an_agent_shows_its_secrets_to_its_own_file_alone(tmp_path: Path) -> None:
    access = Access(
        user="u", auth="SHA-256", auth_password="hidden-1", privacy="AES-128", privacy_password="hidden-2"
    )
    agent = Agent("core-router", "", "core", "10.0.2.1", 161, (access,), kind="router")
    written = configuration(agent, plan_of(load(write_answering(tmp_path))), ["respond"])
    assert 'createUser u SHA-256 "hidden-1" AES "hidden-2"\nrouser u priv\n' in written
    assert "hidden" not in repr(agent)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    place = tmp_path / "lines.json"
    rows = [
        Result("sanya-ct", 12, "line2", "10.64.0.1", "10.64.0.2", 0.0123, True, 9, 9, 0, 1.0, True, 1.0),
        Result(
            "sanya-cm", 13, "line3", "10.64.0.5", "10.64.0.6", 0.01, False, 9, 5, 4, 1.0, False, 5.0, 1, 5.0
        ),
    ]
    place.write_text(json.dumps([asdict(row) for row in rows]), encoding="ascii")
    return place


def asked(table: Table, *questions: str) -> list[str]:
    answers = io.StringIO()
    serve(table, io.StringIO("\n".join(questions) + "\n"), answers)
    return answers.getvalue().splitlines()


def test_a_responder_speaks_as_net_snmp_wants_it(results: Path) -> None:
    table = Table(KINDS["router"], results, 0.0)
    entry = ".".join(map(str, session_tables.HUAWEI))
    assert asked(table, "PING") == ["PONG"]
    assert asked(table, "get", f".{entry}.17.12") == [f".{entry}.17.12", "integer", "3"]
    assert asked(table, "getnext", f".{entry}.17.12") == [f".{entry}.17.13", "integer", "1"]
    assert asked(table, "get", f".{entry}.17.99") == ["NONE"]
    assert asked(table, "set", f".{entry}.17.12", "integer 1") == ["not-writable"]


def test_a_walk_meets_every_row_once_and_in_order(results: Path) -> None:
    table = Table(KINDS["router"], results, 0.0)
    at, met = "0.0", 0
    while (answer := asked(table, "getnext", f".{at}")) != ["NONE"]:
        assert oid(answer[0]) > oid(at)
        at, met = answer[0].strip("."), met + 1
    assert met == len(table.rows) == len(set(table.ids))


@pytest.mark.parametrize("kind", KINDS)
def test_before_anything_is_known_there_is_an_answer_all_the_same(tmp_path: Path, kind: str) -> None:
    assert asked(Table(KINDS[kind], tmp_path / "nothing", 0.0), "getnext", ".1.3.6.1")[0].startswith(
        ".1.3.6.1."
    )


def test_a_round_trip_is_whole_milliseconds_and_never_nothing(results: Path) -> None:
    rows = {row[0]: row[2] for row in line_tables.router(json.loads(results.read_text()), 9.0, 0.0)}
    assert rows[(*line_tables.CISCO_LATEST, 1, 12)] == "12"
    assert rows[(*line_tables.CISCO_LATEST, 1, 13)] == "0"
    assert rows[(*line_tables.CISCO_LATEST, 2, 13)] == "4"


def test_a_battery_empties_in_ten_minutes() -> None:
    def charge(seconds: float) -> str:
        return next(
            row[2]
            for row in room_tables.ups(1000.0, 1000.0 + seconds)
            if row[0] == (*room_tables.UPS, 2, 4, 0)
        )

    assert [charge(0), charge(300), charge(600), charge(900)] == ["100", "50", "0", "0"]


def test_a_moment_is_written_as_the_mibs_have_it() -> None:
    assert date_and_time(1_000_000_000.5) == "07 d1 09 09 01 2e 28 05 2b 00 00"  # 2001-09-09 01:46:40.5 UTC
    assert date_and_time(0.0) == "00 00 00 00 00 00 00 00"
