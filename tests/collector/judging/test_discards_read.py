"""Discards from the tables of a real agent to the figure that rests on them; time is seen through a lens."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from collector import quality, rows
from collector.judging.figures import Wanted
from collector.ledger.store import Batch
from probes.columns import Answers
from tests.collector.judging.busy import BINS, FULL, RATE, busy, counts, figures, port
from tests.collector.judging.weeks import FIRST
from tests.probes.agents import COMMUNITY, snmpd
from tests.probes.ports import HIGH, TABLE, Port, Router
from tests.probes.test_snmp_interface import prober, settings

_SHRUNK = 75  # a second of ours is so many of the ledger's: five minutes take four
_READ_EVERY = 0.3
_LINE = Port("GigabitEthernet0/0/1", megabits=10_000, discards=(0, 0))
_BEFORE = 30  # seconds of the ledger, from the first read to the first five minutes


def read_through_the_lens(router: Router) -> Iterator[Answers]:
    """A line that is 90 % full for a quarter of an hour, as it is read: it discards in the second five minutes alone.

    In the third its router does not tell of discards any more.
    """
    begun, discarded = time.time(), 0
    with prober(settings(router.agent.port, _LINE.name)) as by:
        while (passed := (time.time() - begun) * _SHRUNK - _BEFORE) < 960:
            discarded += (
                400 < passed < 500
            )  # far from the edges, around which nobody could tell which side it was
            octets = round(0.9 * RATE / 8 * (passed + _BEFORE))
            told = (0, discarded) if passed < 690 else None
            router.set(at1=replace(_LINE, received=octets, discards=told))
            for answers in by.probe(np.zeros(1, np.bool_), opening=True):
                yield through_the_lens(answers, begun)
            time.sleep(_READ_EVERY)


def through_the_lens(answers: Answers, begun: float) -> Answers:
    shrunk = {
        row: one._replace(seconds=one.seconds * _SHRUNK, speed=10e9) for row, one in answers.octets.items()
    }
    sent, received = (FIRST - _BEFORE + (at - begun) * _SHRUNK for at in (answers.sent, answers.received_at))
    return replace(answers, sent=sent, received_at=received, octets=shrunk)


def test_full_minutes_of_a_port_that_is_read_are_judged_by_what_it_discarded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNMP_COMMUNITY", COMMUNITY)
    of, bins = busy(tmp_path), quality.Bins(1)
    with snmpd(tmp_path / "router", {}, roots=(TABLE, HIGH)) as agent:
        for answers in read_through_the_lens(Router(agent)):
            quality.count(bins, answers)
    read = quality.close(bins, FIRST + 900)
    for part in rows.quality(np.array([port(of, "c")]), read):
        of.ledger.write(Batch({"quality": part}))
    counts(of, of.checks["c"], FIRST, [{}] * BINS)
    first, second, third = (one for one in read if one.started_at >= FIRST)
    carried = [one.octets_known(np.arange(1))[0, 0] / FULL for one in (first, second, third)]
    assert carried == pytest.approx([0.9] * 3, abs=0.05)
    assert [one.discards_known(np.arange(1))[1, 0] > 0 for one in (first, second)] == [False, True]
    found = figures(of, Wanted(subjects=("c",)))["c", "uncongested"]
    assert found.evidence == {"uncongested": 1, "congested": 1, "undecided": BINS - 2, "left_out": 0}
    assert found.value == 0.5
    of.ledger.close()
