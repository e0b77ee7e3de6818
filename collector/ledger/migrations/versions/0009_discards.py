"""How many packets the ports that carry lines discarded, beside their octets."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the columns, null in the rows that are there, so that no seal is changed."""
    for table in ("quality", "quality_day"):
        for name in ("discards_in", "discards_out"):
            op.add_column(table, sa.Column(name, sa.BigInteger(), nullable=True))
