"""What a probe tells beside the outcome: shown as long as it holds, and never recorded."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from collector.ledger import schema
from probes.columns import Answers
from tests.collector.answering import answers, silent, up
from tests.collector.held import Bench

ENDS = "the certificate ends in 12 days"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.ledger.close()


def told(at: float, remark: str = "", days: float = 12.5) -> Answers:
    """Both answer; of the first a remark and a figure are told."""
    both = answers([up(0, at), up(1, at)])
    return replace(
        both, reason={0: remark} if remark else {}, values={"certificate_days": np.array([days, np.nan])}
    )


def test_a_remark_about_one_that_is_up_is_shown_while_it_holds_and_is_no_fact(bench: Bench) -> None:
    bench.hold(100, (101.0, told(100.5, ENDS)))
    assert dict(bench.round.now.reason) == {0: ENDS}
    bench.hold(110, (111.0, told(110.5, ENDS)))
    assert dict(bench.round.now.reason) == {0: ENDS}
    bench.hold(120, (121.0, told(120.5)))
    assert dict(bench.round.now.reason) == {}
    assert {row.reason for row in bench.rows(schema.run)} == {""}


def test_figures_are_those_of_the_last_answer_and_none_of_one_that_is_down(bench: Bench) -> None:
    bench.hold(100, (101.0, told(100.5)))
    assert bench.round.now.values["certificate_days"].tolist() == pytest.approx([12.5, np.nan], nan_ok=True)
    bench.hold(110, (111.0, told(110.5, days=12.4)))
    assert bench.round.now.values["certificate_days"][0] == 12.4
    bench.hold(120, (124.5, [silent(0, 120.5), up(1, 120.5)]))
    assert np.isnan(bench.round.now.values["certificate_days"]).all()
    assert bench.round.now.reason.get(0, "") == ""


def test_a_remark_gives_way_to_the_reason_of_an_outage(bench: Bench) -> None:
    bench.hold(100, (101.0, told(100.5, ENDS)))
    bench.hold(110, (114.5, [silent(0, 110.5, "connection refused"), up(1, 110.5)]))
    assert dict(bench.round.now.reason) == {0: "connection refused"}
