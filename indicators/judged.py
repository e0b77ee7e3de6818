"""From facts to a judged history: one pass over a batch of subjects, in both views. The order of steps is the rule.

1. raw        what the primary checks saw, lossy minutes taken out, filled by the other checks
2. line       masked by what each subject depends on: whose fault it is
   business   not masked: whatever cut the users off
3. resolved   what signed papers say of unknown time
4. settled    into U, D and K, the whole history at once
5. counted    T: in service, in hours, not in excluded maintenance, until the moment of judging
6. outages and faults
"""

from dataclasses import dataclass

from indicators.axis import Ints, Stretches, none, union
from indicators.counted import as_up, behind_maintenance, counted, resolved
from indicators.faults import LAG, Faults, Outages, faults, outages
from indicators.observed import Edges
from indicators.policy import Policy
from indicators.settling import blips, settled
from indicators.timeline import Timeline, refined

MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the judgement of a batch rests on besides what was observed; all on the batch's lanes."""

    in_service: Stretches
    hours: Stretches
    maintenance: Stretches  # windows that apply to the subjects themselves
    parents_maintenance: Stretches  # windows that apply to what they depend on …
    parents_down: Stretches  # … and where that was known down
    attested_up: Stretches
    attested_down: Stretches
    suspended: Stretches  # signed suspensions of the clock of faults


@dataclass(frozen=True, slots=True)
class View:
    """A batch in one view. `raw` and `settled` have the same segments."""

    raw: Timeline
    settled: Timeline
    counted: Stretches
    outages: Outages
    faults: Faults
    blips: Ints  # places where blips begin
    edges: Edges


def judged(
    raw: Timeline,
    measured: Timeline,
    edges: Edges,
    of: Circumstances,
    policy: Policy,
    now: int,
    lag: int = LAG,
) -> View:
    """One view of a batch: `raw` as that view sees it, `measured` without any masking.

    `now` and `lag`, how far behind it what is known may lie, are microseconds.
    """
    told = resolved(raw, of.attested_up, of.attested_down)
    confirm_down, confirm_up = round(policy.confirm_down * MICRO), round(policy.confirm_up * MICRO)
    found = settled(told, confirm_down, confirm_up)
    windows = union(of.maintenance, behind_maintenance(measured, of.parents_maintenance, of.parents_down))
    if policy.maintenance == "count_as_up":
        final, excluded = as_up(found, windows), none()
    else:
        final, excluded = found, windows if policy.maintenance == "exclude" else none()
    time = counted(of.in_service, of.hours, excluded, now)
    return View(
        raw=told if final is found else refined(told, final.at),
        settled=final,
        counted=time,
        outages=outages(final, now, lag),
        faults=faults(final, time, round(policy.merge_gap * MICRO), now, of.suspended, lag),
        blips=blips(told, found, confirm_down),
        edges=edges,
    )
