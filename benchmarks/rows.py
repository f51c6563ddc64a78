"""The made-up service desk of worlds.py as raw rows of a GLPI and of a ServiceNow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from html import escape

from benchmarks.worlds import (
    AGENTS,
    CATEGORIES,
    COMPUTERS,
    DIRECTORS,
    GROUPS,
    LEADERS,
    LOCATIONS,
    PEOPLE,
    Case,
)
from sdtools.emulator.servicenow.fresh import fixed_id

__all__ = ["glpi_rows", "servicenow_rows"]

Row = tuple[str, dict[str, object]]

_MADE = "2024-01-01 08:00:00"
_FIRST_PERSON, _FIRST_AGENT = 100, 3000  # GLPI ids
_STATUS = {"new": 1, "assigned": 2, "pending": 4}
_STATE = {"new": 1, "assigned": 2, "pending": 3}
_PRIORITY = {2: 2, 3: 3, 4: 3}  # by urgency, where the impact is medium (GLPI)
_AWAITING_CALLER = 1


def stamp(at: datetime) -> str:
    """Write a moment as both desks store it."""
    return at.astimezone(UTC).isoformat(" ", "seconds")[:19]


def glpi_rows(cases: Iterable[Case]) -> Iterator[Row]:
    """Yield the directory, then every ticket with what hangs on it, item type by item type."""
    yield from _glpi_directory()
    links: dict[str, list[dict[str, object]]] = {
        name: [] for name in ("Ticket_User", "Group_Ticket", "Item_Ticket", "ITILFollowup")
    }
    for case in cases:
        yield "Ticket", _glpi_ticket(case)
        for itemtype, row in _glpi_links(case):
            found = links[itemtype]
            found.append({"id": len(found) + 1, **row})
    for itemtype, rows in links.items():
        yield from ((itemtype, row) for row in rows)


def _glpi_ticket(case: Case) -> dict[str, object]:
    text = escape(f"<p>{case.text}</p>".replace("\n", "<br />"), quote=False)
    opened = stamp(case.opened)
    return {
        "id": case.number,
        "name": case.title,
        "content": text.replace("&lt;", "&#60;").replace("&gt;", "&#62;"),
        "status": _STATUS[case.status],
        "urgency": case.urgency,
        "priority": _PRIORITY[case.urgency],
        "itilcategories_id": case.category + 1,
        "locations_id": case.location,
        "requesttypes_id": 1,
        "users_id_recipient": _FIRST_PERSON + case.requester,
        "users_id_lastupdater": _FIRST_PERSON + case.requester,
        "date": opened,
        "date_creation": opened,
        "date_mod": stamp(case.updated),
        "begin_waiting_date": stamp(case.updated) if case.status == "pending" else None,
    }


def _glpi_links(case: Case) -> Iterator[Row]:
    ticket = {"tickets_id": case.number}
    person = _FIRST_PERSON + case.requester
    yield "Ticket_User", {**ticket, "users_id": person, "type": 1, "use_notification": 1}
    if case.agent:
        yield "Ticket_User", {**ticket, "users_id": _FIRST_AGENT + case.agent, "type": 2}
    if case.group:
        yield "Group_Ticket", {**ticket, "groups_id": case.group, "type": 2}
    if case.computer:
        yield "Item_Ticket", {**ticket, "itemtype": "Computer", "items_id": case.computer}
    for text in case.remarks:
        at = stamp(case.updated)
        yield (
            "ITILFollowup",
            {
                "itemtype": "Ticket",
                "items_id": case.number,
                "users_id": person,
                "content": f"&#60;p&#62;{text}&#60;/p&#62;",
                "date": at,
                "date_creation": at,
                "date_mod": at,
            },
        )


def _glpi_directory() -> Iterator[Row]:
    for number in range(PEOPLE):
        yield "User", _glpi_user(_FIRST_PERSON + number, f"person{number:04}")
    for number in range(AGENTS + 1):
        yield "User", _glpi_user(_FIRST_AGENT + number, f"agent{number:03}")
    for number in range(PEOPLE):
        mail = f"person{number:04}@example.org"
        yield "UserEmail", {"id": number + 1, "users_id": _FIRST_PERSON + number, "email": mail}
    directors = len(GROUPS) + 1
    for place, name in enumerate((*GROUPS, DIRECTORS), 1):
        yield "Group", {"id": place, "name": name, "completename": name}
    members = [(directors, _FIRST_PERSON + number) for number in range(LEADERS)]
    members += [(n % len(GROUPS) + 1, _FIRST_AGENT + n) for n in range(1, AGENTS + 1)]
    for number, (group, user) in enumerate(members, 1):
        yield "Group_User", {"id": number, "groups_id": group, "users_id": user}
    for number, (topic, part) in enumerate(CATEGORIES, 1):
        path = f"{topic} > {part}" if part else topic
        yield "ITILCategory", {"id": number, "name": part or topic, "completename": path}
    for number in range(1, LOCATIONS + 1):
        name = f"Building {number}"
        yield "Location", {"id": number, "name": name, "completename": name}
    for number in range(1, COMPUTERS + 1):
        yield "Computer", {"id": number, "name": f"pc-{number:04}"}


def _glpi_user(number: int, login: str) -> dict[str, object]:
    return {"id": number, "name": login, "realname": login, "firstname": "", "is_active": 1}


def servicenow_rows(cases: Iterable[Case]) -> Iterator[Row]:
    """Yield the directory, then every incident, then what was said on them."""
    yield from _servicenow_directory()
    said: list[Row] = []
    for case in cases:
        yield "incident", _incident(case)
        said.extend(_journal(case))
    yield from said


def _incident(case: Case) -> dict[str, object]:
    topic, part = CATEGORIES[case.category]
    level = {2: "3", 3: "2", 4: "1"}[case.urgency]
    state = _STATE[case.status]
    return {
        "sys_id": fixed_id("incident", str(case.number)),
        "number": f"INC{case.number:07}",
        "short_description": case.title,
        "description": case.text,
        "state": state,
        "incident_state": state,
        "hold_reason": _AWAITING_CALLER if case.status == "pending" else "",
        "urgency": level,
        "impact": "2",
        "priority": {"1": "2", "2": "3", "3": "4"}[level],
        "category": topic.lower(),
        "subcategory": part.lower(),
        "caller_id": _person(case.requester),
        "assigned_to": _agent(case.agent) if case.agent else "",
        "assignment_group": _group(GROUPS[case.group - 1]) if case.group else "",
        "cmdb_ci": fixed_id("cmdb_ci_computer", str(case.computer)) if case.computer else "",
        "location": fixed_id("cmn_location", str(case.location)),
        "opened_at": stamp(case.opened),
        "opened_by": _person(case.requester),
        "sys_created_on": stamp(case.opened),
        "sys_updated_on": stamp(case.updated),
        "sys_created_by": f"person{case.requester:04}",
        "sys_updated_by": f"person{case.requester:04}",
    }


def _journal(case: Case) -> Iterator[Row]:
    for place, text in enumerate(case.remarks):
        yield (
            "sys_journal_field",
            {
                "sys_id": fixed_id("sys_journal_field", str(case.number), str(place)),
                "name": "incident",
                "element": "comments",
                "element_id": fixed_id("incident", str(case.number)),
                "value": text,
                "sys_created_on": stamp(case.updated + timedelta(seconds=place)),
                "sys_created_by": f"person{case.requester:04}",
            },
        )


def _servicenow_directory() -> Iterator[Row]:
    made = {"sys_created_on": _MADE}
    for number in range(PEOPLE):
        login = f"person{number:04}"
        mail = f"{login}@example.org"
        names = {"user_name": login, "name": login, "last_name": login, "email": mail}
        yield "sys_user", {"sys_id": _person(number), **names, **made}
    for number in range(1, AGENTS + 1):
        login = f"agent{number:03}"
        names = {"user_name": login, "name": login, "last_name": login}
        yield "sys_user", {"sys_id": _agent(number), **names, **made}
    for name in (*GROUPS, DIRECTORS):
        yield "sys_user_group", {"sys_id": _group(name), "name": name, **made}
    members = [(DIRECTORS, _person(number)) for number in range(LEADERS)]
    members += [(GROUPS[n % len(GROUPS)], _agent(n)) for n in range(1, AGENTS + 1)]
    for group, person in members:
        sys_id = fixed_id("sys_user_grmember", group, person)
        row = {"sys_id": sys_id, "group": _group(group), "user": person, **made}
        yield "sys_user_grmember", row
    for number in range(1, LOCATIONS + 1):
        row = {"sys_id": fixed_id("cmn_location", str(number)), "name": f"Building {number}"}
        yield "cmn_location", {**row, "full_name": f"Building {number}", **made}
    for number in range(1, COMPUTERS + 1):
        sys_id = fixed_id("cmdb_ci_computer", str(number))
        yield "cmdb_ci_computer", {"sys_id": sys_id, "name": f"pc-{number:04}", **made}
    yield from _choices(made)


def _choices(made: dict[str, str]) -> Iterator[Row]:
    for topic, part in CATEGORIES:
        element = "subcategory" if part else "category"
        row = {"name": "incident", "element": element, "value": (part or topic).lower()}
        names = {"label": part or topic, "dependent_value": topic.lower() if part else ""}
        sys_id = fixed_id("sys_choice", "incident", topic, part)
        yield "sys_choice", {"sys_id": sys_id, **row, **names, **made}


def _person(number: int) -> str:
    return fixed_id("sys_user", f"person{number:04}")


def _agent(number: int) -> str:
    return fixed_id("sys_user", f"agent{number:03}")


def _group(name: str) -> str:
    return fixed_id("sys_user_group", name)
