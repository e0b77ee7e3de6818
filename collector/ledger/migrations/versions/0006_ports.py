"""How fast the ports that carry lines say they are."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add its table."""
    op.create_table(
        "port",
        sa.Column("check", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.Column("speed_bps", sa.BigInteger(), nullable=True),
        sa.Column("incarnation", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["check"], ["check.id"], name=op.f("fk_port_check")),
        sa.PrimaryKeyConstraint("check", "said_at", name=op.f("pk_port")),
    )
