"""Consequences: what we foresee is what the desk does, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import responses

from sdtools.connectors.desk import NewHold, NewLink, NewSolution, TicketUpdate
from sdtools.connectors.servicenow.consequences import ServiceNowConsequences, matrix_from
from sdtools.connectors.servicenow.desk import ServiceNowDesk, servicenow_desk
from sdtools.connectors.servicenow.fields import INCIDENT, category_id, field_values
from sdtools.connectors.servicenow.options import ApiKey
from sdtools.model.effects import Assign, Comment, Effect, Hold, Link, SetField, Solve
from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.people import Directory
from sdtools.model.ticket import Ticket

Ids = Mapping[str, str]
THEN = datetime(2026, 11, 10, tzinfo=UTC)
GRADES = ("low", "medium", "high")


def ticket(kind: Kind = Kind.incident, status: Status = Status.new) -> Ticket:
    return Ticket(
        id="1",
        number="INC1",
        url="",
        kind=kind,
        title="t",
        description="",
        status=status,
        urgency=Grade.medium,
        impact=Grade.medium,
        priority=Grade.medium,
        opened=THEN,
        updated=THEN,
    )


def after(before: Ticket, effect: Effect) -> Ticket:
    return ServiceNowConsequences().after(before, effect, Directory())


def compared(one: Ticket) -> Ticket:
    """Leave out what time alone moves, and what consequences do not foresee."""
    return replace(one, updated=THEN, updated_by="", solved=None, closed=None, unknown=frozenset())


def write(desk: ServiceNowDesk, sys_id: str, effect: Effect) -> None:
    match effect:
        case SetField():
            desk.update([TicketUpdate(ticket=sys_id, fields=(effect,))])
        case Assign():
            desk.update([TicketUpdate(ticket=sys_id, assign=effect)])
        case Hold(reason=reason):
            desk.hold([NewHold(ticket=sys_id, text=reason)])
        case Solve(text=text, code=code):
            desk.solve([NewSolution(ticket=sys_id, text=text, code=code)])
        case Link():
            desk.link([NewLink(ticket=sys_id, link=effect)])
        case _:
            raise AssertionError(effect)


def effects(ids: Ids) -> list[Effect]:
    found: list[Effect] = [
        SetField(field=field, value=value) for field in ("urgency", "impact") for value in GRADES
    ]
    found += [
        SetField(field="urgency", value="very_high"),
        SetField(field="priority", value="high"),
        SetField(field="kind", value="request"),
        SetField(field="location", value=ids["paris"]),
        Assign(groups=(ids["n2"],)),
        Assign(groups=(ids["n2"],), people=(ids["marie"],)),
        Assign(people=(ids["paul"],)),
        Assign(groups=(), people=()),
        Assign(groups=(ids["n1"], ids["n2"])),
        Hold(reason="Asked"),
        Solve(text="Done", code="Duplicate"),
        Link(target="problem", id=ids["drops"]),
        Link(target="article", id=ids["article"]),
        Link(target="parent", id=ids["0002"]),
    ]
    return found


@pytest.mark.parametrize("name", ["0001", "0002", "ritm"])
@pytest.mark.parametrize("place", range(20))
def test_the_desk_makes_of_an_effect_what_we_foresee(
    snow_desk: ServiceNowDesk, ids: Ids, name: str, place: int
) -> None:
    effect, sys_id = effects(ids)[place], ids[name]
    before = snow_desk.read([sys_id])[sys_id]
    write(snow_desk, sys_id, effect)
    found = snow_desk.read([sys_id])[sys_id]
    assert compared(found) == compared(after(before, effect))


def test_the_priority_is_looked_up_from_impact_and_urgency() -> None:
    found = {
        (impact, urgency): after(
            after(ticket(), SetField(field="impact", value=impact)),
            SetField(field="urgency", value=urgency),
        ).priority.name
        for impact in GRADES
        for urgency in GRADES
    }
    assert found == {
        ("high", "high"): "very_high",
        ("high", "medium"): "high",
        ("high", "low"): "medium",
        ("medium", "high"): "high",
        ("medium", "medium"): "medium",
        ("medium", "low"): "low",
        ("low", "high"): "medium",
        ("low", "medium"): "low",
        ("low", "low"): "very_low",
    }


def test_writing_what_is_there_leaves_a_priority_that_somebody_set() -> None:
    odd = replace(ticket(), priority=Grade.very_high)
    assert after(odd, SetField(field="urgency", value="medium")) == odd


def test_assigning_an_incident_does_not_move_it_from_new() -> None:
    assert after(ticket(), Assign(groups=("g",), people=("p",))).status is Status.new


def test_a_request_with_an_assignee_is_no_longer_new() -> None:
    request = after(ticket(Kind.request), Assign(groups=("g",), people=("p",)))
    assert request.status is Status.assigned
    assert after(request, Assign(people=())).status is Status.new
    assert after(ticket(Kind.request), Assign(groups=("g",))).status is Status.new


def test_what_will_be_refused_changes_nothing() -> None:
    linked = replace(ticket(), problems=("p1",), parent="t1")
    for before, effect in (
        (linked, Link(target="problem", id="p2")),
        (linked, Link(target="parent", id="t2")),
        (ticket(Kind.request), Solve(text="x")),
        (ticket(Kind.request), SetField(field="category", value="network")),
        (ticket(), Comment(text="x")),
    ):
        assert after(before, effect) == before


def test_a_category_is_foreseen_on_incidents() -> None:
    assert after(ticket(), SetField(field="category", value="a/b")).category_id == "a/b"


@pytest.mark.parametrize(
    ("category", "subcategory"),
    [("network", "vpn"), ("a/b", "c/d"), ("50%", ""), ("%2F", "x")],
)
def test_the_name_of_a_category_leads_back_to_its_values(category: str, subcategory: str) -> None:
    change = SetField(field="category", value=category_id(category, subcategory))
    expected = {"category": category, "subcategory": subcategory}
    assert field_values(INCIDENT, change) == expected


def test_a_lookup_of_the_desk_replaces_the_usual_one_cell_by_cell() -> None:
    rows = [
        {"impact": "1", "urgency": "3", "priority": "2"},
        {"impact": "2", "urgency": "2", "priority": "9"},
        {"impact": "x", "urgency": "", "priority": "1"},
    ]
    assert matrix_from(rows) == ((1, 2, 2), (2, 3, 4), (3, 4, 5))
    assert matrix_from([]) == ServiceNowConsequences().matrix


@responses.activate
def test_the_lookup_is_read_from_the_desk_where_it_shows() -> None:
    url = "https://snow.example.org"
    row = {"sys_id": "1", "impact": "3", "urgency": "3", "priority": "4"}
    responses.add(
        responses.GET,
        f"{url}/api/now/table/dl_u_priority",
        json={"result": [row]},
        headers={"X-Total-Count": "1"},
    )
    desk = servicenow_desk("s", url=url, credentials=ApiKey(key="k"), wait=lambda _: None)
    assert desk.consequences.matrix[2][2] == 4
    assert desk.consequences is desk.consequences
    assert len(responses.calls) == 1
