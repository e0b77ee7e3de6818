"""What offices call what they keep lists of: maintenance windows, tickets, attestations, amendments, values.

A table to add to, as `headings.py` is for circuits; and the words that stand for codes in their cells.
"""

from dataclasses import dataclass

from config.headings import Heading, Vocabulary, plain

_SUBJECTS = Heading(
    "subjects", "线路", "Subjects",
    "线路标识 电路代号 电路编号 专线 专线编号 涉及线路 影响线路 割接线路 影响范围 割接对象 对象 设备 Circuits",
)  # fmt: skip
_SUBJECT = Heading(
    "subject", "线路", "Subject",
    "线路标识 电路代号 电路编号 专线 专线编号 故障线路 中断线路 线路名称 专线名称 对象 设备 系统 Circuit",
)  # fmt: skip
_BEGIN = Heading(
    "started_at", "开始时间", "From",
    "起始时间 开始 起始 开始日期 计划开始时间 割接开始时间 中断时间 中断开始时间 故障开始时间 起 Start Begin",
)  # fmt: skip
_END = Heading(
    "ended_at", "结束时间", "To",
    "终止时间 结束 截止时间 结束日期 计划结束时间 割接结束时间 恢复时间 中断结束时间 故障结束时间 止 End",
)  # fmt: skip
_REASON = Heading(
    "reason", "原因", "Reason", "事由 割接原因 停机原因 割接内容 割接事由 说明 备注 情况说明 Note"
)
_REFERENCE = Heading(
    "reference",
    "依据",
    "Reference",
    "文号 通知单号 割接单号 工单号 单号 凭证 来文 依据文件 佐证材料 材料 编号 Document",
)
_BY = Heading("recorded_by", "登记人", "Recorded by", "填报人 录入人 记录人 经办人")


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of entry: the table it is kept in, how its lists are headed, and what no entry may lack."""

    kind: str
    vocabulary: Vocabulary
    required: tuple[str, ...]


def _sort(kind: str, required: str, *headings: Heading) -> Sort:
    needed = tuple(required.split())
    return Sort(kind, Vocabulary((*headings, _REASON, _REFERENCE, _BY), needed[:3]), needed)


MAINTENANCE = _sort("maintenance", "subjects started_at ended_at reason reference", _SUBJECTS, _BEGIN, _END)
FAULT = _sort(
    "fault",
    "subject reported_at",
    _SUBJECT,
    Heading("reported_at", "报障时间", "Reported", "申告时间 报修时间 故障申告时间 故障时间 发生时间"),
    Heading("accepted_at", "受理时间", "Accepted", "响应时间 接单时间 派单时间"),
    Heading("arrived_at", "到场时间", "Arrived", "到达时间 到达现场时间"),
    Heading("restored_at", "恢复时间", "Restored", "修复时间 故障恢复时间 消障时间 销障时间"),
    Heading("party", "责任方", "Responsible", "责任单位 责任归属 故障责任"),
    Heading("cause", "故障原因", "Cause", "原因分析 障碍原因"),
    Heading("number", "运营商单号", "Number", "故障单号 障碍单号 工单编号 故障编号 申告单号"),
    Heading("confirmed_by", "我方确认人", "Confirmed by", "用户确认人 用户确认 客户确认"),
    Heading("party_confirmed_by", "对方确认人", "Party confirmed by", "运营商确认人 运营商确认 服务商确认"),
)
ATTESTATION = _sort(
    "attestation",
    "subject started_at ended_at state origin reference signed_by",
    _SUBJECT,
    _BEGIN,
    _END,
    Heading("state", "状态", "State", "线路状态 运行状态 情况 通断"),
    Heading("origin", "佐证来源", "Origin", "来源 材料来源 依据来源"),
    Heading("signed_by", "签认人", "Signed by", "签字人 签字 签署人 值班人 值班员 证明人"),
)
OUTAGES = _sort("attestation", "subject started_at ended_at", _SUBJECT, _BEGIN, _END)
"""A list of outages alone, of which a command says the rest: who signed it, and for which time it is complete."""
CARRIER_FAULTS = _sort(
    "fault",
    "subject started_at",
    _SUBJECT,
    Heading(
        "started_at", "开始时间", "From",
        "故障时间 发生时间 故障发生时间 障碍时间 障碍发生时间 申告时间 受理时间 报障时间 "
        "起始时间 开始 起始 中断时间 中断开始时间 故障开始时间 起 Start Begin",
    ),
    Heading(
        "ended_at", "结束时间", "To",
        "恢复时间 修复时间 故障恢复时间 障碍修复时间 消障时间 销障时间 终止时间 结束 "
        "中断结束时间 故障结束时间 止 End",
    ),
    Heading("number", "运营商单号", "Number", "故障单号 障碍单号 工单编号 工单号 故障编号 申告单号 单号 编号"),
    Heading("cause", "故障原因", "Cause", "原因分析 障碍原因 原因"),
)  # fmt: skip
"""A carrier's own list of its faults; what is not over yet has no end."""
AMENDMENT = _sort(
    "amendment",
    "subject started_at ended_at what value reason reference",
    _SUBJECT,
    _BEGIN,
    _END,
    Heading("what", "认定事项", "What", "认定类别 事项"),
    Heading("value", "认定结果", "Value", "责任方 责任单位 结论 认定"),
)
MANUAL_VALUE = _sort(
    "manual_value",
    "name value period",
    Heading("name", "指标", "Name", "指标名称 项目 统计项"),
    Heading("value", "数值", "Value", "值 实际值 完成值 实际完成值 数量 结果"),
    Heading("unit", "单位", "Unit", "计量单位"),
    Heading("period", "统计期", "Period", "期间 统计期间 时期 年度 年月 月份"),
    Heading("subject", "线路", "Subject", "线路标识 对象 系统"),
)

CHOICES = {
    "state": {"up": "正常 通 畅通 恢复 在线 正常运行", "down": "中断 断 不通 故障 停机 宕机"},
    "origin": {
        "duty-log": "值班日志 值班记录 值班本 运行日志",
        "carrier-list": "运营商清单 运营商故障清单 运营商报表 运营商证明",
        "message-log": "短信平台日志 短信日志 收发日志",
        "system-log": "系统日志 设备日志 平台日志",
        "monitor": "其他监控 网管 网管系统 监控系统",
        "other": "其他",
    },
    "what": {"party": "责任方 责任 责任认定", "resolve": "未监测 未监测时段 未监测认定 状态认定"},
}
"""Codes by field, each with the Chinese words for it."""


def choice(field: str, written: str) -> str | None:
    """The code a cell means; None if it means none."""
    wanted = plain(written)
    for code, words in CHOICES[field].items():
        if wanted in (plain(code), *map(plain, words.split())):
            return code
    return None
