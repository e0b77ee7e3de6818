"""Lives known by a token, what is new found by its stamp, quality by time and folded by day, sealed days."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Name every life, lay `quality` out by time, and add the tables of folded and sealed days."""
    _name_lives()
    for name in ("run", "watch"):
        op.create_index(f"ix_{name}_incarnation_seq", name, ["incarnation", "seq"])
    op.add_column("watch", sa.Column("clock_error", sa.BigInteger(), nullable=True))
    _quality_by_time()
    _quality_day()
    _seal()


def _name_lives() -> None:
    with op.batch_alter_table("incarnation") as table:
        table.add_column(sa.Column("token", sa.String(32), nullable=False, server_default=""))
        table.add_column(sa.Column("notice", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE incarnation SET token = 'before-0002-' || id")
    with op.batch_alter_table("incarnation") as table:
        table.alter_column("token", existing_type=sa.String(32), existing_nullable=False, server_default=None)
        table.create_unique_constraint("uq_incarnation_token", ["token"])


def _counts() -> list[sa.Column[int]]:
    counts = ("sent", "rescued", "incomplete", "down", "answered")
    return [
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        sa.Column("rtt_sum", sa.BigInteger(), nullable=False),
        sa.Column("rtt_max", sa.BigInteger(), nullable=False),
        sa.Column("octets_in", sa.BigInteger(), nullable=True),
        sa.Column("octets_out", sa.BigInteger(), nullable=True),
    ]


def _written() -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in ("incarnation", "seq")]


def _quality_by_time() -> None:
    """The same rows under another key; SQLite can only do it by copying them."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("pk_quality", "quality", type_="primary")
        op.create_primary_key("pk_quality", "quality", ["started_at", "check"])
        return
    op.rename_table("quality", "quality_0001")
    _table_of_counts("quality")
    names = ", ".join(f'"{column.name}"' for column in _quality_columns())
    op.execute(f"INSERT INTO quality ({names}) SELECT {names} FROM quality_0001")  # noqa: S608 - names of ours
    op.drop_table("quality_0001")


def _quality_columns() -> list[sa.Column[int]]:
    key = [sa.Column(name, sa.BigInteger(), nullable=False) for name in ("started_at", "check")]
    return [*key, *_counts(), *_written()]


def _table_of_counts(name: str, *more: sa.Column[Any]) -> None:
    op.create_table(
        name,
        *_quality_columns(),
        *more,
        sa.ForeignKeyConstraint(["check"], ["check.id"], name=op.f(f"fk_{name}_check")),
        sa.PrimaryKeyConstraint("started_at", "check", name=op.f(f"pk_{name}")),
        sqlite_with_rowid=False,
    )


def _quality_day() -> None:
    _table_of_counts("quality_day", sa.Column("ended_at", sa.BigInteger(), nullable=False))
    op.create_table(
        "quality_bins",
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("check", sa.BigInteger(), nullable=False),
        sa.Column("bins", sa.LargeBinary(), nullable=False),
        *_written(),
        sa.ForeignKeyConstraint(["check"], ["check.id"], name=op.f("fk_quality_bins_check")),
        sa.PrimaryKeyConstraint("started_at", "check", name=op.f("pk_quality_bins")),
    )


def _seal() -> None:
    op.create_table(
        "seal",
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("digests", sa.Text(), nullable=False),
        sa.Column("through", sa.Text(), nullable=False),
        sa.Column("sealed_at", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.String(64), nullable=False),
        *_written(),
        sa.PrimaryKeyConstraint("started_at", "revision", name=op.f("pk_seal")),
        sa.UniqueConstraint("place", name=op.f("uq_seal_place")),
    )
