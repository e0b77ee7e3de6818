"""What an overview shows as trouble, and what of it is well or gone afterwards."""

from dataclasses import replace

import numpy as np

from exporters.alerts.troubles import Key, Watcher
from exporters.reading import LOW, UP, WITHIN, Kind, Names, Overview, Readings, Subject
from exporters.standing import Standing
from indicators.measure import Bracket
from tests.exporters import judged
from tests.exporters.network import AT, COLLECTOR, calm, columns, set_row, troubled


def with_standing(overview: Overview, lower: float, upper: float, target: float = 0.999) -> Overview:
    bracket = Bracket((lower + upper) / 2, lower, upper, 1.0)
    rows = judged.told(judged.measure("availability", bracket, target=target))
    return replace(overview, standing=Standing(at=AT, measures=tuple(rows)))


def test_everything_that_is_down_is_trouble_with_what_people_need_to_act_on_it() -> None:
    found = Watcher().scene(troubled().now, set()).troubles
    assert {(key.kind, key.id) for key in found} == {
        ("circuits", "b00-ct"),
        ("circuits", "b01-ct"),
        ("circuits", "p0-2"),
        ("services", "b00"),
        ("devices", "fin-sw"),
    }
    line = found[Key("down", "circuits", "b00-ct")]
    assert (line.since, line.group) == (AT - 203, "市县分局")
    assert line.told == {
        "name": "海口分局电信",
        "carrier": "中国电信",
        "rate": "10M",
        "site": "海口分局",
        "cid": line.told["cid"],
        "fault_phone": "10000",
        "reason": "no answer",
    }


def test_a_service_that_is_down_while_a_line_of_it_is_up_is_a_failed_switch_over() -> None:
    found = Watcher().scene(troubled().now, set()).troubles
    assert found[Key("down", "services", "b00")].told["switch_over"] == "failed"


def test_what_is_unknown_is_no_trouble_and_not_well_either() -> None:
    masked, gone = Key("down", "circuits", "f1"), Key("down", "circuits", "was-there")
    scene = Watcher().scene(troubled().now, {masked, gone})
    assert masked not in scene.troubles
    assert masked not in scene.well
    assert scene.gone == {gone}


def test_what_is_up_again_is_well_since_its_run_began() -> None:
    told = troubled()
    lines = told.now.kinds["circuits"]
    watcher, key = Watcher(), Key("down", "circuits", "b00-ct")
    assert key in watcher.scene(told.now, set()).troubles
    set_row(lines.now, next(n for n, one in enumerate(lines.subjects) if one.id == "b00-ct"), UP, 5)
    scene = watcher.scene(told.now, {key})
    assert scene.well == {key: AT - 5}
    assert key not in scene.troubles


def test_subjects_are_found_again_after_the_configuration_was_changed() -> None:
    watcher, key = Watcher(), Key("down", "circuits", "c2")
    few = calm(3).now
    assert watcher.scene(few, {key}).well
    kind = few.kinds["circuits"]
    fewer = Kind(kind.subjects[:2], calm(2).now.kinds["circuits"].now)
    assert watcher.scene(replace(few, kinds={"circuits": fewer}), {key}).gone == {key}


def on_battery(charge: float, beyond: int) -> Overview:
    """A device whose UPS has so much charge left."""
    names = Names(("device_ups_charge_ratio",), ((("line", "1"),),))
    read = Readings(((0, names),), np.array([charge]), np.array([beyond], np.int8))
    device = Kind((Subject("ups", "机房UPS", "room"),), columns(1), read)
    return replace(calm().now, kinds={"devices": device})


def test_a_reading_beyond_its_limit_is_trouble_and_well_when_it_is_back() -> None:
    watcher = Watcher()
    (one,) = watcher.scene(on_battery(0.1, LOW), set()).troubles.values()
    assert one.key == Key("limit", "devices", "ups device_ups_charge_ratio line=1")
    assert (one.subject, one.group, one.told["value"], one.told["limit"]) == ("ups", "room", "10.0 %", "low")
    assert watcher.scene(on_battery(0.9, WITHIN), {one.key}).well == {one.key: AT}
    assert watcher.scene(calm().now, {one.key}).gone == {one.key}


def test_nobody_watching_is_trouble_of_its_own_and_says_why() -> None:
    blind = replace(calm().now, collector=replace(COLLECTOR, watching=False, problem="blind"))
    (one,) = Watcher().scene(blind, set()).troubles.values()
    assert (one.key, one.told) == (Key("collector", "", "watching"), {"reason": "blind"})
    hindered = replace(calm().now, collector=replace(COLLECTOR, problem="the disk is full"))
    (other,) = Watcher().scene(hindered, set()).troubles.values()
    assert (other.key.id, other.told["reason"]) == ("problem", "the disk is full")


def test_a_figure_is_trouble_only_where_its_target_is_missed_whatever_the_unknown_was() -> None:
    watcher, key = Watcher(), Key("target", "circuits", f"availability branch {judged.BEGIN:.0f}")
    open_ = with_standing(calm().now, 0.998, 0.9995)
    assert watcher.scene(open_, {key}).troubles == {}
    assert watcher.scene(open_, {key}).well == {}
    missed = with_standing(calm().now, 0.998, 0.9985)
    (one,) = watcher.scene(missed, set()).troubles.values()
    assert (one.key, one.group) == (key, "branch")
    met = with_standing(calm().now, 0.9995, 0.9999)
    assert watcher.scene(met, {key}).well == {key: AT}


def test_a_new_year_does_not_say_that_the_target_of_the_old_one_is_met() -> None:
    watcher, old = Watcher(), Key("target", "circuits", "availability branch 1735660800")
    scene = watcher.scene(with_standing(calm().now, 0.9995, 0.9999), {old})
    assert (scene.well, scene.gone) == ({}, frozenset([old]))


def test_before_anything_is_judged_nobody_knows_of_targets() -> None:
    key = Key("target", "circuits", f"availability branch {judged.BEGIN:.0f}")
    scene = Watcher().scene(calm().now, {key})
    assert (scene.well, scene.gone) == ({}, frozenset())


def test_days_are_missed_when_their_margin_is_used_up() -> None:
    bracket = Bracket(120.0, 119.0, 120.0, 1.0)
    rows = judged.told(judged.measure("normal_days", bracket, view="business", target=360.0))
    for left, wanted in ((-1.0, 1), (2.0, 0)):
        standing = Standing(AT, tuple(rows), (judged.outlook((left, left, left)),))
        assert len(Watcher().scene(replace(calm().now, standing=standing), set()).troubles) == wanted


def test_of_whoever_is_in_agreed_maintenance_nothing_is_found_wrong() -> None:
    quiet = {("circuits", "b00-ct"), ("circuits", "b01-ct")}
    found = Watcher().scene(troubled().now, set(), quiet).troubles
    assert {key.id for key in found if key.kind == "circuits"} == {"p0-2"}
