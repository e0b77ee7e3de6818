"""What people enter: windows, tickets, sheets, values, attestations, amendments, and who approved them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add their tables."""
    _entered("maintenance", _text("subjects"), *_stretch())
    _entered(
        "fault",
        *_subject(),
        _moment("reported_at"),
        *(_moment(name, nullable=True) for name in ("accepted_at", "arrived_at", "restored_at")),
        *map(_empty, ("party", "cause", "number", "confirmed_by", "party_confirmed_by")),
        sa.Column("suspensions", sa.Text(), nullable=False, server_default="[]"),
    )
    for name in ("inspection", "repair"):
        form = sa.Column("form", sa.String(32), nullable=False)
        _entered(name, form, _moment("at"), _text("subjects"), _text("fields"))
    value = (_text("name"), _text("value"), _empty("unit"), *_stretch(), *_subject(nullable=True))
    _entered("manual_value", *value)
    signed = (
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("origin", sa.String(32), nullable=False),
        _text("signed_by"),
    )
    _entered("attestation", *_subject(), *_stretch(), *signed)
    what = sa.Column("what", sa.String(16), nullable=False)
    _entered("amendment", *_subject(), *_stretch(), what, _text("value"))
    _approval()


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _empty(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _stretch() -> tuple[sa.Column[Any], ...]:
    return _moment("started_at"), _moment("ended_at")


def _subject(*, nullable: bool = False) -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("kind", sa.String(16), nullable=nullable),
        sa.Column("subject", sa.Text(), nullable=nullable),
    )


def _written() -> tuple[sa.Column[Any], ...]:
    return _moment("incarnation"), _moment("seq")


def _entered(name: str, *own: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.String(32), nullable=False),
        *own,
        *map(_empty, ("reason", "reference", "file_name")),
        sa.Column("file_sha256", sa.String(64), nullable=False, server_default=""),
        _moment("recorded_at"),
        *map(_text, ("recorded_by", "account")),
        sa.Column("supersedes", sa.String(32), nullable=True),
        sa.Column("cancelled", sa.SmallInteger(), nullable=False, server_default="0"),
        *_written(),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("supersedes", name=op.f(f"uq_{name}_supersedes")),
    )


def _approval() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("of", sa.String(32), nullable=False),
        _empty("note"),
        _moment("approved_at"),
        *map(_text, ("approved_by", "account")),
        *_written(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint("kind", "of", name=op.f("uq_approval_kind_of")),
    )
