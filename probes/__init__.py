"""Asking: one file a probe, many targets one question. Nothing here knows the ledger or the configuration."""
