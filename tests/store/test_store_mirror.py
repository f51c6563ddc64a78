"""The mirror holds what the desk showed, counts what was news, and forgets nothing by mistake."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from sdtools.model.grades import Grade, Status
from sdtools.model.knowledge import KnownError, KnownErrorKind, Signature
from sdtools.model.people import Calendar, Directory, Group, OpenHours, Person
from sdtools.model.ticket import Activity, Comment, Ticket
from sdtools.store.database import Database
from sdtools.store.mirror import Counted, KnownAndNew, Mirror, MirrorCounts
from sdtools.store.reconcile import Reconciled

MakeTicket = Callable[..., Ticket]
MakeComment = Callable[..., Comment]

ROBOT = "99"
ROBOTS = frozenset({ROBOT})
HOUR = timedelta(hours=1)


@pytest.fixture
def mirror(database: Database) -> Mirror:
    return Mirror(database, "glpi")


def test_a_ticket_comes_back_exactly_with_times_in_utc(
    mirror: Mirror, make_ticket: MakeTicket, now: datetime
) -> None:
    ticket = make_ticket(
        "7",
        title="Nul \0 et demi \ud83d",
        solved=now,
        waiting=timedelta(minutes=3, microseconds=1),
        groups=("3", "4"),
        unknown=frozenset({"items"}),
        urgency=Grade.very_high,
    )
    mirror.upsert_tickets([ticket], now)
    found = mirror.ticket("7")
    assert found == ticket
    assert found is not None
    assert found.urgency is Grade.very_high
    assert found.solved is not None
    assert found.solved.tzinfo is UTC


def test_only_news_count(mirror: Mirror, make_ticket: MakeTicket, now: datetime) -> None:
    one, two = make_ticket("1"), make_ticket("2")
    assert mirror.upsert_tickets([one, two], now) == Counted(new=2)
    assert mirror.upsert_tickets([one, two], now) == Counted()
    assert mirror.upsert_tickets([one, replace(two, title="x")], now) == Counted(changed=1)


def test_a_ticket_shown_twice_at_once_is_as_shown_last(
    mirror: Mirror, make_ticket: MakeTicket, now: datetime
) -> None:
    first, last = make_ticket("1", title="first"), make_ticket("1", title="last")
    assert mirror.upsert_tickets([first, last], now) == Counted(new=1)
    assert mirror.tickets() == (last,)


def test_many_tickets_go_in_at_once(mirror: Mirror, make_ticket: MakeTicket, now: datetime) -> None:
    tickets = [make_ticket(str(id)) for id in range(2500)]
    assert mirror.upsert_tickets(iter(tickets), now) == Counted(new=2500)
    assert mirror.tickets() == tuple(tickets)


def test_desks_do_not_see_each_other(
    database: Database, make_ticket: MakeTicket, make_comment: MakeComment, now: datetime
) -> None:
    mirror, other = Mirror(database, "glpi"), Mirror(database, "snow")
    mirror.upsert_tickets([make_ticket("1")], now)
    mirror.upsert_comments([make_comment("1", "5", now)])
    assert other.tickets() == ()
    assert other.comments_of("1") == ()
    other.reconcile(frozenset(), now)
    other.reconcile(frozenset(), now)
    assert len(mirror.tickets()) == 1


def test_rules_see_open_and_solved_tickets_sorted_by_number(
    mirror: Mirror, make_ticket: MakeTicket, now: datetime
) -> None:
    ids = ["10", "9", "b1", "100", "a2"]
    tickets = [make_ticket(id) for id in ids]
    tickets.append(make_ticket("5", status=Status.solved, solved=now))
    tickets.append(make_ticket("6", status=Status.closed))
    tickets.append(make_ticket("7", status=Status.cancelled))
    mirror.upsert_tickets(tickets, now)
    assert [ticket.id for ticket in mirror.tickets()] == ["5", "9", "10", "100", "a2", "b1"]
    assert mirror.counts() == MirrorCounts(tickets=8, open=5, solved=1)


def test_a_ticket_is_found_by_id_or_by_number_as_people_write_it(
    mirror: Mirror, make_ticket: MakeTicket, now: datetime
) -> None:
    ticket = make_ticket("9f3a", number="INC0010023")
    mirror.upsert_tickets([ticket], now)
    for text in ("9f3a", "INC0010023", " inc0010023 ", "#INC0010023"):
        assert mirror.find(text) == ticket
    assert mirror.find("INC") is None


def test_a_reopening_is_counted_once(
    mirror: Mirror, make_ticket: MakeTicket, now: datetime
) -> None:
    ticket = make_ticket("1")
    for status in ("new", "solved", "assigned", "assigned", "closed", "pending", "solved"):
        mirror.upsert_tickets([replace(ticket, status=Status(status))], now)
    found = mirror.ticket("1")
    assert found is not None
    assert found.reopens == 2
    assert mirror.upsert_tickets([found], now) == Counted()


def test_a_reopening_that_the_desk_counts_itself_is_not_counted_twice(
    mirror: Mirror, make_ticket: MakeTicket, now: datetime
) -> None:
    mirror.upsert_tickets([make_ticket("1", status=Status.solved)], now)
    mirror.upsert_tickets([make_ticket("1", reopens=1)], now)
    mirror.upsert_tickets([make_ticket("1", reopens=1, title="x")], now)
    found = mirror.ticket("1")
    assert found is not None
    assert found.reopens == 1


def test_a_deleted_ticket_is_removed_once_and_can_come_back(
    mirror: Mirror, make_ticket: MakeTicket, now: datetime
) -> None:
    ticket = make_ticket("1")
    deleted = replace(ticket, deleted=True)
    mirror.upsert_tickets([ticket], now)
    assert mirror.upsert_tickets([deleted], now) == Counted(removed=1)
    assert mirror.upsert_tickets([deleted], now) == Counted()
    assert mirror.ticket("1") is None
    assert mirror.find("1") is None
    assert mirror.tickets() == ()
    assert mirror.counts().tickets == 0
    assert mirror.upsert_tickets([ticket], now) == Counted(changed=1)
    assert mirror.tickets() == (ticket,)


def test_a_deleted_ticket_that_was_never_seen_is_no_news(
    mirror: Mirror, make_ticket: MakeTicket, now: datetime
) -> None:
    assert mirror.upsert_tickets([make_ticket("1", deleted=True)], now) == Counted()


def test_a_ticket_is_gone_only_when_two_reconciliations_missed_it(
    mirror: Mirror, make_ticket: MakeTicket, now: datetime
) -> None:
    mirror.upsert_tickets([make_ticket("1"), make_ticket("2")], now)
    seen = frozenset({"2", "3"})
    assert mirror.reconcile(seen, now) == Reconciled(missing=1, removed=0, total=2)
    assert mirror.ticket("1") is not None
    assert mirror.reconcile(seen, now) == Reconciled(missing=1, removed=1, total=2)
    assert mirror.ticket("1") is None
    assert mirror.reconcile(seen, now) == Reconciled(missing=0, removed=0, total=1)
    assert mirror.cursor("ids") == now


@pytest.mark.parametrize("misses", [1, 2])
def test_a_ticket_that_reappears_starts_afresh(
    mirror: Mirror, make_ticket: MakeTicket, now: datetime, misses: int
) -> None:
    mirror.upsert_tickets([make_ticket("1")], now)
    for _ in range(misses):
        mirror.reconcile(frozenset(), now)
    mirror.reconcile(frozenset({"1"}), now)
    assert mirror.ticket("1") is not None
    mirror.reconcile(frozenset(), now)
    assert mirror.ticket("1") is not None


def test_a_ticket_that_an_upsert_shows_is_there_again(
    mirror: Mirror, make_ticket: MakeTicket, now: datetime
) -> None:
    ticket = make_ticket("1")
    mirror.upsert_tickets([ticket], now)
    mirror.reconcile(frozenset(), now)
    assert mirror.upsert_tickets([ticket], now) == Counted()
    assert mirror.reconcile(frozenset(), now).removed == 0
    assert mirror.reconcile(frozenset(), now).removed == 1
    assert mirror.upsert_tickets([ticket], now) == Counted(changed=1)
    assert mirror.tickets() == (ticket,)


def test_what_the_desk_deleted_is_not_missing(
    mirror: Mirror, make_ticket: MakeTicket, now: datetime
) -> None:
    mirror.upsert_tickets([make_ticket("1")], now)
    mirror.upsert_tickets([make_ticket("1", deleted=True)], now)
    assert mirror.reconcile(frozenset(), now) == Reconciled(missing=0, removed=0, total=0)
    mirror.reconcile(frozenset({"1"}), now)
    assert mirror.ticket("1") is None


def test_a_report_sees_what_was_open_or_done_in_its_time(
    mirror: Mirror, make_ticket: MakeTicket, now: datetime
) -> None:
    begin, end = now - timedelta(days=7), now
    old = now - timedelta(days=20)
    solved, closed = Status.solved, Status.closed
    shown = [
        make_ticket("1", opened=old),
        make_ticket("2", opened=old, status=solved, solved=begin),
        make_ticket("3", opened=old, status=closed, solved=old, closed=begin + HOUR),
        make_ticket("4", opened=end - HOUR),
        make_ticket("5", opened=old, status=Status.cancelled, updated=begin + HOUR),
    ]
    hidden = [
        make_ticket("6", opened=end),
        make_ticket("7", opened=old, status=solved, solved=begin - HOUR),
        make_ticket("8", opened=old, status=closed, solved=old, closed=begin - HOUR),
        make_ticket("9", opened=old, status=Status.cancelled, updated=begin - HOUR),
    ]
    mirror.upsert_tickets(shown + hidden, now)
    assert mirror.tickets_between(begin, end) == tuple(shown)


def test_tickets_are_known_when_seen_at_the_last_good_pass_or_before(
    mirror: Mirror, make_ticket: MakeTicket, now: datetime
) -> None:
    mirror.upsert_tickets([make_ticket("1"), make_ticket("2", status=Status.closed)], now)
    later = now + HOUR
    mirror.upsert_tickets([make_ticket("1", title="x"), make_ticket("3")], later)
    assert mirror.known_and_new(now) == KnownAndNew(known=1, new=frozenset({"3"}))
    assert mirror.known_and_new(later) == KnownAndNew(known=2, new=frozenset())
    assert mirror.known_and_new(None) == KnownAndNew(known=2, new=frozenset())


def test_comments_come_back_oldest_first_and_only_news_count(
    mirror: Mirror, make_comment: MakeComment, now: datetime
) -> None:
    late, early = make_comment("1", "5", now), make_comment("2", "41", now - HOUR)
    elsewhere = make_comment("3", "5", now, ticket_id="2", text="Nul \0 et demi \ud83d")
    assert mirror.upsert_comments([late, early, elsewhere]) == 3
    assert mirror.upsert_comments([late, early, elsewhere]) == 0
    assert mirror.upsert_comments([replace(late, public=False)]) == 1
    assert mirror.comments_of("1") == (early, replace(late, public=False))
    assert mirror.comments_of("2") == (elsewhere,)


def test_a_task_and_a_comment_of_the_same_id_are_two(
    mirror: Mirror, make_comment: MakeComment, now: datetime
) -> None:
    said = [make_comment("1", "5", now), make_comment("1", "5", now, form="task")]
    assert mirror.upsert_comments(said) == 2
    assert mirror.comments_of("1") == tuple(said)


def test_a_silent_ticket_was_last_touched_when_it_was_opened(
    mirror: Mirror, make_ticket: MakeTicket, now: datetime
) -> None:
    mirror.upsert_tickets([make_ticket("1"), make_ticket("2", status=Status.closed)], now)
    assert mirror.activity(ROBOTS) == {"1": Activity(last_human=now - timedelta(days=2))}


def test_comments_of_robots_are_no_human_activity(
    mirror: Mirror, make_ticket: MakeTicket, make_comment: MakeComment, now: datetime
) -> None:
    mirror.upsert_tickets([make_ticket("1")], now)
    human, robot = now - 5 * HOUR, now - 2 * HOUR
    mirror.upsert_comments([make_comment("1", "5", human), make_comment("2", ROBOT, robot)])
    assert mirror.activity(ROBOTS)["1"] == Activity(
        comments=1, last_human=human, last_comment=robot, last_comment_by="robot"
    )
    assert mirror.activity(frozenset())["1"].last_human == robot


@pytest.mark.parametrize(
    ("author", "role"), [("41", "requester"), ("5", "agent"), (ROBOT, "robot")]
)
def test_the_author_of_the_last_comment_has_a_role(
    mirror: Mirror,
    make_ticket: MakeTicket,
    make_comment: MakeComment,
    now: datetime,
    author: str,
    role: str,
) -> None:
    mirror.upsert_tickets([make_ticket("1")], now)
    others = [make_comment("1", "41", now - HOUR), make_comment("2", "5", now - HOUR)]
    mirror.upsert_comments([*others, make_comment("3", author, now)])
    assert mirror.activity(ROBOTS)["1"].last_comment_by == role


def test_a_robot_that_is_the_requester_is_a_robot(
    mirror: Mirror, make_ticket: MakeTicket, make_comment: MakeComment, now: datetime
) -> None:
    mirror.upsert_tickets([make_ticket("1", requesters=(ROBOT,))], now)
    mirror.upsert_comments([make_comment("1", ROBOT, now)])
    assert mirror.activity(ROBOTS)["1"].last_comment_by == "robot"


def test_the_last_update_of_a_person_is_kept_when_a_robot_updates_later(
    mirror: Mirror, make_ticket: MakeTicket, now: datetime
) -> None:
    person, robot = now - 5 * HOUR, now - HOUR
    mirror.upsert_tickets([make_ticket("1", updated=person, updated_by="5")], now)
    mirror.upsert_tickets([make_ticket("1", updated=robot, updated_by=ROBOT)], now)
    mirror.upsert_tickets([make_ticket("1", updated=now, updated_by="")], now)
    assert mirror.activity(ROBOTS)["1"].last_human == person
    assert mirror.activity(frozenset({ROBOT, "5"}))["1"].last_human == now - timedelta(days=2)


def test_the_directory_is_replaced_as_a_whole(mirror: Mirror, now: datetime) -> None:
    assert mirror.directory() == Directory()
    first = Directory(
        people={"5": Person(id="5", login="mdupont", name="Marie Dupont", vip=None)},
        groups={"3": Group(id="3", name="N1", path="N1", members=("5",))},
        calendars={
            "1": Calendar(
                id="1",
                name="Bureau",
                timezone="Europe/Paris",
                hours=(OpenHours(weekday=0, begin=time(8, 30), end=time.max),),
                closed=frozenset({now.date()}),
                closed_every_year=frozenset({(12, 25), (1, 1)}),
            )
        },
    )
    mirror.replace_directory(first, now)
    assert mirror.directory() == first
    mirror.replace_directory(Directory(), now)
    assert mirror.directory() == Directory()


def test_known_errors_are_replaced_as_a_whole(mirror: Mirror, now: datetime) -> None:
    known = KnownError(
        id="article/12",
        kind=KnownErrorKind.article,
        desk_id="12",
        title="VPN 809",
        text="Redémarrer",
        signature=Signature(codes=("809",)),
    )
    assert mirror.knowledge() == ()
    mirror.replace_knowledge([known], now)
    assert mirror.knowledge() == (known,)
    mirror.replace_knowledge([], now)
    assert mirror.knowledge() == ()


def test_a_cursor_remembers_how_far_each_tier_got(mirror: Mirror, now: datetime) -> None:
    assert mirror.cursor("tickets") is None
    mirror.set_cursor("tickets", now)
    mirror.set_cursor("comments", now - HOUR)
    mirror.set_cursor("tickets", now + HOUR)
    assert mirror.cursor("tickets") == now + HOUR
    assert mirror.cursor("comments") == now - HOUR


def test_what_is_gone_from_some_tickets_is_forgotten(
    mirror: Mirror, make_comment: MakeComment, now: datetime
) -> None:
    gone, left = make_comment("1", "5", now), make_comment("2", "5", now)
    elsewhere = make_comment("3", "5", now, ticket_id="2")
    mirror.upsert_comments([gone, left, elsewhere])
    changed = replace(left, text="Changed")
    mirror.replace_comments({"1": [changed], "7": []})
    assert mirror.comments_of("1") == (changed,)
    assert mirror.comments_of("2") == (elsewhere,)


def test_what_the_desk_no_longer_shows_is_forgotten(
    mirror: Mirror, make_comment: MakeComment, now: datetime
) -> None:
    comment, task = make_comment("1", "5", now), make_comment("1", "5", now, form="task")
    mirror.upsert_comments([comment, task])
    mirror.forget_comments({("task", "1")})
    assert mirror.comments_of("1") == (task,)
