"""The spool: what waits on the disk is a beginning of what was seen, whatever happened to the file."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import spool
from collector.ledger.store import Batch, Life, Row
from collector.spool import Heading, Spool
from tests.collector.facts import end, run


def life() -> Life:
    return Life(collector="main", vantage="centre", version="1", now=5.25)


def batch(number: int) -> Batch:
    ends: list[Row] = [end(number, 3, 9)] if number % 3 == 0 else []
    return Batch({"run": [run(number, 9, 1)] * (1 + number % 4)}, ends=ends, seq=number)


def inside(place: Path) -> list[Batch]:
    heading = spool.heading(place)
    return [] if heading is None else [one for _, one in spool.batches(place, heading.size)]


def test_batches_come_out_as_they_went_in_and_the_file_is_gone_when_it_is_empty(tmp_path: Path) -> None:
    own = life()
    waiting = Spool(tmp_path, Heading(own, "before"))
    batches = [batch(number) for number in range(40)]
    waiting.append(batches[:15])
    waiting.append(batches[15:])
    assert waiting.rows == sum(map(len, batches))
    [place] = spool.waiting(tmp_path)
    heading = spool.heading(place)
    assert heading
    assert (heading.base, heading.life.token, heading.life.started_at) == ("before", own.token, 5.25)
    out: list[Batch] = []
    while found := waiting.first(rows=10):
        assert sum(map(len, found)) < 15
        assert waiting.first(rows=10) == found  # until they are taken
        waiting.take()
        out += found
    assert out == batches
    assert waiting.rows == 0
    assert spool.waiting(tmp_path) == []


def test_more_may_come_while_it_is_emptied(tmp_path: Path) -> None:
    waiting = Spool(tmp_path, Heading(life(), ""))
    waiting.append([batch(1), batch(2)])
    assert waiting.first(rows=1) == [batch(1)]
    waiting.append([batch(3)])
    waiting.take()
    assert waiting.first(rows=100) == [batch(2), batch(3)]
    waiting.take()
    waiting.append([batch(4)])
    assert waiting.first(rows=100) == [batch(4)]


def test_every_life_has_a_file_of_its_own_and_the_oldest_comes_first(tmp_path: Path) -> None:
    lives = [life() for _ in range(12)]
    for one in lives:
        Spool(tmp_path, Heading(one, "")).append([batch(1)])
    headings = [spool.heading(place) for place in spool.waiting(tmp_path)]
    assert [one.life.token for one in headings if one] == [one.token for one in lives]


@given(cut=st.integers(0, 3000), junk=st.binary(max_size=40))
def test_a_power_cut_leaves_a_beginning(
    tmp_path_factory: pytest.TempPathFactory, cut: int, junk: bytes
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    batches = [batch(number) for number in range(12)]
    Spool(folder, Heading(life(), "")).append(batches)
    [place] = spool.waiting(folder)
    whole = place.read_bytes()
    place.write_bytes(whole[:cut] + junk)
    found = inside(place)
    assert found == batches[: len(found)]
    lines = whole[:cut].count(b"\n")
    assert len(found) >= lines - 1


def test_a_byte_that_was_changed_ends_what_is_read(tmp_path: Path) -> None:
    batches = [batch(number) for number in range(12)]
    Spool(tmp_path, Heading(life(), "")).append(batches)
    [place] = spool.waiting(tmp_path)
    whole = bytearray(place.read_bytes())
    sixth = sum(len(line) + 1 for line in bytes(whole).split(b"\n")[:6])
    whole[sixth + 30] ^= 1
    place.write_bytes(whole)
    assert inside(place) == batches[:5]


def test_a_disk_that_takes_only_half_of_it_holds_none_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = Spool(tmp_path, Heading(life(), ""))
    waiting.append([batch(1)])
    [place] = spool.waiting(tmp_path)
    before = place.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        waiting.append([batch(2)])
    assert place.read_bytes() == before
    assert waiting.rows == len(batch(1))


def test_only_plain_numbers_and_words_can_wait(tmp_path: Path) -> None:
    """What the rounds hand over is made of Python's own numbers; anything else would be refused here."""
    with pytest.raises(TypeError):
        Spool(tmp_path, Heading(life(), "")).append([Batch({"run": [{"check": np.int64(1)}]}, seq=0)])


def test_what_was_set_aside_is_not_read_again(tmp_path: Path) -> None:
    Spool(tmp_path, Heading(life(), "")).append([batch(1)])
    [place] = spool.waiting(tmp_path)
    aside = spool.set_aside(place, "foreign")
    assert aside.name == "000001.foreign"
    assert spool.waiting(tmp_path) == []
    Spool(tmp_path, Heading(life(), "")).append([batch(1)])
    assert [one.name for one in spool.waiting(tmp_path)] == ["000002.spool"]
