"""Alembic migrations of the ledger, in order."""
