"""The inventory handed out as a list and read again: no difference, nothing to calculate, no zero lost."""

import zipfile
from pathlib import Path

import pytest

from config.errors import LinewalkerError
from config.handing_out import hand_out
from config.inventory import propose, title_of
from config.listing import read_listing
from config.load import load
from config.spellings import harmed, harmless
from tests.config.listed import TODAY, network
from tests.config.written import CIRCUIT

EXAMPLES = sorted((Path(__file__).parents[2] / "config/examples").iterdir())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_handed_out_comes_back_without_a_difference(
    example: Path, ending: str, language: str, tmp_path: Path
) -> None:
    config = load(example / "network.yaml")
    path = tmp_path / f"out.{ending}"
    path.write_bytes(hand_out(config, path, language))
    listing = read_listing(path)
    back = propose(listing, config, TODAY)
    assert (back.added, back.changed, back.gone, back.findings) == ([], [], [], [])
    assert back.unchanged == len(config.circuits)
    assert all(one.field and one.heading == title_of(one.field, language) for one in listing.columns)


def test_what_is_handed_out_makes_the_same_inventory_where_there_was_none(tmp_path: Path) -> None:
    config = load(EXAMPLES[2] / "network.yaml")
    path = tmp_path / "out.xlsx"
    path.write_bytes(hand_out(config, path, "zh"))
    empty = config.model_copy(update={"circuits": ()})
    found = propose(read_listing(path), empty, TODAY)
    assert [new.texts["id"] for new in found.added] == [one.id for one in config.circuits]


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LinewalkerError, match=r"out.xls is neither .csv nor .xlsx"):
        hand_out(network(tmp_path), Path("out.xls"), "zh")


def test_a_change_that_no_cell_can_hold_is_refused(tmp_path: Path) -> None:
    circuit = CIRCUIT.replace("address:", "changes: [{from: 2026-03-01, group: 市县 机构}], address:")
    with pytest.raises(LinewalkerError, match="a change of haikou-ct cannot stand in a cell"):
        hand_out(network(tmp_path, circuit=circuit), Path("out.csv"), "zh")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-2", "@SUM(A1)", "＝1", "'=1", "'x"])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_nothing_that_is_handed_out_can_be_calculated_and_all_of_it_comes_back(
    tmp_path: Path, name: str, ending: str
) -> None:
    config = network(tmp_path, circuit=CIRCUIT.replace("name: 海口", f'name: "{name}"'))
    path = tmp_path / f"out.{ending}"
    path.write_bytes(hand_out(config, path, "zh"))
    if ending == "csv":
        assert f",{harmless(name)}," in path.read_text("utf-8-sig")
        assert harmless(name)[0] not in "=+-@＝"
    else:
        with zipfile.ZipFile(path) as container:
            assert b"<f>" not in container.read("xl/worksheets/sheet1.xml")
    assert harmed(harmless(name)) == name
    back = propose(read_listing(path), config, TODAY)
    assert (back.changed, back.findings, back.unchanged) == ([], [], 1)


def test_leading_zeros_stay(tmp_path: Path) -> None:
    config = network(tmp_path, circuit=CIRCUIT.replace("address:", "contract: '00123', cid: 1E5, address:"))
    path = tmp_path / "out.xlsx"
    path.write_bytes(hand_out(config, path, "zh"))
    ((_, cells),) = read_listing(path).body()
    assert (cells["contract"], cells["cid"]) == ("00123", "1E5")
