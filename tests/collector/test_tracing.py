"""Tracing paths when lines go down: bounded, however often they do. Traced is loopback only."""

from collector.ledger.store import Batch
from collector.packets import WHOLE_A_DAY
from collector.tracing import Tracer
from tests.awaiting import until

DAY = 86_400.0


class Written:
    """What a tracer wrote."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, float]] = []
        self.tracer = Tracer(self.take)

    def take(self, batch: Batch) -> None:
        self.rows += [(row["check"], row["started_at"] / 1e6) for row in batch.traces]

    def fall(self, check: int, at: float) -> None:
        """One down-run that begins, when there is room to trace it."""
        known = len(self.rows)
        self.tracer.submit(check, at, "127.0.0.1", None)
        until(lambda: len(self.rows) > known or at in self.refused)

    refused: frozenset[float] = frozenset()


def test_a_path_is_traced_for_the_first_hundred_down_runs_of_a_line_and_day() -> None:
    written = Written()
    written.refused = frozenset(60.0 * number for number in range(WHOLE_A_DAY, WHOLE_A_DAY + 50))
    for number in range(WHOLE_A_DAY + 50):
        written.fall(1, 60.0 * number)
    written.fall(2, 60.0 * (WHOLE_A_DAY + 50))
    written.fall(1, DAY)
    written.tracer.close()
    assert [check for check, _ in written.rows] == [*[1] * WHOLE_A_DAY, 2, 1]
    assert written.rows[-1] == (1, DAY)
