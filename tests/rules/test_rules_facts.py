"""Facts: what each is made of, when it is empty and when nobody knows it."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from sdtools.model.grades import Grade, Status
from sdtools.model.knowledge import Candidate
from sdtools.model.ticket import Activity, Ticket
from sdtools.rules.facts import FACTS, best_candidate, ticket_clock
from sdtools.rules.values import UNKNOWN, Named, Since

if TYPE_CHECKING:
    from tests.rules.conftest import Bench

HOUR = timedelta(hours=1)


def value(name: str, bench: Bench) -> object:
    return FACTS[name].value(bench.subject(bench.book()))


def paths(name: str, bench: Bench) -> list[str]:
    found = value(name, bench)
    assert isinstance(found, tuple)
    return [one.path for one in found if isinstance(one, Named)]


def test_facts_are_named_after_themselves_and_made_of_fields_of_a_ticket() -> None:
    known = {field.name for field in fields(Ticket)}
    assert all(name == fact.name for name, fact in FACTS.items())
    assert {field for fact in FACTS.values() for field in fact.fields} <= known
    assert all(fact.lenient <= fact.fields for fact in FACTS.values())
    assert all(fact.doc.endswith((".", "`.")) for fact in FACTS.values())


@pytest.mark.parametrize("name", [name for name, fact in FACTS.items() if fact.fields])
def test_a_fact_is_unknown_when_what_it_is_made_of_was_not_read(name: str, bench: Bench) -> None:
    blind = bench.having(unknown=FACTS[name].fields)
    assert value(name, blind) is UNKNOWN


@pytest.mark.parametrize("name", FACTS)
def test_every_fact_can_be_read_of_a_bare_ticket(name: str, bench: Bench) -> None:
    bare = Ticket(
        id="1",
        number="1",
        url="",
        kind=bench.ticket.kind,
        title="",
        description="",
        status=Status.new,
        urgency=Grade.low,
        impact=Grade.low,
        priority=Grade.low,
        opened=bench.now,
        updated=bench.now,
    )
    assert value(name, replace(bench, ticket=bare)) is not UNKNOWN


def test_plain_fields_are_taken_over(bench: Bench) -> None:
    assert value("kind", bench) == "incident"
    assert value("status", bench) == "assigned"
    assert value("urgency", bench) is Grade.medium
    assert value("impact", bench) is Grade.high
    assert value("priority", bench) is Grade.high
    assert value("source", bench) == "Phone"
    assert value("reopens", bench.having(reopens=2)) == 2
    assert value("satisfaction", bench.having(satisfaction=4)) == 4
    assert value("updated", bench) == bench.ticket.updated


def test_names_come_from_the_directory(bench: Bench) -> None:
    assert value("category", bench) == Named(id="c2", path="Network > Remote access")
    assert paths("group", bench) == ["Service Desk N1"]
    assert paths("assignee", bench) == ["Paul Durand"]
    assert paths("requester", bench) == ["Jeanne Martin"]
    assert paths("observers", bench) == ["Luc Petit"]
    assert paths("item", bench) == ["PC-0001"]
    assert value("item.type", bench) == ("Computer",)
    assert value("requester.email", bench) == ("j.martin@example.org",)
    assert value("requester.language", bench) == ("fr",)
    assert value("requester.title", bench) == ("Directrice",)
    assert value("requester.category", bench) == ("Siège",)


def test_the_groups_that_ask_are_those_of_the_ticket_and_of_its_requesters(bench: Bench) -> None:
    assert paths("requester.group", bench.having(requester_groups=("g2",))) == [
        "IT > N2 Network",
        "Board",
    ]


@pytest.mark.parametrize(
    ("requesters", "vip"),
    [
        (("p1",), True),
        (("p2",), False),
        (("p3",), UNKNOWN),
        (("p3", "p1"), True),
        (("p3", "p2"), UNKNOWN),
        (("p99",), UNKNOWN),
        ((), False),
    ],
)
def test_one_vip_among_the_requesters_is_enough_and_untold_is_unknown(
    requesters: tuple[str, ...], vip: object, bench: Bench
) -> None:
    assert value("requester.vip", bench.having(requesters=requesters)) is vip


def test_a_person_who_is_not_mirrored_makes_what_is_said_of_them_unknown(bench: Bench) -> None:
    assert value("requester.email", bench.having(requesters=("p99",))) is UNKNOWN
    assert value("item.type", bench.having(items=("Computer/9",))) is UNKNOWN


def test_the_tier_is_the_highest_of_the_assigned_groups(bench: Bench) -> None:
    tiered = replace(bench, rules=bench.rules + "tiers: {1: [Service Desk N1], 2: [N2 Network]}\n")
    assert value("tier", tiered) == 1
    assert value("tier", tiered.having(groups=("g1", "g2"))) == 2
    assert value("tier", tiered.having(groups=("g3",))) is None
    assert value("tier", tiered.having(groups=())) is None


def test_the_load_of_a_group_counts_its_open_tickets(bench: Bench) -> None:
    other = replace(bench.ticket, id="8")
    solved = replace(bench.ticket, id="9", status=Status.solved)
    busy = replace(bench, others=(other, solved))
    assert value("group.load", busy) == 2
    assert value("group.load", busy.having(groups=("g2",))) == 1
    assert value("group.load", busy.having(groups=())) is None


def test_times_since_are_measured_to_now(bench: Bench) -> None:
    assert value("age", bench) == Since(begin=bench.ticket.opened, end=bench.now)
    assert value("solved.age", bench) is None
    solved = bench.having(solved=bench.now - HOUR, status=Status.solved)
    assert value("solved.age", solved) == Since(begin=bench.now - HOUR, end=bench.now)
    assert value("pending.age", bench) is None
    pending = bench.having(status=Status.pending, pending_since=bench.now - HOUR)
    assert value("pending.age", pending) == Since(begin=bench.now - HOUR, end=bench.now)


def test_waiting_counts_the_current_wait_as_well(bench: Bench) -> None:
    waited = bench.having(waiting=2 * HOUR)
    assert value("waiting", waited) == 2 * HOUR
    assert value("waiting", waited.having(pending_since=bench.now - HOUR)) == 3 * HOUR


def test_idle_counts_from_the_last_human_activity_else_from_the_opening(bench: Bench) -> None:
    assert value("idle", bench) == Since(begin=bench.ticket.opened, end=bench.now)
    seen = replace(bench, activity=Activity(last_human=bench.now - HOUR))
    assert value("idle", seen) == Since(begin=bench.now - HOUR, end=bench.now)


def test_comments_tell_how_many_by_whom_and_when(bench: Bench) -> None:
    assert value("comments", bench) == 0
    assert value("last_comment.by", bench) is None
    assert value("last_comment.age", bench) is None
    said = Activity(comments=3, last_comment=bench.now - HOUR, last_comment_by="requester")
    spoken = replace(bench, activity=said)
    assert value("comments", spoken) == 3
    assert value("last_comment.by", spoken) == "requester"
    assert value("last_comment.age", spoken) == Since(begin=bench.now - HOUR, end=bench.now)


def test_week_day_and_hour_are_those_of_the_calendars_wall(bench: Bench) -> None:
    late = bench.having(opened=datetime(2026, 11, 15, 23, 30, tzinfo=UTC))  # Monday 00:30 in Paris
    assert value("opened.weekday", late) == "mon"
    assert value("opened.hour", late) == 0


def test_working_hours_are_those_of_the_rules_calendar(bench: Bench) -> None:
    assert value("working_hours", bench) is True
    noon = replace(bench, now=datetime(2026, 11, 18, 11, 30, tzinfo=UTC))
    assert value("working_hours", noon) is False
    assert noon.holds("{working_hours: false}") is True
    book = noon.book("{working_hours: true}", "calendar: 24x7\n")
    assert FACTS["working_hours"].value(noon.subject(book)) is True


def test_a_rule_can_count_in_a_calendar_of_its_own(bench: Bench) -> None:
    book = bench.book("{age: {gte: 7bd}}", "calendar: 24x7\n")
    age = FACTS["age"].value(bench.subject(book))
    assert bench.holds("{age: {gte: 6bd}}") is False
    assert isinstance(age, Since)
    assert book.rules[0].calendar == "24x7"


@pytest.mark.parametrize(
    ("description", "kept"),
    [
        ("Ça plante.\n\nCordialement,\nJeanne", "Ça plante."),
        ("It fails.\n\nBest regards\nJane", "It fails."),
        ("It fails.\n-- \nJane\nPhone", "It fails."),
        ("Panne.\n\nLe 3 mars 2026 à 10:00, Paul <p@example.org> a écrit :\n> vpn", "Panne."),
        ("Fails.\n\nOn 3 March 2026, Paul wrote:\n> vpn", "Fails."),
        ("Fails.\n-----Original Message-----\nvpn", "Fails."),
        ("Fails.\n\nFrom: Paul\nSent: Monday\nvpn", "Fails."),
        ("Panne.\n\nDe : Paul\nEnvoyé : lundi\nvpn", "Panne."),
        ("> vpn\nStill fails.", "Still fails."),
        ("Fails.\nSent from my phone", "Fails."),
        ("Cordialement,\nvpn", "Cordialement,\nvpn"),
        ("> only a quote", "> only a quote"),
        ("From: the beginning it fails", "From: the beginning it fails"),
        (
            "Regards the printer: it is on fire and nobody comes",
            "Regards the printer: it is on fire and nobody comes",
        ),
    ],
)
def test_text_leaves_quoted_mail_and_signatures_out(
    description: str, kept: str, bench: Bench
) -> None:
    assert value("text", bench.having(title="T", description=description)) == f"T\n{kept}"


VPN = Candidate(known_error="article/12", score=0.4, signature=True)
PRINT = Candidate(known_error="problem/3", score=0.9, signature=False)


def test_without_a_candidate_there_is_no_known_error(bench: Bench) -> None:
    assert value("known_error", bench) == ()
    assert value("known_error.score", bench) is None
    assert value("known_error.signature", bench) is False
    assert value("known_error.linked", bench) is False


def test_a_signature_wins_over_any_score(bench: Bench) -> None:
    both = replace(bench, candidates=(PRINT, VPN))
    assert best_candidate(both.subject(both.book())) == VPN
    assert value("known_error.signature", both) is True
    assert value("known_error.score", both) == 0.4
    assert both.holds("{known_error: vpn stops after the update}") is True
    assert both.holds("{known_error: article/12}") is True


def test_a_known_error_is_linked_when_its_article_or_problem_is(bench: Bench) -> None:
    printing = replace(bench, candidates=(PRINT,))
    assert value("known_error.linked", printing) is True
    assert value("known_error.linked", printing.having(problems=())) is False
    vpn = replace(bench, candidates=(VPN,))
    assert value("known_error.linked", vpn) is False
    assert value("known_error.linked", vpn.having(articles=("12",))) is True


@pytest.fixture
def due(bench: Bench) -> Bench:
    """A ticket of today, 09:00 in Paris, to be solved by 17:00 in a calendar of 09:00 to 17:00."""
    return bench.having(
        opened=datetime(2026, 11, 18, 8, 0, tzinfo=UTC),
        resolve_due=datetime(2026, 11, 18, 16, 0, tzinfo=UTC),
        respond_due=datetime(2026, 11, 18, 9, 0, tzinfo=UTC),
        sla_resolve="Gold",
        sla_calendar="k1",
    )


def test_the_desks_due_dates_make_its_clocks(due: Bench) -> None:
    assert value("sla.resolve.used", due) == pytest.approx(1.5 / 8)
    assert value("sla.resolve.left", due) == timedelta(hours=6, minutes=30)
    assert value("sla.resolve.due", due) == due.ticket.resolve_due
    assert value("sla.resolve.breached", due) is False
    assert value("sla.respond.used", due) == 1.5
    assert value("sla.respond.breached", due) is True
    assert value("sla.name", due) == "Gold"


def test_shares_are_compared_as_per_cent_or_as_numbers(due: Bench) -> None:
    assert due.holds("{sla.resolve.used: {gte: 18.75%}}") is True
    assert due.holds("{sla.resolve.used: {gt: 0.1875}}") is False
    assert due.holds("{sla.respond.used: {gt: 100%}}") is True
    assert due.holds("{sla.respond.used: {lte: 149%}}") is False
    assert due.holds("{sla.resolve.used: {lt: 19%}}") is True
    assert due.holds("{sla.resolve.used: {between: [10%, 20%]}}") is True
    assert due.holds("{sla.resolve.used: {empty: true}}") is False
    assert due.holds("{sla.resolve.left: {lte: 6h30m}}") is True
    assert due.holds("{sla.respond.left: {lt: 0h}}") is True


def test_an_answered_ticket_keeps_the_clock_of_its_answer(due: Bench) -> None:
    answered = due.having(responded=datetime(2026, 11, 18, 8, 30, tzinfo=UTC))
    assert value("sla.respond.used", answered) == 0.5
    assert value("sla.respond.breached", answered) is False


def test_a_solved_ticket_keeps_the_clock_of_its_solution(due: Bench) -> None:
    solved = due.having(status=Status.solved, solved=datetime(2026, 11, 18, 12, 0, tzinfo=UTC))
    later = replace(solved, now=due.now + timedelta(days=30))
    assert value("sla.resolve.used", later) == 0.5
    assert value("sla.resolve.breached", later) is False


def test_without_a_due_date_there_is_no_clock(bench: Bench) -> None:
    assert value("sla.resolve.used", bench) is None
    assert value("sla.resolve.breached", bench) is None
    assert value("sla.name", bench) is None
    assert ticket_clock(bench.subject(bench.book()), "sla.resolve") is None


def test_a_calendar_that_is_not_mirrored_makes_the_clock_unknown(due: Bench) -> None:
    strange = due.having(sla_calendar="k9")
    assert value("sla.resolve.used", strange) is UNKNOWN
    assert ticket_clock(strange.subject(strange.book()), "sla.resolve") is None
    assert value("sla.resolve.used", due.having(sla_calendar="")) == pytest.approx(1.5 / 8)


OWN = """
slas:
  - {id: vip, when: {requester.vip: true}, calendar: 24x7, respond: 1h, resolve: 2h}
  - {id: rest, when: {kind: incident}, calendar: office, resolve: 2bd}
"""


def test_the_first_service_level_of_the_book_that_holds_applies(due: Bench) -> None:
    own = replace(due, rules=due.rules + OWN)
    assert value("sla.name", own) == "vip"
    assert value("sla.resolve.used", own) == 0.75
    rest = own.having(requesters=("p2",))
    assert value("sla.name", rest) == "rest"
    assert value("sla.resolve.due", rest) == datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    assert value("sla.respond.used", rest) is None


def test_a_service_level_is_unknown_when_one_before_it_may_hold(due: Bench) -> None:
    own = replace(due, rules=due.rules + OWN).having(requesters=("p3",))
    assert value("sla.resolve.used", own) is UNKNOWN
    assert value("sla.name", own) is UNKNOWN


def test_service_levels_of_the_book_do_not_need_the_desks(due: Bench) -> None:
    unread = frozenset({"resolve_due", "respond_due", "sla_calendar", "sla_resolve"})
    assert value("sla.resolve.used", due.having(unknown=unread)) is UNKNOWN
    own = replace(due, rules=due.rules + OWN).having(unknown=unread)
    assert value("sla.resolve.used", own) == 0.75
