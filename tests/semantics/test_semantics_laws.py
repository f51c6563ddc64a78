"""The laws of the rules, on desks with people and desk rules that act at random."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from semantics_books import SECTIONS, Drafts, drafts, tickets
from semantics_paper import CONSEQUENCES, TEXTS, Paper
from semantics_referee import LAWS, Referee, twin_of

from sdtools.model.effects import Assign, Effect, SetField, Unlink
from sdtools.model.grades import OPEN, Grade, Status
from sdtools.model.ticket import Ticket
from sdtools.plan import Plan
from sdtools.rules.conditions import fields_of
from sdtools.rules.decide import decide
from sdtools.rules.language import load_rules
from sdtools.rules.writes import written_by

_OFF = '"enabled": false'
_HOW_LONG = st.sampled_from((1, 20, 29, 31, 45, 125, 60 * 12, 60 * 25))  # minutes


@dataclass(frozen=True)
class Overruling:
    """The desk gets a rule of its own, or loses it."""

    rule: tuple[str, dict[str, object]]


@dataclass(frozen=True)
class Sleep:
    """A rule is paused or disabled, or whichever is goes on."""

    place: int
    paused: bool


@dataclass(frozen=True)
class Turn:
    """The ticket is handed to somebody of the other rank: what rules quarrel over."""


What = SetField | Assign | Unlink | Status | Overruling | Sleep | Turn | dict[str, object]
Event = tuple[str, What]
_PEOPLE: list[What] = [
    *(SetField(field="urgency", value=value) for value in ("low", "medium", "high")),
    *(SetField(field="impact", value=value) for value in ("low", "high")),
    *(Assign(groups=groups) for groups in ((), ("1",), ("2",), ("3",))),
    *(Assign(people=people) for people in ((), ("12",), ("13",))),
    Assign(groups=("2",), people=()),
    Unlink(target="article", id="4"),
    Unlink(target="problem", id="3"),
]
_FILED: list[What] = [
    {"category_id": ""},
    {"category_id": "5"},
    {"category_id": "6"},
    {"category_id": "7"},
    {"deleted": True},
    {"deleted": False},
]
# Our own account asked, and the ticket is solved: nothing may be said on it.
_OURS: What = {
    "requesters": ("99",),
    "status": Status.solved,
    "category_id": "",
    "deleted": False,
    "unknown": frozenset[str](),
}
_OWN_RULES: list[What] = [
    Overruling(("urgency", {"urgency": Grade.medium})),
    Overruling(("group", {"groups": ("1",)})),
]
_ASLEEP: list[What] = [Sleep(place, paused) for place in range(3) for paused in (True, False)]
_UNREAD: list[What] = [
    {"unknown": frozenset(names)}
    for names in (
        *((), ("requesters",), ("groups",), ("assignees",), ("category_id",), ("urgency",)),
        ("requesters", "groups"),
    )
]
_STATES: list[What] = [*Status, Status.assigned, Status.solved]
# One draw an event, of one flat list: so that all of them come about as often as they stand here.
_WHATS: list[What] = [
    *[Turn()] * 24,
    *_PEOPLE,
    *_FILED,
    *[_OURS] * 6,
    *_STATES,
    *_OWN_RULES * 2,
    *_UNREAD,
    *_ASLEEP,
]
EVENTS: st.SearchStrategy[Event] = st.sampled_from(
    [(key, what) for what in _WHATS for key in ("100", "100", "101")]
)
HOURS = st.lists(st.tuples(st.lists(EVENTS, max_size=2), _HOW_LONG), min_size=3, max_size=5)


class Desk(RuleBasedStateMachine):
    """A desk on paper, its rules, and everybody who acts on it."""

    kind: ClassVar[str]
    tried: ClassVar[Counter[str]]

    paper: Paper
    written: Drafts
    referee: Referee

    @initialize(
        made=drafts, one=tickets("100"), other=tickets("101"), own=st.sampled_from((0, 0, 1))
    )
    def open(self, made: Drafts, one: Ticket, other: Ticket, own: int) -> None:
        self.written = made
        self.paper = Paper(rules=made.text(), tickets={"100": one, "101": other}, kind=self.kind)
        self.paper.overrides = {"urgency": {"urgency": Grade.medium}} if own else {}
        self.referee = Referee(self.tried)
        _written_otherwise(self.paper, made)
        self.tried["sections"] += 1

    # -- what happens between two passes ---------------------------------------------------------

    def _edit(self, key: str, **fields: object) -> None:
        after = replace(self.paper.tickets[key], **fields)  # type: ignore[arg-type]  # fields of a Ticket
        self._becomes(after)

    def _becomes(self, after: Ticket) -> None:
        self.referee.moved(self.paper.tickets[after.id], after, "person")
        self.paper.tickets[after.id] = after

    def _does(self, key: str, effect: Effect) -> None:
        ticket = self.paper.tickets[key]
        self._becomes(CONSEQUENCES[self.kind].after(ticket, effect, self.paper.directory))

    def happen(self, event: Event) -> None:
        """Let one thing happen on the desk."""
        key, what = event
        match what:
            case SetField() | Assign() | Unlink():
                self._does(key, what)
            case Status():
                self._moves_on(key, what)
            case Overruling():
                self.paper.overrides = {} if self.paper.overrides else dict([what.rule])
            case Sleep():
                self._sleep(what)
            case Turn():
                one = self.paper.tickets[key].requesters
                self._edit(key, requesters=("2",) if one == ("1",) else ("1",))
            case dict():
                self._edit(key, **what)

    def _moves_on(self, key: str, status: Status) -> None:
        ticket = self.paper.tickets[key]
        again = not ticket.is_open and status in OPEN
        self._edit(key, status=status, reopens=ticket.reopens + again)

    def _sleep(self, what: Sleep) -> None:
        one = self.written.ids[what.place % len(self.written.ids)]
        if what.paused:
            self.paper.paused = {} if self.paper.paused else {one: "until Friday"}
        else:
            gone = frozenset[str]() if _OFF in self.paper.rules else frozenset({one})
            self.paper.rules = self.written.disabled(gone).text()

    # -- passes ----------------------------------------------------------------------------------

    @rule(hours=HOURS)
    def passes(self, hours: list[tuple[list[Event], int]]) -> None:
        for events, minutes in hours:
            self._pass(events, minutes)

    @rule(event=EVENTS, meanwhile=EVENTS)
    def a_pass_while_somebody_is_at_it(self, event: Event, meanwhile: Event) -> None:
        self._pass([event], 10, meanwhile)

    @rule(minutes=st.sampled_from((20, 45, 125)))
    def it_goes_back_and_forth(self, minutes: int) -> None:
        for _ in range(3):
            self._pass([("100", Turn())], minutes)

    @rule(what=st.sampled_from([*_UNREAD, *_ASLEEP, *_ASLEEP]), minutes=_HOW_LONG, then=EVENTS)
    def something_is_out_of_reach(self, what: What, minutes: int, then: Event) -> None:
        self._pass([("100", what)], minutes)
        self._pass([then], 10)

    def _pass(self, events: list[Event], minutes: int, meanwhile: Event | None = None) -> None:
        for event in events:
            self.happen(event)
        self.paper.later(minutes=minutes)
        plan = self.paper.plan()
        self.referee.watch_plan(self.paper, plan)
        if meanwhile and _in_a_moment(meanwhile):
            self.happen(meanwhile)
        self._carry_out(plan)

    def _carry_out(self, plan: Plan) -> None:
        before, memory = dict(self.paper.tickets), dict(self.paper.memory)
        outcomes = self.paper.carry_out(plan)
        self.referee.watch_outcomes(self.paper, plan, outcomes, before, memory)

    @rule()
    def it_settles(self) -> None:
        twin = twin_of(self.paper, overrides={})
        refused: set[str] = set()
        allowed = 2 if _forward(twin) else len(twin.book.rules) + 1
        for passes in range(allowed + 1):
            twin.later(seconds=1)
            plan = twin.plan()
            due = [one for one in plan.changes if not one.observe and one.key not in refused]
            if not due:
                break
            self.tried["settles"] += not passes
            assert passes < allowed, (due, self.paper.rules)
            outcomes = twin.carry_out(plan)
            refused |= {one.change.key for one in outcomes if one.state.value == "refused"}


def _in_a_moment(event: Event) -> bool:
    """Leave out what does not happen between a plan and its first write: rules and rights."""
    what = event[1]
    return not isinstance(what, Sleep) and not (isinstance(what, dict) and "unknown" in what)


def _forward(paper: Paper) -> bool:
    """Tell whether no rule waits for what a later one writes: it would act a pass later."""
    rules = paper.book.rules
    return not any(
        set(fields_of(early.when)) & (written_by(late) | {"status"})
        for place, early in enumerate(rules)
        for late in rules[place + 1 :]
    )


def _written_otherwise(paper: Paper, made: Drafts) -> None:
    """Write the book down with its sections in another order, and in two files."""
    changes = paper.plan().changes
    backwards = replace(paper, rules=made.text(tuple(reversed(SECTIONS))))
    assert backwards.plan().changes == changes
    first, second = made.text(SECTIONS[::2]), made.text(SECTIONS[1::2], head={})
    book = load_rules(
        [("a.yaml", f"version: 1\n{first}"), ("b.yaml", f"version: 1\n{second}")], str
    )
    assert decide(book, paper.world, paper.now, TEXTS).changes == changes


def _machine(of: str, counted: Counter[str]) -> type[Desk]:
    return type(f"Desk_{of}", (Desk,), {"kind": of, "tried": counted})


@pytest.mark.laws
@pytest.mark.parametrize("kind", ["glpi", "servicenow"])
def test_the_laws_hold_and_each_of_them_was_tried(
    kind: str, asked: settings, record_property: Callable[[str, object], None]
) -> None:
    counted: Counter[str] = Counter()
    run_state_machine_as_test(_machine(kind, counted), settings=asked)
    for law, told in LAWS.items():
        record_property("law", f"{kind:10} {law:10} {counted[law]:6}  {told}")
    assert [law for law in LAWS if counted[law] < 3] == []
