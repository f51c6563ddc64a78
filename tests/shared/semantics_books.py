"""Rule books and days at a desk, made at random: what the laws of the rules are tried on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from hypothesis import strategies as st
from semantics_paper import NOW, TICKET

from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.ticket import Ticket

__all__ = ["SECTIONS", "Drafts", "drafts", "tickets"]

HEAD: Mapping[str, object] = {
    "protect": {"category": "Legal"},
    "next_tier": [{"from": "N1", "to": "N2"}, {"from": "N2", "to": "N3"}],
}
SECTIONS = ("priority", "routing", "known_errors", "escalation", "housekeeping")
_GRADES = ("low", "medium", "high")

_TESTS: tuple[tuple[str, object], ...] = (
    ("kind", "incident"),
    ("urgency", {"lt": "high"}),
    ("urgency", {"gte": "high"}),
    ("impact", "low"),
    ("impact", {"gt": "low"}),
    ("priority", {"gte": "high"}),
    ("priority", {"lt": "high"}),
    ("status", "new"),
    ("status", ["new", "assigned"]),
    ("status", "pending"),
    ("status", {"not": "solved"}),
    ("group", {"empty": True}),
    ("group", "N2"),
    ("group", {"in": ["N1", "N3"]}),
    ("assignee", {"empty": True}),
    ("requester.vip", True),
    ("requester.vip", False),
    ("category", {"under": "Network"}),
    ("category", {"empty": True}),
    ("age", {"gte": "4h"}),
    ("sla.resolve.used", {"gte": "50%"}),
    ("article", {"empty": True}),
)
Rule = dict[str, object]
_SETS: tuple[Rule, ...] = (
    *(Rule(set={name: grade}) for name in ("urgency", "impact") for grade in _GRADES),
    {"set": {"priority": "high"}},
    {"set": {"category": "Network > VPN"}},
    {"set": {"category": "Network"}},
    *(Rule(assign={"group": group}) for group in ("N1", "N2", "N3")),
    {"assign": {"group": "N2", "add": True}},
    {"assign": {"user": "p12"}},
    {"assign": {"group": "N3", "user": "p13"}},
    {"link": {"article": "4"}},
    {"link": {"problem": "3"}},
    {"link": {"parent": "7"}},
)
_ONCE: tuple[Rule, ...] = (
    {"assign": {"group": "next_tier"}},
    {"assign": {"group": "N2", "by": "least_loaded"}},
    {"assign": {"by": "round_robin"}},
    {"comment": {"text": "Said by the rule"}},
    {"comment": {"text": "Said to all", "public": True}},
    {"notify": {"to": "boss@example.org", "text": "Look"}},
    {"notify": {"to": "group", "text": "Look"}},
    {"webhook": {"url": "https://hooks.example.org/x"}},
    {"hold": {"reason": "Waiting"}},
    {"solve": {"text": "Done"}},
)
_ACTIONS = (*_SETS, *_SETS, *_ONCE)
_MANNERS: tuple[Rule, ...] = (
    *(Rule() for _ in range(6)),
    {"insist": True},
    {"mode": "observe"},
    {"mode": "observe"},
    {"stop": True},
    {"repeat": {"every": "2h", "max": 3}},
)


@dataclass(frozen=True, slots=True)
class Drafts:
    """A rule book before it is written down: sections with their rules."""

    sections: Mapping[str, tuple[Rule, ...]]

    def text(self, order: Iterable[str] = SECTIONS, head: Mapping[str, object] = HEAD) -> str:
        """Write these sections down in this order; JSON is YAML too."""
        parts = {**head, **{name: self.sections.get(name, ()) for name in order}}
        return "\n".join(f"{key}: {json.dumps(value)}" for key, value in parts.items())

    def disabled(self, off: frozenset[str]) -> Drafts:
        """Switch some rules off."""
        return Drafts(
            {
                name: tuple(
                    {**rule, "enabled": False} if rule["id"] in off else rule for rule in rules
                )
                for name, rules in self.sections.items()
            }
        )

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of all rules, in the order in which they are judged."""
        rules = (rule for name in SECTIONS for rule in self.sections.get(name, ()))
        return tuple(str(rule["id"]) for rule in rules)


def _condition(dice: Random) -> dict[str, object]:
    when: dict[str, object] = dict(dice.choices(_TESTS, k=dice.choice((1, 1, 2))))
    if dice.random() < 0.2:
        when["not"] = dict(dice.choices(_TESTS))
    if dice.random() < 0.2:
        when["any"] = [dict([one]) for one in dice.sample(_TESTS, 2)]
    return when


def _together(actions: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    """Leave out what one rule may not do at once: a field twice, or what the desk computes."""
    kept: list[dict[str, object]] = []
    taken: set[str] = set()
    for action in actions:
        fields = set(_fields(action))
        if not taken & fields:
            kept.append(action)
            taken |= fields | ({"priority"} if fields & {"urgency", "impact"} else set())
            taken |= {"urgency", "impact"} if "priority" in fields else set()
    return kept


def _fields(action: dict[str, object]) -> Iterable[str]:
    (verb, wanted), *_ = action.items()
    if isinstance(wanted, dict) and verb in {"set", "link"}:
        return [str(name) for name in wanted]
    return ["status"] if verb in {"hold", "solve"} else [verb]


def _rule(dice: Random, number: int) -> tuple[str, Rule]:
    rule: Rule = {"id": f"r{number}", "when": _condition(dice)}
    if dice.random() < 0.15:
        climb, *others = _ONCE
        steps = [
            {"at": at, "then": dice.choice((climb, *others[2:7]))} for at in ("50%", "90%", "120%")
        ]
        return "escalation", {**rule, "clock": "sla.resolve", "steps": steps}
    rule["then"] = _together(dice.choices(_ACTIONS, k=dice.choice((1, 1, 2))))
    return dice.choice(SECTIONS), rule | dice.choice(_MANNERS)


def _made(dice: Random) -> Drafts:
    sections: dict[str, tuple[Rule, ...]] = {}
    for number in range(dice.randint(2, 6)):
        section, rule = _rule(dice, number)
        sections[section] = (*sections.get(section, ()), rule)
    return Drafts(sections)


# What books made at random seldom hold: a quarrel over one field, a ladder, a reminder.
_QUARREL = Drafts(
    {
        "priority": (
            {"id": "r0", "when": {"requester.vip": True}, "then": {"set": {"urgency": "high"}}},
            {"id": "r1", "when": {"requester.vip": False}, "then": {"set": {"urgency": "low"}}},
        ),
        "routing": (
            {
                "id": "r2",
                "when": {"category": {"empty": True}},
                "then": {"assign": {"group": "N1"}},
            },
            {"id": "r3", "when": {"category": "Network"}, "then": {"assign": {"group": "N2"}}},
        ),
        "housekeeping": (
            {"id": "r4", "when": {"status": "solved"}, "then": {"comment": {"text": "Thanks"}}},
        ),
    }
)
_CLIMB = Drafts(
    {
        "priority": (
            {"id": "r0", "when": {"kind": "incident"}, "then": {"set": {"urgency": "high"}}},
        ),
        "escalation": (
            {
                "id": "r1",
                "when": {"status": {"not": "solved"}},
                "clock": "sla.resolve",
                "steps": [
                    {"at": "10%", "then": {"comment": {"text": "A tenth"}}},
                    {"at": "50%", "then": {"assign": {"group": "next_tier"}}},
                    {"at": "90%", "then": {"notify": {"to": "b@example.org", "text": "Late"}}},
                    {"at": "120%", "then": {"assign": {"group": "next_tier"}}},
                ],
            },
        ),
        "housekeeping": (
            {
                "id": "r2",
                "when": {"requester.vip": True},
                "then": {"comment": {"text": "Still waiting", "public": True}},
                "repeat": {"every": "2h", "max": 3},
            },
            {"id": "r3", "when": {"status": "solved"}, "then": {"comment": {"text": "Solved"}}},
            {"id": "r4", "when": {"status": "assigned"}, "then": {"set": {"urgency": "low"}}},
        ),
    }
)


def _drafts(seed: int) -> Drafts:
    dice = Random(seed)
    return (_QUARREL, _CLIMB, _made(dice), _made(dice), _made(dice))[seed % 5]


def _ticket(id: str, dice: Random) -> Ticket:
    """Make a ticket that both desks could hold."""
    grades = (Grade.low, Grade.medium, Grade.high)
    return replace(
        TICKET,
        id=id,
        number=id,
        kind=dice.choice((Kind.incident, Kind.incident, Kind.request)),
        status=dice.choice((Status.new, Status.new, Status.assigned, Status.pending)),
        urgency=dice.choice(grades),
        impact=dice.choice(grades),
        category_id=dice.choice(("", "", "5", "6")),
        requesters=dice.choice((("1",), ("2",))),
        groups=dice.choice(((), (), ("1",), ("2",))),
        resolve_due=dice.choice((None, NOW + timedelta(hours=2), NOW - timedelta(minutes=5))),
    )


# A seed and not many small draws: so books and tickets differ as much as they can.
drafts: st.SearchStrategy[Drafts] = st.integers(0, 99_999).map(_drafts)


def tickets(id: str) -> st.SearchStrategy[Ticket]:
    """Make tickets of one id."""
    return st.integers(0, 9_999).map(lambda seed: _ticket(id, Random(seed)))
