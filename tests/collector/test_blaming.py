"""Who is named responsible for an outage: an approved amendment before a ticket."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from collector.annex.blaming import Blaming
from collector.judging.judge import Case
from collector.judging.roster import Era, Subject
from exporters.forms.annex import Blame
from indicators.entered import Amendment, EnteredFacts, Ticket
from indicators.entered import Subject as Named

LINE = Subject("circuits", "sanya-ct", "三亚电信", (Era(),))
NAMED = Named("circuit", "sanya-ct")
TICKET = Ticket(
    id="t1",
    recorded_at=5,
    recorded_by="甲",
    subject=NAMED,
    reported_at=100,
    restored_at=200,
    party="中国电信",
    number="T-7",
)
AMENDMENT = Amendment(
    id="a1",
    recorded_at=9,
    recorded_by="乙",
    subject=NAMED,
    begin=0,
    end=150,
    what="party",
    value="用户侧断电",
)


def blaming(**facts: Any) -> Blaming:
    """Only what people entered is read of a case."""
    return Blaming(cast("Case", SimpleNamespace(entered=EnteredFacts(**facts))))


def test_nobody_is_named_where_nobody_said_so() -> None:
    assert blaming().of(LINE, 0, 1000) == Blame()


def test_a_ticket_that_overlaps_names_its_party_and_its_number() -> None:
    of = blaming(tickets=(TICKET,))
    assert of.of(LINE, 150, 300) == Blame("中国电信", "ticket", "T-7", confirmed=False)
    assert of.of(LINE, 200, 300) == Blame()
    assert of.of(replace(LINE, id="other"), 150, 300) == Blame()


def test_a_ticket_counts_as_confirmed_only_by_both_sides() -> None:
    one = replace(TICKET, confirmed_by="甲")
    assert not blaming(tickets=(one,)).of(LINE, 150, 300).confirmed
    both = replace(one, party_confirmed_by="乙")
    assert blaming(tickets=(both,)).of(LINE, 150, 300).confirmed


def test_an_open_outage_and_an_open_ticket_overlap() -> None:
    open_ticket = replace(TICKET, restored_at=None)
    assert blaming(tickets=(open_ticket,)).of(LINE, 900, None).party == "中国电信"


def test_an_approved_amendment_is_named_before_a_ticket_and_another_one_is_not() -> None:
    approved = replace(AMENDMENT, id="a0", value="市政施工", reference="纪要", approved_by="丙")
    of = blaming(tickets=(TICKET,), amendments=(AMENDMENT, approved))
    assert of.of(LINE, 120, 180) == Blame("市政施工", "amendment", "纪要", confirmed=True)
    assert blaming(tickets=(TICKET,), amendments=(AMENDMENT,)).of(LINE, 120, 180).party == "中国电信"
    assert of.of(LINE, 160, 180).party == "中国电信"


def test_what_resolves_unknown_time_names_nobody() -> None:
    resolving = replace(AMENDMENT, what="resolve", value="up")
    assert blaming(amendments=(resolving,)).of(LINE, 0, 100) == Blame()
