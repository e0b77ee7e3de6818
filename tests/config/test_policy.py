"""A policy is read from its file, is part of what is kept, and may be checked by itself."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from config.errors import ConfigError, WrongValueError
from config.load import check, load, load_text
from config.policy import WrittenPolicy, read_duration, read_policy, read_share
from indicators.policy import Adoption, GroupDays, Policy
from tests.config.test_examples import EXAMPLES
from tests.config.written import CIRCUIT, HEAD, load_written

RULES = """\
name: 县局 2026
adoption: {document: 县局〔2026〕3号, approver: 局长办公会, date: 2026/1/5}
confirm_down: 1min
max_loss: 40 %
min_coverage: 0.9
group_days: {share: 90%}
restore_within: 4h
test_validity: 31d
maintenance: count
apply_retroactive: true
"""


def read(text: str) -> Policy:
    found = read_policy(text, "policy.yaml")
    assert found.made is not None, found.findings
    return found.made


def test_every_rule_of_a_policy_may_be_written() -> None:
    assert set(WrittenPolicy.model_fields) == {field.name for field in fields(Policy)}


def test_what_is_not_written_is_as_built_in() -> None:
    assert read("confirm_down: 30s\n") == Policy()
    assert read("confirm_down: 30s\n").digest == Policy().digest


def test_what_is_written_is_in_seconds_and_shares() -> None:
    assert read(RULES) == replace(
        Policy(),
        name="县局 2026",
        adoption=Adoption("县局〔2026〕3号", "局长办公会", "2026-01-05"),
        confirm_down=60.0,
        max_loss=0.4,
        min_coverage=0.9,
        group_days=GroupDays("share", 0.9),
        restore_within=14400.0,
        test_validity=31 * 86400.0,
        maintenance="count",
        apply_retroactive=True,
    )


def test_a_group_of_days_is_short_or_long() -> None:
    assert read("group_days: all\n").group_days == GroupDays("all")
    assert read("group_days: mean\n").group_days == GroupDays()
    assert read("group_days: {rule: mean, max_single: 2h}\n").max_single == 7200.0
    assert read("restore_within: 8h\n").max_single == 28800.0


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("30s", 30), ("10min", 600), ("10m", 600), ("4h", 14400), ("0.5 h", 1800), ("31d", 2678400), ("90", 90)],
)
def test_durations_of_a_policy(written: str, seconds: float) -> None:
    assert read_duration(written) == seconds


@pytest.mark.parametrize(
    ("written", "share"), [("0.95", 0.95), ("95 %", 0.95), ("95%", 0.95), ("1", 1), ("0", 0)]
)
def test_shares_of_a_policy(written: str, share: float) -> None:
    assert read_share(written) == share


@pytest.mark.parametrize("written", ["95", "1.01", "-0.1", "101 %", "nan", "half"])
def test_what_is_no_share_is_refused(written: str) -> None:
    with pytest.raises(WrongValueError, match="is not a share"):
        read_share(written)


def test_a_policy_is_kept_with_the_configuration_and_changes_its_digest(tmp_path: Path) -> None:
    network = HEAD + CIRCUIT + "policy: rules.yaml\n"
    config = load_written(tmp_path, network, {"rules.yaml": RULES.encode("gbk")})
    other = load_written(tmp_path, network, {"rules.yaml": RULES.replace("4h", "8h").encode()})
    for path in tmp_path.iterdir():
        path.unlink()
    assert load_text(config.text) == config
    assert config.rules == read(RULES)
    assert config.digest != other.digest
    assert config.rules.digest != other.rules.digest


def test_without_a_policy_the_built_in_one_judges(tmp_path: Path) -> None:
    assert load_written(tmp_path, HEAD + CIRCUIT).rules == Policy()


def test_a_policy_is_checked_by_itself_and_is_no_network(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES, "utf-8")
    assert check(path) == ()
    with pytest.raises(ConfigError, match="this is a policy; expected a configuration"):
        load(path)


def test_the_example_holds_the_rules_of_its_contract() -> None:
    rules = load(EXAMPLES / "hainan-transport-fees-2020" / "network.yaml").rules
    assert (rules.restore_within, rules.arrive_within, rules.respond_within) == (14400, 3600, 600)
    assert rules.adoption.document
    assert check(EXAMPLES / "hainan-transport-fees-2020" / "policy.yaml") == ()
