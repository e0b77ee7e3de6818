"""How moments, edges, shares of blame and scopes are written in the annex, the report and the reasons."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from exporters.figures import NONE, duration
from exporters.forms.annex import Annex, Blame, FaultLine, OutageLine, Part, Scope
from exporters.forms.voice import Voice

MICRO = 1e6


def at(micros: int | None, zone: str, timespec: str = "seconds") -> str:
    """A moment of the reporting calendar; a dash where there is none."""
    if micros is None:
        return NONE
    return datetime.fromtimestamp(micros / MICRO, ZoneInfo(zone)).strftime(
        "%Y-%m-%d %H:%M:%S"
        if timespec == "seconds"
        else "%Y-%m-%d %H:%M"
        if timespec == "minutes"
        else "%Y-%m-%d"
    )


def within(moment: int | None, after: int | None, before: int | None) -> str:
    """How far the true edge may lie from what is written, such as ±10.2 s; a dash where nothing bounds it."""
    if moment is None or after is None or before is None:
        return NONE
    return f"±{max(moment - after, before - moment, 0) / MICRO:.1f} s"


def blamed(of: Blame, voice: Voice) -> str:
    """Who is responsible and what says so."""
    if not of.party:
        return ""
    source = {
        "amendment": voice.say("amendment, approved"),
        "ticket": voice.say("ticket, confirmed by both") if of.confirmed else voice.say("ticket"),
        "proposal": voice.say("suggested by the facts, not decided"),
    }[of.says]
    return voice.aside(of.party, " ".join((source, of.reference)).strip())


def reason(of: str, voice: Voice) -> str:
    """Why a subject did not answer, in the reader's words."""
    return voice.say(of) if of else NONE


def kind(of: str, voice: Voice) -> str:
    """What a kind of subjects is called."""
    names = {
        "circuits": voice.say("circuits"),
        "services": voice.say("services"),
        "devices": voice.say("devices"),
        "systems": voice.say("systems"),
    }
    return names[of]


def scope(of: Scope, group: str, voice: Voice) -> str:
    """Whom a figure is about, and in which view."""
    whom = group or voice.say("all groups")
    view = voice.say("line view") if of.view == "line" else voice.say("business view")
    return voice.listed((whom, kind(of.kind, voice), view))


def basis(of: str, voice: Voice) -> str:
    """实测, or 实测 with 佐证."""
    return (
        voice.say("measured") if of == "measured" else voice.say("measured, with what signed papers attest")
    )


def verdict(of: FaultLine, voice: Voice) -> str:
    """Whether a fault was restored in time."""
    told = {
        "in time": voice.say("restored in time"),
        "too late": voice.say("beyond the limit"),
        "undecided": voice.say("undecided"),
        "waiting": voice.say("still within the limit"),
    }
    return told[of.verdict]


def longest(of: Sequence[OutageLine], most: int) -> list[OutageLine]:
    """The longest outages, in the order of time."""
    chosen = sorted(of, key=lambda one: (-one.seconds, one.start, one.subject))[:most]
    return sorted(chosen, key=lambda one: (one.start, one.subject))


def lasted(seconds: float, voice: Voice) -> str:
    """A duration."""
    return duration(seconds, voice.say)


def day_counts(of: Part) -> dict[str, int]:
    """How many days have each verdict."""
    verdicts = [day.verdict for day in of.days]
    return {name: verdicts.count(name) for name in ("normal", "not normal", "undecided", "excused")}


def window(of: Annex, voice: Voice) -> str:
    """From when until when, in which zone."""
    text = voice.say("{begin} until {end}, {zone}").format(
        begin=at(of.begin, of.zone, "minutes"), end=at(of.end, of.zone, "minutes"), zone=of.zone
    )
    if of.until < of.end:
        known = voice.say("what is known ends at {until}").format(until=at(of.until, of.zone, "minutes"))
        return voice.joined((text, known))
    return text
