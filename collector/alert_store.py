"""What people were told and are still to be told: `alerts.sqlite` beside the ledger. No facts: no figure rests on it.

One transaction keeps what was seen to change together with what is to be told of it, so that a death at any moment
loses no notice. A message that was handed over is marked afterwards: a death in between tells the same twice, under
the same name.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from exporters.alerts.books import Case, Notice
from exporters.alerts.troubles import Key, Trouble

PLACE = "alerts.sqlite"
_KEPT_SECONDS = 400 * 86_400.0  # what was told stays for a year and a month

_meta = sa.MetaData()
_case = sa.Table(
    "trouble",
    _meta,
    sa.Column("what", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("told", sa.Text, nullable=False),
)
_notice = sa.Table(
    "notice",
    _meta,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("receiver", sa.Text, nullable=False, index=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("told", sa.Text, nullable=False),
    sa.Column("sent_at", sa.Float),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that somebody is still to be told."""

    number: int
    at: float
    notice: Notice


class AlertStore:
    """The file, for several threads; opened anew by each process. Raises sqlalchemy.exc.SQLAlchemyError."""

    def __init__(self, data_dir: Path) -> None:
        url = sa.URL.create("sqlite", database=str(data_dir / PLACE))
        self._engine = sa.create_engine(url, connect_args={"timeout": 10})
        _meta.create_all(self._engine)

    def close(self) -> None:
        """Give back the file."""
        self._engine.dispose()

    def cases(self) -> dict[Key, Case]:
        """All trouble that is remembered."""
        with self._engine.begin() as connection:
            rows = connection.execute(sa.select(_case)).all()
        return {Key(row.what, row.kind, row.id): _case_of(json.loads(row.told)) for row in rows}

    def put(self, changed: Mapping[Key, Case | None], told: Mapping[str, Sequence[Notice]]) -> None:
        """Keep what changed (None: forgotten), and the notices of each receiver."""
        keys = [key._asdict() for key in changed]
        kept = [{**key._asdict(), "told": _written(case)} for key, case in changed.items() if case]
        # Written once, for however many receivers.
        texts = {id(one): _written(one) for notices in told.values() for one in notices}
        rows = [
            {"receiver": name, "at": one.at, "told": texts[id(one)]}
            for name, notices in told.items()
            for one in notices
        ]
        same = sa.and_(*(_case.c[name] == sa.bindparam(f"of_{name}") for name in Key._fields))
        with self._engine.begin() as connection:
            if keys:
                named = [{f"of_{name}": text for name, text in key.items()} for key in keys]
                connection.execute(sa.delete(_case).where(same), named)
            if kept:
                connection.execute(sa.insert(_case), kept)
            if rows:
                connection.execute(sa.insert(_notice), rows)

    def waiting(self, receiver: str) -> list[Waiting]:
        """What this receiver is to be told, oldest first."""
        wanted = sa.select(_notice).where(_notice.c.receiver == receiver, _notice.c.sent_at.is_(None))
        with self._engine.begin() as connection:
            rows = connection.execute(wanted.order_by(_notice.c.number)).all()
        return [Waiting(row.number, row.at, _notice_of(json.loads(row.told))) for row in rows]

    def sent(self, numbers: Iterable[int], at: float) -> None:
        """These were told at `at` (seconds since 1970 UTC); what was told very long ago is let go."""
        with self._engine.begin() as connection:
            marked = sa.update(_notice).where(_notice.c.number == sa.bindparam("of"))
            connection.execute(marked.values(sent_at=at), [{"of": number} for number in numbers])
            connection.execute(sa.delete(_notice).where(_notice.c.sent_at < at - _KEPT_SECONDS))

    def drop(self, receivers: Iterable[str]) -> None:
        """Nobody is there any more to be told but these."""
        with self._engine.begin() as connection:
            gone = sa.and_(_notice.c.receiver.not_in([*receivers]), _notice.c.sent_at.is_(None))
            connection.execute(sa.delete(_notice).where(gone))

    def told(self, limit: int) -> list[tuple[str, float, float | None, Notice]]:
        """The newest notices, newest first: to whom, when it was noticed, when it was told, what."""
        wanted = sa.select(_notice).order_by(_notice.c.number.desc()).limit(limit)
        with self._engine.begin() as connection:
            rows = connection.execute(wanted).all()
        return [(row.receiver, row.at, row.sent_at, _notice_of(json.loads(row.told))) for row in rows]


def _written(one: Case | Notice) -> str:
    """As JSON; `dataclasses.asdict` would copy every text of ten thousand lines that go down together."""
    return json.dumps({**_fields(one), "trouble": _fields(one.trouble)})


def _fields(one: Case | Notice | Trouble) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


def _trouble_of(told: dict[str, Any]) -> Trouble:
    return Trouble(**{**told, "key": Key(*told["key"])})


def _case_of(told: dict[str, Any]) -> Case:
    return Case(**{**told, "trouble": _trouble_of(told["trouble"]), "beginnings": tuple(told["beginnings"])})


def _notice_of(told: dict[str, Any]) -> Notice:
    return Notice(**{**told, "trouble": _trouble_of(told["trouble"])})
