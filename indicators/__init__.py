"""Judging the facts: pure functions over columns. No clock, no database, no language."""
