"""A network in memory for the tests of this room: 92 lines in the manner of a provincial bureau, at one instant."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from exporters.reading import (
    DOWN,
    UNKNOWN,
    UP,
    Change,
    CollectorNow,
    Columns,
    Kind,
    Overview,
    RoundNow,
    Subject,
)

AT = 1_772_330_410.0  # 2026-03-01 10:00:10 +08:00
NAN = float("nan")
BRANCHES = (
    "海口", "三亚", "儋州", "文昌", "琼海", "万宁", "东方", "五指山", "定安", "屯昌", "澄迈", "临高",
    "白沙", "昌江", "乐东", "陵水", "保亭", "琼中", "洋浦", "秀英", "龙华", "美兰", "琼山",
)  # fmt: skip
CARRIERS = {"ct": "中国电信", "cu": "中国联通", "cm": "中国移动"}
COLLECTOR = CollectorNow(
    organisation="海南示例征稽局",
    vantage="省局中心机房",
    version="0.1.0",
    watching=True,
    started_at=AT - 90_000,
    rounds=(RoundNow("icmp-10s", 9000, 0.012, AT - 2),),
    queue_rows=3,
    config_digest="9f86d081884c7d65",
)


@dataclass
class Told:
    """A reader that tells what it was given."""

    now: Overview
    changes: tuple[Change, ...] = ()

    def overview(self) -> Overview:
        return self.now

    def recent(self, limit: int) -> tuple[Change, ...]:
        return self.changes[:limit]


def circuit(id_: str, name: str, group: str, carrier: str = "ct", site: str = "", **more: Any) -> Subject:
    return Subject(
        id=id_,
        name=name,
        group=group,
        carrier=carrier,
        carrier_name=CARRIERS[carrier],
        site=site or id_,
        site_name=more.pop("site_name", name),
        path=more.pop("path", "direct"),
        cid=f"HN-{abs(hash_of(id_)) % 100000:05}",
        rate=more.pop("rate", "10M"),
        fault_phone="10000" if carrier == "ct" else "10010",
        **more,
    )


def hash_of(text: str) -> int:
    return sum(place * ord(letter) for place, letter in enumerate(text, 7))


def circuits() -> tuple[Subject, ...]:
    branch = [
        circuit(
            f"b{place:02}-{carrier}",
            f"{name}分局{word}",
            "市县分局",
            carrier,
            f"b{place:02}",
            site_name=f"{name}分局",
        )
        for place, name in enumerate(BRANCHES)
        for carrier, word in (("ct", "电信"), ("cu", "联通"))
    ]
    depots = [
        circuit(f"d{place}-{carrier}", f"{place}号油库{word}", "油库", carrier, f"d{place}")
        for place in range(1, 10)
        for carrier, word in (("ct", "电信"), ("cm", "移动"))
    ]
    stations = [
        circuit(f"s{place}", f"{place}号加油站", "加油站", "cu", path="unproven") for place in range(1, 10)
    ]
    ports = [
        circuit(f"p{place}-{fibre}", f"{name}裸光纤{fibre}", "港口裸光纤", "ct", f"p{place}", rate="1G")
        for place, name in enumerate(("秀英港", "新海港", "南港"))
        for fibre in (1, 2, 3)
    ]
    finance = [circuit(f"f{place}", f"财政厅等单位{place}", "财政等单位") for place in range(1, 9)]
    others = [
        circuit("net", "互联网专线", "互联网", rate="100M"),
        circuit("vpdn", "VPDN移动征稽", "VPDN", "cm", rate="20M"),
    ]
    return (*branch, *depots, *stations, *ports, *finance, *others)


def columns(count: int, *, seed: int = 7) -> Columns:
    """All up for some hours, with round trips as they are on leased lines."""
    draw = np.random.default_rng(seed)
    return Columns(
        state=np.full(count, UP, np.int8),
        since=np.round(AT - draw.uniform(3600, 200_000, count)),
        rtt=draw.uniform(0.002, 0.03, count),
        loss=np.zeros(count),
        outages=np.zeros(count),
        outage_seconds=np.zeros(count),
    )


def set_row(now: Columns, row: int, state: int, ago: float = NAN, reason: str = "") -> None:
    now.state[row], now.since[row] = state, AT - ago
    if state != UP:
        now.rtt[row], now.loss[row] = NAN, 1.0 if state == DOWN else NAN
    if state == DOWN:
        now.outages[row], now.outage_seconds[row] = 1, ago
    if reason:
        now.reason[row] = reason


def troubled() -> Told:
    """Three lines cut, one branch off the network, a device down with two lines masked behind it, one blind."""
    lines = circuits()
    rows = {line.id: row for row, line in enumerate(lines)}
    now = columns(len(lines))
    set_row(now, rows["b00-ct"], DOWN, 203, "no answer")
    set_row(now, rows["b01-ct"], DOWN, 90_061, "no route")
    set_row(now, rows["p0-2"], DOWN, 8, "no answer")
    set_row(now, rows["f1"], UNKNOWN, 65, "upstream fin-sw")
    set_row(now, rows["f2"], UNKNOWN, 65, "upstream fin-sw")
    set_row(now, rows["vpdn"], UNKNOWN)
    now.loss[rows["d3-cm"]] = 0.067
    services = tuple(
        Subject(f"b{place:02}", f"{name}分局", "市县分局", site=f"b{place:02}", site_name=f"{name}分局",
                derived=place > 3, members=(f"b{place:02}-ct", f"b{place:02}-cu"))
        for place, name in enumerate(BRANCHES)
    )  # fmt: skip
    served = columns(len(services))
    set_row(served, 0, DOWN, 200, "no answer")
    devices = (
        Subject("core-sw", "核心交换机"),
        Subject("fin-sw", "财政汇聚交换机"),
        Subject("fw", "专网防火墙"),
    )
    held = columns(3)
    set_row(held, 1, DOWN, 66, "host unreachable from 10.0.0.1")
    sentinels = (Subject("near-1", "10.0.0.254", "near"), Subject("far-1", "10.9.0.1", "far"))
    kinds = {
        "circuits": Kind(lines, now),
        "services": Kind(services, served),
        "devices": Kind(devices, held),
        "sentinels": Kind(sentinels, columns(2)),
    }
    return Told(Overview(AT, kinds, COLLECTOR), changes())


def changes() -> tuple[Change, ...]:
    return (
        Change(AT - 8, "circuits", "p0-2", "秀英港裸光纤2", "down", "no answer", 86_000.0),
        Change(AT - 65, "circuits", "f1", "财政厅等单位1", "unknown", "upstream fin-sw", 7000.0),
        Change(AT - 203, "circuits", "b00-ct", "海口分局电信", "down", "no answer", 400.0),
        Change(AT - 603, "circuits", "b00-ct", "海口分局电信", "up", "", 31.0),
    )


def calm(count: int = 3) -> Told:
    """A few lines, all up."""
    lines = tuple(circuit(f"c{place}", f"线路{place}", "甲") for place in range(count))
    return Told(Overview(AT, {"circuits": Kind(lines, columns(count))}, COLLECTOR))


def told(lines: tuple[Subject, ...], now: Columns, **collector: object) -> Told:
    """These circuits, standing so."""
    about = replace(COLLECTOR, **collector)  # type: ignore[arg-type]
    return Told(Overview(AT, {"circuits": Kind(lines, now)}, about))
