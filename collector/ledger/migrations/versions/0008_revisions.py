"""Forms as they were frozen, and the files that belong to them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add their tables."""
    op.create_table(
        "revision",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("program", sa.String(32), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(128), server_default="", nullable=False),
        sa.Column("public_key", sa.String(64), server_default="", nullable=False),
        *_of_every_one(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("project", "year", "number", name=op.f("uq_revision_project")),
    )
    op.create_table(
        "revision_file",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("of", sa.String(16), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        *_of_every_one(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision_file")),
    )


def _of_every_one() -> list[sa.Column[object]]:
    return [
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("incarnation", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
    ]
