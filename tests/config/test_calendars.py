"""The calendars that come with the program are right, and a user's own take the places of ours."""

from datetime import date
from pathlib import Path

import pytest

from config.calendars import ENDING, built_in, read_year, together
from config.load import check, load_text
from indicators.calendar import MissingYearError
from tests.config.written import CIRCUIT, HEAD, load_written

OFFICE = 'service_hours: [{id: office, working_days: "08:00-12:00,14:30-17:30"}]\n'
ASSIGNED = CIRCUIT.replace("address:", "service_hours: office, address:")
OWN_2027 = "year: 2027\nnotices: [{document: 试, date: 2026-11-20}]\noff: [{name: 元旦, from: 2027-01-01}]\n"


def test_each_year_has_a_file_of_its_name_that_names_its_notice() -> None:
    for year in built_in():
        assert year.notices
        assert all(notice.startswith("国办发明电〔") for notice in year.notices)
    folder = Path(__file__).parents[2] / "config/calendars"
    assert sorted(path.name for path in folder.iterdir()) == [f"cn-{one.year}{ENDING}" for one in built_in()]


# Counted with two packages that are kept apart from each other and from us: chinesecalendar 1.11, holidays 0.109.
@pytest.mark.parametrize(
    ("year", "working"),
    [
        (2018, 250), (2019, 250), (2020, 249), (2021, 250), (2022, 249),
        (2023, 249), (2024, 251), (2025, 248), (2026, 248),
    ],
)  # fmt: skip
def test_a_year_has_as_many_working_days_as_others_count(year: int, working: int) -> None:
    holidays = together(built_in())
    days = range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())
    assert sum(holidays.is_working(date.fromordinal(day)) for day in days) == working


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2018-12-29", True),  # told of by the notice for 2019
        ("2018-12-31", False),
        ("2019-05-05", True),  # the second notice of 2019
        ("2019-05-03", False),
        ("2020-01-31", False),  # the Spring Festival was prolonged
        ("2020-02-01", False),  # first named a make-up day
        ("2020-02-03", True),
        ("2024-02-09", True),  # the eve was not off
        ("2025-01-28", False),  # and is since
        ("2026-01-04", True),
        ("2026-02-23", False),
        ("2026-10-10", True),
    ],
)
def test_days_people_remember(day: str, works: bool) -> None:
    assert together(built_in()).is_working(date.fromisoformat(day)) is works


def test_a_year_nobody_announced_is_not_guessed() -> None:
    with pytest.raises(MissingYearError, match="2027"):
        together(built_in()).is_working(date(2027, 3, 1))


def test_own_years_are_added_and_take_the_places_of_ours(tmp_path: Path) -> None:
    (tmp_path / "days").mkdir()
    (tmp_path / "days" / "2027.yaml").write_text(OWN_2027, "utf-8")
    (tmp_path / "days" / "ours.yaml").write_text(
        "year: 2026\noff: [{name: 校庆, from: 2026-03-02}]\n", "utf-8"
    )
    config = load_written(tmp_path, HEAD + CIRCUIT + "calendar: {holidays: days}\n")
    holidays = config.known_holidays
    assert not holidays.is_working(date(2027, 1, 1))
    assert not holidays.is_working(date(2026, 3, 2))
    assert holidays.is_working(date(2026, 10, 1))  # ours of that year is not used besides
    assert not holidays.is_working(date(2025, 10, 1))
    assert load_text(config.text) == config


def test_it_is_said_when_the_running_year_has_no_calendar_and_hours_ask_for_it(tmp_path: Path) -> None:
    path = tmp_path / "network.yaml"
    path.write_text(HEAD + OFFICE + ASSIGNED, "utf-8")
    assert check(path, date(2026, 12, 31)) == ()
    (found,) = check(path, date(2027, 1, 1))
    assert (found.severity, found.rule) == ("warning", "calendar")
    assert str(found) == (
        f"{path}:8: circuits[haikou-ct].service_hours: no calendar of holidays is known for 2027, and service hours "
        "ask for it; expected a file of that year in the folder `calendar.holidays`"
    )
    assert [one.values["year"] for one in check(path, date(2028, 6, 1))] == [2027, 2028]
    path.write_text(HEAD + OFFICE + CIRCUIT, "utf-8")
    assert check(path, date(2027, 1, 1)) == ()


def test_an_own_calendar_answers_it(tmp_path: Path) -> None:
    (tmp_path / "days").mkdir()
    (tmp_path / "days" / "2027.yaml").write_text(OWN_2027, "utf-8")
    path = tmp_path / "network.yaml"
    path.write_text(HEAD + "calendar: {holidays: days}\n" + OFFICE + ASSIGNED, "utf-8")
    assert check(path, date(2027, 5, 1)) == ()


def test_a_calendar_that_is_no_yaml_says_where() -> None:
    (finding,) = read_year("year: 2027\n\toff: []\n", "cn-2027.yaml").findings
    assert str(finding).startswith("cn-2027.yaml:2: ")
