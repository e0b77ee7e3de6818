"""The four example networks, each watched by the real service in the practice network made from it."""

from pathlib import Path

import pytest

from tests.practice import EXAMPLES, Practice, practice


def everything_was_asked(network: Practice, seconds: float = 80) -> list[tuple[str, int, int]]:
    """For each kind of subject how many checks there are and how many of them are up, once none is open any more."""
    network.await_watch()
    network.await_rows(
        'SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM "check" c'
        ' WHERE NOT EXISTS (SELECT 1 FROM run WHERE run."check" = c.id))',
        seconds=seconds,
    )
    return network.query(
        'SELECT c.kind, count(*), sum(outcome = 1) FROM "check" c'
        ' LEFT JOIN run ON run."check" = c.id AND ended_at IS NULL GROUP BY c.kind'
    )


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
        states = everything_was_asked(network)
    assert all(asked == answered for _, asked, answered in states), states
    assert {kind: asked for kind, asked, _ in states}["circuit"] == circuits
