"""The ZIP file of evidence: written whole or not at all."""

import zipfile
from pathlib import Path

import pytest

from collector.annex.bundle import Bundle, write
from config.errors import LinewalkerError, MachineError


def left(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_a_file_that_goes_away_while_it_is_packed_leaves_nothing_behind(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    with pytest.raises(MachineError) as told:
        write(Bundle({"a": b"1"}, {"b": gone}), "", tmp_path / "x.zip", force=False, most=1)
    assert str(told.value) == f"{gone} cannot be read: Is a directory; nothing was written"
    assert left(tmp_path) == ["gone"]


def test_what_was_there_stays_where_the_new_one_cannot_be_made(tmp_path: Path) -> None:
    place, missing = tmp_path / "x.zip", tmp_path / "missing"
    place.write_bytes(b"old")
    with pytest.raises(MachineError, match="cannot be read"):
        write(Bundle({}, {"b": missing}), "", place, force=True, most=1)
    assert place.read_bytes() == b"old"
    assert left(tmp_path) == ["x.zip"]


def test_a_large_file_is_packed_piece_by_piece_under_its_digest(tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(bytes(range(256)) * 12_000)
    sums = write(Bundle({"a": b"1"}, {"b": large}), "read me", tmp_path / "x.zip", force=False, most=4)
    with zipfile.ZipFile(tmp_path / "x.zip") as packed:
        assert packed.testzip() is None
        assert packed.read("b") == large.read_bytes()
        assert packed.read("SHA256SUMS").decode().splitlines() == sorted(
            (f"{digest}  {name}" for name, digest in sums.items()), key=lambda line: line.split("  ")[1]
        )
    with pytest.raises(LinewalkerError, match="3 MB, more than the 2 MB"):
        write(Bundle({}, {"b": large}), "", tmp_path / "y.zip", force=False, most=2)
