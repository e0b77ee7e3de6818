"""Work done in a process of its own: its result comes back, its memory does not, and its errors are ours."""

import datetime as dt
import os
from importlib.resources import files
from pathlib import Path

import pytest

from collector import checks, inforce
from collector.apart import apart
from collector.subjects import subjects
from config.errors import ConfigError, LedgerError
from config.load import load


def test_the_result_comes_back_from_another_process() -> None:
    assert apart(os.getpid) != os.getpid()
    assert apart(lambda: {"lines": ("haikou-ct", "haikou-cu")}) == {"lines": ("haikou-ct", "haikou-cu")}


def test_what_a_user_did_wrong_is_raised_as_if_it_had_been_done_here() -> None:
    def refuse() -> None:
        raise LedgerError("the ledger at {place} is of another year", place="here")

    with pytest.raises(LedgerError, match="the ledger at here is of another year"):
        apart(refuse)


def test_every_finding_of_a_bad_configuration_comes_back(tmp_path: Path) -> None:
    bad = tmp_path / "network.yaml"
    bad.write_text("organisation: o\nvantage: {name: v, sentinels: {near: [nowhere]}}\nlisten: x\n")
    with pytest.raises(ConfigError) as here:
        load(bad)
    with pytest.raises(ConfigError) as there:
        apart(lambda: load(bad))
    assert there.value.findings == here.value.findings


def test_a_child_that_dies_is_told_of_and_leaves_no_zombie() -> None:
    before = children()
    with pytest.raises(RuntimeError, match="ended without a word"):
        apart(lambda: os._exit(9))
    assert children() == before


def children() -> str:
    """The processes that this one has made and not yet seen end."""
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text("utf-8")


def test_a_whole_configuration_comes_back_as_it_was_read() -> None:
    example = Path(str(files("config"))) / "examples/hainan-transport-fees-2020/network.yaml"
    here = load(example)
    assert apart(lambda: load(example)) == here
    assert inforce.asked(example, 1.8e9).specs == checks.specs(here, dt.date(2027, 1, 15))
    assert inforce.shown(example)[1] == subjects(here)
