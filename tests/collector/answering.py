"""Answers made by hand, for tests of what is recorded from them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from probes.columns import DOWN, UNKNOWN, UP, Answers, Sight

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Question:
    """One settled question: sends of its packets, which was answered, and when."""

    target: int
    sent: tuple[float, ...]
    answered: int = -1
    received_at: float = NAN
    regular: bool = True
    reason: str = ""
    unknown: bool = False

    @property
    def outcome(self) -> int:
        if self.unknown:
            return UNKNOWN
        return UP if self.answered >= 0 else DOWN


def up(target: int, sent: float, rtt: float = 0.01, regular: bool = True) -> Question:
    """Answered at once."""
    return Question(target, (sent,), 0, sent + rtt, regular)


def rescued(target: int, sent: float, rtt: float = 0.01) -> Question:
    """The first packet was lost, the retry a second later answered."""
    return Question(target, (sent, sent + 1), 1, sent + 1 + rtt)


def silent(target: int, sent: float, reason: str = "") -> Question:
    """Three packets, none answered; settled two seconds after the last."""
    return Question(target, (sent, sent + 1, sent + 2), -1, sent + 4, reason=reason)


def knock(target: int, sent: float) -> Question:
    """One packet of the fast rhythm, unanswered."""
    return Question(target, (sent,), -1, sent + 2, regular=False)


def blind(target: int, sent: float) -> Question:
    """Silent while no sentinel answered."""
    return Question(target, (sent, sent + 1, sent + 2), -1, sent + 4, reason="blind", unknown=True)


def answers(questions: Sequence[Question], sight: tuple[Sight, ...] = (), attempts: int = 3) -> Answers:
    """A batch, as a prober would hand it over."""
    sent = np.full((len(questions), attempts), NAN)
    for row, one in enumerate(questions):
        sent[row, : len(one.sent)] = one.sent
    received = np.array([one.received_at for one in questions], np.float64)
    answered = np.array([one.answered for one in questions], np.int8)
    rtt = [one.received_at - one.sent[one.answered] if one.answered >= 0 else NAN for one in questions]
    return Answers(
        target=np.array([one.target for one in questions], np.int64),
        outcome=np.array([one.outcome for one in questions], np.int8),
        sent=sent,
        answered=answered,
        received_at=received,
        rtt=np.array(rtt, np.float64),
        regular=np.array([one.regular for one in questions], np.bool_),
        reason={row: one.reason for row, one in enumerate(questions) if one.reason},
        sight=sight,
    )


def answered(at: float) -> Answers:
    """A batch of one question, whose only packet was answered at this moment."""
    return answers([Question(0, (at - 0.1,), 0, at)], attempts=1)
