"""Trouble in tests: one line at one instant, and a history of scenes as a list of states a second; no tests here."""

from collections.abc import Iterable

from exporters.alerts.books import Case, Notice, news, open_keys
from exporters.alerts.troubles import Key, Scene, Trouble

LINE = Key("down", "circuits", "haikou-ct")


def trouble(since: float, key: Key = LINE, **told: str) -> Trouble:
    return Trouble(key, since, "branch", {"name": "海口分局电信主用", "carrier": "中国电信"} | told)


def scene(
    at: float, *troubles: Trouble, well: dict[Key, float] | None = None, gone: Iterable[Key] = ()
) -> Scene:
    return Scene(at, {one.key: one for one in troubles}, well or {}, frozenset(gone))


class Line:
    """One line, looked at every second: `u` up, `d` down, `?` unknown, `-` no longer configured."""

    def __init__(self, after: float = 0.0) -> None:
        self.after = after
        self.at = 1000.0
        self.cases: dict[Key, Case] = {}
        self.notices: list[Notice] = []
        self._state, self._since = "u", 0.0

    def live(self, states: str, each: float = 1.0) -> list[str]:
        """Live through these states, and what was told meanwhile."""
        before = len(self.notices)
        for state in states:
            self.at += each
            if state in "ud" and state != self._state:
                self._state, self._since = state, self.at
            self._look(state)
        return [one.news for one in self.notices[before:]]

    def _look(self, state: str) -> None:
        asked = open_keys(self.cases)
        found = scene(
            self.at,
            *([trouble(self._since)] if state == "d" else []),
            well={LINE: self._since} if state == "u" and LINE in asked else None,
            gone=asked if state == "-" else (),
        )
        changed, notices = news(self.cases, found, self.after)
        for key, case in changed.items():
            if case is None:
                self.cases.pop(key, None)
            else:
                self.cases[key] = case
        self.notices += notices
