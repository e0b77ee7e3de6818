"""What a Prometheus recorded of a target: its `probe_success`, read over the query API as stretches up and down.

Each sample speaks for the time until the next one, one step at most: what was not sampled stays unknown. Nothing is
smoothed or filled.
"""

from collections.abc import Iterator
from dataclasses import dataclass

MOST_POINTS = 10_000  # a query; Prometheus itself refuses more than 11,000


@dataclass(frozen=True, slots=True)
class Stretch:
    """[begin, end) in seconds since 1970 UTC, and whether the probe succeeded throughout."""

    begin: float
    end: float
    up: bool


class HistoryError(Exception):
    """Prometheus could not be asked, or answered something else; the text says what."""


def stretches(samples: Iterator[tuple[float, float]], step: float) -> Iterator[Stretch]:
    """Samples (time, value) in order as stretches; one ends where the value changes or a sample is missing."""
    begin = last = 0.0
    state: bool | None = None
    for at, value in samples:
        up = value >= 1
        if state is not None and (up != state or at - last > 1.5 * step):
            yield Stretch(begin, at if at - last <= 1.5 * step else last + step, state)
            state = None
        if state is None:
            begin, state = at, up
        last = at
    if state is not None:
        yield Stretch(begin, last + step, state)


def samples(
    url: str, query: str, begin: float, end: float, step: float, timeout: float = 30.0
) -> Iterator[tuple[float, float]]:
    """What the query gave from `begin` until `end`, a sample a step. Raises HistoryError.

    Asked piece by piece, at most MOST_POINTS at once; where it gives several series that is refused.
    """
    import httpx  # noqa: PLC0415 - few need it

    at = begin
    with httpx.Client(timeout=timeout, trust_env=False) as client:
        while at < end:
            until = min(end - step, at + (MOST_POINTS - 1) * step)
            values: dict[str, str | float] = {
                "query": query,
                "start": at,
                "end": max(at, until),
                "step": step,
            }
            try:
                answer = client.get(f"{url.rstrip('/')}/api/v1/query_range", params=values)
                told = answer.json()
            except (httpx.HTTPError, ValueError) as error:
                raise HistoryError(str(error) or type(error).__name__) from error
            if told.get("status") != "success":
                raise HistoryError(str(told.get("error", f"status {answer.status_code}")))
            series = told["data"]["result"]
            if len(series) > 1:
                raise HistoryError(f"the query gives {len(series)} series; expected one")
            for when, value in series[0]["values"] if series else ():
                yield float(when), float(value)
            at = max(at, until) + step
