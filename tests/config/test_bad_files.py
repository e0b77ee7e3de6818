"""Every kind of mistake has a file in `bad/`, and beside it the exact words that are said about it.

To add one: write `bad/<kind>.yaml` (and the table it names), and what a user should read in `bad/<kind>.txt`.
"""

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.load import check, load

BAD = Path(__file__).parent / "bad"
KINDS = sorted(path.stem for path in BAD.glob("*.yaml"))


def said_about(kind: str) -> list[str]:
    return [f"{finding.severity}: {finding}" for finding in check(Path(f"{kind}.yaml"))]


@pytest.mark.parametrize("kind", KINDS)
def test_a_bad_file_is_told_of_in_exactly_these_words(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)
    expected = Path(f"{kind}.txt").read_text("utf-8")
    assert expected
    assert said_about(kind) == expected.splitlines()


@pytest.mark.parametrize("kind", KINDS)
def test_loading_is_refused_for_errors_and_only_for_errors(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BAD)
    errors = [line.removeprefix("error: ") for line in said_about(kind) if line.startswith("error: ")]
    if not errors:
        assert load(Path(f"{kind}.yaml")).organisation == "县局"
        return
    with pytest.raises(ConfigError) as refused:
        load(Path(f"{kind}.yaml"))
    assert str(refused.value).splitlines() == errors


def test_every_table_and_every_expectation_belongs_to_a_bad_file() -> None:
    assert {path.stem for path in BAD.iterdir()} == set(KINDS)


def test_every_check_between_entries_has_a_bad_file() -> None:
    said = "".join(path.read_text("utf-8") for path in BAD.glob("*.txt"))
    for words in (
        "is used twice",
        "is not among",
        "leads in a circle",
        "is asked already",
        "no sentinel",
        "lines but has",
    ):
        assert words in said


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    (finding,) = check(tmp_path / "network.yaml")
    assert str(finding) == f"{tmp_path}/network.yaml: there is no such file"


def test_a_directory_is_not_a_file(tmp_path: Path) -> None:
    (finding,) = check(tmp_path)
    assert finding.message == "this is a directory; expected a file"


def test_a_file_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    (tmp_path / "network.yaml").symlink_to("network.yaml")
    (finding,) = check(tmp_path / "network.yaml")
    assert finding.message == "the file cannot be read: Too many levels of symbolic links"
