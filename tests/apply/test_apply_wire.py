"""From plan to desk over the wire: an embedded GLPI, its connector, a database file."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from glpi_person import Meanwhile, Person
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sdtools.apply.context import Applied, ApplyContext, unknown
from sdtools.apply.marks import add_mark, mark, marks_in
from sdtools.apply.run import apply_plan
from sdtools.apply.said import KnownComments
from sdtools.connectors.desk import Desk, Known, NewComment
from sdtools.connectors.glpi.desk import GlpiDesk, glpi_desk
from sdtools.connectors.http import DeskHttp
from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import EmbeddedGlpi, serve_glpi
from sdtools.emulator.server import listen, serving
from sdtools.model.effects import Assign, Comment, Effect, Hold, Link, Notify, SetField, Solve
from sdtools.model.grades import Grade, Status
from sdtools.model.memory import RuleMemory
from sdtools.model.people import Directory
from sdtools.model.ticket import Ticket
from sdtools.plan import Change, Outcome, Plan, change_key, field_text
from sdtools.store.database import Database, open_database
from sdtools.store.journal import Journal
from sdtools.store.memory import MemoryStore
from sdtools.store.outbox import MessageState, Outbox
from sdtools.store.plans import plan_to_json

BEGIN = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
STAMP = "2026-11-02 08:00:00"
OURSELVES, TECHNICIAN, SOMEBODY = 2, 4, 5  # accounts of a fresh GLPI
N1, N2, N3 = 11, 12, 13
ARTICLE, PROBLEM = 21, 31
TICKETS = (1, 2, 3)


def rows() -> Iterator[tuple[str, dict[str, object]]]:
    """Yield a small desk: three tiers, three tickets with the first, an article, a problem."""
    shared = {"entities_id": 0, "is_recursive": 1}
    for group, name in ((N1, "N1"), (N2, "N2"), (N3, "N3")):
        names = {"name": name, "completename": name}
        yield "Group", {"id": group, "is_assign": 1, **names, **shared}
    yield "KnowbaseItem", {"id": ARTICLE, "name": "VPN", "answer": "Restart it", "is_faq": 1}
    yield "Entity_KnowbaseItem", {"id": 1, "knowbaseitems_id": ARTICLE, **shared}
    yield "Problem", {"id": PROBLEM, "name": "VPN", "date": STAMP, "status": 2, **shared}
    for ticket in TICKETS:
        yield "Ticket", a_ticket(ticket)
    for ticket in TICKETS:
        yield "Group_Ticket", {"id": ticket, "tickets_id": ticket, "groups_id": N1, "type": 2}
    for ticket in TICKETS:
        yield "Ticket_User", {"id": ticket, "tickets_id": ticket, "users_id": SOMEBODY, "type": 1}


def a_ticket(id: int) -> dict[str, object]:
    return {
        "id": id,
        "name": f"VPN {id}",
        "content": "It does not connect",
        "status": 2,
        "urgency": 2,
        "impact": 3,
        "priority": 2,
        "date": STAMP,
        "date_creation": STAMP,
        "date_mod": STAMP,
    }


@dataclass(slots=True)
class Rig:
    """A served GLPI, a connected desk, and a database."""

    glpi: EmbeddedGlpi
    desk: Desk
    database: Database
    folder: Path
    now: datetime = BEGIN
    insisting: frozenset[str] = field(default_factory=frozenset)
    known: Known = unknown
    known_comments: KnownComments | None = None
    kept: dict[str, Ticket] = field(default_factory=dict)  # read back after the writes
    mirror: Mapping[str, Ticket] = field(default_factory=dict)

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def ticket(self, id: int) -> Ticket:
        return self.desk.read([str(id)])[str(id)]

    def said(self, id: int) -> list[str]:
        return [one.text for one in self.desk.read_comments([str(id)])[str(id)]]

    def wish(
        self, id: int, effect: Effect, name: str = "", action: str = "", basis: Sequence[str] = ()
    ) -> Change:
        """Return a change as planning would make it of the ticket as first seen."""
        self.mirror = self.mirror or self.desk.read([str(id) for id in TICKETS])
        ticket = self.mirror[str(id)]
        return Change(
            key=change_key("glpi", "r", str(id), 1, action or effect.kind),
            ticket=str(id),
            number=str(id),
            title=ticket.title,
            rule="r",
            section="routing",
            action=action or effect.kind,
            episode=1,
            effect=effect,
            field=name or effect.kind,
            before="",
            after="",
            before_value=field_text(ticket, name) if name else "",
            basis={one: field_text(ticket, one) for one in basis},
        )

    def plan(self, *changes: Change) -> Plan:
        return Plan(
            id="p-1",
            desk="glpi",
            desk_url=self.glpi.url,
            rulebook="",
            now=self.now,
            tickets=3,
            changes=changes,
            memory=tuple(
                RuleMemory(rule="r", ticket=ticket, episode=1, active=True, began=self.now)
                for ticket in dict.fromkeys(change.ticket for change in changes)
            ),
        )

    def apply(self, plan: Plan) -> Applied:
        context = ApplyContext(
            now=self.tick,
            directory=Directory(),
            memory=MemoryStore(self.database, "glpi").load(self.now),
            post_webhook=lambda url, body, key: None,
            stop=lambda: False,
            holds=lambda: True,
            progress=lambda done, total: None,
            keep=self.keep,
            known=self.known,
            known_comments=self.known_comments,
            insisting=self.insisting,
        )
        return apply_plan(plan, self.desk, Journal(self.database, "glpi"), context)

    def keep(self, tickets: Iterable[Ticket]) -> None:
        self.kept.update((one.id, one) for one in tickets)

    def pull(self) -> None:
        """Read all tickets in this session, and hand them to the looks that follow."""
        self.mirror = {one.id: one for page in self.desk.tickets(None) for one in page}
        self.known = lambda ids: {id: self.mirror[id] for id in ids if id in self.mirror}
        said = [one for page in self.desk.comments(None) for one in page]
        self.known_comments = lambda id: [one for one in said if one.ticket_id == id]

    def memory(self, id: int) -> RuleMemory:
        return MemoryStore(self.database, "glpi").load(self.now).rules["r", str(id)]


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    glpi_database = GlpiDatabase()
    glpi_database.load(rows())
    with (
        serve_glpi(glpi_database, Clock(BEGIN)) as glpi,
        glpi_desk(
            "glpi", url=glpi.url, app_token=glpi.app_token, user_token=glpi.user_token
        ) as desk,
        open_database(f"sqlite:///{tmp_path}/sdtools.db") as database,
    ):
        yield Rig(glpi=glpi, desk=desk, database=database, folder=tmp_path)
    glpi_database.close()


def states(outcomes: Sequence[Outcome]) -> list[str]:
    return [outcome.state.value for outcome in outcomes]


URGENT = SetField(field="urgency", value="very_high")


@pytest.mark.parametrize(
    ("effect", "name", "field_name", "value"),
    [
        (URGENT, "urgency", "urgency", Grade.very_high),
        (URGENT, "urgency", "priority", Grade.high),
        (SetField(field="priority", value="major"), "priority", "priority", Grade.major),
        (SetField(field="kind", value="request"), "kind", "kind", "request"),
        (Assign(groups=(str(N2),)), "group", "groups", (str(N2),)),
        (Assign(people=(str(TECHNICIAN),)), "assignee", "assignees", (str(TECHNICIAN),)),
        (Assign(groups=()), "group", "groups", ()),
        (Link(target="article", id=str(ARTICLE)), "", "articles", (str(ARTICLE),)),
        (Link(target="problem", id=str(PROBLEM)), "", "problems", (str(PROBLEM),)),
        (Link(target="parent", id="3"), "", "parent", "3"),
        (Hold(reason="Waiting for parts"), "status", "status", Status.pending),
        (Solve(text="Restarted"), "status", "status", Status.solved),
    ],
)
def test_an_effect_is_on_the_desk_once_applied_and_unchanged_the_second_time(
    rig: Rig, effect: Effect, name: str, field_name: str, value: object
) -> None:
    plan = rig.plan(rig.wish(1, effect, name))
    assert states(rig.apply(plan).outcomes) == ["applied"]
    assert getattr(rig.ticket(1), field_name) == value
    assert states(rig.apply(plan).outcomes) == ["unchanged"]


@pytest.mark.parametrize("public", [True, False])
def test_a_comment_is_said_once(rig: Rig, public: bool) -> None:
    text = "Is <b>VPN</b> & e-mail back?\nPlease say so."
    plan = rig.plan(rig.wish(1, Comment(text=text, public=public)))
    assert states(rig.apply(plan).outcomes) == ["applied"]
    (comment,) = rig.desk.read_comments(["1"])["1"]
    assert comment.public is public
    assert comment.text.startswith("Is <b>VPN</b> & e-mail back?")
    assert states(rig.apply(plan).outcomes) == ["unchanged"]
    assert len(rig.said(1)) == 1


def test_several_changes_of_several_tickets_go_through_together(rig: Rig) -> None:
    changes = [
        change
        for id in TICKETS
        for change in (
            rig.wish(id, URGENT, "urgency"),
            rig.wish(id, Assign(groups=(str(N2),), people=()), "group", action="climb"),
            rig.wish(id, Comment(text="Moved to N2")),
            rig.wish(id, Notify(to=("boss@example.org",), subject=f"VPN {id}", text="Look")),
        )
    ]
    plan = rig.plan(*changes)
    assert set(states(rig.apply(plan).outcomes)) == {"applied"}
    assert [rig.ticket(id).groups for id in TICKETS] == [(str(N2),)] * 3
    assert [len(rig.said(id)) for id in TICKETS] == [1, 1, 1]
    assert len(Outbox(rig.database).list(MessageState.waiting)) == 3
    assert set(states(rig.apply(plan).outcomes)) == {"unchanged"}


def test_an_automatic_write_does_not_stop_the_response_clock(rig: Rig) -> None:
    changes = (
        rig.wish(1, Assign(groups=(str(N2),)), "group"),
        rig.wish(1, Comment(text="Moved", public=True)),
        rig.wish(1, Hold(reason="Waiting"), "status"),
    )
    assert set(states(rig.apply(rig.plan(*changes)).outcomes)) == {"applied"}
    assert rig.ticket(1).responded is None


def test_a_field_that_a_person_changed_in_between_is_left_to_them(rig: Rig) -> None:
    plan = rig.plan(rig.wish(1, URGENT, "urgency", basis=("urgency", "status")))
    rig.glpi.database.update("Ticket", 1, {"urgency": 3})
    assert states(rig.apply(plan).outcomes) == ["yielded"]
    assert rig.ticket(1).urgency is Grade.medium
    assert rig.memory(1).yielded == ("urgency",)


def test_a_rule_that_insists_writes_all_the_same(rig: Rig) -> None:
    rig.insisting = frozenset({"r"})
    plan = rig.plan(rig.wish(1, URGENT, "urgency", basis=("status",)))
    rig.glpi.database.update("Ticket", 1, {"urgency": 3})
    assert states(rig.apply(plan).outcomes) == ["applied"]


def test_a_change_whose_facts_moved_is_stale_and_forgotten(rig: Rig) -> None:
    plan = rig.plan(rig.wish(1, URGENT, "urgency", basis=("status", "category_id")))
    rig.glpi.database.update("Ticket", 1, {"itilcategories_id": 9})
    assert states(rig.apply(plan).outcomes) == ["stale"]
    assert (rig.memory(1).written, rig.memory(1).fired) == ((), ())


@pytest.mark.parametrize(
    ("moved", "state"),
    [({"status": 6}, "stale"), ({"is_deleted": 1}, "stale")],
)
def test_a_ticket_closed_or_deleted_in_between_is_left_alone(
    rig: Rig, moved: dict[str, object], state: str
) -> None:
    plan = rig.plan(rig.wish(1, URGENT, "urgency"))
    rig.glpi.database.update("Ticket", 1, moved)
    assert states(rig.apply(plan).outcomes) == [state]


def test_a_ticket_purged_in_between_is_refused_and_the_others_go_on(rig: Rig) -> None:
    plan = rig.plan(rig.wish(1, URGENT, "urgency"), rig.wish(2, URGENT, "urgency"))
    rig.glpi.database.delete("Ticket", "id = ?", (1,))
    assert states(rig.apply(plan).outcomes) == ["refused", "applied"]


def test_a_comment_is_recognised_by_its_mark_even_with_an_empty_journal(rig: Rig) -> None:
    change = rig.wish(1, Comment(text="We are on it"))
    text = add_mark("We are on it", change.key)
    rig.desk.comment([NewComment(ticket="1", text=text, public=False)])
    assert states(rig.apply(rig.plan(change)).outcomes) == ["unchanged"]
    assert len(rig.said(1)) == 1
    assert [one.action for one in rig.memory(1).fired] == ["comment"]


def test_a_link_made_by_somebody_else_meanwhile_is_unchanged(rig: Rig) -> None:
    plan = rig.plan(rig.wish(1, Link(target="problem", id=str(PROBLEM))))
    link = {"problems_id": PROBLEM, "tickets_id": 1}
    rig.glpi.database.insert("Problem_Ticket", link)
    assert states(rig.apply(plan).outcomes) == ["unchanged"]
    assert rig.glpi.database.count("Problem_Ticket") == 1


def test_a_comment_that_would_reopen_a_solved_ticket_is_refused(rig: Rig) -> None:
    own = {"tickets_id": 1, "users_id": OURSELVES, "type": 1}
    rig.glpi.database.insert("Ticket_User", own)
    rig.glpi.database.update("Ticket", 1, {"status": 5, "solvedate": STAMP})
    plan = rig.plan(rig.wish(1, Comment(text="Is it better?", public=True)))
    assert states(rig.apply(plan).outcomes) == ["refused"]
    assert (rig.ticket(1).status, rig.said(1)) == (Status.solved, [])


def test_a_group_that_the_desk_does_not_have_is_not_called_applied(rig: Rig) -> None:
    plan = rig.plan(rig.wish(1, Assign(groups=("999",)), "group"))
    (outcome,) = rig.apply(plan).outcomes
    assert outcome.state.value in {"refused", "overridden"}
    assert rig.ticket(1).groups == (str(N1),)


@dataclass(slots=True)
class Gateway:
    """A gateway that answers 502 to one kind of request, whether or not the desk did it."""

    application: ASGIApp
    method: str
    path: str
    passes_on: bool
    broken: bool = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        unlucky = scope["method"] == self.method and scope["path"].endswith(self.path)
        if not (self.broken and unlucky):
            await self.application(scope, receive, send)
            return
        if self.passes_on:
            await self.application(scope, receive, _swallow)
        head = [(b"content-type", b"text/html")]
        await send({"type": "http.response.start", "status": 502, "headers": head})
        await send({"type": "http.response.body", "body": b"<h1>Bad gateway</h1>"})


async def _swallow(message: Message) -> None:
    pass


@contextmanager
def behind(gateway: Gateway, rig: Rig) -> Iterator[None]:
    """Reach the desk through the gateway for a while."""
    listener = listen()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/apirest.php"
    glpi, direct = rig.glpi, rig.desk
    with (
        serving(gateway, listener),
        glpi_desk("glpi", url=url, app_token=glpi.app_token, user_token=glpi.user_token) as desk,
    ):
        rig.desk, rig.glpi = desk, replace(glpi, url=url)
        yield
    rig.desk, rig.glpi = direct, glpi


UNCLEAR = [
    ("PUT", "/Ticket", Assign(groups=(str(N2),)), "group"),
    ("PUT", "/Ticket", URGENT, "urgency"),
    ("POST", "/ITILFollowup", Comment(text="We are on it"), ""),
    ("POST", "/Problem_Ticket", Link(target="problem", id=str(PROBLEM)), ""),
    ("POST", "/ITILSolution", Solve(text="Restarted"), "status"),
    ("PUT", "/Ticket", Hold(reason="Waiting"), "status"),
    ("POST", "/ITILFollowup", Hold(reason="Waiting"), "status"),
]


@pytest.mark.parametrize(
    ("method", "path", "effect", "name"),
    [*UNCLEAR, ("DELETE", "/Group_Ticket", Assign(groups=(str(N2),)), "group")],
)
def test_what_was_done_without_an_answer_is_found_on_the_desk_and_not_sent_again(
    rig: Rig, method: str, path: str, effect: Effect, name: str
) -> None:
    change = rig.wish(1, effect, name)
    gateway = Gateway(rig.glpi.application, method, path, passes_on=True)
    with behind(gateway, rig):
        (outcome,) = rig.apply(rig.plan(change)).outcomes
    assert outcome.state.value == "applied", outcome
    assert rig.glpi.database.count("Group_Ticket", "tickets_id = 1") == 1
    said = rig.said(1)
    assert len(said) == int(isinstance(effect, Comment | Solve | Hold))


@pytest.mark.parametrize(("method", "path", "effect", "name"), UNCLEAR)
def test_what_was_not_done_and_not_answered_has_failed_and_is_done_the_next_time(
    rig: Rig, method: str, path: str, effect: Effect, name: str
) -> None:
    change = rig.wish(1, effect, name)
    gateway = Gateway(rig.glpi.application, method, path, passes_on=False)
    with behind(gateway, rig):
        plan = rig.plan(change)
        assert states(rig.apply(plan).outcomes) == ["failed"]
        assert (rig.memory(1).written, rig.memory(1).fired) == ((), ())
        gateway.broken = False
        assert states(rig.apply(plan).outcomes) == ["applied"]


CHILD = """
import os, signal, sys
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from sdtools.apply.context import ApplyContext
from sdtools.apply.run import apply_plan
from sdtools.connectors.glpi.desk import glpi_desk
from sdtools.model.memory import Memory
from sdtools.model.people import Directory
from sdtools.store.database import open_database
from sdtools.store.journal import Journal
from sdtools.store.plans import plan_from_json

folder, url, app_token, user_token, last = sys.argv[1:]
ticks = count(1)

def at_a_boundary(*_):
    if next(ticks) == int(last):
        os.kill(os.getpid(), signal.SIGKILL)
    return True

plan = plan_from_json(Path(folder, "plan.json").read_text())
context = ApplyContext(
    now=lambda: plan.now + timedelta(seconds=1), directory=Directory(), memory=Memory(),
    post_webhook=at_a_boundary, stop=lambda: False, holds=at_a_boundary, progress=at_a_boundary,
    keep=lambda tickets: None,
)
with (
    open_database(f"sqlite:///{folder}/sdtools.db") as database,
    glpi_desk("glpi", url=url, app_token=app_token, user_token=user_token) as desk,
):
    desk.at_once = 2
    apply_plan(plan, desk, Journal(database, "glpi"), context)
"""


@pytest.mark.parametrize("boundary", [3, 5, 6])  # with updates, with comments, after a batch
def test_a_killed_process_is_finished_by_the_next_run_with_nothing_doubled(
    rig: Rig, boundary: int
) -> None:
    plan = rig.plan(
        *(
            change
            for id in TICKETS
            for change in (
                rig.wish(id, Assign(groups=(str(N2),), people=()), "group", action="climb"),
                rig.wish(id, Link(target="article", id=str(ARTICLE))),
                rig.wish(id, Comment(text="Moved to N2")),
                rig.wish(id, Notify(to=("boss@example.org",), subject=f"VPN {id}", text="Look")),
                replace(rig.wish(id, Hold(reason="Wait"), "status"), before_value="assigned"),
            )
        )
    )
    (rig.folder / "plan.json").write_text(plan_to_json(plan))
    access = (rig.glpi.url, rig.glpi.app_token, rig.glpi.user_token)
    arguments = [sys.executable, "-c", CHILD, str(rig.folder), *access, str(boundary)]
    died = subprocess.run(arguments, check=False, capture_output=True, text=True)
    assert died.returncode == -signal.SIGKILL, died.stderr
    rig.apply(plan)
    for id in TICKETS:
        ticket = rig.ticket(id)
        assert (ticket.groups, ticket.status) == ((str(N2),), Status.pending)
        assert rig.glpi.database.count("Group_Ticket", "tickets_id = ?", (id,)) == 1
        found = [one for text in rig.said(id) for one in marks_in(text)]
        keys = [change_key("glpi", "r", str(id), 1, action) for action in ("comment", "hold")]
        assert sorted(found) == sorted(mark(key) for key in keys)
        assert len(rig.memory(id).fired) == 5
    assert rig.glpi.database.count("KnowbaseItem_Item") == len(TICKETS)
    assert len(Outbox(rig.database).list(MessageState.waiting)) == len(TICKETS)
    assert Journal(rig.database, "glpi").unsettled() == ()


@pytest.mark.parametrize(
    ("act", "state"),
    [
        (lambda one: one.put("Ticket", 1, urgency=3), "yielded"),
        (lambda one: one.add("Group_Ticket", tickets_id=1, groups_id=N2, type=2), "stale"),
        (lambda one: one.add("Problem_Ticket", tickets_id=1, problems_id=PROBLEM), "stale"),
        (lambda one: one.delete("Ticket", 1), "stale"),
        (lambda one: one.put("Ticket", 1, name="Not what the rule looks at"), "applied"),
    ],
    ids=["the field", "the group", "a problem", "the trash", "something else"],
)
def test_what_moved_between_the_pull_and_the_first_write_is_judged_again(
    rig: Rig, act: Callable[[Person], object], state: str
) -> None:
    rig.pull()
    plan = rig.plan(
        rig.wish(1, URGENT, "urgency", basis=("group", "problems")), rig.wish(2, URGENT, "urgency")
    )
    act(Person(rig.glpi, rig.glpi.user_token))
    assert states(rig.apply(plan).outcomes) == [state, "applied"]


def test_a_batch_that_did_not_move_costs_rows_and_the_history_and_no_long_table(rig: Rig) -> None:
    rig.pull()
    plan = rig.plan(*(rig.wish(id, URGENT, "urgency") for id in TICKETS))
    rig.desk.consequences.after(rig.mirror["1"], URGENT, Directory())
    asked: list[str] = []
    for line in lines_of(rig.desk):
        line.hooks["response"].append(lambda answer, **_: asked.append(answer.request.url))
    assert states(rig.apply(plan).outcomes) == ["applied"] * len(TICKETS)
    assert not [url for url in asked if "Ticket_User" in url or "Group_Ticket" in url]
    assert rig.kept == rig.desk.read([str(id) for id in TICKETS])


def test_what_the_desk_did_beside_our_write_is_seen_by_the_next_pull(rig: Rig) -> None:
    rig.pull()
    plan = rig.plan(rig.wish(1, URGENT, "urgency"))
    rig.glpi.faults = Meanwhile(act=lambda _: rule_of_the_desk(rig))
    assert states(rig.apply(plan).outcomes) == ["applied"]
    assert rig.kept["1"].urgency is Grade.very_high
    mirror = {**rig.mirror, **rig.kept}
    for page in rig.desk.tickets(BEGIN, lambda ids: {id: mirror[id] for id in ids}):
        mirror.update((one.id, one) for one in page)
    assert mirror["1"].groups == (str(N1), str(N2))


@pytest.mark.parametrize("said", ["before the pull", "since the pull"])
def test_what_was_said_before_a_journal_was_lost_is_not_said_again(rig: Rig, said: str) -> None:
    wish = rig.wish(1, Comment(text="Look at this"))
    again = NewComment(ticket="1", text=add_mark("Look at this", wish.key), public=False)
    if said == "before the pull":
        rig.desk.comment([again])
    rig.pull()
    if said == "since the pull":
        rig.desk.comment([again])
    asked: list[str] = []
    for line in lines_of(rig.desk):
        line.hooks["response"].append(lambda answer, **_: asked.append(answer.request.url))
    (outcome,) = rig.apply(rig.plan(wish)).outcomes
    assert (outcome.state.value, outcome.detail) == ("unchanged", "already said")
    assert len(rig.said(1)) == 1
    looked = any("ITILFollowup" in url for url in asked[: len(asked) - 3])  # `said` asks for three
    assert looked is (said == "since the pull")


def rule_of_the_desk(rig: Rig) -> None:
    """Assign a group along with what we write, as a rule of the desk does in the same request."""
    urgent = rig.glpi.database.count("Ticket", "urgency = 5")
    if urgent and not rig.glpi.database.count("Group_Ticket", "groups_id = ?", (N2,)):
        rig.glpi.database.insert("Group_Ticket", {"tickets_id": 1, "groups_id": N2, "type": 2})


def lines_of(desk: Desk) -> list[DeskHttp]:
    assert isinstance(desk, GlpiDesk)
    assert desk._session.crew
    return [one._http for one in (desk._session, *desk._session.crew._sessions)]
