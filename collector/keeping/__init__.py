"""Keeping what was seen: folding, retention, seals, backups, and the daily process that does it all."""
