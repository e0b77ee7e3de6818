"""How often a round asks, and how long it waits. Plain numbers, no clock."""

from dataclasses import dataclass

# Between the last deadline of a round and the start of the next: time to settle and to hand over.
GUARD_SECONDS = 0.25
# How long packets that are due may be collected so that batches fill: this share of the interval, within bounds.
# A wake-up costs as much as some thirty packets, but none should leave more than 50 ms late.
TICK_SHARE, TICK_SECONDS = 0.003, (0.03, 0.045)
# So many first packets a second when everybody is asked at once, and the least time that takes.
OPENING_RATE = 10_000.0
OPENING_LEAST_SECONDS = 0.2
# Until a pulse that left after a deadline has been answered: what conversations need before silence is judged.
VERDICT_SECONDS = 1.75


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The rhythm of one round, in seconds.

    Every target is asked once per `interval`; one that stays silent is asked up to `retries` times more,
    `retry_after` apart; after the last packet an answer is awaited for `timeout`. A target known to be down
    is asked every `fast` seconds, one packet, no retry. `verdict` is how long after the last deadline the sentinels
    may need to speak, and `opening_rate` how many first packets a second leave when everybody is asked at once; both
    belong to the kind of probe.
    """

    interval: float = 10.0
    retries: int = 2
    retry_after: float = 1.0
    timeout: float = 2.0
    fast: float = 2.0
    verdict: float = 0.0
    opening_rate: float = OPENING_RATE

    @property
    def retry_span(self) -> float:
        """From the first packet of a question to its last retry."""
        return self.retries * self.retry_after

    @property
    def tick(self) -> float:
        """For how many seconds packets that are due are collected at most, before they leave together."""
        least, most = TICK_SECONDS
        return min(max(TICK_SHARE * self.interval, least), most)

    @property
    def span(self) -> float:
        """Over how much of the interval first packets are paced, so that a round ends before the next begins.

        First packet, every retry and the verdict may each be a tick late.
        """
        ticks = (2 + self.retries) * self.tick
        return self.interval - self.retry_span - self.timeout - self.verdict - ticks - GUARD_SECONDS

    def opening_span(self, count: int) -> float:
        """Over how many seconds the first packets of an opening round to `count` targets are paced."""
        least = OPENING_LEAST_SECONDS
        return min(max(least, count / self.opening_rate), max(self.span, least))

    @property
    def fast_span(self) -> float:
        """Over how much of the fast period its packets are paced.

        Not over all of it: the last one of a round is to be answered before the round is over, or a target that
        is down would be left alone for two periods between two rounds.
        """
        return max(self.fast - GUARD_SECONDS - 0.5, self.fast / 2)
