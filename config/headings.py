"""The words of an office's list: the headings each setting of a circuit goes by, and what carriers are called.

A table to add to, and how a heading is looked up in it. How cells are read is in `spellings.py`.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Heading:
    """What a column holds: its title in both languages, and what else it is called, the clearest first."""

    field: str
    zh: str
    en: str
    others: str = ""


HEADINGS = (
    Heading("id", "标识", "Id", "线路标识 线路ID 专线ID 唯一标识 巡线标识"),
    Heading("name", "线路名称", "Name", "专线名称 电路名称 链路名称 名称"),
    Heading("group", "分组", "Group", "所属分组 线路分组 组别 线路类别 业务类别 类别 线路分类 分类"),
    Heading(
        "carrier",
        "运营商",
        "Carrier",
        "电信运营商 通信运营商 线路运营商 所属运营商 承载运营商 运营单位 服务提供商 提供商 服务商 供应商 Provider",
    ),
    Heading("type", "线路类型", "Type", "电路类型 专线类型 接入类型 业务类型 接入方式 类型"),
    Heading(
        "termination_a",
        "A端",
        "A end",
        "A端单位 A端站点 A端名称 A端机房 甲端 本端 本端单位 本端站点 中心端 上联单位 起点",
    ),
    Heading(
        "termination_z",
        "Z端",
        "Z end",
        "Z端单位 Z端站点 Z端名称 B端 B端单位 对端 对端单位 对端站点 远端 远端单位 接入单位 接入机构 接入点 "
        "使用单位 单位名称 单位 终点 所在地",
    ),
    Heading(
        "commit_rate",
        "带宽",
        "Rate",
        "签约带宽 合同带宽 签约速率 合同速率 线路带宽 电路带宽 专线带宽 接入带宽 线路速率 电路速率 接入速率 "
        "传输速率 速率 带宽速率 速率带宽 Bandwidth Commit rate",
    ),
    Heading(
        "in_service_from",
        "开通日期",
        "In service from",
        "开通时间 开通日 启用日期 启用时间 投入使用日期 投用日期 起租日期 起租时间 起租日",
    ),
    Heading(
        "in_service_until",
        "停用日期",
        "In service until",
        "停用时间 停租日期 退租日期 退租时间 拆除日期 拆机日期",
    ),
    Heading(
        "address",
        "对端IP",
        "Address",
        "对端IP地址 对端互联IP 对端互联IP地址 对端互联地址 远端IP 远端IP地址 Z端IP Z端IP地址 Z端互联地址 监测地址 "
        "监测IP 监测IP地址 探测地址 探测IP 互联IP地址 互联IP 互联地址 IP地址 IP IP address",
    ),
    Heading("source", "源地址", "Source", "探测源地址 监测源地址 源IP 源IP地址 源接口"),
    Heading("interface", "设备接口", "Interface", "路由器接口 上联接口 承载接口 接口名称"),
    Heading("path", "监测路径", "Path", "探测路径 路径"),
    Heading("link_follows_path", "端口随线路通断", "Link follows path", "端口反映线路 接口随线路通断"),
    Heading("upstream", "上级节点", "Upstream", "上联节点 上联设备 上级设备"),
    Heading(
        "cid",
        "电路代号",
        "Circuit id",
        "电路编号 电路号 电路代码 专线编号 专线代号 专线号 专线号码 线路编号 线路代号 业务号码 产品号码 "
        "接入号 接入号码",
    ),
    Heading("contract", "合同编号", "Contract", "合同号 合同代码 协议编号 合同"),
    Heading("monthly_fee", "月租", "Monthly fee", "月租费 月租金 月费 月费用 月使用费 月资费"),
    Heading("fault_phone", "报障电话", "Fault phone", "故障电话 报修电话 故障申告电话 障碍申告电话 客服电话"),
    Heading(
        "service_hours",
        "服务时间",
        "Service hours",
        "服务时段 服务时间要求 保障时间 保障时段 业务时间 业务时段 运行时间 开放时间",
    ),
    Heading("a_address", "A端地址", "A address", "A端详细地址 A端安装地址 A端装机地址 本端安装地址"),
    Heading("a_contact", "A端联系人", "A contact", "A端联系方式 本端联系人 本端联系方式"),
    Heading(
        "z_address",
        "Z端地址",
        "Z address",
        "Z端详细地址 Z端安装地址 Z端装机地址 B端地址 对端安装地址 装机地址 安装地址 接入地址 详细地址 地址",
    ),
    Heading(
        "z_contact",
        "Z端联系人",
        "Z contact",
        "Z端联系方式 B端联系人 对端联系人 对端联系方式 联系人及电话 联系人 联系方式",
    ),
    Heading("note", "备注", "Note", "说明 备注说明 Remarks"),
    Heading("changes", "变更", "Changes", "变更记录 历次变更"),
)
# Read like headings above and mean something else: the own end of a line is not whom to ask.
OF_NO_USE = "本端IP 本端IP地址 本端互联地址 本端互联IP A端IP A端IP地址 A端互联地址 近端IP 近端IP地址"

CARRIERS = {
    "telecom": "电信 ct ctcc chinatelecom telecom",
    "mobile": "移动 cm cmcc chinamobile",
    "unicom": "联通 网通 cu cucc chinaunicom unicom",
    "broadnet": "广电 cbn",
    "railcom": "铁通 crtc",
}
"""What each carrier is called; a Chinese word counts wherever it stands, as in 中国电信股份有限公司海南分公司."""

PATHS = {"direct": "直达", "pinned": "指定源", "device": "设备读取", "unproven": "未证实"}
SUMS = ("合计", "总计", "小计", "共计", "累计", "汇总", "total", "sum", "subtotal")
REMARKS = ("注:", "备注:", "说明:", "填表人", "制表人", "填报人", "审核人", "制表", "填表日期", "制表日期")
NOTHING = frozenset(("", "无", "暂无", "不详", "/", "\\", "-", "--", "—", "——", "n/a", "none"))
RATE_WORDS = {
    "k": "k kb kbps kb/s kbit/s",
    "M": "m mb mbps mb/s mbit/s 兆 兆比特 兆bps",
    "G": "g gb gbps gb/s gbit/s 千兆 吉",
    "T": "t tb tbps tb/s tbit/s",
}
WHOLE_RATES = {"百兆": "100M", "千兆": "1G", "万兆": "10G"}

_BRACKETED = re.compile(r"(?P<name>[^(\[【/]+)[(\[【/](?P<unit>[^)\]】]*)[)\]】]?.*", re.DOTALL)
_ENDS = ("a端", "z端", "b端", "本端", "对端", "近端", "远端")


def plain(written: str) -> str:
    """A heading without blanks, brackets, marks and full-width letters, in small letters."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", written).casefold())


def _turned(name: str) -> str:
    """`IP地址A端` for `A端IP地址`: both `地址（A端）` and a heading below another are written so."""
    end = next((end for end in _ENDS if name.startswith(end)), "")
    return name[len(end) :] + end


@dataclass(frozen=True)
class Vocabulary:
    """The headings that the lists of one kind may have; `needed` are those named where a list has none of them."""

    headings: tuple[Heading, ...]
    needed: tuple[str, ...]
    of_no_use: str = ""

    @cached_property
    def titles(self) -> dict[str, Heading]:
        """Every heading by the setting it means."""
        return {heading.field: heading for heading in self.headings}

    @cached_property
    def known(self) -> dict[str, tuple[str, int]]:
        """What headings mean and how clearly, by their plain form."""
        found = {plain(name): ("", 0) for name in self.of_no_use.split()}
        for heading in self.headings:
            # A name of two words is a title of its own; among the others only Chinese and one-word names stand.
            others = re.split(r" (?![a-z])", heading.others)
            for rank, name in enumerate((heading.zh, heading.en, heading.field, *others)):
                found.setdefault(plain(name), (heading.field, rank))
        turned = {_turned(name): meant for name, meant in found.items()}
        return {**turned, **found}

    def field_of(self, written: str) -> tuple[str, int, str]:
        """The setting a heading means (empty: none), how clearly it says so (0 is best), and the unit it names."""
        whole = plain(written)
        if whole in self.known:
            return (*self.known[whole], "")
        match = _BRACKETED.fullmatch(unicodedata.normalize("NFKC", written).strip())
        name, unit = (plain(match["name"]), match["unit"].strip()) if match else ("", "")
        if name not in self.known or "万" in unit:  # fees in ten thousands are no fees
            return "", 0, ""
        return (*self.known[name], unit)

    def examples(self, field: str) -> str:
        """Some headings that mean a setting, for a message: our own, and the shortest and loosest."""
        heading = self.titles[field]
        others = [name for name in heading.others.split() if not name[-1].isascii()]
        return "/".join((heading.zh, *others[-2:]))


CIRCUITS = Vocabulary(HEADINGS, ("name", "carrier", "address"), OF_NO_USE)
TITLES, field_of, examples = CIRCUITS.titles, CIRCUITS.field_of, CIRCUITS.examples


def family(written: str) -> str:
    """Which of the carriers known by many names is meant; empty if it is none, or more than one."""
    name = plain(written)
    found = {
        carrier
        for carrier, words in CARRIERS.items()
        for word in words.split()
        if name == word or (not word.isascii() and word in name)
    }
    return found.pop() if len(found) == 1 else ""
