"""What answers of a ServiceNow leave unsaid, and what is made of odd ones."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import responses
from servicenow_reader import reader_at

from sdtools.connectors.desk import NewSolution, TicketUpdate, WriteState, Written
from sdtools.connectors.pacing import done, refused
from sdtools.connectors.servicenow.answers import number, text
from sdtools.connectors.servicenow.batches import Reply, Request
from sdtools.connectors.servicenow.desk import ServiceNowDesk, servicenow_desk
from sdtools.connectors.servicenow.fields import INCIDENT, REQUEST, status_of
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.options import Basic
from sdtools.connectors.servicenow.telling import told
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow
from sdtools.errors import DeskRefusedError
from sdtools.model.effects import SetField

Ids = Mapping[str, str]
URL = "https://snow.example.org"
POLICY = (
    "Operation Failed: Data Policy Exception: The following fields are mandatory: Resolution code"
)


def patch(**values: str) -> Request:
    return Request(method="PATCH", path="/table/incident/1", values=values, again=True)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (None, ""),
        ("", ""),
        ("x", "x"),
        ({"link": "https://h/x", "value": "x"}, "x"),
        ({"value": "x"}, "x"),
        ({"display_value": "X", "value": "x"}, "x"),
        ({"display_value": "X"}, ""),
        (7, "7"),
        (True, "true"),
        (1.5, ""),
    ],
)
def test_a_value_is_read_in_each_of_its_shapes(value: object, found: str) -> None:
    assert text({"key": value}, "key") == found


def test_what_is_no_number_is_none() -> None:
    assert [number({"n": one}, "n") for one in ("7", "-5", "", "UNKNOWN", None)] == [
        7, -5, None, None, None,
    ]  # fmt: skip


def test_the_same_number_is_another_state_in_another_table() -> None:
    found = [status_of(table, {"state": "3"}) for table in (INCIDENT, REQUEST)]
    assert [str(one) for one in found] == ["pending", "closed"]


def test_a_mandatory_field_that_was_written_hints_at_a_dropped_value() -> None:
    reply = Reply(written=refused(POLICY))
    answer = told(patch(state="6", close_code="Invented", close_notes="x"), reply)
    assert answer.state is WriteState.refused
    assert answer.detail.startswith(POLICY)
    assert "lacks the close code 'Invented'" in answer.detail


def test_a_mandatory_field_that_was_not_written_is_the_desks_word() -> None:
    assert told(patch(state="6"), Reply(written=refused(POLICY))).detail == POLICY


def test_a_value_that_came_back_otherwise_is_told() -> None:
    row = {"sys_id": "1", "category": "", "urgency": "1", "work_notes": ""}
    sent = patch(category="nonsense", urgency="1", work_notes="said", subcategory="not shown")
    answer = told(sent, Reply(written=done("1"), row=row))
    expected = "category 'nonsense' became ''"
    assert answer == Written(state=WriteState.done, id="1", detail=expected)


def test_a_choice_that_is_on_no_list_is_dropped_and_said_so(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    """Our account cannot see the lists: only the answer tells."""
    wanted = SetField(field="category", value="nonsense")
    [answer] = snow_desk.update([TicketUpdate(ticket=ids["0001"], fields=(wanted,))])
    assert "category 'nonsense' became ''" in answer.detail
    assert (snow.database.row("incident", ids["0001"]) or {})["category"] == ""


def test_a_close_code_that_is_on_no_list_is_refused_with_the_likely_reason(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    [answer] = snow_desk.solve([NewSolution(ticket=ids["0001"], text="Done", code="Invented")])
    assert answer.state is WriteState.refused
    assert "Resolution code" in answer.detail
    assert "'Invented'" in answer.detail
    assert (snow.database.row("incident", ids["0001"]) or {})["state"] == "1"


ABORTED = (
    "Operation against file 'incident' was aborted by Business Rule 'No night work^"
    f"{'a' * 32}'. Business Rule Stack:No night work"
)


@pytest.mark.parametrize(
    ("status", "message", "detail", "said"),
    [
        (403, "Operation Failed", ABORTED, "aborted by Business Rule 'No night work"),
        (403, "User Not Authorized", "Failed API level ACL Validation", "Failed API level ACL"),
        (401, "User is not authenticated", "Required to provide Auth information", "401"),
        (401, "User Not Authenticated", None, "401"),
        (400, "Requested URI does not represent any resource", None, "does not represent any"),
    ],
)
@responses.activate
def test_a_refusal_is_told_in_the_desks_own_words(
    status: int, message: str, detail: str | None, said: str
) -> None:
    error = {"error": {"message": message, "detail": detail}, "status": "failure"}
    responses.add(responses.GET, f"{URL}/api/now/table/incident", json=error, status=status)
    with pytest.raises(DeskRefusedError, match=said) as caught:
        list(reader_at(URL).rows(Listing(table="incident", fields=())))
    assert caught.value.status == status


@responses.activate
def test_a_read_on_which_the_desk_failed_is_asked_again() -> None:
    error = {"error": {"message": "java.lang.NullPointerException", "detail": "Check logs"}}
    users = f"{URL}/api/now/table/sys_user"
    responses.add(responses.GET, users, json=error, status=500)
    responses.add(responses.GET, users, json={"result": [{"sys_id": "a" * 32, "user_name": "u"}]})
    login = Basic(user="u", password="p")
    with servicenow_desk("s", url=URL, credentials=login, wait=lambda _: None) as desk:
        assert desk.account_id == "a" * 32


@responses.activate
def test_a_column_that_does_not_show_makes_its_fact_unknown_and_not_empty() -> None:
    row = {"sys_id": "a" * 32, "state": "1", "urgency": "2", "impact": "2", "priority": "3"}
    responses.add(responses.GET, f"{URL}/api/now/table/incident", json={"result": [row]})
    for other in ("task_sla", "m2m_kb_task", "sys_user", "sc_req_item"):
        responses.add(responses.GET, f"{URL}/api/now/table/{other}", json={"result": []})
    responses.replace(
        responses.GET,
        f"{URL}/api/now/table/incident",
        json={"result": [row]},
        headers={"X-Total-Count": "1"},
    )
    login = Basic(user="u", password="p")
    with servicenow_desk("s", url=URL, credentials=login) as desk:
        ticket = desk.read(["a" * 32])["a" * 32]
    assert {"groups", "assignees", "category_id", "requesters"} <= ticket.unknown
    assert not {"urgency", "status"} & ticket.unknown
