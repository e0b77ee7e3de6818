"""All that only several entries together can get wrong, as one list of remarks. The checks stand in `check_*.py`."""

from collections.abc import Callable, Iterator

from config import (
    check_addresses,
    check_alerts,
    check_dates,
    check_hours,
    check_interfaces,
    check_probes,
    check_references,
    check_routers,
    check_services,
    check_targets,
    check_throughput,
)
from config.tree import Entry, Remark
from indicators.catalogue import CATALOGUE

CHECKS: tuple[Callable[[Entry], Iterator[Remark]], ...] = (
    check_references.repeated_ids,
    check_references.upstream_circles,
    check_addresses.repeated_questions,
    check_addresses.unfit_sources,
    check_addresses.untrusted_sentinels,
    check_services.unjudgeable_services,
    check_services.needs_beyond_members,
    check_services.nothing_watched,
    check_probes.unverified_certificates,
    check_routers.unread_paths,
    check_dates.reversed_service_days,
    check_dates.misplaced_changes,
    check_hours.reserved_hours,
    check_targets.repeated_targets,
    check_targets.unfit_units,
)


def cross_check(root: Entry, unsure: frozenset[str]) -> Iterator[Remark]:
    """Every remark of every check; `unsure` names the lists that could not be read in full."""
    for check in CHECKS:
        yield from check(root)
    yield from check_references.dangling_references(root, unsure)
    yield from check_hours.dangling_hours(root, unsure)
    yield from check_interfaces.unbound_interfaces(root, unsure)
    yield from check_routers.unread_devices(root, unsure)
    yield from check_throughput.impossible_tests(root, unsure)
    yield from check_alerts.unreachable_receivers(root, unsure)
    yield from check_targets.unknown_indicators(root, CATALOGUE)
