"""The program with one more kind of probe, registered as CONTRIBUTING says and in no other way; no tests here.

`python -m tests.collector.toy collector.cli …` is the program; the processes it starts have the kind as well.
"""

import importlib
import sys
from dataclasses import dataclass
from pathlib import Path

from probes import PROBERS
from probes.columns import DOWN, UP, Targets
from probes.conversations import Conversations
from probes.eyes import Eyes
from probes.kind import Probe, Reference, Seconds, WrongSettingError
from probes.replies import Reply, Stage
from probes.rhythm import Rhythm


@dataclass(frozen=True, slots=True)
class ToySettings:
    """A file that holds the right word."""

    path: str
    word: str = "up"
    youth: Seconds | None = None
    secret: Reference | None = None

    def __post_init__(self) -> None:
        if not self.path.startswith("/"):
            raise WrongSettingError("{path} is not a full path", path=self.path)


async def talk(settings: ToySettings, _stage: Stage) -> Reply:
    found = Path(settings.path).read_text("utf-8").strip()
    right = found == settings.word
    return Reply(UP if right else DOWN, "" if right else f"it says {found}", {"toy_words": 1.0})


def open_toy(targets: Targets, rhythm: Rhythm, eyes: Eyes) -> Conversations:
    return Conversations(targets, rhythm, eyes, talk)


PROBERS["toy"] = Probe(
    open=open_toy,
    settings=ToySettings,
    rhythm=Rhythm(interval=3.0, retries=0, timeout=0.3, fast=0.5, verdict=0.5),
    address_of=lambda settings: str(settings.path),
    host_of=lambda _: "",
)

if __name__ == "__main__":
    from collector import app

    app.PYTHON = (*app.PYTHON, "tests.collector.toy")
    del sys.argv[0]
    importlib.import_module(sys.argv[0]).main()
