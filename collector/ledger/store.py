"""Opening the ledger, keeping its schema current, and writing facts to it in one transaction a batch."""

import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine

from collector.ledger import schema
from config.errors import LedgerError

Row = Mapping[str, Any]
IDENTITY = ("kind", "subject", "probe", "address", "source", "vantage")  # of a check, for ever
_BUSY_SECONDS = 30
_TOGETHER = 5000  # rows
_PATIENCE = {
    "connect_timeout": "5",
    "tcp_user_timeout": "10000",  # milliseconds
    "options": "-c lock_timeout=30000",
}


def micros(seconds: float) -> int:
    """Whole microseconds, the ledger's unit, of seconds since 1970 UTC."""
    return round(seconds * 1e6)


def seconds(micros_: int) -> float:
    """Seconds of the ledger's microseconds; exact enough that `micros` gives the same number back."""
    return micros_ / 1e6


class Life:
    """One life of a process that writes facts, and the numbers its rows are given.

    `token` names it before any ledger has: it may begin while the ledger is away. Safe in several threads.
    """

    def __init__(self, *, collector: str, vantage: str, version: str, now: float, token: str = "") -> None:
        self.token = token or secrets.token_hex(16)
        self.collector = collector
        self.vantage = vantage
        self.version = version
        self.started_at = now
        self._seq = 0
        self._lock = threading.Lock()

    def take(self, count: int) -> int:
        """Take so many numbers; the one before the first of them."""
        with self._lock:
            before, self._seq = self._seq, self._seq + count
        return before


def brief(error: Exception) -> str:
    """What a database said, in one line: without the statement and the advice that come with it."""
    said = getattr(error, "orig", None) or error
    return str(said).partition("\n")[0]


@dataclass(slots=True)
class Batch:
    """Rows that become facts together or not at all.

    `rows` are inserted, or applied over a row of the same key that was written earlier. `ends` close runs
    and `traces` add the path to them; both name the run by its key. `seq` is the number before that of the first
    row, where they were numbered when they came; otherwise they are numbered when they are written.
    """

    rows: dict[str, Sequence[Row]] = field(default_factory=dict)
    ends: list[Row] = field(default_factory=list)
    traces: list[Row] = field(default_factory=list)
    seq: int | None = None

    def add(self, table: str, rows: Sequence[Row]) -> None:
        """Put more rows of one table into the batch; what is no list may be made only when it is written."""
        held = self.rows.get(table)
        if isinstance(held, list):
            held.extend(rows)
        elif held:
            self.rows[table] = [*held, *rows]
        elif rows:
            self.rows[table] = [*rows] if isinstance(rows, list) else rows

    def __len__(self) -> int:
        return sum(map(len, self.rows.values())) + len(self.ends) + len(self.traces)


class AwayError(LedgerError):
    """The ledger cannot be reached just now; it may come back as it was."""


class ReplacedError(LedgerError):
    """The ledger is another one than the one that was written until now."""


class Ledger:
    """One open ledger. `begin` gives writes their incarnation; readers never need one."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.incarnation = 0
        self.life: Life | None = None

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    def begin(self, life: Life, notice: str = "") -> None:
        """Record that a process lives, once: every later write carries its incarnation.

        `notice` says what was found wrong when it began.
        """
        table = schema.incarnation
        row = {
            "collector": life.collector,
            "vantage": life.vantage,
            "version": life.version,
            "started_at": micros(life.started_at),
            "token": life.token,
            "notice": notice,
        }
        with self.engine.begin() as connection:
            known = connection.scalar(sa.select(table.c.id).where(table.c.token == life.token))
            written = sa.insert(table).values(row).returning(table.c.id)
            self.incarnation = known or connection.execute(written).scalar_one()
        self.life = life

    def secure(self) -> None:
        """Bring what was committed so far into the file itself: the log beside it may be lost with a power cut."""
        if self.engine.url.get_backend_name() == "sqlite":
            with self.engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(
                    sa.text("PRAGMA wal_checkpoint(FULL)")
                )

    def knows(self, token: str) -> bool:
        """Whether this ledger holds what a life wrote."""
        with self.engine.connect() as connection:
            return _knows(connection, token)

    def write(self, *batches: Batch) -> None:
        """Write batches, in order, in one transaction; within a batch runs end before others begin.

        Raises ReplacedError, having written nothing, when this is not the ledger any more in which the life began.
        """
        with self.engine.begin() as connection:
            if self.life and not _knows(connection, self.life.token):
                raise ReplacedError("the ledger was replaced by another one while it was being written")
            self.write_within(connection, *batches)

    def write_within(self, connection: Connection, *batches: Batch) -> None:
        """Write batches, in order, as a part of the transaction of a connection."""
        for batch in batches:
            self._write(connection, batch)

    def _write(self, connection: Connection, batch: Batch) -> None:
        seq = self._numbers(len(batch)) if batch.seq is None else batch.seq
        ends, seq = self._stamped(batch.ends, seq)
        _update(connection, ends, ("ended_at", "ended_after", "ended_before"))
        for name, rows in batch.rows.items():
            for begin in range(0, len(rows), _TOGETHER):  # of very many, never all as objects
                stamped, seq = self._stamped(rows[begin : begin + _TOGETHER], seq)
                _upsert(connection, schema.metadata.tables[name], stamped)
        traces, _ = self._stamped(batch.traces, seq)
        _update(connection, traces, ("trace",))

    def enrol(self, specs: Iterable[Row]) -> list[int]:
        """The permanent ids of these checks, in order; those not seen before are given one."""
        wanted = [tuple(spec[name] for name in IDENTITY) for spec in specs]
        ids = dict.fromkeys(wanted, 0)
        with self.engine.begin() as connection:
            _find_checks(connection, ids)
            new = [identity for identity, id_ in ids.items() if not id_]
            for begin in range(0, len(new), _TOGETHER):
                rows = [dict(zip(IDENTITY, one, strict=True)) for one in new[begin : begin + _TOGETHER]]
                stamped, _ = self._stamped(rows, self._numbers(len(rows)))
                connection.execute(sa.insert(schema.check), stamped)
            if new:
                _find_checks(connection, ids)
        return [ids[identity] for identity in wanted]

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for queries only."""
        with self.engine.connect() as connection:
            yield connection

    def _numbers(self, count: int) -> int:
        if self.life is None:
            raise RuntimeError("nothing is written before a life has begun")
        return self.life.take(count)

    def _stamped(self, rows: Sequence[Row], seq: int) -> tuple[list[dict[str, Any]], int]:
        """Rows with their numbers from `seq` on, and the last number given."""
        numbered = enumerate(rows, seq + 1)
        stamped = [{**row, "incarnation": self.incarnation, "seq": number} for number, row in numbered]
        return stamped, seq + len(stamped)


def open_ledger(url: str, *, create: bool, known: bool = False) -> Ledger:
    """Open the ledger at a database URL.

    With `create` (the collector) it is made or brought up to date; without (commands that read) it is only
    looked at. A ledger that is `known` to have been there is never made anew. Raises LedgerError when there is
    none, when it is older than this program and may not be changed here, or when it was written by a newer one;
    AwayError when it cannot be reached just now.
    """
    engine = engine_of(url, create=create, known=known)
    try:
        _ready(engine, create=create, known=known)
    except LedgerError:
        engine.dispose()
        raise
    except sa.exc.DBAPIError as error:
        engine.dispose()
        raise AwayError(
            "the ledger at {place} cannot be opened: {error}", place=_shown(engine.url), error=brief(error)
        ) from error
    return Ledger(engine)


def _ready(engine: Engine, *, create: bool, known: bool) -> None:
    """Make the ledger or bring it up to date if that is allowed here, or say why it cannot be used."""
    revision = _revision(engine)
    if revision is None and known:
        raise _gone(engine.url)
    if create and revision is not None and _older(revision):
        _keep_copy(engine, revision)
    if create and (revision is None or _older(revision)):
        _migrate(engine)
    elif revision is None:
        raise _none_yet(engine.url)
    elif revision != schema.HEAD:
        raise _unfit(engine.url, revision)


def _gone(url: sa.URL) -> AwayError:
    return AwayError(
        "the ledger at {place} is gone; put it back, or take the newest backup with `linewalker restore`",
        place=_shown(url),
    )


def _none_yet(url: sa.URL) -> AwayError:
    return AwayError("there is no ledger at {place} yet: start `linewalker run` first", place=_shown(url))


def sqlite_url(data_dir: Path) -> str:
    """Where the embedded ledger of a data directory lies."""
    place = str((data_dir / "ledger.sqlite").resolve())
    return sa.URL.create("sqlite", database=place).render_as_string(hide_password=False)


def _older(revision: str) -> bool:
    return revision < schema.HEAD


def _unfit(url: sa.URL, revision: str) -> LedgerError:
    if _older(revision):
        return LedgerError(
            "the ledger at {place} is of an older version ({found}, this program writes {head}):"
            " `linewalker ledger upgrade` brings it up to date",
            place=_shown(url),
            found=revision,
            head=schema.HEAD,
        )
    return LedgerError(
        "the ledger at {place} was written by a newer Linewalker ({found}, this program knows {head}):"
        " use that version or a newer one",
        place=_shown(url),
        found=revision,
        head=schema.HEAD,
    )


def _shown(url: sa.URL) -> str:
    if url.get_backend_name() == "sqlite":
        return url.database or ""
    return url.difference_update_query(_PATIENCE).render_as_string(hide_password=True)


def engine_of(url: str, *, create: bool, known: bool = False) -> Engine:
    """Connections to a database, whatever it holds. Raises AwayError where a file is not there to be read."""
    parsed = sa.engine.make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(parsed.update_query_dict(_patience(parsed)), pool_pre_ping=True)
    place = Path(parsed.database or "")
    if not place.exists() and (known or not create):
        raise _gone(parsed) if known else _none_yet(parsed)
    # A statement that is kept keeps what was written with it last: the text of a whole configuration.
    given = {"timeout": _BUSY_SECONDS, "cached_statements": 0}
    engine = sa.create_engine(parsed, connect_args=given)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    if create:
        sa.event.listen(engine, "connect", _prepare_own_sqlite)
    return engine


def _patience(url: sa.URL) -> dict[str, str]:
    """How long a server may keep us waiting, where the URL does not say: one that is gone must be noticed."""
    return {name: value for name, value in _PATIENCE.items() if name not in url.query}


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys=ON")


def _prepare_own_sqlite(connection: Any, _record: object) -> None:
    # Only for the collector: it changes the file, and a backup that was looked at must stay as it was written.
    # FULL: a fact that was told is on the disk; at a commit or two a second that costs nothing that matters.
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        return found


def _keep_copy(engine: Engine, revision: str) -> None:
    parsed = engine.url
    if parsed.get_backend_name() == "sqlite":
        place = Path(parsed.database or "")
        copy = place.with_name(f"{place.name}.before-{revision}")
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(
                sa.text("VACUUM INTO :copy"), {"copy": str(copy)}
            )


def _migrate(engine: Engine) -> None:
    with engine.begin() as connection:
        upgrade(connection, "head")


def upgrade(connection: Connection, revision: str) -> None:
    """Make the tables, or change them to those of a revision, in the connection's transaction."""
    # Imported here: Alembic costs a quarter of a second and is needed once in the life of a ledger.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    settings = Config()
    settings.set_main_option("script_location", _unpercented(Path(__file__).parent / "migrations"))
    settings.attributes["connection"] = connection
    command.upgrade(settings, revision)


def _unpercented(path: Path) -> str:
    """A path as Alembic's settings want it: they fill in what follows a per cent sign."""
    return str(path).replace("%", "%%")


def _knows(connection: Connection, token: str) -> bool:
    table = schema.incarnation
    return connection.scalar(sa.select(table.c.id).where(table.c.token == token)) is not None


def _find_checks(connection: Connection, ids: dict[tuple[Any, ...], int]) -> None:
    """Fill in the ids of these identities, as far as they are known."""
    wanted = [schema.check.c[name] for name in IDENTITY]
    for id_, *identity in connection.execute(sa.select(schema.check.c.id, *wanted)):
        if tuple(identity) in ids:
            ids[tuple(identity)] = id_


def _upsert(connection: Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    new = statement.excluded
    newer = sa.or_(
        new.incarnation > table.c.incarnation,
        sa.and_(new.incarnation == table.c.incarnation, new.seq > table.c.seq),
    )
    keys = [column.name for column in table.primary_key]
    given = {name: new[name] for name in rows[0] if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=given, where=newer), rows)


def _update(connection: Connection, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    if not rows:
        return
    run = schema.run
    statement = (
        sa.update(run)
        .where(
            run.c.check == sa.bindparam("of_check"),
            run.c.started_at == sa.bindparam("of_started_at"),
            sa.tuple_(run.c.incarnation, run.c.seq)
            < sa.tuple_(sa.bindparam("of_incarnation"), sa.bindparam("of_seq")),
        )
        .values({name: sa.bindparam(name) for name in (*columns, "incarnation", "seq")})
    )
    keys = ("check", "started_at", "incarnation", "seq")
    keep = (*columns, "incarnation", "seq")
    named = [
        {**{name: row[name] for name in keep}, **{f"of_{name}": row[name] for name in keys}} for row in rows
    ]
    connection.execute(statement, named)
