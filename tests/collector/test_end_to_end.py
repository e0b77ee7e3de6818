"""The whole way, on a real network: 92 circuits, 40 faults, one blind spell; the ledger against the truth."""

import random
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab import control
from tests.awaiting import patience
from tests.practice import TRANSPORT, Cut, DownRun, Practice, practice

FAULTS = 40
SHORTEST_SURE = 12.0  # interval + retry span
FAULTS_WITHIN = 100.0
BLIND_AT, BLIND_SECONDS = 128.3, 20.0


@dataclass(frozen=True, slots=True)
class Act:
    """Something to do to a line, so many seconds after the beginning."""

    at: float
    line: str
    what: str  # cut, silent or restore


def scripted(lines: list[str], seed: int) -> list[Act]:
    """Forty cuts of 3 to 60 s on forty lines: ten at one instant, the others scattered; and the uplink dark once.

    The last two faults reach into the blind spell: one begins before and outlasts it, one begins inside it.
    """
    chance = random.Random(seed)
    chosen = chance.sample(lines, FAULTS)
    acts = []
    for number, line in enumerate(chosen):
        begin = 20.0 if number < 10 else chance.uniform(0, FAULTS_WITHIN)
        lasts = chance.uniform(3, 60)
        if number == FAULTS - 2:
            begin, lasts = BLIND_AT - 20, 60.0
        elif number == FAULTS - 1:
            begin, lasts = BLIND_AT + 5, 40.0
        elif begin + lasts > BLIND_AT - 15:
            begin = BLIND_AT - 15 - lasts
        acts += [Act(begin, line, chance.choice(["cut", "silent"])), Act(begin + lasts, line, "restore")]
    acts += [Act(BLIND_AT, "uplink", "silent"), Act(BLIND_AT + BLIND_SECONDS, "uplink", "restore")]
    return sorted(acts, key=lambda act: act.at)


def play(network: Practice, acts: list[Act]) -> None:
    begun = time.monotonic()
    for act in acts:
        time.sleep(max(0.0, begun + act.at - time.monotonic()))
        if act.what == "restore":
            control.restore(network.folder, act.line)
        else:
            control.cut(network.folder, act.line, silent=act.what == "silent")


@pytest.mark.timeout(420)
def test_forty_faults_and_a_blind_spell_are_recorded_as_they_were(tmp_path: Path) -> None:
    with practice(TRANSPORT, tmp_path / "data") as network:
        network.await_watch()
        # an unproven line may answer through the other one, and fall silent with it: it claims nothing
        lines = [one.id for one in network.config.circuits if one.path in {"direct", "pinned"}]
        play(network, scripted(lines, seed=20))
        time.sleep(25)  # two more rounds
        took = network.stop()
        truth = network.truth()
        found = [run for run in network.down_runs() if run.subject in lines]
        packets = {run: silent_packets(network, run) for run in found}
        watches = network.query(
            "SELECT started_at / 1e6, ended_at / 1e6, reason FROM watch WHERE round LIKE 'icmp%' ORDER BY started_at"
        )
    assert took < patience(2.5)
    [blind] = [cut for cut in truth if cut.line == "uplink"]
    faults = [cut for cut in truth if cut.line != "uplink"]
    assert len(faults) == FAULTS
    _assert_nothing_invented(found, faults)
    for cut in faults:
        _assert_found_rightly(cut, [run for run in found if run.subject == cut.line])
    _assert_blindness_is_nobody_watching(watches, blind)
    for run, count in packets.items():
        if run.ended_at is not None and not run.overlaps(blind):
            _assert_asked_every_two_seconds(run, count)


def _assert_nothing_invented(found: list[DownRun], faults: list[Cut]) -> None:
    for run in found:
        assert any(run.subject == cut.line and run.overlaps(cut) for cut in faults), run


def _assert_found_rightly(cut: Cut, found: list[DownRun]) -> None:
    """A fault of the sure length is there once; whatever is there has both edges inside its bounds."""
    assert len(found) <= 1, (cut, found)
    if cut.seconds >= SHORTEST_SURE:
        assert found, f"{cut} was not found"
    for run in found:
        assert run.started_after is not None
        assert run.ended_after is not None
        assert run.ended_before is not None
        assert run.started_after <= cut.begin <= run.started_before, (cut, run)
        assert run.ended_after <= cut.end <= run.ended_before, (cut, run)


def silent_packets(network: Practice, run: DownRun) -> int:
    """How many packets of a down-run are kept as unanswered."""
    started = round(run.started_at * 1e6)
    [[count]] = network.query(
        'SELECT sum(count) FROM packet p JOIN "check" c ON c.id = p."check" WHERE c.kind = \'circuit\' AND'
        " c.subject = ? AND run_started_at = ? AND sent_at >= run_started_at AND received_at IS NULL",
        run.subject,
        started,
    )
    return int(count)


def _assert_asked_every_two_seconds(run: DownRun, packets: int) -> None:
    """Three packets within the first four seconds, then one every two; a tenth is left for a busy machine."""
    assert run.ended_at is not None
    assert packets >= 0.9 * (3 + (run.ended_at - run.started_at - 6) / 2), (run, packets)


def _assert_blindness_is_nobody_watching(watches: list[tuple[float, float, str]], blind: Cut) -> None:
    [before] = [one for one in watches if one[2] == "blind"]
    assert blind.begin - 1.2 <= before[1] <= blind.begin
    after = [one for one in watches if one[0] > before[0]]
    assert after
    assert min(one[0] for one in after) >= blind.end
    assert all(one[1] <= blind.begin or one[0] >= blind.end for one in watches)
