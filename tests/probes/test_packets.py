"""The bytes: checksums, headers with options, addresses, what an error quotes, and what is due when."""

import socket

import numpy as np
import pytest

from probes.agenda import Agenda
from probes.columns import DOWN, UP, Targets
from probes.packets import ECHO_BYTES, REQUEST, SLOT_BYTES, Layout, checksums, error_text, host_text, sockaddr
from probes.questions import Questions, Reasons
from probes.rhythm import Rhythm
from probes.roster import enrol
from tests.probes.responder import checksum


def test_checksums_are_those_of_rfc_1071() -> None:
    requests = np.zeros(500, REQUEST)
    random = np.random.default_rng(7)
    requests["type"] = 8
    for name in ("id", "sequence", "token", "row", "serial"):
        requests[name] = random.integers(0, 1 << 16, 500)
    requests["token"] *= 0x0001_0203_0405
    expected = [checksum(request.tobytes()) for request in requests]
    requests["checksum"] = checksums(requests)
    assert [int.from_bytes(request.tobytes()[2:4], "big") for request in requests] == expected


def test_a_reply_behind_ip_options_is_found() -> None:
    layout = Layout(socket.AF_INET, has_ip_header=True)
    reply = np.zeros(1, REQUEST)
    reply["row"], reply["serial"] = 77, 3
    slots = np.zeros((2, SLOT_BYTES), np.uint8)
    for slot, words in zip(slots, (5, 15), strict=True):
        slot[0] = 0x40 | words
        slot[4 * words : 4 * words + ECHO_BYTES] = np.frombuffer(reply.tobytes(), np.uint8)
    layout.align(slots)
    packets = slots.view(layout.reply)[:, 0]
    assert packets["row"].tolist() == [77, 77]
    assert packets["serial"].tolist() == [3, 3]


@pytest.mark.parametrize("address", ["10.0.0.1", "255.255.255.255", "::1", "2001:db8::a:b"])
def test_an_address_comes_back_as_written(address: str) -> None:
    name = sockaddr(address)
    assert name is not None
    assert host_text(name[0]) == address


@pytest.mark.parametrize(
    "text", ["", "router", "10.0.0", "10.0.0.256", "::g", "10.0.0.1%lo", "fe80::1%nowhere7"]
)
def test_what_is_not_an_address_is_refused(text: str) -> None:
    assert sockaddr(text) is None


def test_a_link_local_address_carries_its_interface() -> None:
    name = sockaddr("fe80::1%lo")
    assert name is not None
    assert name["scope"][0] == socket.if_nametoindex("lo")


def test_an_unknown_error_is_told_by_its_numbers() -> None:
    assert error_text(socket.AF_INET, 3, 1, "10.0.0.1") == "host unreachable from 10.0.0.1"
    assert error_text(socket.AF_INET, 12, 0, "10.0.0.1") == "ICMP error 12/0 from 10.0.0.1"


def test_an_error_finds_its_row_among_more_rows_than_sequence_numbers() -> None:
    count = 200_000
    addresses = tuple(f"10.{n >> 16}.{(n >> 8) & 255}.{n & 255}" for n in range(count))
    roster = enrol(Targets(addresses, (None,) * count, np.zeros(count), np.zeros(count, np.bool_)))
    quoted = np.zeros(2, np.dtype([("v4", "u4"), ("v6", "u8", (2,)), ("sequence", "u2")]))
    for at, row in enumerate((5, 150_000)):
        quoted["v4"][at] = roster.name["v4"][row]
        quoted["sequence"][at] = row & 0xFFFF
    found = [
        (int(position), int(row))
        for positions, rows in roster.rows_quoted(quoted, socket.AF_INET)
        for position, row in zip(positions, rows, strict=True)
    ]
    assert sorted(found) == [(0, 5), (1, 150_000)]


def test_a_sentinel_whose_address_is_none_is_not_pulsed_either() -> None:
    roster = enrol(Targets(("router",), (None,), np.zeros(1), np.ones(1, np.bool_)))
    assert roster.refused == {0: "router is not an IP address", 1: "router is not an IP address"}


def test_the_agenda_gives_rows_when_they_are_due_and_never_before() -> None:
    agenda = Agenda(tick=0.01)
    agenda.put_each(np.array([1.003, 2.0, 1.007]), np.array([7, 8, 9]))
    assert agenda.take(1.005) == []
    ((when, rows),) = agenda.take(1.02)
    assert when == pytest.approx(1.01)
    assert rows.tolist() == [7, 9]
    assert agenda.next == pytest.approx(2.0)


def test_of_several_answers_in_one_reading_the_first_counts() -> None:
    questions = Questions(3, Rhythm())
    rows = np.array([0, 1, 2])
    questions.open(rows, regular=True)
    questions.leave(rows, 100.0)
    questions.leave(rows, 101.0)
    answered = questions.answer(np.array([1, 0, 1]), np.array([1, 0, 0]), np.array([101.5, 101.6, 101.7]))
    assert sorted(answered.tolist()) == [0, 1]
    answers = questions.gather(Reasons(), offset=1000.0)
    assert answers.outcome.tolist() == [UP, UP]
    by_target = dict(zip(answers.target.tolist(), answers.answered.tolist(), strict=True))
    assert by_target == {0: 0, 1: 1}
    assert answers.rtt[answers.target == 1][0] == pytest.approx(0.5)
    assert answers.received_at[answers.target == 1][0] == pytest.approx(1101.5)
    assert questions.patient_open == 1


def test_answers_count_up_to_the_deadline_of_the_whole_question() -> None:
    questions = Questions(1, Rhythm(retries=2, retry_after=1.0, timeout=2.0))
    row = np.array([0])
    questions.open(row, regular=True)
    questions.leave(row, 100.0)
    assert questions.answer(row, np.array([0]), np.array([104.01])).tolist() == []
    assert questions.answer(row, np.array([0]), np.array([104.0])).tolist() == [0]


def test_a_reply_to_the_question_before_does_not_count() -> None:
    questions = Questions(1, Rhythm())
    row = np.array([0])
    questions.open(row, regular=False)
    questions.leave(row, 100.0)
    questions.fail(row, DOWN)
    questions.gather(Reasons(), 0.0)
    questions.open(row, regular=False)
    questions.leave(row, 102.0)
    assert questions.answer(row, np.array([0]), np.array([102.1])).tolist() == []
    assert questions.answer(row, np.array([1]), np.array([102.2])).tolist() == [0]


def test_reasons_past_a_bound_share_a_text() -> None:
    reasons = Reasons()
    numbers = {reasons.number(f"from {n}") for n in range(40_000)}
    assert max(numbers) < 1 << 15
    assert len(reasons.texts) < 31_000
