"""How precise the times of an attestation are."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column, null in the rows that are there, so that no seal is changed."""
    op.add_column("attestation", sa.Column("precision", sa.BigInteger(), nullable=True))
