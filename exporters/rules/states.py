"""Rules on how circuits, services, devices and systems stand: what is down, and of what nobody knows anything.

Nothing fires for time that is unknown, and what is down is not called over because it became unknown:

    down … down                 fires when it was down for `confirm_down` of the policy, as an outage begins
    down · unknown · down       each part has to last so long by itself; unknown time proves nothing
    firing · unknown            goes on: what was seen last is that it does not answer
    firing · up                 ends when it answered for `confirm_up`, as an outage ends
    firing · not configured     ends
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.model import Config
from exporters.rules.rule import INSTANCE, Alert, Group, Record, Severity, label, one_of
from exporters.words import Say

UNWATCHED_SECONDS = 900.0
CERTIFICATE_DAYS = 28
_MOST_INTERVAL = 15.0


@dataclass(frozen=True, slots=True)
class Thing:
    """One kind of what is watched: its label, and what is said of one of them."""

    name: str
    severity: Severity
    down: str
    unwatched: str
    certificate: str
    where: str

    @property
    def key(self) -> str:
        """The labels by which series of one and the same subject belong together."""
        return f"{INSTANCE}, {self.name}"

    @property
    def named(self) -> str:
        """To be put behind an expression: gives it what people read beside the id."""
        labels = "name, site_name" + (", carrier_name, cid, path" if self.name == "circuit" else "")
        return f"* on ({self.key}) group_left ({labels}) linewalker_{self.name}_info"

    @property
    def last(self) -> str:
        """The name of the recorded series of those that were down when they were seen last."""
        return f"{self.name}:linewalker_{self.name}_up:last_down"


def things(config: Config, say: Say) -> tuple[Thing, ...]:
    """The kinds of which the configuration has any."""
    return tuple(_thing(name, say) for name in _SEVERITY if getattr(config, f"{name}s"))


def _thing(name: str, say: Say) -> Thing:
    said = (text.format(name=label("name"), days=_DAYS) for text in _said(name, say))
    down, unwatched, certificate = said
    return Thing(name, _SEVERITY[name], down, unwatched, certificate, _where(name, say))


# A circuit or a device may have another beside it; a service or a system is what people work with.
_SEVERITY: dict[str, Severity] = {
    "circuit": "warning",
    "service": "critical",
    "device": "warning",
    "system": "critical",
}
_DAYS = '{{ printf "%.0f" $value }}'


def _said(name: str, say: Say) -> tuple[str, str, str]:
    """What is said of one that is down, that nobody watches, whose certificate ends."""
    said = {
        "circuit": (
            say("circuit {name} is down"),
            say("nobody knows how circuit {name} stands"),
            say("the certificate of circuit {name} ends in {days} days"),
        ),
        "service": (
            say("service {name} is down"),
            say("nobody knows how service {name} stands"),
            say("the certificate of service {name} ends in {days} days"),
        ),
        "device": (
            say("device {name} is down"),
            say("nobody knows how device {name} stands"),
            say("the certificate of device {name} ends in {days} days"),
        ),
        "system": (
            say("system {name} is down"),
            say("nobody knows how system {name} stands"),
            say("the certificate of system {name} ends in {days} days"),
        ),
    }
    return said[name]


def _where(name: str, say: Say) -> str:
    site = label("site_name", "—")
    if name != "circuit":
        return say("group {group}, at {site}").format(group=label("group", "—"), site=site)
    text = say("carrier {carrier}, circuit id {cid}, far end {site}").format(
        carrier=label("carrier_name", "—"), cid=label("cid", "—"), site=site
    )
    unproven = say("; its path is not proven: another line may have answered, or failed")
    return f'{text}{{{{ if eq $labels.path "unproven" }}}}{unproven}{{{{ end }}}}'


def states(config: Config, retired: Mapping[str, frozenset[str]], say: Say) -> Iterator[Group]:
    """A group of what is down for each kind; and what nobody watches, and certificates, of all kinds together.

    `retired` are the ids by kind that are not in service on the day the rules are made.
    """
    known = things(config, say)
    interval = min(config.rounds.of("icmp").interval, _MOST_INTERVAL)
    for thing in known:
        rules = (_last(thing, say), _down(thing, config, say))
        yield Group(f"linewalker-{thing.name}-down", say("what is down"), rules, interval)
    unwatched = tuple(_unwatched(thing, retired.get(thing.name, frozenset()), say) for thing in known)
    yield Group("linewalker-unwatched", say("what nobody watches although it is to be watched"), unwatched)
    certificates = tuple(
        _certificate(thing, days, say) for thing in known if (days := _days_ahead(config, thing)) is not None
    )
    yield Group("linewalker-certificates", say("certificates that end soon"), certificates)


def _last(thing: Thing, say: Say) -> Record:
    return Record(
        say("Who was down when seen last, with what people read; kept while unknown, until up or removed."),
        thing.last,
        f"(linewalker_{thing.name}_up == 0) {thing.named}\n"
        f"or on ({thing.key})\n"
        f"  (\n"
        f"    {thing.last}\n"
        f"    unless on ({thing.key}) (linewalker_{thing.name}_up == 1)\n"
        f"    and on ({thing.key}) linewalker_{thing.name}_info\n"
        f"  )\n"
        f"or on ({thing.key})\n"
        f"  ({thing.last} and on ({INSTANCE}) (up == 0))",
    )


def _down(thing: Thing, config: Config, say: Say) -> Alert:
    name = f"Linewalker{thing.name.capitalize()}Down"
    return Alert(
        say("Down, and what fires already goes on while nobody knows: it is over when it answers again."),
        name,
        f"{thing.last}\n"
        f"and on ({thing.key})\n"
        f"  (\n"
        f"    linewalker_{thing.name}_up == 0\n"
        f"    or on ({thing.key})\n"
        f'    ALERTS{{alertname="{name}", alertstate="firing"}}\n'
        f"  )",
        thing.severity,
        thing.down,
        thing.where,
        lasting=config.rules.confirm_down,
        keeping=config.rules.confirm_up,
    )


def _unwatched(thing: Thing, retired: frozenset[str], say: Say) -> Alert:
    but = f'{{{thing.name}!~"{one_of(retired)}"}}' if retired else ""
    return Alert(
        say("Nobody saw it, neither up nor down, although the collector watches others."),
        f"Linewalker{thing.name.capitalize()}Unwatched",
        f"linewalker_{thing.name}_info{but}\n"
        f"unless on ({thing.key}) linewalker_{thing.name}_watched\n"
        f"and on ({INSTANCE}) (linewalker_watching == 1)",
        "warning",
        thing.unwatched,
        say("The page says why: credentials, permission, its address or its router may be wrong."),
        lasting=UNWATCHED_SECONDS,
    )


def _days_ahead(config: Config, thing: Thing) -> int | None:
    """So many days before its end a certificate is told of; None where none has one.

    A check may call a page down when its certificate has only some days left: that must not come first.
    """
    asked = [one.check.settings for one in getattr(config, f"{thing.name}s") if one.check]
    ending = [one.certificate_days for one in asked if getattr(one, "url", "").startswith("https:")]
    return max(CERTIFICATE_DAYS, *(2 * days for days in ending)) if ending else None


def _certificate(thing: Thing, days: int, say: Say) -> Alert:
    return Alert(
        say("The first certificate of the chain ends within {days} days.").format(days=days),
        f"Linewalker{thing.name.capitalize()}Certificate",
        f"linewalker_{thing.name}_certificate_days {thing.named} < {days}",
        "warning",
        thing.certificate,
        thing.where,
        lasting=UNWATCHED_SECONDS,
    )
