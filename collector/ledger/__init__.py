"""The ledger: facts kept for ever, by SQLAlchemy Core on SQLite or PostgreSQL. No judgement in here."""
