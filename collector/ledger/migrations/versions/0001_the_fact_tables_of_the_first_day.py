"""The fact tables of the first day."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every fact table."""
    _incarnation()
    _check()
    _run()
    _watch()
    _packet()
    _quality()
    _config_version()


def _incarnation() -> None:
    op.create_table(
        "incarnation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("collector", sa.String(length=64), nullable=False),
        sa.Column("vantage", sa.Text(), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incarnation")),
    )


def _check() -> None:
    op.create_table(
        "check",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("probe", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=200), server_default="", nullable=False),
        sa.Column("vantage", sa.String(length=200), nullable=False),
        sa.Column("incarnation", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check")),
        sa.UniqueConstraint(
            "kind",
            "subject",
            "probe",
            "address",
            "source",
            "vantage",
            name=op.f("uq_check_kind_subject_probe_address_source_vantage"),
        ),
    )


def _run() -> None:
    op.create_table(
        "run",
        sa.Column("check", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.SmallInteger(), nullable=False),
        sa.Column("round", sa.String(length=64), nullable=False),
        sa.Column("started_after", sa.BigInteger(), nullable=True),
        sa.Column("started_before", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_after", sa.BigInteger(), nullable=True),
        sa.Column("ended_before", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("trace", sa.Text(), nullable=True),
        sa.Column("incarnation", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["check"], ["check.id"], name=op.f("fk_run_check")),
        sa.PrimaryKeyConstraint("check", "started_at", name=op.f("pk_run")),
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_started_at"), ["started_at"], unique=False)


def _watch() -> None:
    op.create_table(
        "watch",
        sa.Column("vantage", sa.String(length=200), nullable=False),
        sa.Column("round", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("stepped_to", sa.BigInteger(), nullable=True),
        sa.Column("origin", sa.BigInteger(), nullable=False),
        sa.Column("interval", sa.BigInteger(), nullable=False),
        sa.Column("span", sa.BigInteger(), nullable=False),
        sa.Column("clock_offset", sa.BigInteger(), nullable=True),
        sa.Column("clock_source", sa.Text(), nullable=True),
        sa.Column("incarnation", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("vantage", "round", "started_at", name=op.f("pk_watch")),
    )


def _packet() -> None:
    op.create_table(
        "packet",
        sa.Column("check", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_started_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("incarnation", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["check"], ["check.id"], name=op.f("fk_packet_check")),
        sa.PrimaryKeyConstraint("check", "run_started_at", "sent_at", name=op.f("pk_packet")),
    )


def _quality() -> None:
    op.create_table(
        "quality",
        sa.Column("check", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("rescued", sa.Integer(), nullable=False),
        sa.Column("incomplete", sa.Integer(), nullable=False),
        sa.Column("down", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("rtt_sum", sa.BigInteger(), nullable=False),
        sa.Column("rtt_max", sa.BigInteger(), nullable=False),
        sa.Column("octets_in", sa.BigInteger(), nullable=True),
        sa.Column("octets_out", sa.BigInteger(), nullable=True),
        sa.Column("incarnation", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["check"], ["check.id"], name=op.f("fk_quality_check")),
        sa.PrimaryKeyConstraint("check", "started_at", name=op.f("pk_quality")),
    )


def _config_version() -> None:
    op.create_table(
        "config_version",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("loaded_at", sa.BigInteger(), nullable=False),
        sa.Column("loaded_by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("incarnation", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", "loaded_at", name=op.f("pk_config_version")),
    )
