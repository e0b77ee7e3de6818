"""What a conversation with a target comes to, and what it means when the kernel refuses. No event loop here."""

import errno
from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from probes.columns import DOWN, UNKNOWN, Octets, Readings, Statement
from probes.refusals import explain

_RESET = frozenset({errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED})


class Reply(NamedTuple):
    """What an attempt came to. With `definite` False it is silence: tried again, and judged by the sentinels.

    `at` is when the answer came, by the event loop's clock, where more was read after it; NaN: when all was over.
    `told_from` is for answers that are older than their question: from when on, by the same clock, what they say
    holds; the question then counts as asked at that moment. `rtt` is that of the line, measured by somebody else.
    """

    outcome: int
    reason: str = ""
    values: Mapping[str, float] = MappingProxyType({})
    definite: bool = True
    readings: Readings = Readings()
    octets: Octets | None = None
    at: float = float("nan")
    told_from: float = float("nan")
    rtt: float | None = None  # None: from question to answer
    statement: Statement | None = None


SILENCE = Reply(DOWN, definite=False)

Stage = Callable[[str], None]
Talk = Callable[[Any, Stage], Coroutine[Any, Any, Reply]]
"""One conversation with a target of these settings. Raises OSError as the kernel says it.

It calls its `Stage` with how far it has come: that is the reason told if nothing more comes.
"""


def reply_of(error: OSError, source: str | None) -> Reply:
    """What it means that the kernel, or the other side through it, refused."""
    code = error.errno or 0
    if code == errno.ECONNREFUSED:
        return Reply(DOWN, "connection refused")
    if code in _RESET:
        return Reply(DOWN, "connection reset")
    if code == errno.ETIMEDOUT:
        return Reply(DOWN, definite=False)
    if code == errno.EHOSTUNREACH:
        return Reply(DOWN, "host unreachable", definite=False)
    text, ours = explain(code, source or "")
    return Reply(UNKNOWN if ours else DOWN, text, definite=ours)
