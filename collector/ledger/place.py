"""Where the ledger of a configuration lies."""

import os
from pathlib import Path

from collector.ledger.store import sqlite_url
from config.model import Config


def ledger_url(config: Config, data_dir: Path) -> str:
    """The configured URL, else SQLite in the data directory."""
    return config.storage.reveal_url(os.environ).reveal() or sqlite_url(data_dir)
