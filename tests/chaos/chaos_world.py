"""The desks of the storm: the same work on a GLPI and on a ServiceNow, and the rules for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sdtools.emulator.servicenow.fresh import fixed_id

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
_OLD = "2026-11-19 08:00:00"
CASES = 10  # what the rules tell apart: ticket n is of case n modulo 10

Row = tuple[str, dict[str, object]]

# Every kind of effect, alone and together. A climb (next_tier) is relative: doing it twice shows.
RULES = """\
version: 1
defaults: {{calendar: 24x7}}
limits: {{known_percent: 100, known_most: 100000, new_most: 100000}}
slas: [{{id: one, when: {{kind: incident}}, calendar: 24x7, resolve: 1h}}]
next_tier: [{{from: N1, to: N2}}, {{from: N2, to: N3}}]
priority:
  - id: urgent
    when: {{title: {{words: [case0, case7]}}}}
    then: {{set: {{urgency: high}}}}
routing:
  - id: to-second-line
    when: {{title: {{words: [case1, case7]}}, group: [N1]}}
    then: {{assign: {{group: N2}}}}
  - id: to-a-person
    when: {{title: {{words: case8}}}}
    then: [{{assign: {{user: {person}}}}}, {{link: {{parent: {parent}}}}}]
known_errors:
  - id: known
    when: {{status: [new, assigned], title: {{words: [case2, case7]}}}}
    then: [{{link: {{article: {article}}}}}, {{comment: "Known: see the article"}}]
  - id: of-a-problem
    when: {{title: {{words: [case2, case8]}}}}
    then: [{{link: {{problem: {problem}}}}}, {{comment: {{text: We know of it, public: true}}}}]
escalation:
  - id: climb
    when: {{title: {{words: case3}}, status: [new, assigned]}}
    clock: sla.resolve
    steps:
      - {{at: 50%, then: {{assign: {{group: {climb}}}}}}}
      - at: 100%
        then: {{notify: {{to: lead@example.org, subject: "{{{{ ticket.id }}}} late", text: Late}}}}
housekeeping:
  - id: tell
    when: {{title: {{words: [case4, case7]}}}}
    then:
      - notify: {{to: team@example.org, subject: "{{{{ ticket.number }}}} is here", text: Look}}
      - webhook: {hook}
  - id: wait
    when: {{title: {{words: case5}}, status: [new, assigned]}}
    then: {{hold: Waiting for the spare part}}
  - id: finish
    when: {{title: {{words: case6}}, status: [new, assigned]}}
    then: {{solve: {{text: It was restarted{code}}}}}
  - id: gather
    when: {{title: {{words: case9}}}}
    then:
      - notify:
          {{to: boss@example.org, subject: "{{{{ ticket.number }}}} lies", text: Old, digest: true}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the rules call by name or id, on one kind of desk."""

    person: str
    parent: str
    article: str
    problem: str
    code: str = ""


def rules_for(names: Names, hook: str, climb: str) -> str:
    """Return the rules of the storm for a desk; ``hook`` is where webhooks go.

    ``climb`` is where a late ticket goes: next_tier, or a group.
    """
    return RULES.format(
        hook=hook,
        climb=climb,
        person=names.person,
        parent=names.parent,
        article=names.article,
        problem=names.problem,
        code=names.code,
    )


GLPI_NAMES = Names(person="tech", parent="1000000", article="21", problem="31")
_FIRST = 101  # GLPI's id of ticket 0
_N1, _N2, _N3 = 11, 12, 13
_TECH, _ASKER = 4, 5  # accounts of a fresh GLPI


def title(number: int) -> str:
    """Return the title of a ticket: the rules go by its case."""
    return f"case{number % CASES} number {number}"


def glpi_rows(size: int) -> Iterator[Row]:
    """Yield a GLPI with three tiers, an article, a problem, a parent ticket and ``size`` more."""
    shared: dict[str, object] = {"entities_id": 0, "is_recursive": 1}
    for group, name in ((_N1, "N1"), (_N2, "N2"), (_N3, "N3")):
        yield "Group", {"id": group, "is_assign": 1, "name": name, "completename": name, **shared}
    yield "KnowbaseItem", {"id": 21, "name": "VPN", "answer": "Restart it", "is_faq": 1}
    yield "Entity_KnowbaseItem", {"id": 1, "knowbaseitems_id": 21, **shared}
    yield "Problem", {"id": 31, "name": "VPN", "date": _OLD, "status": 2, **shared}
    numbers = {_FIRST + number: title(number) for number in range(size)}
    tickets = {**numbers, int(GLPI_NAMES.parent): "The parent"}
    for id, name in tickets.items():
        yield "Ticket", _glpi_ticket(id, name)
    for id in tickets:
        yield "Group_Ticket", {"id": id, "tickets_id": id, "groups_id": _N1, "type": 2}
    for id in tickets:
        yield "Ticket_User", {"id": id, "tickets_id": id, "users_id": _ASKER, "type": 1}


def _glpi_ticket(id: int, name: str) -> dict[str, object]:
    dates = dict.fromkeys(("date", "date_creation", "date_mod"), _OLD)
    grades = {"status": 2, "urgency": 2, "impact": 3, "priority": 2}
    return {"id": id, "name": name, "content": "It is broken", **grades, **dates}


_ARTICLE = fixed_id("kb_knowledge", "KB0010001")
_PROBLEM = fixed_id("problem", "PRB0010001")
_GROUPS = {name: fixed_id("sys_user_group", name) for name in ("N1", "N2", "N3")}
_PERSON = fixed_id("sys_user", "bob.durand")
SERVICENOW_NAMES = Names(
    person="bob.durand",
    parent=fixed_id("incident", "parent"),
    article=_ARTICLE,
    problem=_PROBLEM,
    code=", code: Solution provided",
)


def servicenow_rows(size: int) -> Iterator[Row]:
    """Yield a ServiceNow with the same."""
    for name, sys_id in _GROUPS.items():
        yield "sys_user_group", {"sys_id": sys_id, "name": name}
    yield (
        "sys_user",
        {"sys_id": _PERSON, "user_name": "bob.durand", "name": "Bob Durand", "active": True},
    )
    known = {"short_description": "VPN", "sys_created_on": _OLD}
    yield "problem", {"sys_id": _PROBLEM, "number": "PRB0010001", "state": 103, **known}
    yield (
        "kb_knowledge",
        {"sys_id": _ARTICLE, "number": "KB0010001", "workflow_state": "published", **known},
    )
    yield "incident", _incident(SERVICENOW_NAMES.parent, "INC0000001", "The parent")
    for number in range(size):
        sys_id = fixed_id("incident", str(number))
        yield "incident", _incident(sys_id, f"INC{1000 + number:07}", title(number))


def _incident(sys_id: str, number: str, name: str) -> dict[str, object]:
    dates = dict.fromkeys(("opened_at", "sys_created_on", "sys_updated_on"), _OLD)
    grades = {"state": 2, "incident_state": 2, "urgency": 3, "impact": 2, "priority": 4}
    names = {"sys_id": sys_id, "number": number, "short_description": name}
    return {**names, **grades, **dates, "assignment_group": _GROUPS["N1"]}
