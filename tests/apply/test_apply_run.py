"""Carrying a plan out against a desk on paper and a real journal, killed at every step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from shutil import copy
from types import TracebackType
from typing import Self, TypeVar

import pytest

from sdtools.apply.context import Applied, ApplyContext
from sdtools.apply.marks import mark, marks_in
from sdtools.apply.run import apply_plan
from sdtools.connectors.desk import (
    Check,
    Known,
    NewComment,
    NewHold,
    NewLink,
    NewSolution,
    OldLink,
    TicketUpdate,
    WriteState,
    Written,
)
from sdtools.errors import DeskUnreachableError, LeaseError, UsageError
from sdtools.model.effects import (
    Assign,
    Comment,
    Effect,
    Hold,
    Link,
    Notify,
    SetField,
    Solve,
    Webhook,
)
from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.history import Edit
from sdtools.model.knowledge import KnownError
from sdtools.model.memory import RuleMemory
from sdtools.model.people import Directory
from sdtools.model.ticket import Comment as Said
from sdtools.model.ticket import Ticket
from sdtools.plan import Change, Outcome, OutcomeState, Plan, change_key
from sdtools.store.database import Database, open_database
from sdtools.store.journal import Journal
from sdtools.store.memory import MemoryStore
from sdtools.store.outbox import MessageState, Outbox

BEGIN = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
DONE = Written(state=WriteState.done)
T = TypeVar("T")


class KilledError(BaseException):
    """The process is gone: nothing may catch this."""


@dataclass(slots=True)
class Fuse:
    """Kills the process at the step with this number; -1: never."""

    at: int = -1
    steps: int = 0

    def burn(self) -> None:
        """Count one step."""
        self.steps += 1
        if self.steps - 1 == self.at:
            raise KilledError


class Arithmetic:
    """The consequences of the desk on paper."""

    def after(self, ticket: Ticket, effect: Effect, directory: Directory) -> Ticket:
        match effect:
            case SetField(field="urgency", value=value):
                return replace(ticket, urgency=Grade[value], priority=Grade[value])
            case SetField(field="category", value=value):
                return replace(ticket, category_id=value)
            case Assign(groups=groups, people=people):
                return replace(
                    ticket,
                    status=_assigned(ticket.status),
                    groups=ticket.groups if groups is None else groups,
                    assignees=ticket.assignees if people is None else people,
                )
            case Hold():
                return replace(ticket, status=Status.pending)
            case Solve():
                return replace(ticket, status=Status.solved)
            case _:
                return ticket


def _assigned(status: Status) -> Status:
    return Status.assigned if status is Status.new else status


def new_ticket(id: str) -> Ticket:
    return Ticket(
        id=id,
        number=id,
        url="",
        kind=Kind.incident,
        title="VPN",
        description="",
        status=Status.new,
        urgency=Grade.low,
        impact=Grade.low,
        priority=Grade.low,
        opened=BEGIN,
        updated=BEGIN,
        groups=("3",),
        requesters=("50",),
    )


@dataclass(slots=True)
class PaperDesk:
    """A desk that keeps its tickets on paper and can fail in the ways that desks do."""

    held: dict[str, Ticket]
    said: list[Said] = field(default_factory=list)
    fuse: Fuse = field(default_factory=Fuse)
    name: str = "paper"
    kind: str = "paper"
    url: str = "http://127.0.0.1/paper"
    at_once: int = 2
    rereads_nightly: bool = False
    still: frozenset[str] = frozenset()
    retold: frozenset[str] = frozenset()
    account_id: str = "99"
    opened_at: datetime | None = None
    consequences: Arithmetic = field(default_factory=Arithmetic)
    requests: int = 0
    down_at: str = ""  # the name of a call that does not get through
    unclear_at: str = ""  # the name of a call that is done, without an answer
    lost_at: str = ""  # the name of a call that is not done, without an answer
    half: bool = False  # what takes two steps stops half way, once
    stubborn: bool = False  # urgency stays medium whatever is written

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def check(self, now: datetime) -> tuple[Check, ...]:
        return ()

    def canary(self, ticket: str) -> Check:
        return Check(name="canary", ok=True, found=ticket)

    def foresee_directory(self) -> None:
        return None

    def directory(self) -> Directory:
        return Directory()

    def knowledge(self) -> tuple[KnownError, ...]:
        return ()

    def tickets(
        self, since: datetime | None, known: Known | None = None
    ) -> Iterator[tuple[Ticket, ...]]:
        yield tuple(self.held.values())

    def history(self, since: datetime) -> Iterator[tuple[Edit, ...]]:
        yield ()

    def comments(self, since: datetime | None) -> Iterator[tuple[Said, ...]]:
        yield tuple(self.said)

    def ticket_ids(self) -> frozenset[str]:
        return frozenset(self.held)

    def read(self, tickets: Sequence[str], known: Known | None = None) -> Mapping[str, Ticket]:
        self._step("read")
        return {id: self.held[id] for id in tickets if id in self.held}

    def read_back(self, written: Mapping[str, Collection[str]]) -> Mapping[str, Ticket]:
        return self.read(list(written))

    def read_comments(self, tickets: Sequence[str]) -> Mapping[str, tuple[Said, ...]]:
        self._step("read_comments")
        return {id: tuple(one for one in self.said if one.ticket_id == id) for id in tickets}

    def update(self, updates: Sequence[TicketUpdate]) -> tuple[Written, ...]:
        return self._write("update", updates, self._update)

    def comment(self, comments: Sequence[NewComment]) -> tuple[Written, ...]:
        return self._write("comment", comments, self._comment)

    def link(self, links: Sequence[NewLink]) -> tuple[Written, ...]:
        return self._write("link", links, self._link)

    def unlink(self, links: Sequence[OldLink]) -> tuple[Written, ...]:
        return self._write("unlink", links, self._unlink)

    def hold(self, holds: Sequence[NewHold]) -> tuple[Written, ...]:
        return self._write("hold", holds, self._hold)

    def solve(self, solutions: Sequence[NewSolution]) -> tuple[Written, ...]:
        return self._write("solve", solutions, lambda new: self._becomes(new.ticket, Status.solved))

    def _step(self, call: str) -> None:
        self.fuse.burn()
        if self.down_at == call:
            raise DeskUnreachableError("desk paper: nobody answers")
        self.requests += 1

    def _write(
        self, call: str, items: Sequence[T], one: Callable[[T], Written]
    ) -> tuple[Written, ...]:
        self._step(call)
        if self.lost_at == call:
            return tuple(Written(state=WriteState.unknown) for _ in items)
        answers = []
        for item in items:
            answers.append(one(item))
            self.fuse.burn()
        if self.unclear_at == call:
            return tuple(Written(state=WriteState.unknown) for _ in items)
        return tuple(answers)

    def _update(self, update: TicketUpdate) -> Written:
        ticket = self.held[update.ticket]
        for effect in update.fields:
            ticket = self.consequences.after(ticket, effect, Directory())
        if self.stubborn:
            ticket = replace(ticket, urgency=Grade.medium)
        self.held[ticket.id] = ticket
        if update.assign and update.assign.groups is not None:
            both = tuple(sorted({*ticket.groups, *update.assign.groups}))
            self.held[ticket.id] = replace(ticket, groups=both, status=_assigned(ticket.status))
            if self.half:
                self.half = False
                return DONE
            self.fuse.burn()
        if update.assign:
            self.held[ticket.id] = self.consequences.after(ticket, update.assign, Directory())
        return DONE

    def _comment(self, new: NewComment) -> Written:
        self.said.append(
            Said(
                id=str(len(self.said)),
                ticket_id=new.ticket,
                author_id=self.account_id,
                written=BEGIN,
                text=new.text,
                public=new.public,
            )
        )
        return DONE

    def _unlink(self, old: OldLink) -> Written:
        ticket = self.held[old.ticket]
        kept = tuple(one for one in ticket.articles if one != old.link.id)
        self.held[old.ticket] = replace(ticket, articles=kept)
        return DONE

    def _link(self, new: NewLink) -> Written:
        ticket = self.held[new.ticket]
        if new.link.id in ticket.articles:
            return Written(state=WriteState.there)
        self.held[new.ticket] = replace(ticket, articles=(*ticket.articles, new.link.id))
        return DONE

    def _hold(self, new: NewHold) -> Written:
        if not new.said:
            self._comment(NewComment(ticket=new.ticket, text=new.text, public=False))
        self.fuse.burn()
        if self.half:
            self.half = False
            return Written(state=WriteState.unknown)
        return self._becomes(new.ticket, Status.pending)

    def _becomes(self, ticket: str, status: Status) -> Written:
        self.held[ticket] = replace(self.held[ticket], status=status)
        return DONE


def wish(ticket: str, action: str, effect: Effect, name: str = "", before: str = "") -> Change:
    return Change(
        key=change_key("paper", "r", ticket, 1, action),
        ticket=ticket,
        number=ticket,
        title="VPN",
        rule="r",
        section="routing",
        action=action,
        episode=1,
        effect=effect,
        field=name or effect.kind,
        before="",
        after="",
        before_value=before,
    )


def of_every_kind(ticket: str) -> tuple[Change, ...]:
    urgent, notify = SetField(field="urgency", value="high"), ("boss@example.org",)
    return (
        wish(ticket, "set", urgent, "urgency", "low"),
        wish(ticket, "assign", Assign(groups=("4",), people=()), "group", "3"),
        wish(ticket, "user", Assign(people=("40",)), "assignee", ""),
        wish(ticket, "link", Link(target="article", id="12")),
        wish(ticket, "comment", Comment(text="We are on it")),
        wish(ticket, "notify", Notify(to=notify, subject=f"Ticket {ticket}", text="Look")),
        wish(ticket, "hook", Webhook(url="https://hook.example.org/secret", body="{}")),
        wish(ticket, "hold", Hold(reason="Waiting"), "status", "assigned"),
    )


def plan_of(*changes: Change, now: datetime = BEGIN) -> Plan:
    return Plan(
        id="p-1",
        desk="paper",
        desk_url="http://127.0.0.1/paper",
        rulebook="",
        now=now,
        tickets=3,
        changes=changes,
        memory=tuple(
            RuleMemory(rule="r", ticket=ticket, episode=1, active=True, began=now)
            for ticket in dict.fromkeys(change.ticket for change in changes)
        ),
    )


@dataclass(slots=True)
class Office:
    """A desk, a database and a clock; runs plans and may be killed in between."""

    desk: PaperDesk
    database: Database
    now: datetime = BEGIN
    posted: list[str] = field(default_factory=list)
    stop_after: int = 999  # batches
    lease_until: int = 999  # questions
    asked: int = 0

    @property
    def journal(self) -> Journal:
        return Journal(self.database, "paper")

    def tick(self) -> datetime:
        self.desk.fuse.burn()
        self.now += timedelta(seconds=1)
        return self.now

    def holds(self) -> bool:
        self.desk.fuse.burn()
        self.asked += 1
        return self.asked <= self.lease_until

    def stop(self) -> bool:
        self.stop_after -= 1
        return self.stop_after < 0

    def post(self, url: str, body: str, key: str) -> None:
        self.desk.fuse.burn()
        self.posted.append(key)

    def apply(self, plan: Plan, *, at_once: int = 2) -> Applied:
        self.desk.at_once = at_once
        context = ApplyContext(
            now=self.tick,
            directory=Directory(),
            memory=MemoryStore(self.database, "paper").load(self.now),
            post_webhook=self.post,
            stop=self.stop,
            holds=self.holds,
            progress=lambda done, total: self.desk.fuse.burn(),
            keep=lambda tickets: None,
        )
        return apply_plan(plan, self.desk, self.journal, context)

    def memory(self, ticket: str) -> RuleMemory:
        return MemoryStore(self.database, "paper").load(self.now).rules["r", ticket]

    def mails(self) -> list[str]:
        queued = Outbox(self.database).list(MessageState.waiting)
        return sorted(one.message.subject for one in queued)


@contextmanager
def opened(folder: Path, *, fuse: int = -1) -> Iterator[Office]:
    tickets = {id: new_ticket(id) for id in "123"}
    with open_database(f"sqlite:///{folder}/sdtools.db") as database:
        yield Office(desk=PaperDesk(held=tickets, fuse=Fuse(at=fuse)), database=database)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened(tmp_path) as office:
        yield office


def states(outcomes: Sequence[Outcome]) -> list[str]:
    return [outcome.state.value for outcome in outcomes]


def is_done(office: Office, ticket: str) -> bool:
    """Tell whether everything of :func:`of_every_kind` is on the desk, and exactly once."""
    held = office.desk.held[ticket]
    marks = [found for one in office.desk.said for found in marks_in(one.text)]
    comment, reason = (
        mark(change_key("paper", "r", ticket, 1, one)) for one in ("comment", "hold")
    )
    return (
        (held.urgency, held.status, held.groups) == (Grade.high, Status.pending, ("4",))
        and (held.assignees, held.articles) == (("40",), ("12",))
        and marks.count(comment) == marks.count(reason) == 1
    )


def test_every_kind_of_effect_reaches_the_desk(office: Office) -> None:
    applied = office.apply(plan_of(*of_every_kind("1")))
    assert set(states(applied.outcomes)) == {"applied"}
    assert is_done(office, "1")
    assert office.mails() == ["Ticket 1"]
    assert office.posted == [change_key("paper", "r", "1", 1, "hook")]
    assert applied.requests == office.desk.requests


def test_outcomes_and_memory_are_in_the_journal(office: Office) -> None:
    applied = office.apply(plan_of(*of_every_kind("1")))
    record = office.journal.run(applied.run)
    assert (record.summary.counts, record.summary.error) == ({"applied": 8}, "")
    assert office.journal.unsettled() == ()
    memory = office.memory("1")
    assert {one.action for one in memory.fired} == {one.action for one in of_every_kind("1")}
    assert {(one.field, one.value) for one in memory.written} >= {("urgency", "high")}


def test_a_plan_applied_twice_finds_everything_unchanged(office: Office) -> None:
    plan = plan_of(*of_every_kind("1"), *of_every_kind("2"), *of_every_kind("3"))
    office.apply(plan)
    before, said = dict(office.desk.held), list(office.desk.said)
    memory, posted = office.memory("2"), list(office.posted)
    again = office.apply(plan)
    assert set(states(again.outcomes)) == {"unchanged"}
    assert (office.desk.held, office.desk.said, office.posted) == (before, said, posted)
    assert office.mails() == ["Ticket 1", "Ticket 2", "Ticket 3"]
    assert [one.times for one in office.memory("2").fired] == [one.times for one in memory.fired]


def test_an_observed_change_is_never_applied(office: Office) -> None:
    seen = replace(of_every_kind("1")[0], observe=True)
    applied = office.apply(plan_of(seen))
    assert applied.outcomes == ()
    assert office.desk.held["1"] == new_ticket("1")


def test_a_plan_with_nothing_to_do_still_advances_the_memory(office: Office) -> None:
    plan = replace(plan_of(), memory=(RuleMemory(rule="r", ticket="2", episode=4),))
    office.apply(plan)
    assert office.memory("2").episode == 4


def test_a_plan_of_another_desk_is_not_applied(office: Office) -> None:
    elsewhere = replace(plan_of(*of_every_kind("1")), desk_url="https://real.example.org")
    with pytest.raises(UsageError, match=r"real\.example\.org"):
        office.apply(elsewhere)
    assert office.desk.requests == 0


def test_a_person_who_asks_to_stop_gets_the_batch_in_hand_and_no_more(office: Office) -> None:
    office.stop_after = 1
    plan = plan_of(*of_every_kind("1"), *of_every_kind("2"), *of_every_kind("3"))
    applied = office.apply(plan, at_once=1)
    assert applied.interrupted
    assert {outcome.change.ticket for outcome in applied.outcomes} == {"1"}
    assert office.desk.held["2"] == new_ticket("2")
    assert ("r", "2") not in MemoryStore(office.database, "paper").load(office.now).rules
    office.stop_after = 999
    assert not office.apply(plan).interrupted
    assert all(is_done(office, ticket) for ticket in "123")


def test_a_lost_lease_stops_before_the_next_kind_of_write(office: Office) -> None:
    office.lease_until = 2  # the batch, and its updates
    with pytest.raises(LeaseError):
        office.apply(plan_of(*of_every_kind("1")))
    assert office.desk.held["1"].groups == ("4",)
    assert (office.desk.said, office.posted, office.mails()) == ([], [], [])
    counts = office.journal.runs()[0].counts
    assert counts == {"applied": 3, "failed": 5}


def test_a_desk_that_is_down_before_the_first_write_leaves_nothing_open(office: Office) -> None:
    office.desk.down_at = "read"
    with pytest.raises(DeskUnreachableError):
        office.apply(plan_of(*of_every_kind("1")))
    summary = office.journal.runs()[0]
    assert (summary.counts, summary.error) == ({}, "desk paper: nobody answers")
    assert office.desk.held["1"] == new_ticket("1")


def test_a_desk_that_goes_down_half_way_keeps_what_was_done(office: Office) -> None:
    office.desk.down_at = "comment"
    with pytest.raises(DeskUnreachableError):
        office.apply(plan_of(*of_every_kind("1")))
    assert office.journal.runs()[0].counts == {"applied": 4, "failed": 4}
    assert {one.action for one in office.memory("1").fired} == {"set", "assign", "user", "link"}
    office.desk.down_at = ""
    office.apply(plan_of(*of_every_kind("1")))
    assert is_done(office, "1")


@pytest.mark.parametrize(
    ("call", "action"),
    [("update", "set"), ("comment", "comment"), ("link", "link"), ("hold", "hold")],
)
def test_without_a_clear_answer_the_desk_itself_is_asked(
    office: Office, call: str, action: str
) -> None:
    office.desk.unclear_at = call
    applied = office.apply(plan_of(*of_every_kind("1")))
    assert set(states(applied.outcomes)) == {"applied"}
    assert is_done(office, "1")


@pytest.mark.parametrize(
    ("call", "actions"),
    [
        ("update", {"set", "assign", "user"}),
        ("comment", {"comment"}),
        ("link", {"link"}),
        ("hold", {"hold"}),
    ],
)
def test_what_did_not_arrive_has_failed_and_is_done_the_next_time(
    office: Office, call: str, actions: set[str]
) -> None:
    office.desk.lost_at = call
    applied = office.apply(plan_of(*of_every_kind("1")))
    failed = {one.change.action for one in applied.outcomes if one.state is OutcomeState.failed}
    assert failed == actions
    assert not failed & {one.action for one in office.memory("1").fired}
    office.desk.lost_at = ""
    office.apply(plan_of(*of_every_kind("1")))
    assert is_done(office, "1")


def test_an_assignment_left_half_done_is_brought_to_its_end(office: Office) -> None:
    office.desk.half = True
    office.desk.unclear_at = "update"
    applied = office.apply(plan_of(wish("1", "assign", Assign(groups=("4",)), "group", "3")))
    assert states(applied.outcomes) == ["applied"]
    assert office.desk.held["1"].groups == ("4",)


def test_a_reason_that_is_there_without_its_wait_is_not_given_twice(office: Office) -> None:
    plan = plan_of(wish("1", "hold", Hold(reason="Waiting"), "status", "new"))
    office.desk.half = True
    assert states(office.apply(plan).outcomes) == ["failed"]
    assert states(office.apply(plan).outcomes) == ["applied"]
    assert office.desk.held["1"].status is Status.pending
    assert len(office.desk.said) == 1


def test_a_value_that_the_desk_replaces_is_overridden(office: Office) -> None:
    office.desk.stubborn = True
    (outcome,) = office.apply(plan_of(of_every_kind("1")[0])).outcomes
    assert (outcome.state, outcome.found) == (OutcomeState.overridden, "medium")
    assert office.memory("1").written[0].overridden == 1


def test_a_webhook_that_is_not_taken_has_failed(office: Office) -> None:
    def refuse(url: str, body: str, key: str) -> None:
        raise ConnectionError(f"cannot reach {url}")

    context = ApplyContext(
        now=office.tick,
        directory=Directory(),
        memory=MemoryStore(office.database, "paper").load(BEGIN),
        post_webhook=refuse,
        stop=office.stop,
        holds=office.holds,
        progress=lambda done, total: None,
        keep=lambda tickets: None,
    )
    hook = wish("1", "hook", Webhook(url="https://hook.example.org/secret", body="{}"))
    (outcome,) = apply_plan(plan_of(hook), office.desk, office.journal, context).outcomes
    assert outcome.state is OutcomeState.failed
    assert "secret" not in outcome.detail
    assert office.memory("1").fired == ()


def test_digest_notifications_reach_each_recipient_in_one_mail(office: Office) -> None:
    def digest(ticket: str, *to: str) -> Change:
        effect = Notify(to=to, subject=f"Ticket {ticket}", text="Look", digest=True)
        return wish(ticket, "notify", effect)

    boss, deputy = "boss@example.org", "deputy@example.org"
    plan = plan_of(digest("1", boss), digest("2", boss, deputy), digest("3", boss))
    applied = office.apply(plan, at_once=1)
    assert states(applied.outcomes) == ["applied"] * 3
    assert office.mails() == ["Ticket 2", "[paper] 3 messages: Ticket 1..."]
    office.apply(plan)
    assert len(office.mails()) == 2


def test_a_run_killed_at_any_step_is_finished_by_the_next_with_nothing_doubled_or_lost(
    tmp_path: Path,
) -> None:
    plan = plan_of(*of_every_kind("1"), *of_every_kind("2"))
    with opened(tmp_path):
        pass  # a database to copy: making one takes longer than a run
    for step in count():
        folder = tmp_path / str(step)
        folder.mkdir()
        copy(tmp_path / "sdtools.db", folder)
        with opened(folder, fuse=step) as office:
            try:
                office.apply(plan, at_once=1)
            except KilledError:
                office.desk.fuse = Fuse()
                office.apply(plan)
                assert_all_done_once(office, step)
            else:
                break
    assert step > 40  # reads, intents, each write of each kind, settlements, the end


def assert_all_done_once(office: Office, step: int) -> None:
    assert [is_done(office, ticket) for ticket in "12"] == [True, True], step
    assert office.mails() == ["Ticket 1", "Ticket 2"], step
    hooks = {change_key("paper", "r", ticket, 1, "hook") for ticket in "12"}
    assert set(office.posted) == hooks, step
    assert office.journal.unsettled() == (), step
    once = dict.fromkeys((one.action for one in of_every_kind("1")), 1)
    for ticket in "12":
        fired = {one.action: one.times for one in office.memory(ticket).fired}
        assert fired == once, step
