"""The sheets that offices fill in, as data: each form with its fields, their titles and what else they are called.

A table to add to. A form is of one `kind`: an `inspection` looks whether all is well, a `repair` does something for
somebody. Every form has one field that dates a sheet, under the id `at`. How a cell is read is in `entries.py`.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from config.headings import Heading, Vocabulary

REFERENCE = Heading("reference", "编号", "Reference", "单号 记录编号 单据编号 凭证 依据 附件")
SUBJECTS = Heading("subjects", "线路", "Subjects", "线路标识 电路代号 专线 对象标识 涉及线路")


@dataclass(frozen=True)
class Form:
    """One form: `required` are the ids of the fields without which a sheet says nothing, `numbers` are counts."""

    id: str
    kind: Literal["inspection", "repair"]
    zh: str
    en: str
    fields: tuple[Heading, ...]
    required: tuple[str, ...]
    numbers: tuple[str, ...] = ()

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The headings of a list of such sheets."""
        needed = tuple(one.field for one in self.fields[:3])
        return Vocabulary((*self.fields, SUBJECTS, REFERENCE), needed)


_WHO = Heading("inspector", "检查人", "Inspector", "巡检人 检查人员 巡检人员 测试人")
_RESULT = Heading("result", "检查结果", "Result", "巡检结果 结果 检查情况")
_HANDLING = Heading("handling", "处理情况", "Handling", "处理结果 整改情况 处置情况 遗留问题 问题处理")
_BY = Heading("handled_by", "处理人员", "Handled by", "处理人 维护人 维护人员 维修人 工程师")
_OUTCOME = Heading("outcome", "处理结果", "Outcome", "结果 完成情况")
_SIGNED = Heading("confirmed_by", "用户确认", "Confirmed by", "用户签字 签字 确认人 用户签名 客户签字")


def _on(zh: str, others: str = "") -> Heading:
    return Heading("at", zh, "Date", f"{others} 日期 时间".strip())


FORMS = (
    Form(
        "system-check",
        "inspection",
        "系统运行检查记录",
        "System check",
        (_on("检查日期", "检查时间"), Heading("content", "检查内容", "Content", "检查项目 检查项"),
         _WHO, _RESULT, _HANDLING),
        ("at", "content", "inspector", "result"),
    ),
    Form(
        "patrol",
        "inspection",
        "巡检报表",
        "Patrol report",
        (_on("巡检日期", "巡检时间"), Heading("period", "巡检周期", "Period", "周期 周月年"),
         Heading("content", "巡检内容", "Content", "巡检项目"), _WHO, _RESULT, _HANDLING),
        ("at", "content", "inspector", "result"),
    ),
    Form(
        "room-check",
        "inspection",
        "机房巡检记录",
        "Machine room check",
        (_on("巡检日期", "检查日期 巡检时间"), Heading("power", "电力", "Power", "供电 UPS 配电"),
         Heading("climate", "环境", "Climate", "空调 温湿度 温度湿度 环境监控"),
         Heading("fire", "消防", "Fire protection"), Heading("lightning", "防雷", "Lightning protection"),
         Heading("access", "门禁", "Access control"), Heading("servers", "服务器", "Servers"),
         Heading("network", "网络", "Network", "网络设备"), _WHO, _RESULT, _HANDLING),
        ("at", "inspector", "result"),
    ),
    Form(
        "health-check",
        "inspection",
        "健康检查记录",
        "Health check",
        (_on("检查日期", "检查时间"), Heading("type", "检查类别", "Type", "类别 初始定期"),
         Heading("object", "检查对象", "Object", "设备 系统"), Heading("content", "检查内容", "Content", "检查项目"),
         _WHO, _RESULT, Heading("advice", "建议", "Advice", "改进建议"), _HANDLING),
        ("at", "object", "inspector", "result"),
    ),
    Form(
        "line-check",
        "inspection",
        "定期线路检查记录",
        "Line check",
        (_on("检查日期", "检查时间"), Heading("content", "检查内容", "Content", "检查项目 测试项目"),
         _WHO, _RESULT, _HANDLING),
        ("at", "inspector", "result"),
    ),
    Form(
        "licence-check",
        "inspection",
        "许可证到期检查记录",
        "Licence check",
        (_on("检查日期", "检查时间"), Heading("product", "软件名称", "Product", "产品 许可证 许可名称"),
         Heading("expires", "到期日期", "Expires", "到期日 有效期至"), _WHO, _RESULT, _HANDLING),
        ("at", "product", "expires", "inspector"),
    ),
    Form(
        "backup-check",
        "inspection",
        "数据库日志与备份检查记录",
        "Backup check",
        (_on("检查日期", "检查时间"), Heading("object", "检查对象", "Object", "数据库 系统"),
         Heading("log", "日志检查", "Log", "数据库日志"),
         Heading("backup", "备份检查", "Backup", "自动备份 备份情况"),
         _WHO, _RESULT, _HANDLING),
        ("at", "object", "inspector", "result"),
    ),
    Form(
        "security-check",
        "inspection",
        "安全检查记录",
        "Security check",
        (_on("检查日期", "扫描日期 检查时间"), Heading("type", "检查类别", "Type", "类别 渗透测试 漏洞扫描 风险评估"),
         Heading("object", "检查对象", "Object", "系统 网站"),
         Heading("content", "发现问题", "Found", "检查内容 漏洞"),
         _WHO, _HANDLING, Heading("settled_on", "整改完成日期", "Settled on", "完成日期")),
        ("at", "type", "content"),
    ),
    Form(
        "assessment",
        "inspection",
        "运维考核表",
        "Assessment",
        (_on("考核日期", "考核时间"), Heading("period", "考核周期", "Period", "周期"),
         Heading("content", "考核内容", "Content", "考核项目"), Heading("score", "得分", "Score", "分数 考核得分"),
         Heading("grade", "评级", "Grade", "等级 考核等级"), Heading("inspector", "考核人", "Assessor", "考核人员")),
        ("at", "content", "inspector"),
        ("score",),
    ),
    Form(
        "helpdesk",
        "repair",
        "使用咨询记录",
        "Helpdesk",
        (_on("受理日期", "受理时间"), Heading("problem", "问题描述", "Problem", "问题 咨询内容"),
         Heading("applicant", "申请人", "Applicant", "咨询人 来电人"),
         Heading("accepted_by", "受理人", "Accepted by", "受理人员 接听人"),
         Heading("analysis", "原因分析及解决方法", "Analysis", "原因分析 解决方法 解决办法"), _OUTCOME, _BY),
        ("at", "problem", "accepted_by", "outcome"),
    ),
    Form(
        "on-site",
        "repair",
        "驻点工作记录单",
        "On-site work",
        (_on("日期", "工作日期"), Heading("half_day", "时段", "Half day", "上午下午 班次"),
         Heading("engineer", "驻点人员", "Engineer", "驻点工程师 值守人员"),
         Heading("content", "工作内容", "Content", "服务内容 上午服务内容 下午服务内容"),
         Heading("faults", "故障情况", "Faults", "故障"),
         Heading("entry", "系统登记号", "Entry", "IT管理系统单号 登记号"),
         _OUTCOME, _SIGNED),
        ("at", "half_day", "engineer", "content"),
    ),
    Form(
        "maintenance-log",
        "repair",
        "维护记录",
        "Maintenance log",
        (_on("维护日期", "维护时间"), Heading("period", "维护周期", "Period", "周期"),
         Heading("object", "维护对象", "Object", "设备 系统"), Heading("content", "维护内容", "Content", "工作内容"),
         _BY, _OUTCOME),
        ("at", "object", "content", "handled_by"),
    ),
    Form(
        "service-sheet",
        "repair",
        "故障解决服务单",
        "Service sheet",
        (_on("报障时间", "报修时间 故障时间 报障日期"),
         Heading("problem", "故障描述", "Problem", "故障现象 问题描述"),
         Heading("applicant", "报障人", "Reported by", "报修人 申请人"),
         Heading("arrived", "到场时间", "Arrived", "到达时间"),
         Heading("restored", "恢复时间", "Restored", "修复时间"),
         Heading("cause", "故障原因", "Cause", "原因"),
         Heading("analysis", "处理方法", "Remedy", "处理过程 解决方法"),
         _BY, _SIGNED),
        ("at", "problem", "analysis", "handled_by"),
    ),
    Form(
        "hardware",
        "repair",
        "硬件保修维护记录",
        "Hardware repair",
        (_on("维修日期", "维护日期 维修时间"), Heading("object", "设备", "Device", "设备名称 维修设备"),
         Heading("units", "台次", "Units", "数量 维修台次"), Heading("problem", "故障现象", "Problem", "故障描述"),
         Heading("parts", "更换部件", "Parts", "备件 更换配件"), _OUTCOME, _BY, _SIGNED),
        ("at", "object", "units", "outcome"),
        ("units",),
    ),
    Form(
        "maintenance-file",
        "repair",
        "维护档案",
        "Maintenance file",
        (_on("归档日期", "日期"), Heading("object", "维护对象", "Object", "设备 系统"),
         Heading("content", "档案内容", "Content", "内容"), Heading("handled_by", "归档人", "Filed by", "整理人")),
        ("at", "object", "content"),
    ),
    Form(
        "complaint",
        "repair",
        "投诉处理记录",
        "Complaint",
        (_on("受理日期", "投诉日期 受理时间"), Heading("problem", "投诉内容", "Problem", "问题描述 投诉事项"),
         Heading("applicant", "投诉人", "Complained by", "投诉单位 申请人"),
         Heading("accepted_by", "受理人", "Accepted by"), _OUTCOME,
         Heading("grade", "评级", "Grade", "评价 满意度 处理评级")),
        ("at", "problem", "accepted_by", "outcome"),
    ),
)  # fmt: skip
BY_ID = {form.id: form for form in FORMS}


def form_of(written: str, kind: str) -> Form | None:
    """The form of a kind by its id or its title; None if there is none."""
    own = [form for form in FORMS if form.kind == kind]
    return next(
        (form for form in own if written.strip().casefold() in (form.id, form.zh, form.en.casefold())), None
    )
