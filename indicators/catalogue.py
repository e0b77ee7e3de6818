"""The catalogue: what every indicator is called, in which unit, which end is bad, in which views, of whom. Data only.

One id, one unit. The names are those of definitions, §4; `formula` names the function's rule and its version, which
changes when the rule does. `says` is the rule in words, printed beside the value.
"""

from dataclasses import dataclass
from typing import Literal

Unit = Literal["ratio", "days", "circuits", "seconds", "faults per 100 line-months", "bit/s"]
Kind = Literal["circuits", "services", "devices", "systems"]
View = Literal["line", "business"]

LINE: tuple[View, ...] = ("line",)
BUSINESS: tuple[View, ...] = ("business",)
BOTH: tuple[View, ...] = ("line", "business")
LINES: tuple[Kind, ...] = ("circuits",)
ANYBODY: tuple[Kind, ...] = ("circuits", "services", "devices", "systems")


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Chinese and English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of the catalogue. The first of `views` is the one a form takes unless it says otherwise."""

    id: str
    name: Text
    unit: Unit
    bad: Literal["lower", "upper"]  # the end of the bracket that is worse
    views: tuple[View, ...]
    of: tuple[Kind, ...]
    says: Text
    worked: str = ""  # the formula over the names of its evidence, with which its value can be reckoned again
    worked_lower: str = ""  # the same of the lower end of its bracket, where its evidence is enough for that
    worked_upper: str = ""
    version: int = 1

    @property
    def formula(self) -> str:
        """The id of the formula with its version."""
        return f"{self.id}/{self.version}"


_ALL = (
    Indicator(
        "availability",
        Text("可用率", "availability"),
        "ratio",
        "lower",
        BOTH,
        ANYBODY,
        Text("U/(U+D)；下界 U/T，上界 (U+K)/T", "U/(U+D); bounds U/T and (U+K)/T"),
        worked="{up_seconds} ÷ ({up_seconds} + {down_seconds})",
        worked_lower="{up_seconds} ÷ ({up_seconds} + {down_seconds} + {unknown_seconds})",
        worked_upper="({up_seconds} + {unknown_seconds}) ÷ ({up_seconds} + {down_seconds} + {unknown_seconds})",
    ),
    Indicator(
        "normal_days",
        Text("正常运行天数", "days of normal operation"),
        "days",
        "lower",
        ("business", "line"),
        ANYBODY,
        Text(
            "中断时长不超过限值且监测充分（或未监测时间全部按中断计仍不超过）的自然日数",
            "calendar days whose downtime is within the limit and that were watched enough to say so",
        ),
        worked="{decided_days} − {not_normal_days}",
    ),
    Indicator(
        "fault_rate",
        Text("网络运行故障率", "network fault rate"),
        "ratio",
        "upper",
        BOTH,
        ANYBODY,
        Text("ΣD/Σ(U+D)；下界 ΣD/ΣT，上界 (ΣD+ΣK)/ΣT", "ΣD/Σ(U+D); bounds ΣD/ΣT and (ΣD+ΣK)/ΣT"),
        worked="{down_seconds} ÷ ({up_seconds} + {down_seconds})",
        worked_lower="{down_seconds} ÷ ({up_seconds} + {down_seconds} + {unknown_seconds})",
        worked_upper="({down_seconds} + {unknown_seconds}) ÷ ({up_seconds} + {down_seconds} + {unknown_seconds})",
    ),
    Indicator(
        "fault_rate_lines",
        Text("网络运行故障率（按线路）", "share of faulty lines"),
        "ratio",
        "upper",
        BOTH,
        LINES,
        Text("发生过中断的线路数 ÷ 线路数", "lines with any downtime ÷ lines"),
        worked="{faulty} ÷ {lines}",
    ),
    Indicator(
        "fault_rate_line_days",
        Text("网络运行故障率（按线路日）", "share of faulty line-days"),
        "ratio",
        "upper",
        BOTH,
        LINES,
        Text("发生过中断的线路日 ÷ 线路日", "line-days with any downtime ÷ line-days"),
        worked="{faulty} ÷ {line_days}",
    ),
    Indicator(
        "fault_frequency",
        Text("故障频次", "fault frequency"),
        "faults per 100 line-months",
        "upper",
        BOTH,
        LINES,
        Text("每百线月故障次数（线月按 U+D 计）", "faults per 100 line-months of U+D"),
        worked="100 × {faults} ÷ (({up_seconds} + {down_seconds}) ÷ {month_seconds})",
    ),
    Indicator(
        "downtime_rate",
        Text("故障宕机率", "downtime rate"),
        "ratio",
        "upper",
        ("business", "line"),
        ("systems",),
        Text("系统 ΣD/Σ(U+D)", "ΣD/Σ(U+D) over systems"),
        worked="{down_seconds} ÷ ({up_seconds} + {down_seconds})",
        worked_lower="{down_seconds} ÷ ({up_seconds} + {down_seconds} + {unknown_seconds})",
        worked_upper="({down_seconds} + {unknown_seconds}) ÷ ({up_seconds} + {down_seconds} + {unknown_seconds})",
    ),
    Indicator(
        "bandwidth_assurance",
        Text("网络带宽保障率", "bandwidth assurance"),
        "ratio",
        "lower",
        LINE,
        LINES,
        Text("保障时段 ÷（保障＋不足时段），按 5 分钟", "assured ÷ (assured + short) five minutes"),
        worked="{assured} ÷ ({assured} + {short})",
    ),
    Indicator(
        "uncongested",
        Text("不拥塞率", "uncongested share"),
        "ratio",
        "lower",
        LINE,
        LINES,
        Text(
            "利用率低于 80 % 或无丢弃无丢包的时段 ÷ 可判时段",
            "five minutes below 80 % utilisation or without discards and loss ÷ those known",
        ),
        worked="{uncongested} ÷ ({uncongested} + {congested})",
    ),
    Indicator(
        "traffic_p95",
        Text("95 % 峰值流量", "95th percentile of traffic"),
        "bit/s",
        "upper",
        LINE,
        LINES,
        Text(
            "5 分钟平均流量去掉最高 5 % 后的最大值，取较满的方向",
            "the highest five-minute mean left after dropping the top 5 %, of the fuller direction",
        ),
    ),
    Indicator(
        "restored_within",
        Text("4小时内恢复率", "restored within 4 hours"),
        "ratio",
        "lower",
        BOTH,
        ANYBODY,
        Text(
            "限时内恢复的故障 ÷（已恢复＋超限未恢复的故障），扣除经签认的停表时间",
            "faults restored in time ÷ (faults ended + faults open longer), less signed suspensions",
        ),
        worked="{good} ÷ ({good} + {bad})",
    ),
    Indicator(
        "responded_within",
        Text("响应及时率", "responded in time"),
        "ratio",
        "lower",
        LINE,
        ANYBODY,
        Text(
            "工单时钟：限时内响应的工单 ÷（已响应＋超限未响应）",
            "ticket clock: answered in time ÷ answered or late",
        ),
        worked="{good} ÷ ({good} + {bad})",
    ),
    Indicator(
        "arrived_within",
        Text("到场及时率", "arrived in time"),
        "ratio",
        "lower",
        LINE,
        ANYBODY,
        Text(
            "工单时钟：限时内到场的工单 ÷（已到场＋超限未到场）",
            "ticket clock: on site in time ÷ on site or late",
        ),
        worked="{good} ÷ ({good} + {bad})",
    ),
    Indicator(
        "mttr",
        Text("平均恢复时间", "mean time to restore"),
        "seconds",
        "upper",
        BOTH,
        ANYBODY,
        Text("已结束故障历时之和 ÷ 次数（含其中未监测部分）", "clock of ended faults ÷ their number"),
        worked="{clock_seconds} ÷ {faults}",
    ),
    Indicator(
        "mtbf",
        Text("平均无故障时间", "mean time between faults"),
        "seconds",
        "lower",
        BOTH,
        ANYBODY,
        Text("U ÷ 故障次数", "U ÷ number of faults"),
        worked="{up_seconds} ÷ {faults}",
        worked_upper="({up_seconds} + {unknown_seconds}) ÷ {faults}",
    ),
    Indicator(
        "circuits_normal",
        Text("正常条数", "circuits that met their target"),
        "circuits",
        "lower",
        BOTH,
        LINES,
        Text("可用率达标的线路条数", "circuits whose availability met its target"),
    ),
    Indicator(
        "circuits_up_now",
        Text("当前正常条数", "circuits up now"),
        "circuits",
        "lower",
        LINE,
        LINES,
        Text("此刻在线的线路条数", "circuits that answer at this moment"),
    ),
    Indicator(
        "connected_ratio",
        Text("连通率", "connected ratio"),
        "ratio",
        "lower",
        ("business",),
        ("services",),
        Text("业务达标的单位数 ÷ 计划接入单位数", "units whose service met its target ÷ units planned"),
        worked="{met} ÷ {planned}",
    ),
    Indicator(
        "failover",
        Text("主备切换成功率", "faults survived by switch-over"),
        "ratio",
        "lower",
        BUSINESS,
        ("services",),
        Text("成员线路故障时业务未中断的次数 ÷ 成员线路故障次数", "member faults survived ÷ member faults"),
        worked="{survived} ÷ ({survived} + {not_survived})",
    ),
    Indicator(
        "failover_gap",
        Text("主备切换最长中断", "longest gap at a switch-over"),
        "seconds",
        "upper",
        BUSINESS,
        ("services",),
        Text("与成员故障重叠的业务中断中最长者", "the longest service outage that overlaps a member fault"),
    ),
    Indicator(
        "clean_lines",
        Text("无故障线路比例", "lines without downtime"),
        "ratio",
        "lower",
        BOTH,
        LINES,
        Text("1 − 按线路故障率", "1 − share of faulty lines"),
        worked="1 − {faulty} ÷ {lines}",
    ),
    Indicator(
        "downtime_p95",
        Text("95 % 线路中断时长上限", "downtime not exceeded by 95 % of circuits"),
        "seconds",
        "upper",
        BOTH,
        LINES,
        Text(
            "95 % 的线路累计中断时长不超过该值", "the smallest downtime that 95 % of circuits do not exceed"
        ),
    ),
)

CATALOGUE: dict[str, Indicator] = {one.id: one for one in _ALL}
"""Every indicator by its id."""
