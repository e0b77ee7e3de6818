"""A loaded configuration carries its own text: enough to load it again when every file is gone."""

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.load import load_text
from tests.config.written import COLUMNS, HEAD, ROW, load_written

NETWORK = HEAD + "circuits: lines.csv\n"
TABLE = f"{COLUMNS}\n{ROW}\n"


def test_it_loads_again_without_its_files(tmp_path: Path) -> None:
    config = load_written(tmp_path, NETWORK, {"lines.csv": TABLE.encode("gbk")})
    for path in tmp_path.iterdir():
        path.unlink()
    assert load_text(config.text) == config


def test_the_digest_is_that_of_the_text_and_changes_with_any_table(tmp_path: Path) -> None:
    first = load_written(tmp_path, NETWORK, {"lines.csv": TABLE.encode()})
    same = load_written(tmp_path, NETWORK, {"lines.csv": TABLE.encode("utf-8-sig")})
    other = load_written(tmp_path, NETWORK, {"lines.csv": TABLE.replace("专线", "线路").encode()})
    assert len(first.digest) == 64
    assert first.digest == same.digest != other.digest


def test_where_the_files_lay_does_not_change_the_digest(tmp_path: Path) -> None:
    digests = set()
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        digests.add(load_written(tmp_path / name, NETWORK, {"lines.csv": TABLE.encode()}).digest)
    assert len(digests) == 1


@pytest.mark.parametrize(
    "text", ["", "organisation: x", "[]", '{"main": "a.yaml"}', '{"main": "a.yaml", "files": 3}']
)
def test_what_is_not_an_archive_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="not the archive of a configuration"):
        load_text(text)


def test_an_archive_without_a_table_it_names_says_so(tmp_path: Path) -> None:
    text = load_written(tmp_path, NETWORK, {"lines.csv": TABLE.encode()}).text.replace(
        '"lines.csv":', '"other.csv":'
    )
    with pytest.raises(
        ConfigError, match=r"network\.yaml:5: circuits: lines\.csv: the archive does not hold this file"
    ):
        load_text(text)
