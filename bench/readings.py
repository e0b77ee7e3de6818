"""What is read of 10,000 devices, from the prober's answers to `/metrics`."""

import json

from bench import account
from bench.figures import spread
from bench.section import Goal, Section

_DEVICES, _FIGURES = 10_000, 20
_MOST_SHARE = 0.01  # of a processor, for telling them
_HOW = """\
CPU seconds a minute for {devices:,} devices with {figures} figures each, all read anew once a minute: in *ask* to put
them into columns and frames, in *tell* to take the frames in ({mebibytes:.1f} MiB a minute), and to lay them
out and write {size:.0f} MiB for `/metrics`; {minutes} minutes after a first one in which all names are told. No peer
has such a part by itself. What it costs to ask the devices is not in it."""


def section(repetitions: int) -> Section:
    """Let some minutes pass."""
    run = account.python("bench.readings_run", _DEVICES, _FIGURES, repetitions)
    found = json.loads(account.spend(run, within=180).printed)
    how = _HOW.format(
        devices=_DEVICES,
        figures=_FIGURES,
        mebibytes=max(found["octets"]) / 2**20,
        size=found["bytes"] / 2**20,
        minutes=repetitions,
    )
    rows = [
        ("*ask*, a minute", spread(found["ask"], 3)),
        ("*tell*, a minute", spread(found["tell"], 3)),
        ("`/metrics`, first answer", spread(found["first"], 3)),
        ("`/metrics`", spread(found["metrics"], 3)),
    ]
    share = (max(found["ask"]) + max(found["tell"])) / 60
    goal = Goal(
        f"Telling what is read of {_DEVICES:,} devices, share of a processor",
        f"≤ {_MOST_SHARE:.0%}",
        f"{share:.2%}",
        share <= _MOST_SHARE,
    )
    return Section("What is read of devices", how, ("Who", "CPU, s"), rows, goals=(goal,))
