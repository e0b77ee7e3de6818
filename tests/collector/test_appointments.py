"""When throughput tests are due and which may begin, by hand-made days; nothing is sent here."""

import datetime as dt
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest

from collector import appointments
from collector.appointments import Appointment, Rules
from collector.moments import Moments
from config.load import load
from config.model import Config
from config.throughput import Hours
from probes.transfers import Order

ZONE = ZoneInfo("Asia/Shanghai")

NETWORK = """
organisation: 测试单位
vantage: {name: 中心机房, sentinels: {near: [10.0.0.1], far: [10.0.1.1]}}
carriers: [{id: ct, name: 中国电信}]
sites: [{id: centre, name: 中心}, {id: depot, name: 分中心}, {id: sanya, name: 三亚}, {id: haikou, name: 海口}]
circuits:
  - {id: sanya-ct, name: 三亚, group: branch, carrier: ct, termination_a: centre, termination_z: sanya,
     address: 10.64.0.2, source: 10.0.0.3, commit_rate: 10M, in_service_from: 2026-01-01,
     changes: [{from: 2026-06-01, commit_rate: 20M, address: "2001:db8::2", source: "2001:db8::3"}]}
  - {id: haikou-ct, name: 海口, group: branch, carrier: ct, termination_a: depot, termination_z: haikou,
     address: 10.64.0.6, commit_rate: 10M}
  - {id: haikou-2, name: 海口备用, group: depot, carrier: ct, termination_a: depot, termination_z: haikou,
     address: 10.64.0.10}
throughput:
  tests:
"""

# A Sunday.
SUNDAY = dt.date(2026, 3, 1)


def at(clock: str, date: dt.date = SUNDAY) -> float:
    return dt.datetime.combine(date, dt.time.fromisoformat(clock), ZONE).timestamp()


def config(text: str) -> Config:
    with TemporaryDirectory() as folder:
        place = Path(folder) / "network.yaml"
        place.write_text(text, encoding="utf-8")
        return load(place)


NIGHTLY = "group: branch, far_end: 'iperf3://{address}:5201', at: '02:30'"


def due(written: str, moment: float) -> list[Appointment]:
    return appointments.due(config(f"{NETWORK}    - {{{written}}}\n"), moment)


def test_a_test_is_due_from_its_time_for_an_hour() -> None:
    assert due(NIGHTLY, at("02:29:59")) == []
    assert [one.circuit for one in due(NIGHTLY, at("02:30"))] == ["haikou-ct", "sanya-ct"]
    assert len(due(NIGHTLY, at("03:30"))) == 2
    assert due(NIGHTLY, at("03:30:01")) == []


def test_a_test_before_midnight_is_still_due_after_it() -> None:
    late = due(f"{NIGHTLY.replace('02:30', '23:30')}, within: 2h", at("00:45"))
    assert {one.planned_at for one in late} == {at("23:30", SUNDAY - dt.timedelta(1))}


def test_a_test_is_made_on_its_weekdays_only() -> None:
    weekly = f"{NIGHTLY}, days: sun"
    assert due(weekly, at("02:30"))
    assert not due(weekly, at("02:30", SUNDAY + dt.timedelta(1)))


def test_every_ten_days_each_circuit_has_its_day_and_not_all_the_same() -> None:
    days = [SUNDAY + dt.timedelta(count) for count in range(30)]
    found = {
        day: [one.circuit for one in due(f"{NIGHTLY}, every_days: 10", at("02:30", day))] for day in days
    }
    turns = {name: [day for day in days if name in found[day]] for name in ("sanya-ct", "haikou-ct")}
    for when in turns.values():
        assert [(later - sooner).days for sooner, later in pairwise(when)] == [10, 10]
    assert turns["sanya-ct"] != turns["haikou-ct"]


def test_a_circuit_is_tested_as_it_is_on_that_day() -> None:
    before = due(NIGHTLY, at("02:30"))[1].order
    after = due(NIGHTLY, at("02:30", dt.date(2026, 6, 1)))[1].order
    assert before == Order("iperf3://10.64.0.2:5201", "receive", 10_000_000, 10.0, 100_000_000, "10.0.0.3")
    assert (after.far_end, after.rate) == ("iperf3://[2001:db8::2]:5201", 20_000_000)
    assert [one.circuit for one in due(NIGHTLY, at("02:30", dt.date(2025, 12, 31)))] == ["haikou-ct"]


def test_an_appointment_has_the_same_id_whenever_it_is_planned_and_another_one_than_any_other() -> None:
    both = f"{NIGHTLY}, directions: [receive, send]"
    first, again = due(both, at("02:30")), due(both, at("03:00"))
    assert [one.id for one in first] == [one.id for one in again]
    tomorrow = due(both, at("02:30", SUNDAY + dt.timedelta(1)))
    assert len({one.id for one in (*first, *tomorrow)}) == 8


def appointment(circuit: str = "sanya-ct", *sites: str, **more: object) -> Appointment:
    order = Order("iperf3://10.64.0.2", "receive", 8_000_000, 10.0, 100_000_000)
    made = {"planned_at": at("02:30"), "until": at("03:30"), "order": order, **more}
    return Appointment(circuit=circuit, sites=frozenset(sites), **made)  # type: ignore[arg-type]


RULES = Rules(
    ZONE, Hours(450, 1080), ("mon", "tue", "wed", "thu", "fri"), 100_000_000, 31 * 86400.0, "中心机房"
)


def objection(one: Appointment, clock: str, date: dt.date = SUNDAY, used: int = 0) -> str:
    return appointments.objection(one, used, RULES, at(clock, date))


def all_day(date: dt.date, *, in_service_hours: bool = False) -> Appointment:
    begin, end = at("00:00", date), at("23:59", date)
    return appointment(planned_at=begin, until=end, in_service_hours=in_service_hours)


def test_nothing_is_tested_in_service_hours_or_shortly_before_them() -> None:
    monday = SUNDAY + dt.timedelta(1)
    assert objection(all_day(monday), "07:29", monday) == ""
    for inside in ("07:29:45", "07:30", "12:00", "17:59:59"):
        assert objection(all_day(monday), inside, monday) == "refused: in service hours"
    assert objection(all_day(monday), "18:00", monday) == ""
    assert objection(all_day(SUNDAY), "12:00") == ""


def test_a_test_that_is_allowed_in_service_hours_is_made_in_them() -> None:
    monday = SUNDAY + dt.timedelta(1)
    assert objection(all_day(monday, in_service_hours=True), "12:00", monday) == ""


def test_service_hours_that_begin_at_midnight_are_seen_from_the_evening_before() -> None:
    around = Rules(ZONE, Hours(0, 1440), ("mon",), 1, 1.0, "")
    assert appointments.serving(around, at("23:59:50"), at("00:00:10", SUNDAY + dt.timedelta(1)))
    assert not appointments.serving(around, at("23:59:30"), at("23:59:50"))


def test_what_a_test_may_move_is_reserved_from_what_the_day_may_take() -> None:
    assert appointment().most_bytes == 10_000_000
    assert objection(appointment(), "02:30", used=90_000_000) == ""
    assert objection(appointment(), "02:30", used=90_000_001) == "refused: more than most_bytes_a_day"


def test_tests_under_way_count_against_the_day_with_all_they_may_move() -> None:
    made = appointments.decide(
        [appointment("b", "y")], [appointment("a", "x")], 85_000_000, RULES, at("02:30")
    )
    assert [why for _, why in made.refuse] == ["refused: more than most_bytes_a_day"]


def test_without_a_contracted_rate_a_share_of_it_cannot_be_tested() -> None:
    order = Order("iperf3://10.64.0.2", "receive", 0, 10.0, 1000)
    assert objection(appointment(order=order), "02:30") == "refused: the contracted rate is not known"


def test_a_test_that_could_not_last_a_second_is_refused() -> None:
    order = Order("iperf3://10.64.0.2", "receive", 10**9, 10.0, 100_000_000)
    assert objection(appointment(order=order), "02:30").startswith("refused: most_bytes is less")


def test_two_tests_that_share_a_site_or_a_circuit_follow_each_other() -> None:
    waiting = [
        appointment("sanya-ct", "centre", "sanya"),
        appointment("sanya-cm", "depot", "sanya"),
        appointment("haikou-ct", "north", "haikou"),
        appointment("sanya-ct"),
    ]
    made = appointments.decide(waiting, [], 0, RULES, at("02:30"))
    assert [one.circuit for one in made.begin] == ["sanya-ct", "haikou-ct"]
    assert [one.circuit for one in made.wait] == ["sanya-cm", "sanya-ct"]
    later = appointments.decide(made.wait, [waiting[2]], 0, RULES, at("02:31"))
    assert [one.circuit for one in later.begin] == ["sanya-cm", "sanya-ct"]


def test_who_waited_until_it_was_too_late_is_refused() -> None:
    busy = appointment("sanya-cm", "sanya")
    made = appointments.decide([appointment("sanya-ct", "sanya")], [busy], 0, RULES, at("03:30:01"))
    assert [why for _, why in made.refuse] == [
        "refused: its circuit or a site of it was busy until it was too late"
    ]


def test_nothing_is_ordered_where_nothing_is_written() -> None:
    bare = config(NETWORK.partition("throughput:")[0])
    assert appointments.rules(bare) is None
    assert appointments.due(bare, at("02:30")) == []


def test_the_parent_knows_when_to_start_tests_and_for_how_long() -> None:
    moments = Moments((dt.time(2, 30), dt.time(23, 30)), 3600.0, ZONE)
    assert moments.last(at("02:29")) is None
    assert moments.last(at("02:30")) == at("02:30")
    assert moments.last(at("03:31")) is None
    assert moments.last(at("00:15")) == at("23:30", SUNDAY - dt.timedelta(1))


@pytest.mark.parametrize("example", sorted(Path("config/examples").iterdir()), ids=lambda path: path.name)
def test_no_example_tests_throughput_by_itself(example: Path) -> None:
    assert "throughput:" not in (example / "network.yaml").read_text("utf-8")
