"""The written policy: a YAML file into `indicators.policy.Policy`, or everything that is wrong in it.

What is not written is as built in. A policy names who adopted it, by which document, and when.
"""

import re
from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from config.errors import ConfigError, LinewalkerError, WrongValueError
from config.tree import Remark
from config.units import Day, read_seconds
from config.yaml_models import Read, Written, read_model
from indicators.policy import Adoption, GroupDays, Maintenance, Policy

_DURATION = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>min|d)", re.ASCII)
_LONG_UNITS = {"min": Decimal(60), "d": Decimal(86400)}
_SHARE = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<percent>%?)", re.ASCII)


def read_duration(written: object) -> float:
    """Seconds from `30s`, `10min`, `4h`, `31d`."""
    match = _DURATION.fullmatch(str(written).strip())
    if match is not None:
        return float(Decimal(match["number"]) * _LONG_UNITS[match["unit"]])
    try:
        return read_seconds(written)
    except WrongValueError as wrong:
        raise WrongValueError(
            "{found} is not a duration; expected a number with s, min, h or d, such as 4h",
            rule="duration",
            **wrong.values,
        ) from None


def read_share(written: object) -> float:
    """A share from `0.95` or `95 %`."""
    match = _SHARE.fullmatch(str(written).strip())
    share = Decimal(match["number"]) / (100 if match["percent"] else 1) if match else Decimal(-1)
    if not 0 <= share <= 1:
        raise WrongValueError(
            "{found} is not a share; expected 0 to 1, or per cent, such as 95 %", rule="share", found=written
        )
    return float(share)


def _rule(written: Any) -> Any:
    """`all` is short for `{rule: all}`, `{share: 90 %}` for that share of the members."""
    if isinstance(written, str):
        return {"rule": written}
    return {"rule": "share", **written} if isinstance(written, dict) and "share" in written else written


Duration = Annotated[float, BeforeValidator(read_duration)]
Share = Annotated[float, BeforeValidator(read_share)]


class WrittenAdoption(Written):
    """Who put the policy in force; all three, or the policy is adopted by nobody."""

    document: str
    approver: str
    date: Day

    def adoption(self) -> Adoption:
        """As indicators have it."""
        return Adoption(self.document, self.approver, self.date.isoformat())


class WrittenGroupDays(Written):
    """When a day of a group is normal."""

    rule: Literal["mean", "all", "share"] = "mean"
    share: Share = 1.0
    max_single: Duration | None = None

    @model_validator(mode="after")
    def _says_what_its_rule_needs(self) -> Self:
        if (self.rule == "share") != ("share" in self.model_fields_set):
            raise WrongValueError(
                "a share belongs to the rule `share` and to no other; expected such as `share: 90 %`",
                rule="policy",
            )
        if self.max_single is not None and self.rule != "mean":
            raise WrongValueError(
                "max_single belongs to the rule `mean`; expected such as `rule: mean` beside it",
                rule="policy",
            )
        return self

    def group_days(self) -> GroupDays:
        """As indicators have it."""
        return GroupDays(self.rule, self.share, self.max_single)


class WrittenPolicy(Written):
    """The keys of a policy; see `indicators.policy.Policy` for what each means and is without being written."""

    name: str = ""
    confirm_down: Duration | None = None
    confirm_up: Duration | None = None
    max_loss: Share | None = None
    merge_gap: Duration | None = None
    max_downtime: Duration | None = None
    max_downtime_share: Share | None = None
    min_coverage: Share | None = None
    group_days: Annotated[WrittenGroupDays | None, BeforeValidator(_rule)] = None
    restore_within: Duration | None = None
    respond_within: Duration | None = None
    arrive_within: Duration | None = None
    maintenance: Maintenance | None = None
    apply_retroactive: bool | None = None
    availability_target: Share | None = None
    month_days: float | None = Field(default=None, gt=0)
    short_share: Share | None = None
    busy_share: Share | None = None
    max_bin_loss: Share | None = None
    min_loss_packets: int | None = Field(default=None, ge=1)
    test_validity: Duration | None = None
    link_speed_proves: bool | None = None
    forecast_days: int | None = Field(default=None, ge=1)
    forecast_interval: Share | None = None
    adoption: WrittenAdoption | None = None

    def policy(self) -> Policy:
        """As indicators have it."""
        written: dict[str, Any] = {key: value for key, value in self if value is not None and value != ""}
        if self.group_days is not None:
            written["group_days"] = self.group_days.group_days()
        if self.adoption is not None:
            written["adoption"] = self.adoption.adoption()
        return Policy(**written)


def read_policy(text: str, shown: str) -> Read[Policy]:
    """The policy in a text; `shown` is the file as the user knows it, for the findings."""
    return read_model(text, shown, WrittenPolicy, WrittenPolicy.policy, _contradictions)


def load_policy(place: Path) -> Policy:
    """The policy in a file. Raises LinewalkerError where it cannot be read, ConfigError with what is wrong in it."""
    try:
        text = place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise LinewalkerError("the policy {place} cannot be read: {why}", place=place, why=why) from None
    found = read_policy(text, str(place))
    if found.made is None:
        raise ConfigError(found.findings)
    return found.made


def is_policy(tree: object) -> bool:
    """Whether a file holds a policy rather than a network: rules, and nobody who watches."""
    rules = {field.name for field in fields(Policy)} - {"name"}
    return (
        isinstance(tree, dict) and not {"organisation", "vantage"} & tree.keys() and bool(rules & tree.keys())
    )


def _contradictions(written: WrittenPolicy) -> Iterator[Remark]:
    if written.max_downtime is not None and written.max_downtime_share is not None:
        text = "a normal day has one limit; expected `max_downtime` or `max_downtime_share`"
        yield Remark(("max_downtime_share",), "policy", text)
    if written.forecast_interval in (0.0, 1.0):
        text = "an interval of {found} says nothing; expected between 0 and 1, such as 80 %"
        yield Remark(("forecast_interval",), "policy", text, {"found": written.forecast_interval})
