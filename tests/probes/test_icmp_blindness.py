"""When it is we who do not see: nothing is down then, and what was not watched is said."""

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from probes.icmp import IcmpProber
from probes.rhythm import Rhythm
from tests.namespace import ROOT, Host, in_namespace, run
from tests.probes.asking import QUICK, UNKNOWN, UP, ask, prober, targets
from tests.probes.test_icmp_silence import after

LONG = Rhythm(interval=7.0, retries=2, retry_after=0.3, timeout=0.5, fast=0.5)  # blind: more than 1.5 s


@in_namespace
def test_a_blind_spell_in_mid_round_makes_no_outage() -> None:
    with Host("uplink") as uplink:
        for n in range(3, 30):
            uplink.run("ip", "address", "add", f"10.0.0.{n}/24", "dev", "wire")
        asked = targets([f"10.0.0.{n}" for n in range(3, 30)], sentinels=["10.0.0.2"])
        with prober(asked, LONG) as by:
            assert {row.outcome for row in ask(by, asked).rows} == {UP}
            began = time.time()
            with after(1.0, lambda: uplink.answer(False)), after(4.0, lambda: uplink.answer(True)):
                heard = ask(by, asked, opening=False)
    assert {row.outcome for row in heard.rows} == {UP, UNKNOWN}
    assert {row.reason for row in heard.rows if row.outcome == UNKNOWN} == {"blind"}
    lost, regained = heard.sights
    assert (lost.seen, lost.reason, regained.seen) == (False, "blind", True)
    assert began + 0.5 < lost.at < began + 1.1
    assert began + 3.9 < regained.at < began + 4.5
    for row in heard.rows:
        if row.outcome == UNKNOWN:
            assert row.sent[0] < regained.at
            assert row.sent[-1] > lost.at


@in_namespace
def test_one_sentinel_that_answers_is_enough_to_see() -> None:
    with Host("near") as near:
        near.answer(False)
        asked = targets(["10.0.0.2"], sentinels=["10.0.0.2", "127.0.0.1"])
        with prober(asked) as by:
            heard = ask(by, asked)
    assert heard.of("10.0.0.2")[0].outcome == 0
    assert heard.sights == []


@in_namespace
@pytest.mark.parametrize("silent", ["near", "far"])
def test_whichever_side_answers_the_other_sentinel_is_down_like_any_target(silent: str) -> None:
    # near: the gateway on the wire; far: an address behind it. The line behind is down only if it is silent itself.
    with Host("gateway") as gateway:
        for address in ("10.0.1.1", "10.0.2.1"):
            gateway.run("ip", "address", "add", f"{address}/32", "dev", "lo")
            run("ip", "route", "add", f"{address}/32", "via", "10.0.0.2")
        near, far, line = "10.0.0.2", "10.0.1.1", "10.0.2.1"
        asked = targets([line], sentinels=[near, far])
        with prober(asked) as by:
            assert {row.outcome for row in ask(by, asked).rows} == {UP}
            gone = {"near": near, "far": far}[silent]
            gateway.run("ip", "rule", "add", "from", gone, "blackhole")
            heard = ask(by, asked)
            gateway.run("ip", "rule", "add", "from", line, "blackhole")
            both = ask(by, asked)
    assert (heard.only(gone).outcome, heard.only(line).outcome) == (0, UP)
    assert heard.sights == both.sights == []
    assert (both.only(gone).outcome, both.only(line).outcome) == (0, 0)
    assert both.only({near, far}.difference({gone}).pop()).outcome == UP


@in_namespace
def test_an_uplink_that_flaps_makes_no_outage() -> None:
    with Host("uplink") as uplink:
        for n in range(3, 20):
            uplink.run("ip", "address", "add", f"10.0.0.{n}/24", "dev", "wire")
        asked = targets([f"10.0.0.{n}" for n in range(3, 20)], sentinels=["10.0.0.2"])
        stopping = threading.Event()

        def flap() -> None:
            answers = False
            while not stopping.wait(1.3 if answers else 0.9):
                uplink.answer(answers)
                answers = not answers
            uplink.answer(True)

        flapping = threading.Thread(target=flap)
        with prober(asked, LONG) as by:
            ask(by, asked)
            flapping.start()
            heard = [ask(by, asked, opening=False) for _ in range(3)]
            stopping.set()
            flapping.join()
            calm = ask(by, asked)
    rows = [row for one in heard for row in one.rows]
    assert {row.outcome for row in rows} == {UP, UNKNOWN}
    assert {row.reason for row in rows if row.outcome == UNKNOWN} == {"blind"}
    assert {row.outcome for row in calm.rows} == {UP}


@in_namespace
def test_sentinels_that_never_answered_leave_everything_unknown() -> None:
    asked = targets(["203.0.113.5", "127.0.0.2"], sentinels=["203.0.113.6"])
    with prober(asked, LONG) as by:
        began = time.time()
        heard = ask(by, asked)
    assert heard.only("127.0.0.2").outcome == UP
    assert (heard.only("203.0.113.5").outcome, heard.only("203.0.113.5").reason) == (UNKNOWN, "blind")
    (lost,) = heard.sights
    assert (lost.seen, lost.reason) == (False, "blind")
    assert lost.at == pytest.approx(began, abs=0.2)


@in_namespace
def test_the_planned_pause_between_rounds_is_not_blindness() -> None:
    asked = targets(["127.0.0.2"], sentinels=["127.0.0.1"])
    with prober(asked) as by:
        for _ in range(2):
            began = time.monotonic()
            assert ask(by, asked).sights == []
            time.sleep(began + QUICK.interval - time.monotonic())


@in_namespace
def test_a_longer_pause_between_rounds_is_suspended() -> None:
    asked = targets(["127.0.0.2"], sentinels=["127.0.0.1"])
    with prober(asked) as by:
        ask(by, asked)
        time.sleep(QUICK.interval + 2.0)
        heard = ask(by, asked)
    assert [(sight.seen, sight.reason) for sight in heard.sights] == [(False, "suspended"), (True, "")]
    assert heard.sights[1].at - heard.sights[0].at > QUICK.interval + 1.0


ASKING_ON_AND_ON = """
import time
from tests.probes.asking import ask, prober, targets
from tests.probes.test_icmp_blindness import LONG
asked = targets([f"127.0.0.{n}" for n in range(2, 60)] + ["203.0.113.5"], sentinels=["127.0.0.1"])
with prober(asked, LONG) as by:
    print("ready", flush=True)
    heard = ask(by, asked, opening=False)
print([(round(sight.at, 1), sight.seen, sight.reason) for sight in heard.sights])
print(sorted({(row.outcome, row.reason) for row in heard.rows}))
"""


@in_namespace
def test_a_process_that_was_stopped_says_suspended() -> None:
    command = (sys.executable, "-c", ASKING_ON_AND_ON)
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(1.0)
        process.send_signal(signal.SIGSTOP)
        stopped = time.time()
        time.sleep(3.0)
        process.send_signal(signal.SIGCONT)
        printed = process.communicate(timeout=20)[0].splitlines()
    (lost_at, lost, reason), (seen_at, seen, _) = eval(printed[0])
    assert (lost, reason, seen) == (False, "suspended", True)
    assert lost_at == pytest.approx(stopped, abs=0.5)
    assert seen_at == pytest.approx(stopped + 3.0, abs=0.3)
    # The target without a route fell silent beside a sentinel that answered, before or after; nobody else did.
    assert eval(printed[1]) in ([(0, "no route"), (1, "")], [(1, ""), (2, "suspended")])


class SteppingClock:
    """The machine's clocks, whose wall clock somebody sets ten seconds ahead after a while."""

    def __init__(self, step_at: float) -> None:
        self._step_at = time.monotonic() + step_at

    def monotonic(self) -> float:
        return time.monotonic()

    def wall(self) -> float:
        return time.time() + (10.0 if time.monotonic() > self._step_at else 0.0)


@in_namespace
def test_a_round_in_which_the_clock_was_set_has_no_round_trip_times_from_then_on() -> None:
    asked = targets([f"127.0.0.{n}" for n in range(2, 30)], sentinels=["127.0.0.1"])
    began = time.time()
    by = IcmpProber(asked, QUICK, clock=SteppingClock(0.8))
    try:
        heard = ask(by, asked, opening=False)
    finally:
        by.close()
    assert {row.outcome for row in heard.rows} == {UP}
    before = [row for row in heard.rows if row.sent[0] < began + 0.7]
    after_step = [row for row in heard.rows if row.sent[0] > began + 0.9]
    assert before
    assert after_step
    assert not np.isnan([row.rtt for row in before]).any()
    assert np.isnan([row.rtt for row in after_step]).all()
    # Times are still told by the clock as it was when the round began.
    assert max(row.received_at for row in heard.rows) < began + QUICK.interval
