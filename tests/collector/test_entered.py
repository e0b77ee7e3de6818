"""What people enter, on both ledgers: superseded and never overwritten, approved by a second person."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from collector import entered, proofs
from collector.entered_invariants import entered_violations
from collector.entering import Author, Desk
from collector.ledger import schema
from collector.ledger.store import Batch, Ledger, Life, open_ledger
from collector.proofs import Proof
from config.errors import LedgerError, LinewalkerError
from indicators.entered import Maintenance, ManualValue, Subject, Suspension, Ticket
from tests.collector import facts
from tests.collector.facts import S

WINDOW = {
    "subjects": (("circuit", "haikou-ct"),),
    "started_at": 100 * S,
    "ended_at": 200 * S,
    "reason": "割接",
}
NO_FILE = Proof()


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    opened = open_ledger(url, create=True)
    yield opened
    opened.close()


def desk(ledger: Ledger, kind: str = "maintenance", by: str = "甲", now: int = 50) -> Desk:
    return Desk(ledger, kind, f"linewalker {kind}", Author(by, "root", now * S), "centre")


def enter(ledger: Ledger, values: dict[str, Any], kind: str = "maintenance", **more: Any) -> str:
    [found] = desk(ledger, kind, **more).enter([values], NO_FILE)
    return found


def windows(
    ledger: Ledger, begin: int = 0, end: int = 1000, known_at: int | None = None
) -> list[Maintenance]:
    with ledger.reading() as connection:
        at = None if known_at is None else known_at * S
        return list(entered.facts(connection, begin * S, end * S, at).maintenance)


def found(ledger: Ledger, proof: str = "kept") -> list[tuple[str, str]]:
    with ledger.reading() as connection:
        return [(one.rule, one.place.split()[0]) for one in entered_violations(connection, lambda _: proof)]


def forge(ledger: Ledger, *statements: sa.Executable) -> None:
    with ledger.engine.begin() as connection:
        for one in statements:
            connection.execute(one)


def test_what_was_entered_is_read_as_a_value(ledger: Ledger) -> None:
    id_ = enter(ledger, {**WINDOW, "reference": "通知 7"})
    assert windows(ledger) == [
        Maintenance(
            id=id_, recorded_at=50 * S, recorded_by="甲", account="root", reason="割接", reference="通知 7",
            subjects=(Subject("circuit", "haikou-ct"),), begin=100 * S, end=200 * S,
        )
    ]  # fmt: skip


def test_only_what_touches_the_stretch_is_given_half_open(ledger: Ledger) -> None:
    enter(ledger, WINDOW)
    assert [len(windows(ledger, *stretch)) for stretch in ((0, 100), (0, 101), (199, 300), (200, 300))] == [
        0,
        1,
        1,
        0,
    ]


def test_a_correction_is_in_force_and_holds_what_it_corrects(ledger: Ledger) -> None:
    first = enter(ledger, WINDOW)
    [second] = desk(ledger, now=60).enter([{**WINDOW, "ended_at": 300 * S}], NO_FILE, first)
    [third] = desk(ledger, now=70).enter([{**WINDOW, "ended_at": 400 * S}], NO_FILE, second)
    [only] = windows(ledger)
    assert (only.id, only.root, only.end, only.recorded_at) == (third, first, 400 * S, 70 * S)
    assert [(one.id, one.end) for one in only.earlier] == [(first, 200 * S), (second, 300 * S)]


def test_the_past_is_read_as_it_was_known_then(ledger: Ledger) -> None:
    first = enter(ledger, WINDOW)
    desk(ledger, by="乙", now=55).approve(first, "")
    second = desk(ledger, now=60).cancel(first, "改期", NO_FILE)
    assert windows(ledger) == []
    [then] = windows(ledger, known_at=59)
    assert (then.id, then.approved_by, then.approved_at) == (first, "乙", 55 * S)
    assert windows(ledger, known_at=54)[0].approved_by is None
    assert windows(ledger, known_at=49) == []
    with ledger.reading() as connection:
        [cancelled] = entered.newest(connection, "maintenance")
    assert (cancelled.id, cancelled.cancelled, cancelled.reason, cancelled.root) == (
        second,
        True,
        "改期",
        first,
    )


def test_a_correction_moved_elsewhere_is_found_there_only(ledger: Ledger) -> None:
    first = enter(ledger, WINDOW)
    desk(ledger).enter([{**WINDOW, "started_at": 500 * S, "ended_at": 600 * S}], NO_FILE, first)
    assert windows(ledger, 100, 200) == []
    assert len(windows(ledger, 500, 600)) == 1


def test_what_was_corrected_or_cancelled_is_not_corrected_again(ledger: Ledger) -> None:
    first = enter(ledger, WINDOW)
    [second] = desk(ledger).enter([WINDOW], NO_FILE, first)
    with pytest.raises(LinewalkerError, match=f"{first} was corrected by {second} already; name that one"):
        desk(ledger).enter([WINDOW], NO_FILE, first)
    third = desk(ledger).cancel(second, "x", NO_FILE)
    with pytest.raises(LinewalkerError, match="says that an entry is cancelled"):
        desk(ledger).cancel(third, "x", NO_FILE)
    with pytest.raises(LinewalkerError, match="says that an entry is cancelled"):
        desk(ledger, by="乙").approve(third, "")
    with pytest.raises(LinewalkerError, match="there is no entry x; `linewalker maintenance` lists them"):
        desk(ledger).cancel("x", "y", NO_FILE)


def test_an_entry_is_approved_once_by_somebody_else(ledger: Ledger) -> None:
    id_ = enter(ledger, WINDOW, by="Wang  Wu")
    for same in ("Wang Wu", "ｗａｎｇ　ｗｕ"):
        with pytest.raises(LinewalkerError, match="expected a second person to approve it"):
            desk(ledger, by=same).approve(id_, "")
    assert desk(ledger, by="乙", now=80).approve(id_, "同意") == "Wang  Wu"
    [one] = windows(ledger)
    assert (one.approved_by, one.approved_at, one.note) == ("乙", 80 * S, "同意")
    with pytest.raises(LinewalkerError, match=f"{id_} was approved by 乙 already"):
        desk(ledger, by="丙").approve(id_, "")


def test_an_approval_says_nothing_of_the_correction(ledger: Ledger) -> None:
    id_ = enter(ledger, WINDOW)
    desk(ledger, by="乙").approve(id_, "")
    desk(ledger).enter([WINDOW], NO_FILE, id_)
    [one] = windows(ledger)
    assert (one.approved_by, one.earlier[0].approved_by) == (None, "乙")


def test_two_people_who_correct_the_same_entry_at_once_are_told_apart(ledger: Ledger) -> None:
    id_ = enter(ledger, WINDOW)
    here = desk(ledger)
    rows = [here._row(WINDOW, NO_FILE, id_) for _ in range(2)]  # both looked before either wrote
    here._write("maintenance", rows[:1])
    with pytest.raises(
        LedgerError, match="somebody else corrected or approved the same entry at the same time"
    ):
        here._write("maintenance", rows[1:])
    assert [one.id for one in windows(ledger)] == [rows[0]["id"]]


def test_two_people_who_approve_at_once_leave_the_first_approval(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = enter(ledger, WINDOW)
    late = desk(ledger, by="丙")
    desk(ledger, by="乙").approve(id_, "")
    monkeypatch.setattr(Desk, "_refuse_approved", lambda *_: None)  # it looked before 乙 wrote
    with pytest.raises(LedgerError, match="nothing was entered"):
        late.approve(id_, "")
    assert windows(ledger)[0].approved_by == "乙"


def test_a_ticket_grows_by_rows_and_is_found_by_its_first_name(ledger: Ledger) -> None:
    ticket = {"kind": "circuit", "subject": "haikou-ct", "reported_at": 100 * S, "party": "ct"}
    first = enter(ledger, ticket, "fault")
    stop = Suspension(begin=110 * S, end=None, reason="停电", signed_by="丙")
    desk(ledger, "fault").update(first, {"suspensions": [stop]}, NO_FILE)
    second, _ = desk(ledger, "fault", by="乙").update(first, {"restored_at": 160 * S}, NO_FILE)
    with ledger.reading() as connection:
        [one] = entered.facts(connection, 0, 1000 * S).tickets
        rows = connection.scalar(sa.select(sa.func.count()).select_from(schema.fault))
    assert isinstance(one, Ticket)
    assert (one.id, one.root, one.party, one.restored_at, one.recorded_by) == (
        second,
        first,
        "ct",
        160 * S,
        "乙",
    )
    assert one.suspensions == (stop,)
    assert rows == 3


def test_an_open_ticket_touches_all_that_comes_after(ledger: Ledger) -> None:
    enter(ledger, {"kind": "circuit", "subject": "haikou-ct", "reported_at": 100 * S}, "fault")
    with ledger.reading() as connection:
        assert len(entered.facts(connection, 10**9 * S, 2 * 10**9 * S).tickets) == 1
        assert entered.facts(connection, 0, 100 * S).tickets == ()


def test_every_kind_comes_back_as_it_was_entered(ledger: Ledger) -> None:
    common = {"kind": "circuit", "subject": "haikou-ct", "started_at": 100 * S, "ended_at": 200 * S}
    sheet = {"form": "helpdesk", "at": 150 * S, "subjects": (), "fields": (("problem", "打不开"),)}
    enter(ledger, {**common, "state": "up", "origin": "duty-log", "signed_by": "丙"}, "attestation")
    enter(ledger, {**common, "what": "party", "value": "ct"}, "amendment")
    stretch = {"started_at": 0, "ended_at": 300 * S}
    enter(ledger, {"name": "sms", "value": "12.50", "unit": "条", **stretch}, "manual_value")
    enter(ledger, sheet, "repair")
    enter(ledger, {**sheet, "form": "patrol", "at": 140 * S}, "inspection")
    with ledger.reading() as connection:
        all_ = entered.facts(connection, 0, 1000 * S)
    assert (all_.attestations[0].state, all_.attestations[0].subject.id) == ("up", "haikou-ct")
    assert (all_.amendments[0].what, all_.amendments[0].value) == ("party", "ct")
    [value] = all_.manual_values
    assert isinstance(value, ManualValue)
    assert (value.subject, value.value, str(value.number)) == (None, "12.50", "12.50")
    assert [(one.kind, one.form, one.fields) for one in all_.records] == [
        ("inspection", "patrol", (("problem", "打不开"),)),
        ("repair", "helpdesk", (("problem", "打不开"),)),
    ]


def test_what_is_in_force_already_is_not_new(ledger: Ledger) -> None:
    id_ = enter(ledger, WINDOW)
    again, other = {**WINDOW, "reason": "another", "reference": "y"}, {**WINDOW, "ended_at": 250 * S}
    assert desk(ledger).new([again, other, other]) == [other]
    desk(ledger).cancel(id_, "x", NO_FILE)
    assert desk(ledger).new([again]) == [again]


def test_entering_waits_for_a_collector_that_writes_and_loses_nothing(ledger: Ledger, url: str) -> None:
    collector = open_ledger(url, create=True)
    collector.begin(Life(collector="main", vantage="centre", version="1", now=1.0))
    stop = threading.Event()

    def write() -> None:
        at = 0
        while not stop.is_set():
            at += 1
            collector.write(Batch({"watch": [facts.watch(10, 10 + at)]}))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(20):
            enter(ledger, {**WINDOW, "ended_at": (200 + number) * S})
    finally:
        stop.set()
        writer.join()
        collector.close()
    assert len(windows(ledger)) == 20


# What `ledger check` says of them


def test_honest_entries_break_no_rule(ledger: Ledger) -> None:
    for table in facts.OWN:
        id_ = enter(ledger, facts.OWN[table], table)
        [second] = desk(ledger, table, now=60).enter([facts.OWN[table]], NO_FILE, id_)
        desk(ledger, table, by="乙", now=70).approve(second, "")
    assert found(ledger) == []


def test_whoever_writes_past_the_commands_is_found(ledger: Ledger) -> None:
    id_ = enter(ledger, WINDOW)
    desk(ledger, by="乙").approve(id_, "")
    table, approval = schema.maintenance, schema.approval
    forge(ledger, sa.update(table).values(ended_at=1, supersedes="gone"))
    assert found(ledger) == [("entry-backwards", "maintenance"), ("entry-replaces-none", "maintenance")]
    forge(ledger, sa.update(table).values(ended_at=200 * S, supersedes=None, recorded_by="乙"))
    assert found(ledger) == [("approval-own", "approval")]
    assert windows(ledger)[0].approved_by is None
    forge(ledger, sa.update(table).values(recorded_by="甲", recorded_at=51 * S))
    assert found(ledger) == [("approval-early", "approval")]
    forge(ledger, sa.update(approval).values(of="gone"))
    assert found(ledger) == [("approval-of-none", "approval")]


def test_an_entry_that_cannot_be_read_is_named_and_ends_no_check(ledger: Ledger) -> None:
    id_ = enter(ledger, WINDOW)
    for text in ("nonsense", "7", '[["circuit"]]', '[["circuit", 7]]'):
        forge(ledger, sa.update(schema.maintenance).values(subjects=text))
        with pytest.raises(LedgerError, match=f"maintenance {id_} in the ledger cannot be read"):
            windows(ledger)
        assert found(ledger) == [("entry-unreadable", "maintenance")]


def test_a_circle_of_corrections_is_no_endless_one(ledger: Ledger) -> None:
    first = enter(ledger, WINDOW)
    [second] = desk(ledger, now=60).enter([WINDOW], NO_FILE, first)
    forge(
        ledger,
        sa.update(schema.maintenance).where(schema.maintenance.c.id == first).values(supersedes=second),
    )
    assert windows(ledger) == []
    assert found(ledger) == [("entry-replaces-none", "maintenance")]


def test_a_file_is_kept_under_its_digest_and_missed_where_it_is_gone(ledger: Ledger, tmp_path: Path) -> None:
    scan = tmp_path / "通知.pdf"
    scan.write_bytes(b"a notice")
    kept = proofs.keep(scan, tmp_path)
    copy = tmp_path / "proofs" / kept.sha256
    assert (kept.name, copy.read_bytes(), copy.stat().st_mode & 0o777) == ("通知.pdf", b"a notice", 0o444)
    assert proofs.keep(scan, tmp_path) == kept
    [id_] = desk(ledger).enter([WINDOW], kept)
    assert windows(ledger)[0].file_sha256 == kept.sha256
    assert [found(ledger, state) for state in ("kept", "missing", "changed")] == [
        [], [("proof-missing", "maintenance")], [("proof-changed", "maintenance")],
    ]  # fmt: skip
    assert proofs.state(kept.sha256, tmp_path) == "kept"
    copy.chmod(0o644)
    copy.write_bytes(b"another")
    assert proofs.state(kept.sha256, tmp_path) == "changed"
    copy.unlink()
    assert proofs.state(kept.sha256, tmp_path) == "missing"
    desk(ledger).cancel(id_, "x", NO_FILE)


def test_what_is_kept_is_carried_to_a_copy_but_nothing_that_was_changed(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    digests = []
    for text in ("one", "two"):
        scan = tmp_path / text
        scan.write_text(text)
        digests.append(proofs.keep(scan, here).sha256)
    spoilt = here / "proofs" / digests[1]
    spoilt.chmod(0o644)
    spoilt.write_text("spoilt")
    assert proofs.carry(here, there) == 1
    assert [path.name for path in (there / "proofs").iterdir()] == digests[:1]
    assert proofs.carry(here, there) == 0


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(LinewalkerError, match="there is no file"):
            proofs.keep(path, tmp_path)
