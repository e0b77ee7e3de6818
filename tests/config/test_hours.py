"""Service hours as they are written, and whose are which."""

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.assigned_hours import hours_of
from config.errors import WrongValueError
from config.hours import ServiceHours, read_spans
from config.load import load_text
from config.naming import Naming
from config.spellings import read_cell
from indicators.calendar import ALWAYS, Hours
from tests.config.written import COLUMNS, HEAD, ROW, load_written

OFFICE = ((480, 720), (870, 1050))
NETWORK = """\
service_hours:
  - {id: office, name: 办公时间, working_days: "08:00-12:00,14:30-17:30"}
  - {id: shop, name: 营业时间, every_day: "07:00-22:00"}
groups: [{id: branch, name: 分局, service_hours: office}, {id: depot, name: 油库}]
circuits: lines.csv
systems:
  - {id: portal, name: 门户网站, group: branch, check: {address: 10.0.3.3}}
  - {id: sms, name: 短信平台, check: {address: 10.0.3.9}, service_hours: shop}
"""
TABLE = f"""\
{COLUMNS},service_hours,changes
{ROW},,2026-03-01 group=depot; 2026-06-01 service_hours=shop
haikou-cm,海口备用,branch,cm,centre,haikou,10.64.0.6,7x24,
danzhou-ct,儋州专线,depot,ct,centre,haikou,10.64.0.10,,
"""


@pytest.mark.parametrize(
    ("written", "spans"),
    [
        ("08:00-12:00,14:30-17:30", OFFICE),
        ("14:30-17:30 8:00-12:00", OFFICE),
        ("08：00—12：00、14：30～17：30", OFFICE),
        ("08:00 - 12:00; 14:30 - 17:30", OFFICE),
        ("22:00-06:00", ((1320, 1800),)),
        ("00:00-24:00", ((0, 1440),)),
        ("closed", ()),
    ],
)
def test_hours_are_read_as_people_write_them(written: str, spans: tuple[tuple[int, int], ...]) -> None:
    assert read_spans(written) == spans


@pytest.mark.parametrize("written", ["", "8", "08:00", "08:00-08:00", "24:00-06:00", "08:60-12:00", "open"])
def test_what_are_no_hours_is_refused(written: str) -> None:
    with pytest.raises(WrongValueError, match="are no hours; expected"):
        read_spans(written)


def test_an_overlap_over_midnight_is_one_of_the_same_day_only() -> None:
    assert read_spans("04:00-08:00 22:00-06:00") == ((240, 480), (1320, 1800))
    with pytest.raises(WrongValueError, match="twice"):
        read_spans("20:00-02:00 23:00-23:30")


def test_working_days_know_weekends_holidays_and_make_up_days() -> None:
    hours = ServiceHours.model_validate(
        {"id": "x", "working_days": "08:00-12:00", "days_off": "09:00-11:00"}
    ).hours()
    work, rest = ((480, 720),), ((540, 660),)
    assert hours == Hours((work,) * 5 + (rest,) * 2, off=rest, work=work)
    assert hours.needs_holidays


def test_days_of_the_week_that_are_not_named_are_closed() -> None:
    written = {"id": "x", "mon": "08:00-12:00", "sat": "closed", "holidays": "closed"}
    assert ServiceHours.model_validate(written).hours() == Hours(
        (((480, 720),), (), (), (), (), (), ()), off=()
    )


def test_every_day_asks_for_no_holidays_unless_they_are_named() -> None:
    every = ServiceHours.model_validate({"id": "x", "every_day": "00:00-24:00"}).hours()
    assert every == ALWAYS
    assert not every.needs_holidays
    assert (
        ServiceHours.model_validate({"id": "x", "every_day": "06:00-22:00", "holidays": "closed"}).hours().off
        == ()
    )


def test_never_is_refused() -> None:
    with pytest.raises(ValidationError, match="never"):
        ServiceHours.model_validate({"id": "x", "every_day": "closed"})


def test_own_hours_come_before_those_of_the_group_and_change_with_both(tmp_path: Path) -> None:
    config = load_written(tmp_path, HEAD + NETWORK, {"lines.csv": TABLE.encode()})
    office, shop = (one.hours() for one in config.service_hours)
    first, second, third = config.circuits
    assert hours_of(config, first) == ((None, office), (date(2026, 3, 1), ALWAYS), (date(2026, 6, 1), shop))
    assert hours_of(config, second) == ((None, ALWAYS),)
    assert hours_of(config, third) == ((None, ALWAYS),)
    assert [hours_of(config, one) for one in config.systems] == [((None, office),), ((None, shop),)]
    assert load_text(config.text) == config


def test_hours_may_stand_in_a_table(tmp_path: Path) -> None:
    table = "id,name,working_days,mon,sat,holidays\n"
    table += "office,办公,08:00-12:00 14:30-17:30,,,\nshop,营业厅,,09:00-17:00,,closed\n"
    config = load_written(
        tmp_path,
        HEAD + NETWORK.replace(NETWORK[: NETWORK.index("groups")], "service_hours: h.csv\n"),
        {"lines.csv": TABLE.encode(), "h.csv": table.encode("gbk")},
    )
    assert config.service_hours[0].hours().work == OFFICE
    assert config.service_hours[1].hours() == Hours((((540, 1020),), (), (), (), (), (), ()), off=())


@pytest.mark.parametrize("written", ["7×24", "7*24小时", "7X24", "７×２４小时", "全天候", "全天"])
def test_an_office_writes_7_times_24_in_many_ways(written: str) -> None:
    assert read_cell("service_hours", written) == "7x24"


def test_an_office_writes_the_name_of_hours(tmp_path: Path) -> None:
    config = load_written(tmp_path, HEAD + NETWORK, {"lines.csv": TABLE.encode()})
    naming = Naming(config)
    assert naming.id_of("service_hours", "办公时间") == "office"
    assert naming.id_of("service_hours", "7x24") == "7x24"
    assert naming.name_of("service_hours", "office", "zh") == "办公时间"
    with pytest.raises(WrongValueError, match="is not among service_hours"):
        naming.id_of("service_hours", "夜间")
