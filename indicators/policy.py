"""The written policy: every number a judgement rests on besides the facts. Reading it from a file is `config`'s.

Durations are seconds, shares 0 to 1. The defaults are those of definitions, §1 to §6.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Literal

Maintenance = Literal["exclude", "count_as_up", "count"]
HOUR = 3600.0
DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Adoption:
    """By whom and when a policy was put in force; empty where nobody did."""

    document: str = ""
    approver: str = ""
    date: str = ""  # ISO date


@dataclass(frozen=True, slots=True)
class GroupDays:
    """When a day of a group is normal: by the mean of its members, when all are, or when a share of them is."""

    rule: Literal["mean", "all", "share"] = "mean"
    share: float = 1.0  # of rule `share`
    max_single: float | None = (
        None  # of rule `mean`: no member's fault clock on that day exceeds it; None: restore
    )


@dataclass(frozen=True, slots=True)
class Policy:
    """Every rule with a number in it; two people with the same facts and the same digest get the same figures."""

    name: str = "default"
    confirm_down: float = 30.0  # an outage begins with the first silence this long
    confirm_up: float = 30.0  # and ends with the first answered stretch this long
    max_loss: float = 0.5  # share of first packets above which five minutes are not available
    merge_gap: float = 600.0  # outages are one fault if the up-time between them totals less
    max_downtime: float | None = None  # of a normal day; None: `max_downtime_share` of the day's time
    max_downtime_share: float = 0.01
    min_coverage: float = 0.95  # below: 数据不足
    group_days: GroupDays = GroupDays()
    restore_within: float = 4 * HOUR
    respond_within: float = 0.5 * HOUR
    arrive_within: float = HOUR
    maintenance: Maintenance = "exclude"
    apply_retroactive: bool = False  # maintenance that was recorded late or while a line was out
    availability_target: float = (
        0.99  # of a circuit, where none is configured: circuits_normal, connected_ratio
    )
    month_days: float = 30.4375  # of a line-month
    short_share: float = 0.95  # a throughput below this share of the contracted rate is short
    busy_share: float = 0.8  # utilisation from which on loss is the customer's own
    max_bin_loss: float = 0.01  # loss of first packets over the hour around, from `min_loss_packets` on
    min_loss_packets: int = 300
    test_validity: float = 31 * DAY
    link_speed_proves: bool = False  # 按端口速率
    forecast_days: int = 90
    forecast_interval: float = 0.8
    adoption: Adoption = field(default_factory=Adoption)

    @property
    def digest(self) -> str:
        """SHA-256 over all rules, adoption included; the name is not a rule."""
        return _digest(self)

    @property
    def max_single(self) -> float:
        """The longest fault a normal day of a group may hold, in seconds."""
        single = self.group_days.max_single
        return self.restore_within if single is None else single


@lru_cache(maxsize=16)  # it stands on every figure
def _digest(of: Policy) -> str:
    rules = {key: value for key, value in asdict(of).items() if key != "name"}
    return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()
