"""The four example networks, each watched by the real service in the practice network made from it."""

from pathlib import Path

import pytest

from tests.practice import EXAMPLES, practice


@pytest.mark.parametrize(
    ("example", "circuits"),
    [
        ("hainan-transport-fees-2020", 92),
        ("hainan-commerce-info-centre-2018", 50),
        ("yiyang-egov-network-2020", 150),
        ("hainan-commerce-dept-2020", 2),
    ],
)
def test_everything_in_an_example_answers(tmp_path: Path, example: str, circuits: int) -> None:
    with practice(EXAMPLES / example / "network.yaml", tmp_path / "data") as network:
        network.await_watch()
        states = network.query(
            'SELECT c.kind, count(*), sum(outcome = 1) FROM "check" c'
            ' LEFT JOIN run ON run."check" = c.id AND ended_at IS NULL GROUP BY c.kind'
        )
    assert all(asked == answered for _, asked, answered in states), states
    assert {kind: asked for kind, asked, _ in states}["circuit"] == circuits
