"""A ledger as it stood earlier, in both databases; and what stops a form from being frozen at all."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.entering import Author
from collector.keeping.seal import newest_numbers
from collector.ledger import schema
from collector.ledger.store import Batch, Ledger, Life, micros, open_ledger
from collector.proof.as_of import as_of
from collector.proof.content import Basis, code_of
from collector.proof.freezing import Office, OpenRowsError, freeze
from collector.proof.recomputing import recompute
from exporters.forms.filled import FilledPlan
from exporters.words import words
from indicators.scoring import Open
from tests.collector import facts
from tests.collector.facts import S
from tests.collector.proof import forms


def starts(connection: Connection, table: sa.Table = schema.run) -> list[int]:
    found = connection.scalars(sa.select(table.c.started_at).order_by(table.c.started_at))
    return [at // S for at in found]


def lives(ledger: Ledger, now: float) -> None:
    ledger.begin(Life(collector="main", vantage="centre", version="1", now=now))


def test_what_was_written_later_is_not_seen_and_what_went_on_is(url: str) -> None:
    ledger = open_ledger(url, create=True)
    lives(ledger, 1.0)
    [check] = facts.enrolled(ledger, "a")
    ledger.write(
        Batch({"run": [facts.run(check, 0, 1), facts.run(check, 500, 0)], "watch": [facts.watch(0, 900)]})
    )
    ledger.write(Batch(ends=[facts.end(check, 0, 500)]))
    with ledger.reading() as connection:
        through = {str(life): seq for life, seq in newest_numbers(connection).items()}
    lives(ledger, 2.0)
    # The run that stood ends after the window; another came late and lies within it.
    ledger.write(Batch({"run": [facts.run(check, 200, 0)]}, ends=[facts.end(check, 500, 2_000)]))
    ledger.write(Batch(ends=[facts.end(check, 200, 300)]))
    ledger.write(
        Batch({"amendment": [facts.entry("amendment", "a1", 950)], "watch": [facts.watch(0, 1_900)]})
    )
    with as_of(ledger, through, 1_000 * S) as connection:
        assert starts(connection) == [0, 500]
        assert starts(connection, schema.watch) == [0]
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.amendment)) == 0
    with ledger.reading() as connection:  # the same connection again, as it was
        assert starts(connection) == [0, 200, 500]
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.amendment)) == 1
    ledger.close()


def test_a_plan_with_an_open_row_is_not_frozen(tmp_path: Path) -> None:
    year = forms.made(tmp_path / "office")
    form = forms.built_in(year.filled(), year.folder / "form.docx")
    before = form.read_bytes()

    def undecided(basis: Basis, connection: Connection, now: int) -> FilledPlan:
        filled = recompute(basis, connection, now)
        left = Open(("优", "良"))
        return replace(filled, rows=(*filled.rows[:1], replace(filled.rows[1], open=left), *filled.rows[2:]))

    with year.opened() as ledger:
        author = Author("张三", "root", micros(time.time()))
        office = Office(ledger, year.data, author, "centre", words("zh"))
        with pytest.raises(OpenRowsError, match=r"1 rows are open.*outages \(故障宕机率\)"):
            freeze(office, year.basis, form, undecided)
        with ledger.reading() as connection:
            assert connection.scalar(sa.select(sa.func.count()).select_from(schema.revision)) == 0
    assert form.read_bytes() == before


def test_a_code_has_twelve_letters_of_crockfords_alphabet_and_follows_from_every_letter() -> None:
    # SHA-256 of nothing begins e3b0c44298fc1c1: 11100 01110 11000 01100 …
    assert code_of("") == "WERC-8GMR-ZGE1"
    assert code_of('{"a":1}') != code_of('{"a":2}')
    assert len(code_of("县局")) == 14
