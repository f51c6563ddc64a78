"""What was asked for is what came: dropped conditions, hidden fields, incidents created once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
import responses
from servicenow_reader import reader_at, reader_of

from sdtools.connectors.desk import (
    NewComment,
    NewHold,
    NewLink,
    NewSolution,
    TicketUpdate,
    WriteState,
    Written,
)
from sdtools.connectors.pacing import Pacer
from sdtools.connectors.servicenow import queries
from sdtools.connectors.servicenow.answers import ConditionDroppedError, text
from sdtools.connectors.servicenow.checking import Existing
from sdtools.connectors.servicenow.creating import (
    NewIncident,
    create_incident,
    find_by_correlation,
)
from sdtools.connectors.servicenow.desk import ServiceNowDesk, servicenow_desk
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.lists import Reader
from sdtools.connectors.servicenow.names import Logins
from sdtools.connectors.servicenow.options import Basic
from sdtools.connectors.servicenow.queries import Among
from sdtools.emulator.faults import FaultPlan
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow
from sdtools.emulator.servicenow.faults import SERVICENOW_FAULTS
from sdtools.errors import DeskRefusedError
from sdtools.model.effects import Link, SetField

Ids = Mapping[str, str]
URL = "https://snow.example.org"
GLPI_7 = NewIncident(correlation="glpi-7", values={"short_description": "Printer"})


def listing(table: str, field: str, *values: str) -> Listing:
    return Listing(table=table, fields=(), among=(Among(field=field, values=values),))


def pacer() -> Pacer:
    return Pacer(clock=lambda: 0.0, most=50)


@pytest.mark.parametrize(
    ("table", "field"),
    [("kb_knowledge", "correlation_id"), ("incident", "no_such_field"), ("sys_user", "caller.x")],
)
def test_rows_of_a_query_whose_field_the_table_lacks_are_never_taken(
    snow: EmbeddedServiceNow, table: str, field: str
) -> None:
    with pytest.raises(ConditionDroppedError, match=f"drops a condition on {field}"):
        list(reader_of(snow).rows(listing(table, field, "glpi-7")))
    assert reader_of(snow).readable(listing(table, field, "glpi-7")) is None


def test_a_value_that_differs_by_case_or_accents_is_the_one_that_was_asked_for() -> None:
    asked = Among(field="user_name", values=("Zoe.Muller",))
    assert [asked.holds(one) for one in ("zoe.muller", "Zoé.Müller ", "zoe")] == [True, True, False]


@responses.activate
def test_no_ticket_is_read_or_written_when_the_desk_drops_the_ids() -> None:
    """An instance whose answers ignore the condition, whatever was asked."""
    rows = [{"sys_id": sys_id * 32, "state": "1", "task": "x", "user_name": "u"} for sys_id in "ab"]
    for table in ("incident", "sc_req_item"):
        address = f"{URL}/api/now/table/{table}"
        responses.add(responses.GET, address, json={"result": rows}, headers={"X-Total-Count": "2"})
    responses.add(responses.GET, f"{URL}/api/now/table/sys_user", json={"result": []})
    login = Basic(user="u", password="p")
    with servicenow_desk("s", url=URL, credentials=login) as desk:
        for work in _works(desk, "a" * 32):
            with pytest.raises(ConditionDroppedError):
                work()
    assert {call.request.method for call in responses.calls} == {"GET"}


def _works(desk: ServiceNowDesk, ticket: str) -> tuple[Callable[[], object], ...]:
    urgent = SetField(field="urgency", value="high")
    link = NewLink(ticket=ticket, link=Link(target="problem", id="c" * 32))
    return (
        lambda: desk.read([ticket]),
        lambda: desk.update([TicketUpdate(ticket=ticket, fields=(urgent,))]),
        lambda: desk.comment([NewComment(ticket=ticket, text="x", public=False)]),
        lambda: desk.link([link]),
        lambda: desk.hold([NewHold(ticket=ticket, text="x")]),
        lambda: desk.solve([NewSolution(ticket=ticket, text="x")]),
    )


@responses.activate
def test_logins_that_were_not_asked_for_are_nobody() -> None:
    others = [{"sys_id": "a" * 32, "user_name": "somebody.else"}]
    responses.add(responses.GET, f"{URL}/api/now/table/sys_user", json={"result": others})
    logins = Logins(reader_at(URL))
    logins.learn(["marie"])
    assert (logins.id("marie"), logins.id("somebody.else")) == ("", "")


def test_a_field_that_may_not_stand_in_a_query_is_named_with_what_to_do(
    snow: EmbeddedServiceNow,
) -> None:
    choices = Listing(table="sys_choice", fields=("label",), where="element=state^inactive=false")
    with pytest.raises(DeskRefusedError) as caught:
        list(reader_of(snow).rows(choices))
    assert "may not query sys_choice by element, inactive:" in caught.value.advice
    assert "give its role the right to read that" in caught.value.advice


def test_every_field_that_a_query_names_is_known() -> None:
    query = "a=1^ORb.cISEMPTY^NQd!=2^ORDERBYDESCe^ORDERBYf"
    assert queries.tested_fields(query) == ("a", "b.c", "d", "e", "f")


@responses.activate
def test_who_may_not_ask_for_active_people_still_knows_which_exist() -> None:
    no = {
        "error": {
            "message": "Insufficient rights to query records",
            "detail": "Field(s) present in the query do not have permission to be read",
        },
        "status": "failure",
    }
    people, there = f"{URL}/api/now/table/sys_user", "a" * 32
    active = responses.matchers.query_param_matcher(
        {"sysparm_query": f"sys_id={there}^active=true^ORDERBYsys_id"}, strict_match=False
    )
    plain = responses.matchers.query_param_matcher(
        {"sysparm_query": f"sys_id={there}^ORDERBYsys_id"}, strict_match=False
    )
    found = {"result": [{"sys_id": there}]}
    one = {"X-Total-Count": "1"}
    responses.add(responses.GET, people, json=found, headers=one, match=[plain])
    responses.add(responses.GET, people, json=no, status=403, match=[active])
    responses.add(responses.GET, people, json=no, status=403)
    existing = Existing(reader_at(URL))
    existing.look("sys_user", [there])
    assert existing.why_not("sys_user", there) == ""
    assert "no active person" in existing.why_not("sys_user", "b" * 32)


def test_an_incident_is_created_once_for_what_it_is_called_elsewhere(
    snow: EmbeddedServiceNow,
) -> None:
    reader = reader_of(snow)
    first = create_incident(reader, pacer(), GLPI_7)
    again = create_incident(reader, pacer(), GLPI_7)
    assert (first.state, again.state) == (WriteState.done, WriteState.there)
    assert find_by_correlation(reader, "glpi-7") == (first.id,)
    assert find_by_correlation(reader, "GLPI-7") == ()
    [row] = snow.database.rows("incident", "t.correlation_id = ?", ("glpi-7",))
    assert (row["short_description"], row["sys_id"]) == ("Printer", first.id)


@pytest.mark.parametrize("kind", ["reset_after", "bad_gateway_after", "empty", "truncated"])
def test_a_creation_without_a_clear_answer_is_looked_up_and_not_repeated(
    snow: EmbeddedServiceNow, kind: str
) -> None:
    snow.application.faults = FaultPlan(chosen={2: kind}, catalogue=SERVICENOW_FAULTS)
    written = create_incident(reader_of(snow), pacer(), GLPI_7)
    [row] = snow.database.rows("incident", "t.correlation_id = ?", ("glpi-7",))
    assert (written.state, written.id) == (WriteState.done, row["sys_id"])


def test_a_creation_that_did_not_arrive_is_unknown(snow: EmbeddedServiceNow) -> None:
    snow.application.faults = FaultPlan(chosen={2: "reset_before"})
    assert create_incident(reader_of(snow), pacer(), GLPI_7).state is WriteState.unknown
    assert snow.database.rows("incident", "t.correlation_id = ?", ("glpi-7",)) == []


@responses.activate
def test_nothing_is_created_where_incidents_have_no_correlation_id() -> None:
    rows = [{"sys_id": "a" * 32}, {"sys_id": "b" * 32}]
    responses.add(responses.GET, f"{URL}/api/now/table/incident", json={"result": rows})
    with pytest.raises(ConditionDroppedError):
        create_incident(reader_at(URL), pacer(), GLPI_7)
    assert len(responses.calls) == 1


@pytest.mark.parametrize("name", ["", " ", "x" * 101])
def test_what_cannot_be_a_correlation_id_creates_nothing(
    snow: EmbeddedServiceNow, name: str
) -> None:
    written = create_incident(reader_of(snow), pacer(), NewIncident(correlation=name, values={}))
    assert written.state is WriteState.refused
    assert snow.requests == 0


def test_a_correlation_id_may_hold_what_means_something_in_a_query(
    snow: EmbeddedServiceNow,
) -> None:
    odd = NewIncident(correlation="a^ORnumber!=1, b&c=d#e%+", values={})
    reader: Reader = reader_of(snow)
    written: Written = create_incident(reader, pacer(), odd)
    assert find_by_correlation(reader, odd.correlation) == (written.id,)
    assert create_incident(reader, pacer(), odd).state is WriteState.there
    row = snow.database.row("incident", written.id) or {}
    assert text(row, "correlation_id") == odd.correlation
