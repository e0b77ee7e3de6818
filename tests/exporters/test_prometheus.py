"""`/metrics`: exact text, unknown as absence, and what prometheus' own tools say of it."""

import subprocess
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from exporters.prometheus import Metrics
from exporters.reading import DOWN, UNKNOWN, Kind, Subject
from tests.exporters.network import AT, NAN, Told, calm, columns, set_row, told, troubled
from tests.programs import needed

ODD = 'a "quoted" back\\slash\nand a second line {curly}, 中文'


def samples(reader: Told) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample as prometheus_client's own parser reads it."""
    families = text_string_to_metric_families(Metrics(reader).render().decode())
    return {
        (one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples
    }


def values(reader: Told, name: str, label: str = "circuit") -> dict[str, float]:
    return {
        dict(labels)[label]: value for (metric, labels), value in samples(reader).items() if metric == name
    }


def of_circuits(reader: Told) -> str:
    lines = Metrics(reader).render().decode().splitlines(keepends=True)
    return "".join(line for line in lines if "linewalker_circuit" in line)


def test_two_circuits_give_exactly_this_text() -> None:
    lines = (
        Subject("c1", "一号", "甲", "ct", "电信", "s1", "东站", "direct", cid="HN-1"),
        Subject("c2", "二号", "甲", "cu", "联通", "s2", "西站", "unproven", cid="HN-2"),
    )
    now = columns(2)
    now.rtt[0] = 0.0031
    set_row(now, 1, DOWN, 12.5, "no answer")
    c1 = '{circuit="c1",group="甲",carrier="ct",site="s1"}'
    c2 = '{circuit="c2",group="甲",carrier="cu",site="s2"}'
    assert of_circuits(told(lines, now)) == (
        "# HELP linewalker_circuit_info Name and attributes of the circuit.\n"
        "# TYPE linewalker_circuit_info gauge\n"
        'linewalker_circuit_info{circuit="c1",name="一号",site_name="东站",'
        'carrier_name="电信",cid="HN-1",path="direct"} 1.0\n'
        'linewalker_circuit_info{circuit="c2",name="二号",site_name="西站",'
        'carrier_name="联通",cid="HN-2",path="unproven"} 1.0\n'
        "# HELP linewalker_circuit_up Whether the circuit answers: 1 up, 0 down, no sample while unknown.\n"
        "# TYPE linewalker_circuit_up gauge\n"
        f"linewalker_circuit_up{c1} 1.0\n"
        f"linewalker_circuit_up{c2} 0.0\n"
        "# HELP linewalker_circuit_watched 1 while the circuit is watched, no sample while nobody watches.\n"
        "# TYPE linewalker_circuit_watched gauge\n"
        f"linewalker_circuit_watched{c1} 1.0\n"
        f"linewalker_circuit_watched{c2} 1.0\n"
        "# HELP linewalker_circuit_rtt_seconds Round trip of the last answer of the circuit.\n"
        "# TYPE linewalker_circuit_rtt_seconds gauge\n"
        f"linewalker_circuit_rtt_seconds{c1} 0.0031\n"
        "# HELP linewalker_circuit_loss_ratio Share of first packets lost in the last five to ten minutes.\n"
        "# TYPE linewalker_circuit_loss_ratio gauge\n"
        f"linewalker_circuit_loss_ratio{c1} 0.0\n"
        f"linewalker_circuit_loss_ratio{c2} 1.0\n"
        "# HELP linewalker_circuit_outages_total Recorded down-runs of the circuit, short ones included.\n"
        "# TYPE linewalker_circuit_outages_total counter\n"
        f"linewalker_circuit_outages_total{c1} 0.0\n"
        f"linewalker_circuit_outages_total{c2} 1.0\n"
        "# HELP linewalker_circuit_outage_seconds_total"
        " Measured down-time of the circuit, the present run included.\n"
        "# TYPE linewalker_circuit_outage_seconds_total counter\n"
        f"linewalker_circuit_outage_seconds_total{c1} 0.0\n"
        f"linewalker_circuit_outage_seconds_total{c2} 12.5\n"
    )


def test_promtool_has_nothing_to_object_to() -> None:
    text = Metrics(troubled()).render()
    checked = subprocess.run(
        [needed("promtool"), "check", "metrics"], input=text, capture_output=True, check=False
    )
    assert (checked.stdout + checked.stderr).decode() == ""
    assert checked.returncode == 0


def test_what_is_unknown_has_no_sample() -> None:
    reader = troubled()
    up = values(reader, "linewalker_circuit_up")
    assert len(up) == 92 - 3
    assert (up["b00-ct"], up["b00-cu"]) == (0, 1)
    assert not {"f1", "f2", "vpdn"} & up.keys()


def test_a_circuit_masked_by_its_upstream_is_watched_though_unknown() -> None:
    watched = values(troubled(), "linewalker_circuit_watched")
    assert watched["f1"] == 1
    assert "vpdn" not in watched


def test_with_everything_unknown_the_families_are_there_without_samples() -> None:
    reader = calm(2)
    for row in range(2):
        set_row(reader.now.kinds["circuits"].now, row, UNKNOWN)
    text = Metrics(reader).render().decode()
    assert "# TYPE linewalker_circuit_up gauge\n# HELP" in text
    assert values(reader, "linewalker_circuit_up") == {}


def test_odd_names_survive_the_way_to_prometheus() -> None:
    reader = told((Subject("c1", ODD, ODD, "ct", ODD, "s", ODD),), columns(1))
    labels = dict(next(labels for (name, labels) in samples(reader) if name == "linewalker_circuit_info"))
    assert (labels["name"], labels["site_name"]) == (ODD, ODD)
    assert "linewalker_circuit_up" in {name for name, _ in samples(reader)}


# The oracle reads lines with str.splitlines and unescapes in an order of its own, so it gets no other line ends.
TEXT = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]) | st.sampled_from('"\n{},='), max_size=12)


@given(st.lists(TEXT, min_size=1, max_size=4, unique=True))
def test_any_name_reads_back_as_it_was(names: list[str]) -> None:
    lines = tuple(Subject(f"c{place}", name) for place, name in enumerate(names))
    read = [
        dict(labels)["name"]
        for name, labels in samples(told(lines, columns(len(names))))
        if name == "linewalker_circuit_info"
    ]
    assert sorted(read) == sorted(names)


def test_the_clock_offset_is_absent_without_a_named_source() -> None:
    reader = calm()
    names = {name for name, _ in samples(reader)}
    assert "linewalker_clock_offset_seconds" not in names
    reader.now = replace(reader.now, collector=replace(reader.now.collector, clock_offset=-0.002))
    assert samples(reader)["linewalker_clock_offset_seconds", frozenset()] == -0.002


def test_the_collector_tells_of_itself() -> None:
    found = samples(calm())
    rounds = frozenset({("round", "icmp-10s")})
    assert found["linewalker_rounds_total", rounds] == 9000
    assert found["linewalker_round_late_seconds", rounds] == 0.012
    assert found["linewalker_ledger_queue_rows", frozenset()] == 3
    assert ("process_resident_memory_bytes", frozenset()) in found


def test_after_a_reload_the_new_subjects_are_told() -> None:
    reader = calm(2)
    metrics = Metrics(reader)
    before = metrics.render()
    assert b'circuit="c1"' in before
    renamed = (Subject("x1", "新线路"), reader.now.kinds["circuits"].subjects[1])
    reader.now = replace(reader.now, kinds={"circuits": Kind(renamed, columns(2))})
    after = metrics.render()
    assert b'circuit="x1"' in after
    assert b'circuit="c0"' not in after


def test_values_change_from_scrape_to_scrape() -> None:
    reader = calm(1)
    metrics = Metrics(reader)
    metrics.render()
    set_row(reader.now.kinds["circuits"].now, 0, DOWN, 3)
    assert (
        b'linewalker_circuit_up{circuit="c0",group="\xe7\x94\xb2",carrier="ct",site="c0"} 0.0'
        in metrics.render()
    )


def test_numbers_keep_their_precision() -> None:
    reader = calm(1)
    reader.now.kinds["circuits"].now.outage_seconds[0] = AT + 0.123456
    assert values(reader, "linewalker_circuit_outage_seconds_total")["c0"] == AT + 0.123456
    reader.now.kinds["circuits"].now.outage_seconds[0] = NAN
    assert values(reader, "linewalker_circuit_outage_seconds_total") == {}
