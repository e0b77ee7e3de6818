"""Eyes that several probers share: who pulses, who looks, and what a silent port means then."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from probes.clock import SystemClock
from probes.columns import Sight
from probes.eyes import Eyes
from probes.icmp import IcmpProber
from probes.kind import IpAddress
from probes.rhythm import Rhythm
from probes.sentinels import SEEN, SUSPENDED, WAIT
from probes.tcp import TCP, TcpSettings
from tests.namespace import Host, in_namespace
from tests.probes.asking import DOWN, QUICK, UNKNOWN, UP, targets
from tests.probes.talks import BRIEF, hear

NEVER = float("nan")


def one(value: float) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.array([value])


def test_everybody_is_told_of_a_loss_of_sight_once_whoever_noticed_it() -> None:
    eyes = Eyes(QUICK)
    pulsing, looking = eyes.view(), eyes.view()
    pulsing.begin(0.0, NEVER)
    assert pulsing.heard(pulsing.pulse(0.5), 0.51) == []
    pulsing.pulse(1.0)
    lost = [Sight(0.5, seen=False, reason="blind")]
    assert looking.look(2.3) == lost
    assert (looking.look(2.4), pulsing.look(2.4), pulsing.look(2.5)) == ([], lost, [])
    regained = pulsing.heard(pulsing.pulse(3.0), 3.01)
    assert regained == [Sight(3.0, seen=True)] == looking.look(3.1)


def test_who_opens_its_eyes_in_a_blind_spell_is_told_of_it() -> None:
    eyes = Eyes(QUICK)
    pulsing = eyes.view()
    pulsing.begin(0.0, NEVER)
    pulsing.pulse(1.0)
    pulsing.look(2.0)
    late = eyes.view()
    assert [sight.seen for sight in late.look(2.1)] == [False]
    assert late.look(2.2) == []


def test_where_nobody_pulses_silence_waits_and_is_then_called_suspended() -> None:
    eyes = Eyes(QUICK, shared=True)
    looking = eyes.view()
    assert looking.look(100.0) == []
    assert looking.judge(one(100.1), one(100.5)).tolist() == [WAIT]
    assert [(sight.seen, sight.reason) for sight in looking.look(102.0)] == [(False, "suspended")]
    assert looking.judge(one(100.1), one(100.5)).tolist() == [SUSPENDED]


def test_a_planned_pause_of_the_pulses_is_no_blindness_for_those_who_look_meanwhile() -> None:
    eyes = Eyes(QUICK, shared=True)
    pulsing, looking = eyes.view(), eyes.view()
    pulsing.begin(0.0, NEVER)
    pulsing.heard(pulsing.pulse(1.0), 1.01)
    pulsing.rest(1.1, 6.0)
    assert looking.look(5.0) == []
    assert looking.judge(one(2.0), one(4.5)).tolist() == [WAIT]
    pulsing.begin(5.9, 6.0)
    pulsing.heard(pulsing.pulse(5.9), 5.91)
    assert looking.look(6.0) == []
    assert looking.judge(one(2.0), one(4.5)).tolist() == [SEEN]


def test_a_pause_longer_than_planned_is_blindness() -> None:
    eyes = Eyes(QUICK, shared=True)
    pulsing, looking = eyes.view(), eyes.view()
    pulsing.begin(0.0, NEVER)
    pulsing.heard(pulsing.pulse(1.0), 1.01)
    pulsing.rest(1.1, 3.0)
    assert looking.look(4.3) == []
    assert [sight.reason for sight in looking.look(5.0)] == ["suspended"]


@contextmanager
def pulsing(eyes: Eyes, sentinel: str, rhythm: Rhythm = QUICK) -> Iterator[list[Sight]]:
    """ICMP rounds one after the other meanwhile, as the service holds them; gives what they say they saw."""
    asked, over, sights = targets([sentinel], sentinels=[sentinel]), threading.Event(), list[Sight]()
    prober = IcmpProber(asked, rhythm, eyes)

    def rounds() -> None:
        while not over.is_set():
            for answers in prober.probe(np.zeros(1, np.bool_), opening=False):
                sights.extend(answers.sight)
                if over.is_set():
                    break

    thread = threading.Thread(target=rounds)
    thread.start()
    try:
        yield sights
    finally:
        over.set()
        thread.join()
        prober.close()


@in_namespace
def test_sentinels_are_pulsed_until_the_end_of_a_round_only_where_others_look_too() -> None:
    for shared in (True, False):
        eyes = Eyes(QUICK, shared=shared)
        asked = targets(["127.0.0.1"], sentinels=["127.0.0.1"])
        prober = IcmpProber(asked, QUICK, eyes)
        begun = time.monotonic()
        for _ in prober.probe(np.zeros(1, np.bool_), opening=False):
            pass
        lasted = time.monotonic() - begun
        prober.close()
        assert (lasted > QUICK.interval - 0.5) == shared


@in_namespace
def test_a_prober_that_is_replaced_leaves_the_eyes_of_all_others_open() -> None:
    eyes, clock = Eyes(QUICK, shared=True), SystemClock()
    looking = eyes.view()
    for _ in range(2):
        with pulsing(eyes, "127.0.0.1"):
            time.sleep(1.5)
            asked = clock.monotonic()
            time.sleep(0.6)
            assert looking.judge(one(asked), one(asked + 0.1)).tolist() == [SEEN]
    assert looking.look(clock.monotonic()) == []


@in_namespace
def test_a_port_behind_a_firewall_that_drops_is_down_and_with_a_cut_uplink_unknown() -> None:
    eyes = Eyes(QUICK, shared=True)
    server = replace(TcpSettings(IpAddress("10.0.0.3"), 22), port=8022)
    program = "import socket; s = socket.create_server(('10.0.0.3', 8022)); print(1, flush=True)\nwhile 1: s.accept()"
    with Host("office") as office, pulsing(eyes, "10.0.0.2") as seen:
        office.run("ip", "address", "add", "10.0.0.3/24", "dev", "wire")
        with office.running("python3", "-c", program):
            assert hear(TCP, [server], through=eyes).how == (UP, "")
            office.run("ip", "rule", "add", "from", "10.0.0.3", "blackhole")
            dropped = hear(TCP, [server], through=eyes)
            office.run("ip", "rule", "add", "from", "10.0.0.2", "blackhole")
            blind = hear(TCP, [server], through=eyes)
            for address in ("10.0.0.2", "10.0.0.3"):
                office.run("ip", "rule", "del", "from", address, "blackhole")
            time.sleep(1.0)
            again = hear(TCP, [server], through=eyes)
    assert dropped.how == (DOWN, "")
    assert len(dropped.row.sent) == 1 + BRIEF.retries
    assert blind.how == (UNKNOWN, "blind")
    assert [sight.seen for sight in blind.sights] == [False]
    assert again.how == (UP, "")
    assert [sight.seen for sight in seen] == [False, True]
