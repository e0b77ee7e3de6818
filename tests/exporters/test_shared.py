"""Many who ask at about the same time are told the same thing, made once."""

from dataclasses import dataclass

from exporters.reading import Change, CollectorNow, Overview
from exporters.shared import SHARED_SECONDS, Shared


@dataclass
class Counting:
    """A reader that counts how often it was asked."""

    asked: int = 0

    def overview(self) -> Overview:
        self.asked += 1
        return Overview(float(self.asked), {}, CollectorNow("o", "v", "0", watching=True))

    def recent(self, limit: int) -> tuple[Change, ...]:
        self.asked += 1
        return (Change(float(self.asked), "circuit", "c", "c", "down", "", 1.0),) * limit


def test_twenty_pages_at_once_are_one_question() -> None:
    reader = Counting()
    shared = Shared(reader, lambda: 100.0)
    first = shared.overview()
    assert all(shared.overview() is first for _ in range(20))
    assert reader.asked == 1


def test_after_half_a_second_it_is_looked_at_again() -> None:
    reader, times = Counting(), iter([0.0, SHARED_SECONDS / 2, SHARED_SECONDS])
    shared = Shared(reader, lambda: next(times))
    assert [shared.overview().at for _ in range(3)] == [1.0, 1.0, 2.0]


def test_changes_are_shared_by_how_many_are_wanted() -> None:
    shared = Shared(Counting(), lambda: 0.0)
    assert [len(shared.recent(limit)) for limit in (1, 3, 1, 3)] == [1, 3, 1, 3]
    assert shared.recent(3) is shared.recent(3)
