"""What follows from a write on the embedded GLPI: priority, status, clocks, history (FACTS 10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from sdtools.emulator.glpi.fresh import SELF_SERVICE_TOKEN, TECHNICIAN_TOKEN

if TYPE_CHECKING:
    from tests.emulator.conftest import Client

NO_RIGHT = "You don't have permission to perform this action."


def _later(glpi: Client, **by: int) -> None:
    glpi.desk.clock.advance(timedelta(**by))


@pytest.mark.parametrize(
    ("given", "priority"),
    [
        ({}, 3),
        ({"urgency": 5}, 4),
        ({"urgency": 5, "impact": 5}, 5),
        ({"urgency": 1, "impact": 1}, 1),
        ({"urgency": 1, "impact": 1, "priority": 6}, 6),
        ({"priority": 5}, 5),
    ],
)
def test_a_new_tickets_priority_is_the_given_or_the_matrix(
    glpi: Client, given: dict[str, object], priority: int
) -> None:
    ticket = glpi.add("Ticket", name="t", content="c", **given)
    assert glpi.ticket(ticket)["priority"] == priority


def test_priority_is_computed_again_only_when_urgency_changes(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="t", content="c", urgency=5)
    glpi.put(f"Ticket/{ticket}", priority=1)
    glpi.put(f"Ticket/{ticket}", urgency=5, name="n")
    assert glpi.ticket(ticket)["priority"] == 1
    glpi.put(f"Ticket/{ticket}", urgency=2, impact=2, priority=6)
    assert glpi.ticket(ticket)["priority"] == 2


@pytest.mark.parametrize(
    "given",
    [
        {"_users_id_assign": 7},
        {"_groups_id_assign": [1, 2]},
        {"_itil_assign": {"_type": "group", "groups_id": 1}},
        {"_actors": {"assign": [{"itemtype": "Group", "items_id": 1}]}},
    ],
)
def test_assigning_by_any_key_moves_new_to_assigned(glpi: Client, given: dict[str, object]) -> None:
    ticket = glpi.add("Ticket", name="t", content="c")
    _later(glpi, minutes=5)
    glpi.put(f"Ticket/{ticket}", **given)
    row = glpi.ticket(ticket)
    assert row["status"] == 2
    assert row["takeintoaccountdate"] == "2026-11-20 09:05:00"
    assert row["takeintoaccount_delay_stat"] == 300


@pytest.mark.parametrize("itemtype", ["Ticket_User", "Group_Ticket"])
def test_a_link_to_an_assignee_moves_new_to_assigned_and_back(glpi: Client, itemtype: str) -> None:
    ticket = glpi.add("Ticket", name="t", content="c")
    column = "users_id" if itemtype == "Ticket_User" else "groups_id"
    actor = 7 if itemtype == "Ticket_User" else 1
    link = glpi.add(itemtype, tickets_id=ticket, type=2, **{column: actor})
    assert glpi.ticket(ticket)["status"] == 2
    glpi.call("DELETE", f"{itemtype}/{link}")
    assert glpi.ticket(ticket)["status"] == 1


def test_an_unknown_assignee_leaves_an_assigned_ticket_without_one(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="t", content="c", _groups_id_assign=999)
    assert glpi.ticket(ticket)["status"] == 2
    assert glpi.get(f"Ticket/{ticket}/Group_Ticket") == []


def test_assign_keys_add_and_actors_replace(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="t", content="c", _users_id_requester=8, _groups_id_assign=1)
    glpi.put(f"Ticket/{ticket}", _groups_id_assign=2)
    groups = [row["groups_id"] for row in glpi.get(f"Ticket/{ticket}/Group_Ticket")]
    assert groups == [1, 2]
    glpi.put(f"Ticket/{ticket}", _actors={"assign": [{"itemtype": "User", "items_id": 7}]})
    assert glpi.get(f"Ticket/{ticket}/Group_Ticket") == []
    users = [(row["users_id"], row["type"]) for row in glpi.get(f"Ticket/{ticket}/Ticket_User")]
    assert users == [(7, 2)]  # the requester is gone too
    glpi.put(f"Ticket/{ticket}", _actors={"assign": []})
    assert glpi.ticket(ticket)["status"] == 1


def test_assigning_can_keep_the_response_clock_running(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="t", content="c")
    quiet = {"_do_not_compute_takeintoaccount": True}
    glpi.put(f"Ticket/{ticket}", _groups_id_assign=1, **quiet)
    comment = {"itemtype": "Ticket", "items_id": ticket, "content": "x"}
    glpi.add("ITILFollowup", **comment, **quiet)
    row = glpi.ticket(ticket)
    assert (row["status"], row["takeintoaccountdate"]) == (2, None)
    glpi.add("ITILFollowup", **comment)
    assert glpi.ticket(ticket)["takeintoaccountdate"] is not None


def test_the_requesters_own_words_are_no_answer(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="t", content="c", _users_id_requester=2)
    glpi.add("ITILFollowup", itemtype="Ticket", items_id=ticket, content="more")
    assert glpi.ticket(ticket)["takeintoaccountdate"] is None


def _solved(glpi: Client, **given: object) -> int:
    ticket = glpi.add("Ticket", name="t", content="c", **given)
    _later(glpi, hours=1)
    glpi.add("ITILSolution", itemtype="Ticket", items_id=ticket, content="done")
    return ticket


def test_a_solution_solves_its_ticket_once(glpi: Client) -> None:
    ticket = _solved(glpi)
    row = glpi.ticket(ticket)
    assert (row["status"], row["solvedate"]) == (5, "2026-11-20 10:00:00")
    assert row["solve_delay_stat"] == 3600
    assert glpi.get(f"Ticket/{ticket}/ITILSolution")[0]["status"] == 2
    said = "The item is already solved, did anyone pushed a solution before you?"
    again = glpi.refused("ITILSolution", itemtype="Ticket", items_id=ticket, content="x")
    assert again == (400, said)


@pytest.mark.parametrize(
    ("requester", "followup", "status", "solution"),
    [
        (8, {}, 5, 2),
        (2, {}, 1, 4),
        (8, {"add_reopen": 1}, 1, 4),
        (8, {"add_close": 1}, 6, 3),
    ],
)
def test_followups_on_a_solved_ticket(
    glpi: Client, requester: int, followup: dict[str, object], status: int, solution: int
) -> None:
    ticket = _solved(glpi, _users_id_requester=requester)
    glpi.add("ITILFollowup", itemtype="Ticket", items_id=ticket, content="x", **followup)
    row = glpi.ticket(ticket)
    assert row["status"] == status
    assert (row["solvedate"] is None) == (status == 1)
    assert glpi.get(f"Ticket/{ticket}/ITILSolution")[0]["status"] == solution


def test_a_closed_ticket_drops_most_fields(glpi: Client) -> None:
    ticket = _solved(glpi)
    glpi.put(f"Ticket/{ticket}", status=6)
    answer = glpi.put(f"Ticket/{ticket}", name="late")
    assert (answer.status_code, answer.json()) == (400, ["ERROR_GLPI_UPDATE", ""])
    assert glpi.refused("TicketTask", tickets_id=ticket, content="x") == (400, NO_RIGHT)
    late = {"itemtype": "Ticket", "items_id": ticket, "content": "x"}
    assert glpi.refused("ITILSolution", **late) == (400, NO_RIGHT)
    glpi.add("Group_Ticket", tickets_id=ticket, groups_id=1, type=2)
    assert glpi.put(f"Ticket/{ticket}", status=2, name="late").status_code == 200
    row = glpi.ticket(ticket)
    assert (row["status"], row["name"], row["closedate"]) == (2, "t", None)


def test_pending_time_is_added_and_moves_the_due_date(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="t", content="c", slas_id_ttr=4)
    assert glpi.ticket(ticket)["time_to_resolve"] == "2026-11-20 13:00:00"
    glpi.put(f"Ticket/{ticket}", status=4)
    assert glpi.ticket(ticket)["begin_waiting_date"] == "2026-11-20 09:00:00"
    _later(glpi, minutes=30)
    glpi.put(f"Ticket/{ticket}", status=2)
    row = glpi.ticket(ticket)
    assert (row["waiting_duration"], row["sla_waiting_duration"]) == (1800, 1800)
    assert row["begin_waiting_date"] is None
    assert row["time_to_resolve"] == "2026-11-20 13:30:00"


def test_waiting_outside_opening_hours_does_not_count(glpi: Client) -> None:
    glpi.desk.clock.set(datetime(2026, 11, 22, 13, tzinfo=UTC))  # a Sunday
    ticket = glpi.add("Ticket", name="t", content="c", slas_id_ttr=1)
    glpi.put(f"Ticket/{ticket}", status=4)
    _later(glpi, hours=1)
    glpi.put(f"Ticket/{ticket}", status=2)
    row = glpi.ticket(ticket)
    assert (row["waiting_duration"], row["time_to_resolve"]) == (0, "2026-11-23 16:00:00")


@pytest.mark.parametrize(
    ("sla", "opened", "due"),
    [
        (1, "2026-11-20 09:00:00", "2026-11-20 17:00:00"),
        (1, "2026-11-20 16:00:00", "2026-11-23 14:00:00"),
        (3, "2026-12-23 17:00:00", "2026-12-28 17:00:00"),  # over Christmas and a weekend
        (4, "2026-11-21 23:00:00", "2026-11-22 03:00:00"),
    ],
)
def test_due_dates_follow_the_calendar(glpi: Client, sla: int, opened: str, due: str) -> None:
    ticket = glpi.add("Ticket", name="t", content="c", date=opened)
    glpi.put(f"Ticket/{ticket}", slas_id_ttr=sla, time_to_resolve="2030-01-01 00:00:00")
    assert glpi.ticket(ticket)["time_to_resolve"] == due


def test_removing_an_sla_leaves_the_due_date_and_an_unknown_one_is_none(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="t", content="c", slas_id_ttr=1)
    glpi.put(f"Ticket/{ticket}", slas_id_ttr=0)
    row = glpi.ticket(ticket)
    assert (row["slas_id_ttr"], row["time_to_resolve"]) == (0, "2026-11-20 17:00:00")
    glpi.put(f"Ticket/{ticket}", slas_id_ttr=999)
    assert glpi.ticket(ticket)["slas_id_ttr"] == 0


def test_delays_count_opening_hours_when_an_sla_has_a_calendar(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="t", content="c", slas_id_ttr=1)
    glpi.desk.clock.set(datetime(2026, 11, 22, 13, tzinfo=UTC))
    glpi.add("ITILSolution", itemtype="Ticket", items_id=ticket, content="done")
    assert glpi.ticket(ticket)["solve_delay_stat"] == 9 * 3600


def test_a_closed_ticket_can_be_added_with_its_opening_date_only(glpi: Client) -> None:
    ticket = glpi.add(
        "Ticket", name="t", content="c", status=6, date="2026-11-10 08:00:00",
        closedate="2026-11-12 08:00:00",
    )  # fmt: skip
    row = glpi.ticket(ticket)
    assert row["closedate"] == row["solvedate"] == "2026-11-10 08:00:00"


def _touches(glpi: Client, ticket: int) -> dict[str, Callable[[], object]]:
    item = {"itemtype": "Ticket", "items_id": ticket}
    return {
        "nothing": lambda: glpi.put(f"Ticket/{ticket}", name="t"),
        "name": lambda: glpi.put(f"Ticket/{ticket}", name="n", date_mod="2020-01-01 00:00:00"),
        "followup": lambda: glpi.add("ITILFollowup", **item, content="x", is_private=1),
        "task": lambda: glpi.add("TicketTask", tickets_id=ticket, content="x"),
        "group": lambda: glpi.add("Group_Ticket", tickets_id=ticket, groups_id=1, type=2),
        "item": lambda: glpi.add("Item_Ticket", tickets_id=ticket, itemtype="Computer", items_id=1),
        "problem": lambda: glpi.add("Problem_Ticket", tickets_id=ticket, problems_id=1),
        "article": lambda: glpi.add("KnowbaseItem_Item", **item, knowbaseitems_id=1),
        "cost": lambda: glpi.add("TicketCost", tickets_id=ticket, name="x"),
        "satisfaction": lambda: glpi.add("TicketSatisfaction", tickets_id=ticket, type=1),
        "approval": lambda: glpi.add("TicketValidation", tickets_id=ticket, users_id_validate=7),
        "delete": lambda: glpi.call("DELETE", f"Ticket/{ticket}"),
    }


@pytest.mark.parametrize(
    ("what", "moves"),
    [
        ("nothing", False), ("name", True), ("followup", True), ("task", True), ("group", True),
        ("item", True), ("problem", False), ("article", False), ("cost", False),
        ("satisfaction", False), ("approval", True), ("delete", True),
    ],
)  # fmt: skip
def test_date_mod_moves_with_some_writes_and_not_with_others(
    glpi: Client, what: str, moves: bool
) -> None:
    ticket = glpi.add("Ticket", name="t", content="c")
    _later(glpi, minutes=1)
    _touches(glpi, ticket)[what]()
    moved = glpi.ticket(ticket)["date_mod"] == "2026-11-20 09:01:00"
    assert moved is moves


def test_replacing_a_group_in_place_does_not_move_date_mod(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="t", content="c", _groups_id_assign=1)
    link = glpi.get(f"Ticket/{ticket}/Group_Ticket")[0]["id"]
    _later(glpi, minutes=1)
    glpi.put(f"Group_Ticket/{link}", groups_id=2)
    assert glpi.get(f"Ticket/{ticket}/Group_Ticket")[0]["groups_id"] == 2
    assert glpi.ticket(ticket)["date_mod"] == "2026-11-20 09:00:00"


def test_the_history_numbers_the_changed_columns(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="t", content="c")
    glpi.put(f"Ticket/{ticket}", _groups_id_assign=1)
    glpi.put(f"Ticket/{ticket}", itilcategories_id=2)
    shown = [
        (row["linked_action"], row["id_search_option"], row["old_value"], row["new_value"])
        for row in glpi.get(f"Ticket/{ticket}/Log")
    ]
    assert shown == [
        (20, 0, "", ""),
        (0, 150, "0", "1"),
        (0, 12, "1", "2"),
        (15, 8, "", "Service Desk N1 (1)"),
        (0, 7, "&nbsp; (0)", "Network &#62; VPN (2)"),
    ]


def test_a_pending_followup_keeps_its_reason(glpi: Client) -> None:
    reason = glpi.add("PendingReason", name="Waiting for user")
    ticket = glpi.add("Ticket", name="t", content="c", _groups_id_assign=1)
    glpi.add("ITILFollowup", itemtype="Ticket", items_id=ticket, content="?", pending=1,
             pendingreasons_id=reason)  # fmt: skip
    assert glpi.ticket(ticket)["status"] == 4
    row = glpi.get(f"Ticket/{ticket}/PendingReason_Item")[0]
    assert (row["pendingreasons_id"], row["previous_status"]) == (reason, 2)


def test_a_planned_task_plans_its_ticket(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="t", content="c", _users_id_assign=7)
    plan = {"begin": "2026-11-21 09:00:00", "end": "2026-11-21 10:00:00"}
    glpi.add("TicketTask", tickets_id=ticket, content="x", plan=plan, actiontime=600)
    row = glpi.ticket(ticket)
    assert (row["status"], row["actiontime"]) == (3, 600)


def test_solving_a_master_solves_its_duplicates(glpi: Client) -> None:
    master, duplicate = glpi.add("Ticket", name="m"), glpi.add("Ticket", name="d")
    glpi.add("Ticket_Ticket", tickets_id_1=duplicate, tickets_id_2=master, link=2)
    glpi.add("ITILSolution", itemtype="Ticket", items_id=master, content="done")
    assert glpi.ticket(duplicate)["status"] == 5
    assert glpi.get(f"Ticket/{duplicate}/ITILSolution")[0]["content"] == "done"


def test_a_parent_link_is_stored_as_its_reverse(glpi: Client) -> None:
    one, two = glpi.add("Ticket", name="a"), glpi.add("Ticket", name="b")
    glpi.add("Ticket_Ticket", tickets_id_1=one, tickets_id_2=two, link=4)
    row = glpi.get("Ticket_Ticket")[0]
    assert (row["tickets_id_1"], row["tickets_id_2"], row["link"]) == (two, one, 3)


def test_business_rules_override_the_client(glpi: Client) -> None:
    rule = glpi.add("RuleTicket", name="vpn", match="AND", is_active=1, condition=1)
    glpi.add("RuleCriteria", rules_id=rule, criteria="name", condition=2, pattern="vpn")
    for field, value in (("_groups_id_assign", "2"), ("urgency", "5")):
        glpi.add("RuleAction", rules_id=rule, action_type="assign", field=field, value=value)
    ticket = glpi.add("Ticket", name="VPN down", content="c", urgency=1, _groups_id_assign=1)
    groups = [row["groups_id"] for row in glpi.get(f"Ticket/{ticket}/Group_Ticket")]
    row = glpi.ticket(ticket)
    assert groups == [2]
    assert (row["urgency"], row["priority"]) == (5, 2)  # the priority is the client's urgency's
    other = glpi.add("Ticket", name="printer", content="c", urgency=1)
    assert glpi.ticket(other)["urgency"] == 1


def test_approvals_are_asked_for_and_given(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="t", content="c")
    approval = glpi.add("TicketValidation", tickets_id=ticket, users_id_validate=2)
    assert glpi.ticket(ticket)["global_validation"] == 2
    glpi.put(f"TicketValidation/{approval}", status=3)
    assert glpi.ticket(ticket)["global_validation"] == 3


def test_satisfaction_is_found_by_its_ticket(glpi: Client) -> None:
    glpi.add("Ticket", name="other")
    ticket = glpi.add("Ticket", name="t")
    glpi.add("TicketSatisfaction", tickets_id=ticket, type=1)
    assert glpi.put(f"TicketSatisfaction/{ticket}", satisfaction=4).status_code == 200
    assert glpi.get(f"Ticket/{ticket}/TicketSatisfaction")[0]["satisfaction"] == 4


def test_a_problem_of_another_entity_cannot_be_linked(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="t", entities_id=1)
    assert glpi.refused("Problem_Ticket", problems_id=1, tickets_id=ticket) == (400, NO_RIGHT)


def test_a_technician_changes_and_does_not_delete(
    glpi: Client, someone: Callable[[str], Client]
) -> None:
    ticket = glpi.add("Ticket", name="t", content="c")
    technician = someone(TECHNICIAN_TOKEN)
    assert technician.put(f"Ticket/{ticket}", priority=6).status_code == 200
    row = glpi.ticket(ticket)
    assert (row["priority"], row["users_id_lastupdater"]) == (6, 4)
    answer = technician.call("DELETE", f"Ticket/{ticket}")
    assert answer.json() == ["ERROR_GLPI_DELETE", NO_RIGHT]


def test_self_service_cannot_comment_on_a_closed_ticket(
    glpi: Client, someone: Callable[[str], Client]
) -> None:
    poster = someone(SELF_SERVICE_TOKEN)
    ticket = poster.add("Ticket", name="t", content="c")
    glpi.put(f"Ticket/{ticket}", status=6)
    comment = {"itemtype": "Ticket", "items_id": ticket, "content": "x"}
    assert poster.refused("ITILFollowup", **comment) == (400, NO_RIGHT)
