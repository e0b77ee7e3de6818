"""Whoever was deleted from the configuration is in no figure, and that is said."""

from pathlib import Path

from click.testing import CliRunner, Result

from collector.cli import main
from collector.judging.gone import gone
from collector.judging.roster import roster
from config.load import load
from tests.collector.facts import S
from tests.collector.judging.weeks import DAY, FIRST, Weeks, weeks


def _delete(of: Weeks, line: str) -> None:
    """Take a line out of the configuration, as people do who do not know better."""
    place = of.data_dir / "network.yaml"
    rows = place.read_text("utf-8").splitlines(keepends=True)
    place.write_text("".join(row for row in rows if f"id: {line}," not in row), encoding="utf-8")


def _indicators(of: Weeks, *more: str) -> Result:
    words = ["indicators", "-c", str(of.data_dir / "network.yaml"), "--data", str(of.data_dir), *more]
    return CliRunner().invoke(main, words, env={"LINEWALKER_LANG": "en"})


def test_a_deleted_line_is_named_for_every_period_in_which_it_was_watched(tmp_path: Path) -> None:
    of = weeks(tmp_path, 1)
    of.day(0)
    _delete(of, "f")
    who = roster(load(tmp_path / "network.yaml"))
    with of.ledger.reading() as connection:
        assert gone(connection, who, FIRST * S, (FIRST + DAY) * S) == (("circuit", "f"),)
        assert gone(connection, who, (FIRST - DAY) * S, FIRST * S) == ()
        assert gone(connection, roster(of.config), FIRST * S, (FIRST + DAY) * S) == ()
    said = _indicators(of, "--from", "2026-03-02", "--to", "2026-03-03", "--json")
    assert said.exit_code == 0, said.output
    assert said.stderr.startswith("f: watched in this period, named by no configuration any more")
    of.ledger.close()


def test_nobody_is_named_while_all_are_there(tmp_path: Path) -> None:
    of = weeks(tmp_path, 1)
    of.day(0)
    assert _indicators(of, "--from", "2026-03-02", "--to", "2026-03-03").stderr == ""
    of.ledger.close()
