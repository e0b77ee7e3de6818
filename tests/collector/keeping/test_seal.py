"""Sealing on both ledgers: honest weeks are silent, one changed value in March is found, a late fact told apart."""

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.keeping.retention import let_go
from collector.keeping.seal import ChangedError, seal_closed
from collector.keeping.verify import findings, snapshot
from collector.ledger import schema
from collector.ledger.store import Batch, Life, open_ledger
from config.errors import Finding, LedgerError
from tests.collector import facts
from tests.collector.facts import S
from tests.collector.keeping.counted import SHANGHAI, five_minutes
from tests.collector.keeping.history import DOWN, FIRST, HOUR, UP, History, at, day_of, lived

LATER = at(4, 1)
FIFTH = at(3, 5, 10)  # line a is down from then to five past
_RUN, _WATCH = schema.run.c, schema.watch.c
# A row in March of every table that holds facts; all of them lie in the 5th or end on the 7th.
MARCH: dict[str, sa.ColumnElement[bool]] = {
    "run": _RUN.started_at == FIFTH * S,
    "watch": _WATCH.reason == "interrupted",
    "packet": schema.packet.c.sent_at == FIFTH * S,
    "quality_day": sa.and_(schema.quality_day.c.started_at == at(3, 5) * S, schema.quality_day.c.check == 3),
    "quality_bins": sa.and_(
        schema.quality_bins.c.started_at == at(3, 5) * S, schema.quality_bins.c.check == 3
    ),
    "statement": schema.statement.c.said_at == FIFTH * S,
    "port": schema.port.c.said_at == FIFTH * S,
    "trap": schema.trap.c.received_at == FIFTH * S,
    "throughput": schema.throughput.c.started_at == FIFTH * S,
    **{table.name: table.c.recorded_at == at(3, 5, 11) * S for table in schema.ENTERED},
    "approval": schema.approval.c.of == "amendment-1",
    "revision": schema.revision.c.number == 1,
    "revision_file": schema.revision_file.c.id == "scan-1",
    "config_version": schema.config_version.c.loaded_at > FIRST * S,
    "check": schema.check.c.subject == "d",
    "incarnation": schema.incarnation.c.started_at == round((at(3, 6) + 1.5 * HOUR) * S),
}
ENTERED = {*(table.name for table in schema.ENTERED), "approval", "revision", "revision_file"}
DATE = {"watch": "2026-03-07", "config_version": "2026-03-07"}


@pytest.fixture
def history(url: str, tmp_path: Path) -> Iterator[History]:
    """From 2 March to the morning of the 10th."""
    made = lived(url, tmp_path, at(3, 10))
    yield made
    made.ledger.close()


def said(connection: Connection, now: int = LATER) -> list[Finding]:
    return list(findings(connection, SHANGHAI, now))


def after(history: History, *changes: sa.Executable, now: int = LATER) -> list[Finding]:
    """What is found after these changes, which are then taken back."""
    with history.ledger.engine.connect() as connection:
        for one in changes:
            assert connection.execute(one).rowcount != 0
        found = said(connection, now)
        connection.rollback()
    return found


def errors(found: list[Finding]) -> list[tuple[str, str]]:
    return [(one.rule, one.place) for one in found if one.severity == "error"]


def other(value: Any, column: sa.Column[Any]) -> Any:
    """Another value of a column, changed as little as can be."""
    if isinstance(column.type, sa.LargeBinary):
        return bytes([value[0] ^ 1]) + value[1:]
    if isinstance(column.type, sa.String):
        return f"{value or ''}x"[-(column.type.length or 200) :]
    return (value or 0) + (1 if column.name != "id" else 100)


def changed(
    history: History, table: sa.Table, where: sa.ColumnElement[bool], column: sa.Column[Any]
) -> sa.Update:
    """A statement that changes one value of the one row that is meant."""
    with history.ledger.reading() as connection:
        [value] = connection.scalars(sa.select(column).where(where)).all()
    return sa.update(table).where(where).values({column.name: other(value, column)})


def test_honest_weeks_are_silent(history: History) -> None:
    assert history.check() == []
    with history.ledger.reading() as connection:
        sealed = connection.execute(sa.select(schema.seal.c.place, schema.seal.c.revision)).all()
    assert [tuple(one) for one in sealed] == [(place, 1) for place in range(1, 9)]


def test_one_changed_value_in_march_is_found_with_its_day_and_table(history: History) -> None:
    observed = MARCH.keys() - ENTERED
    for column in [column for name in observed for column in schema.metadata.tables[name].columns]:
        name = column.table.name
        found = after(history, changed(history, column.table, MARCH[name], column))
        places = [place for rule, place in errors(found) if rule == "seal-differs"]
        assert any(place.startswith(DATE.get(name, "2026-03-05")) and name in place for place in places), (
            name, column.name, found,
        )  # fmt: skip


def test_one_changed_value_of_what_people_entered_is_found_likewise(history: History) -> None:
    begin, end = at(3, 5), at(3, 6)
    for column in [column for name in ENTERED for column in schema.metadata.tables[name].columns]:
        name = column.table.name
        with history.ledger.engine.connect() as connection:
            connection.execute(changed(history, column.table, MARCH[name], column))
            found = list(findings(connection, SHANGHAI, LATER, (), begin, end))
            connection.rollback()
        assert ("seal-differs", f"2026-03-05 {name}") in errors(found), (name, column.name, found)


def test_every_table_of_facts_is_tried() -> None:
    assert (
        MARCH.keys() | {"quality", "seal"} == schema.metadata.tables.keys()
    )  # five minutes are sealed once folded


def test_a_row_that_was_taken_away_is_found(history: History) -> None:
    for name, where in MARCH.items():
        found = errors(after(history, sa.delete(schema.metadata.tables[name]).where(where)))
        assert any(name in place for _, place in found), (name, found)


def test_a_row_that_was_slipped_in_is_found(history: History) -> None:
    new: dict[str, dict[str, Any]] = {
        "run": {"started_at": FIFTH * S + 7},
        "watch": {"round": "icmp-5s"},
        "packet": {"sent_at": 7},
        "quality_day": {"check": 4},
        "quality_bins": {"check": 4},
        "statement": {"said_at": FIFTH * S + 7},
        "port": {"said_at": FIFTH * S + 7},
        "trap": {"source": "10.0.2.9"},
        "throughput": {"id": "slipped-in"},
        **{table.name: {"id": "slipped-in"} for table in schema.ENTERED},
        "approval": {"id": "slipped-in", "of": "other"},
        "revision": {"id": "slipped-in", "number": 2},
        "revision_file": {"id": "slipped-in"},
        "config_version": {"digest": "00"},
        "check": {"id": 99, "subject": "e"},
    }
    # A life bears no number of its own: one that no seal knows is a new one.
    assert new.keys() | {"incarnation"} == MARCH.keys()
    for name, other_key in new.items():
        found = errors(after(history, *copies(history, name, other_key)))
        assert any(name in place for _, place in found), (name, found)


def copies(history: History, name: str, other_key: dict[str, Any]) -> list[sa.Insert]:
    """Statements that put a copy of the row in March under another key; columns of a day come with its sums."""
    table, before = schema.metadata.tables[name], []
    if name == "quality_bins":
        before = copies(history, "quality_day", other_key)
    with history.ledger.reading() as connection:
        row = dict(connection.execute(sa.select(table).where(MARCH[name])).one()._mapping)
    return [*before, sa.insert(table).values(row | other_key)]


def test_a_change_that_pretends_to_be_late_is_found(history: History) -> None:
    for name in ("run", "watch", "packet", "config_version"):
        table = schema.metadata.tables[name]
        found = after(history, sa.update(table).where(MARCH[name]).values(reason="no route", seq=10**6)
                      if "reason" in table.c else sa.update(table).where(MARCH[name]).values(seq=10**6))  # fmt: skip
        assert "seal-differs" in [rule for rule, _ in errors(found)], name


def test_the_start_of_a_run_that_still_goes_on_is_sealed(history: History) -> None:
    line_a = sa.and_(_RUN.check == history.lines[0], _RUN.ended_at.is_(None))
    found = after(history, sa.update(schema.run).where(line_a).values(started_before=1))
    assert errors(found) == [("seal-differs", "2026-03-09 run")]


def test_a_watch_that_goes_on_is_sealed_as_far_as_it_went(history: History) -> None:
    going_on = _WATCH.reason == ""
    found = after(history, sa.update(schema.watch).where(going_on).values(started_at=_WATCH.started_at + 1))
    assert errors(found)[0] == ("seal-differs", "2026-03-07 watch")
    found = after(history, sa.update(schema.watch).where(going_on).values(ended_at=at(3, 8, 12) * S))
    assert errors(found) == [("seal-differs", f"2026-03-{day} watch") for day in ("08", "09")]


def test_only_the_days_asked_for_are_compared(history: History) -> None:
    with history.ledger.engine.begin() as connection:
        connection.execute(sa.update(schema.run).where(MARCH["run"]).values(reason="no route"))
    assert history.found(begin=at(3, 5), end=at(3, 6)) == [("seal-differs", "2026-03-05 run")]
    assert history.found(begin=at(3, 6)) == history.found(end=at(3, 5)) == []


def test_a_changed_seal_breaks_the_chain(history: History) -> None:
    for column in schema.seal.c:
        for place in (1, 5, 8):
            where = schema.seal.c.place == place
            value = {column.name: 10**15} if column.name == "place" else None  # the next one is taken
            statement = changed(history, schema.seal, where, column)
            found = after(history, statement.values(value) if value else statement)
            assert "seal-broken-chain" in [rule for rule, _ in errors(found)], (column.name, place)


def test_a_seal_that_was_taken_away_leaves_a_gap(history: History) -> None:
    found = after(history, sa.delete(schema.seal).where(schema.seal.c.started_at == at(3, 5) * S))
    assert ("seal-missing-day", "2026-03-04") in errors(found)
    assert ("seal-broken-chain", "2026-03-06") in errors(found)


def late_run(history: History, begin: int = at(3, 5, 15)) -> None:
    """A run of the line that was never asked, with its end, which the collector writes days later."""
    [line] = facts.enrolled(history.ledger, "d")
    ended = Batch(ends=[facts.end(line, begin, begin + 60)])
    history.ledger.write(Batch({"run": [facts.run(line, begin, UP)]}), ended)


def test_a_late_fact_is_told_apart_and_adds_a_revision(history: History) -> None:
    late_run(history)
    late = ("seal-late", "2026-03-05 run"), ("seal-late", "2026-03-05 run end")
    assert [(one.rule, one.place) for one in history.check()] == list(late)
    assert {one.severity for one in history.check()} == {"info"}
    assert history.night(at(3, 9)) == 1
    assert history.found() == [("seal-revision", "2026-03-05")]
    assert "2026-03-10T01:30:00+08:00, revision 2" in history.check()[0].message
    assert errors(after(history, sa.update(schema.run).where(MARCH["run"]).values(trace=None)))


def test_a_change_is_never_sealed_over_by_what_comes_late_that_day(history: History) -> None:
    with history.ledger.engine.begin() as connection:
        connection.execute(sa.update(schema.packet).where(MARCH["packet"]).values(by="10.9.9.9"))
    late_run(history)
    with pytest.raises(ChangedError, match="2026-03-05 packet: what was sealed was changed") as raised:
        history.night(at(3, 9))
    assert [one.place for one in raised.value.findings] == ["2026-03-05 packet"]
    assert ("seal-differs", "2026-03-05 packet") in history.found()
    assert history.found(begin=at(3, 6)) == []


def test_a_change_is_never_sealed_over_because_another_run_of_that_day_ended(
    url: str, tmp_path: Path
) -> None:
    # line b goes down on the 3rd and comes back on the 9th: its row is written anew, and lies in the 3rd
    history = lived(url, tmp_path, at(3, 8))
    third = _RUN.started_at == at(3, 3, 10) * S
    with history.ledger.engine.begin() as connection:
        connection.execute(sa.update(schema.run).where(third).values(reason="no route"))
    history.begins(history.lines[1], at(3, 8, 8), UP, at(3, 3, 8))
    history.watched(at(3, 9, 2))
    with pytest.raises(ChangedError) as raised:
        history.night(at(3, 8))
    assert raised.value.sealed == 1  # the 8th, all the same
    assert history.found() == [("seal-differs", "2026-03-03 run")]
    history.ledger.close()


def test_a_collector_that_comes_back_after_two_weeks_says_late_why_it_stopped(
    url: str, tmp_path: Path
) -> None:
    history = lived(url, tmp_path, at(3, 4))
    history.watched(at(3, 4, 12))
    assert [history.night(at(3, day)) for day in (9, 10, 11, 12)] == [
        0,
        0,
        1,
        1,
    ]  # each is closed after a week
    history.start(at(3, 12, 9))
    assert history.found() == [("seal-late", "2026-03-04 watch"), ("seal-late", "2026-03-04 watch end")]
    history.night(at(3, 12))
    assert history.found() == [("seal-revision", "2026-03-04")]
    history.ledger.close()


def test_five_minutes_that_come_late_are_merged_and_sealed_anew(history: History) -> None:
    a, b, _ = history.lines
    history.ledger.write(Batch({"quality": [five_minutes(b, at(3, 5, 12) * S, rescued=3)]}))
    assert history.found() == []
    history.night(at(3, 9))
    assert history.found() == [("seal-revision", "2026-03-05")]
    # the columns of line b are troubled now; those of line c still belong to the others
    bins = schema.quality_bins
    taken = [after(history, sa.delete(bins).where(bins.c.started_at == at(3, 5) * S, bins.c.check == line))
             for line in history.lines]  # fmt: skip
    assert [errors(one)[0][1] for one in taken] == ["2026-03-05 troubled quality_bins"] * 2 + [
        "2026-03-05 quality_bins"
    ]
    assert a == 1


def test_columns_that_retention_let_go_are_no_change_and_others_are(history: History) -> None:
    young, old = at(3, 5) + 390 * 24 * HOUR, at(3, 5) + 397 * 24 * HOUR
    bins = schema.quality_bins
    clean = sa.delete(bins).where(bins.c.started_at == at(3, 5) * S, bins.c.check == 2)
    troubled = sa.delete(bins).where(bins.c.started_at == at(3, 5) * S, bins.c.check == 1)
    assert errors(after(history, clean, now=young)) == [("seal-differs", "2026-03-05 quality_bins")]
    assert errors(after(history, clean, now=old)) == []
    assert errors(after(history, troubled, now=old)) == [("seal-differs", "2026-03-05 troubled quality_bins")]
    assert let_go(history.ledger, SHANGHAI, old, 13, rest=lambda _: None) == 2 * 4  # b and c
    assert [one for one in history.check(now=old) if one.rule != "seal-behind"] == []


def test_a_day_that_is_not_folded_is_not_sealed_nor_any_after_it(history: History, tmp_path: Path) -> None:
    history.counted(at(3, 10))
    history.watched(at(3, 12, 2))
    history.ledger.begin(Life(collector="keep", vantage="centre", version="1", now=at(3, 12)))
    assert seal_closed(history.ledger, SHANGHAI, at(3, 12, 2), tmp_path) == 0
    assert history.night(at(3, 11)) == 2


def test_facts_that_wait_in_a_spool_keep_days_from_being_sealed(history: History, tmp_path: Path) -> None:
    history.watched(at(3, 11, 2))
    spool = tmp_path / "spool" / "000001.spool"
    spool.parent.mkdir()
    spool.touch()
    assert history.night(at(3, 10)) == 0
    spool.unlink()
    assert history.night(at(3, 10)) == 1


def test_a_ledger_that_was_never_sealed_is_sealed_at_once(url: str, tmp_path: Path) -> None:
    history = History(open_ledger(url, create=True), tmp_path)
    history.start(FIRST)
    history.lines = facts.enrolled(history.ledger, "a", "b", "c")
    history.watched(FIRST + HOUR)
    assert history.night(FIRST) == 0  # somebody still watches the first day
    with snapshot(history.ledger) as connection:
        [told] = findings(connection, SHANGHAI, LATER, [day_of(FIRST)])
        late = list(findings(connection, SHANGHAI, LATER, [day_of(at(3, day)) for day in range(1, 12)]))
    assert (told.rule, told.severity, late[0].rule) == ("seal-none-yet", "info", "seal-none-yet")
    history.begins(history.lines[0], FIRST, DOWN)
    history.watched(at(3, 10, 2))
    assert history.night(at(3, 9)) == 8
    assert history.check() == []
    history.ledger.close()


def test_days_that_wait_too_long_to_be_sealed_are_a_warning(history: History) -> None:
    with snapshot(history.ledger) as connection:
        waiting = [day_of(at(3, day)) for day in range(1, 24)]
        [told] = findings(connection, SHANGHAI, LATER, waiting)
    assert (told.rule, told.severity, told.place) == ("seal-behind", "warning", "2026-03-10")
    assert "14 days from this one on" in told.message


def test_two_that_seal_at_once_make_one_chain(history: History) -> None:
    history.watched(at(3, 11, 2))
    other_one: list[int] = []

    def meanwhile(connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO seal") and not other_one:
            other_one.append(history.night(at(3, 10)))

    keeper = open_ledger(history.ledger.engine.url.render_as_string(hide_password=False), create=False)
    keeper.begin(Life(collector="keep", vantage="centre", version="1", now=at(3, 11)))
    sa.event.listen(keeper.engine, "before_cursor_execute", meanwhile)
    with pytest.raises(LedgerError, match="sealed the ledger at the same time"):
        seal_closed(keeper, SHANGHAI, at(3, 11, 2))
    keeper.close()
    assert other_one == [1]
    assert history.check() == []


def test_every_moment_is_sealed_once_where_the_zone_was_changed(history: History) -> None:
    history.watched(at(3, 13, 2))
    history.ledger.begin(Life(collector="keep", vantage="centre", version="1", now=at(3, 13)))
    assert seal_closed(history.ledger, ZoneInfo("UTC"), at(3, 13, 2)) == 4
    with history.ledger.reading() as connection:
        table = schema.seal.c
        days = connection.execute(
            sa.select(table.started_at, table.ended_at).order_by(table.started_at)
        ).all()
    assert all(before.ended_at == one.started_at for before, one in pairwise(days))
    assert history.check() == []


def test_what_is_read_is_one_moment_of_the_ledger(history: History) -> None:
    count = sa.select(sa.func.count()).select_from(schema.run)
    with snapshot(history.ledger) as connection:
        before = connection.scalar(count)
        history.begins(history.lines[2], at(3, 10, 1), DOWN, FIRST)
        assert connection.scalar(count) == before
    with snapshot(history.ledger) as connection:
        assert connection.scalar(count) == (before or 0) + 1


def test_a_seal_that_nobody_can_read_is_a_finding_and_no_crash(history: History) -> None:
    fifth = schema.seal.c.started_at == at(3, 5) * S
    for column in ("digests", "through"):
        for text in (
            "",
            "[]",
            "{",
            '{"run": 3}',
            '{"1": "x"}',
            json.dumps({"run": {"rows": "many", "open": 4}}),
        ):
            found = after(history, sa.update(schema.seal).where(fifth).values({column: text}))
            assert ("seal-broken-chain", "2026-03-05") in errors(found)
