"""Many texts held as one."""

import pickle

import pytest

from probes.texts import Texts

WRITTEN = ["10.0.0.1", "", "海口主用", "2001:db8::1", "10.0.0.1"]


def test_texts_are_read_as_they_were_written() -> None:
    texts = Texts(WRITTEN)
    assert list(texts) == WRITTEN
    assert [texts[at] for at in range(-5, 5)] == WRITTEN * 2
    assert texts[1:4] == WRITTEN[1:4]
    assert len(texts) == 5
    assert "海口主用" in texts


def test_there_may_be_none() -> None:
    assert list(Texts([])) == []


@pytest.mark.parametrize("place", [5, -6])
def test_there_is_nothing_behind_the_last(place: int) -> None:
    with pytest.raises(IndexError):
        Texts(WRITTEN)[place]


def test_they_go_to_another_process_and_are_equal_there() -> None:
    texts = Texts(WRITTEN)
    again = pickle.loads(pickle.dumps(texts))
    assert again == texts
    assert hash(again) == hash(texts)
    assert again != Texts([*WRITTEN, ""])
