"""Rules of GLPI 10.0's own source that no recorded call shows: inputs, dates, lists, links."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sdtools.emulator.glpi.hateoas import children_of

if TYPE_CHECKING:
    from tests.emulator.conftest import Client


def _crashed(glpi: Client, method: str, path: str, **given: object) -> bool:
    answer = glpi.call(method, path, {"input": given})
    return answer.status_code == 200 and not answer.content


@pytest.mark.parametrize(
    ("field", "value", "stored"),
    [
        ("urgency", 9, 3), ("urgency", 0, 3), ("urgency", None, 3), ("impact", "4", 4),
        ("impact", True, 1), ("status", None, 1), ("type", None, 1), ("priority", None, 3),
        ("priority", 0, 0), ("name", "0", "c"), ("name", "  x ", "x "), ("name", True, "1"),
        ("name", "NULL", None), ("name", 5.0, "5"),
    ],
)  # fmt: skip
def test_a_new_ticket_has_what_glpi_makes_of_its_input(
    glpi: Client, field: str, value: object, stored: object
) -> None:
    row = glpi.ticket(glpi.add("Ticket", **{"name": "n", "content": "c", field: value}))
    assert row[field] == stored


@pytest.mark.parametrize(("field", "value"), [("urgency", -1), ("itilcategories_id", "abc")])
def test_php_dies_of_what_it_cannot_compute_with(glpi: Client, field: str, value: object) -> None:
    assert _crashed(glpi, "POST", "Ticket", name="n", **{field: value})


@pytest.mark.parametrize("value", ["abc", [2]])
def test_a_category_that_is_no_number_ends_an_update(glpi: Client, value: object) -> None:
    made = glpi.add("Ticket", name="n", content="c")
    assert _crashed(glpi, "PUT", f"Ticket/{made}", itilcategories_id=value)


def test_a_number_with_rubbish_behind_it_is_truncated_data(glpi: Client) -> None:
    made = glpi.add("Ticket", name="n", content="c")
    message = "Data truncated for column 'urgency' at row 1"
    assert glpi.put(f"Ticket/{made}", urgency="5abc").json()[1] == message


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("<p>VPN</p> <p>down</p>", "VPN down"), ("a &lt; b", "a &#60; b"),
        ("a  b\n\nc", "a b c"), ("x" * 80, "x" * 70),
    ],
)  # fmt: skip
def test_a_name_is_made_of_the_description_without_its_tags(
    glpi: Client, content: str, name: str
) -> None:
    assert glpi.ticket(glpi.add("Ticket", content=content))["name"] == name


def test_blanks_before_a_text_stay_in_an_update(glpi: Client) -> None:
    made = glpi.add("Ticket", name="n", content="c")
    glpi.put(f"Ticket/{made}", name="  x")
    assert glpi.ticket(made)["name"] == "  x"


@pytest.mark.parametrize("itemtype", ["Ticket", "Problem", "Change"])
@pytest.mark.parametrize(("content", "status"), [("", 400), ("0", 400), ("NULL", 400), (None, 200)])
def test_a_description_cannot_be_emptied_in_phps_sense(
    glpi: Client, itemtype: str, content: object, status: int
) -> None:
    made = glpi.add(itemtype, name="n", content="c")
    assert glpi.put(f"{itemtype}/{made}", content=content).status_code == status


def test_values_of_a_wrong_datatype_are_left_out_and_named(glpi: Client) -> None:
    made = glpi.add("Ticket", name="n", content="c")
    answer = glpi.put(f"Ticket/{made}", time_to_resolve="soon", name="m")
    said = "At least one field has an incorrect value: Time to resolve"
    assert answer.json() == [{str(made): True, "message": said}]
    assert glpi.ticket(made)["name"] == "m"
    assert glpi.put("Group/1", is_requester="yes").json()[0]["message"].endswith("value: Requester")


def test_an_empty_date_is_not_taken_and_seconds_alone_do_not_move_one(glpi: Client) -> None:
    made = glpi.add("Ticket", name="n", content="c", date="2026-11-20 08:00:10")
    for date in ("", "2026-11-20 08:00:50"):
        glpi.put(f"Ticket/{made}", date=date)
    assert glpi.ticket(made)["date"] == "2026-11-20 08:00:10"


def test_a_due_date_before_the_opening_is_not_taken(glpi: Client) -> None:
    made = glpi.add("Ticket", name="n", content="c")
    answer = glpi.put(f"Ticket/{made}", time_to_resolve="2026-11-19 08:00:00", name="m")
    assert answer.json()[0]["message"] == "Invalid dates. Update cancelled."
    row = glpi.ticket(made)
    assert (row["time_to_resolve"], row["name"]) == (None, "m")


def test_a_due_date_without_an_agreement_waits_with_its_ticket(glpi: Client) -> None:
    made = glpi.add("Ticket", name="n", content="c", time_to_resolve="2026-11-20 12:00:00")
    glpi.put(f"Ticket/{made}", status=4)
    glpi.desk.application.clock.advance(timedelta(hours=2))
    glpi.put(f"Ticket/{made}", status=2)
    assert glpi.ticket(made)["time_to_resolve"] == "2026-11-20 14:00:00"


def test_an_ola_begins_when_it_is_agreed_upon(glpi: Client) -> None:
    ola = glpi.add(
        "OLA",
        name="o",
        slms_id=glpi.add("SLM", name="m"),
        type=0,
        number_time=2,
        definition_time="hour",
    )
    made = glpi.add("Ticket", name="n", content="c", date="2026-11-18 09:00:00")
    glpi.put(f"Ticket/{made}", olas_id_ttr=ola)
    row = glpi.ticket(made)
    assert row["ola_ttr_begin_date"] == "2026-11-20 09:00:00"
    assert row["internal_time_to_resolve"] == "2026-11-20 11:00:00"


def test_a_priority_that_is_sent_counts_when_the_impact_alone_changes(glpi: Client) -> None:
    made = glpi.add("Ticket", name="n", content="c")
    glpi.put(f"Ticket/{made}", impact=5, priority=2)
    assert glpi.ticket(made)["priority"] == 2


def test_an_urgency_that_a_rule_sets_moves_no_priority(glpi: Client) -> None:
    rule = glpi.add("RuleTicket", name="r", match="AND", is_active=1, condition=2)
    glpi.add("RuleCriteria", rules_id=rule, criteria="name", condition=2, pattern="vpn")
    glpi.add("RuleAction", rules_id=rule, action_type="assign", field="urgency", value=5)
    made = glpi.add("Ticket", name="n", content="c")
    glpi.put(f"Ticket/{made}", name="vpn down")
    row = glpi.ticket(made)
    assert (row["urgency"], row["priority"]) == (5, 3)
    glpi.call("DELETE", f"RuleTicket/{rule}?force_purge=true")
    assert glpi.get("RuleCriteria") == glpi.get("RuleAction") == []


def test_a_closed_ticket_takes_no_assignee_from_an_update(glpi: Client) -> None:
    made = glpi.add("Ticket", name="n", content="c", status=6)
    assert glpi.put(f"Ticket/{made}", _users_id_assign=7).json() == ["ERROR_GLPI_UPDATE", ""]
    assert glpi.get(f"Ticket/{made}/Ticket_User") == []


@pytest.mark.parametrize("status", [2, 1, 4])
def test_opening_again_by_a_status_refuses_the_last_solution(glpi: Client, status: int) -> None:
    made = glpi.add("Ticket", name="n", content="c")
    glpi.add("ITILSolution", itemtype="Ticket", items_id=made, content="s")
    glpi.put(f"Ticket/{made}", status=status)
    assert [one["status"] for one in glpi.get(f"Ticket/{made}/ITILSolution")] == [4]


def test_a_status_other_than_pending_ends_its_reason(glpi: Client) -> None:
    reason = glpi.add("PendingReason", name="Waiting for parts")
    made = glpi.add("Ticket", name="n", content="c")
    held = {"pending": 1, "pendingreasons_id": reason, "content": "f"}
    glpi.add("ITILFollowup", itemtype="Ticket", items_id=made, **held)
    assert len(glpi.get(f"Ticket/{made}/PendingReason_Item")) == 1
    glpi.put(f"Ticket/{made}", status=2)
    assert glpi.get(f"Ticket/{made}/PendingReason_Item") == []


def test_a_new_pending_ticket_waits_since_it_was_opened(glpi: Client) -> None:
    made = glpi.add("Ticket", name="n", content="c", status=4, date="2026-11-19 10:00:00")
    assert glpi.ticket(made)["begin_waiting_date"] == "2026-11-19 10:00:00"


def test_a_change_that_gets_an_assignee_stays_new_and_is_solved_by_review(glpi: Client) -> None:
    made = glpi.add("Change", name="n", content="c", _users_id_assign=7)
    assert glpi.get(f"Change/{made}")["status"] == 1
    glpi.put(f"Change/{made}", status=8)
    assert glpi.get(f"Change/{made}")["solvedate"] == "2026-11-20 09:00:00"
    glpi.put(f"Change/{made}", status=14)
    assert glpi.put(f"Change/{made}", name="m").status_code == 400


def test_a_ticket_brings_a_followup_a_task_and_a_link_along(glpi: Client) -> None:
    first = glpi.add("Ticket", name="n", content="c")
    made = glpi.add(
        "Ticket", name="m", content="c", actiontime=600, _followup={"content": "f"},
        _link={"tickets_id_2": first, "link": 1},
    )  # fmt: skip
    assert [one["content"] for one in glpi.get(f"Ticket/{made}/ITILFollowup")] == ["f"]
    tasks = glpi.get(f"Ticket/{made}/TicketTask")
    assert [(one["content"], one["state"]) for one in tasks] == [("Auto-created task", 2)]
    assert glpi.ticket(made)["actiontime"] == 600
    second = glpi.add("Ticket", name="o", content="c")
    link = {"tickets_id_1": second, "tickets_id_2": 999, "link": 1}
    assert glpi.put(f"Ticket/{second}", _link=link).json()[0]["message"] == "Unknown ticket"
    glpi.put(f"Ticket/{second}", _link=link | {"tickets_id_2": first})
    pairs = [(one["tickets_id_1"], one["tickets_id_2"]) for one in glpi.get("Ticket_Ticket")]
    assert pairs == [(made, first), (second, first)]


@pytest.mark.parametrize(("parent", "key"), [("Problem", "problems_id"), ("Change", "changes_id")])
def test_problems_and_changes_have_tasks_costs_and_suppliers(
    glpi: Client, parent: str, key: str
) -> None:
    made = glpi.add(parent, name="n", content="c")
    given: dict[str, Any] = {key: made, "content": "t", "actiontime": 60}
    assert glpi.call("POST", f"{parent}Task", {"input": given}).json()["message"] == ""
    assert glpi.refused(f"{parent}Task", content="t", **{key: 999})[0] == 400
    cost = glpi.add(f"{parent}Cost", name="x", cost_fixed=2, **{key: made})
    assert glpi.put(f"{parent}Cost/{cost}", name="y").status_code == 200
    supplier = glpi.add("Supplier", name="ACME Telecom")
    glpi.add(f"{parent}_Supplier", suppliers_id=supplier, type=2, **{key: made})
    assert glpi.get(f"{parent}/{made}")["actiontime"] == 60
    glpi.call("DELETE", f"{parent}/{made}?force_purge=true")
    assert glpi.get(f"{parent}Task") == glpi.get(f"{parent}_Supplier") == []


@pytest.mark.parametrize(
    ("itemtype", "given", "message"),
    [
        ("Group_User", {"groups_id": 1, "users_id": 7}, "Duplicate entry '7-1' for key 'unicity'"),
        ("UserEmail", {"users_id": 7, "email": "a@example.org"},
         "Duplicate entry '7-a@example.org' for key 'unicity'"),
        ("TicketSatisfaction", {"tickets_id": 9}, "Duplicate entry '9' for key 'tickets_id'"),
        ("Item_Problem", {"problems_id": 1, "itemtype": "Computer", "items_id": 1}, ""),
    ],
)  # fmt: skip
def test_what_there_is_once_is_refused_twice(
    glpi: Client, itemtype: str, given: dict[str, Any], message: str
) -> None:
    glpi.add(itemtype, **given)
    assert glpi.refused(itemtype, **given) == (400, message)


def test_a_users_first_address_is_his_usual_one(glpi: Client) -> None:
    for address in ("a@example.org", "b@example.org"):
        glpi.add("UserEmail", users_id=7, email=address)
    assert [one["is_default"] for one in glpi.get("User/7/UserEmail")] == [1, 0]
    assert glpi.refused("UserEmail", users_id=7, email="") == (400, "")


def test_an_item_type_that_the_parent_points_at_is_filtered(glpi: Client) -> None:
    made = glpi.add("Ticket", name="n", content="c", itilcategories_id=2)
    assert [one["id"] for one in glpi.get(f"Ticket/{made}/ITILCategory")] == [2]
    followup = glpi.add("ITILFollowup", itemtype="Ticket", items_id=made, content="f")
    glpi.add("Ticket", name="o", content="c")
    assert [one["id"] for one in glpi.get(f"ITILFollowup/{followup}/Ticket")] == [made]
    assert glpi.get(f"ITILFollowup/{followup}/Problem") == []


def test_an_order_is_checked_before_a_column(glpi: Client) -> None:
    answer = glpi.call("GET", "Ticket?sort=nope&order=UP")
    assert answer.json()[1].startswith("order must be")


def test_a_list_to_search_for_kills_php(glpi: Client) -> None:
    answer = glpi.call("GET", "Ticket?searchText[name][]=x")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("itemtype", "kinds"),
    [
        ("Problem", ("Document_Item", "ProblemTask", "ProblemCost", "Change_Problem")),
        ("User", ("Document_Item",)), ("Group", ()),
        ("Monitor", ("ReservationItem", "Document_Item", "Contract_Item", "Infocom",
                     "Item_Ticket", "Item_Project")),
    ],
)  # fmt: skip
def test_links_name_the_kinds_of_sub_items(itemtype: str, kinds: tuple[str, ...]) -> None:
    found = children_of(itemtype)
    assert found[: len(kinds)] == kinds
    assert bool(found) is bool(kinds)


def test_notes_are_shown_to_those_who_may_read_them(glpi: Client) -> None:
    assert glpi.get("Computer/1?with_notes=true")["_notes"] == []


@pytest.mark.parametrize(
    ("value", "found"),
    [("0", []), ("-1", [1]), ("20-11-2026", []), ("18/11/2026", [1]), ("99999999", [])],
)
def test_a_date_may_be_a_number_of_months_or_begin_with_its_day(
    glpi: Client, value: str, found: list[int]
) -> None:
    glpi.add("Ticket", name="n", content="c", date="2026-11-19 10:00:00")
    criterion = f"criteria[0][field]=15&criteria[0][searchtype]=morethan&criteria[0][value]={value}"
    data = glpi.get(f"search/Ticket?{criterion}").get("data", [])
    assert [line["2"] for line in data] == found


def _massive(glpi: Client, key: str, ids: list[int], **wanted: object) -> tuple[int, Any]:
    answer = glpi.call("POST", f"applyMassiveAction/Ticket/{key}", {"ids": ids, "input": wanted})
    return answer.status_code, answer.json()


def test_a_massive_action_tells_by_its_status_how_it_went(glpi: Client) -> None:
    made = glpi.add("Ticket", name="n", content="c")
    wanted = {"search_options": {"Ticket": 10}, "field": "urgency", "urgency": 5}
    status, told = _massive(glpi, "MassiveAction:update", [made, 99], **wanted)
    assert (status, told["ok"], told["noright"]) == (200, 1, 1)
    assert glpi.ticket(made)["urgency"] == 5
    assert _massive(glpi, "MassiveAction:delete", [99])[0] == 422
    assert _massive(glpi, "MassiveAction:update", [made], urgency=5)[1][0] == (
        "ERROR_MASSIVEACTION_KEY"
    )
    told = glpi.call("GET", "getMassiveActions/Ticket/99").json()
    assert told[0] == "ERROR_ITEM_NOT_FOUND"


def _followup(glpi: Client, ticket: int, /, **given: object) -> int:
    return glpi.add("ITILFollowup", itemtype="Ticket", items_id=ticket, **given)


def test_a_followup_that_reopens_says_why_and_one_that_closes_may_be_silent(glpi: Client) -> None:
    made = glpi.add("Ticket", name="n", content="c", status=5)
    given = {"itemtype": "Ticket", "items_id": made}
    said = "If you want to reopen this item, you must specify a reason"
    assert glpi.refused("ITILFollowup", **given, add_reopen=1) == (400, said)
    _followup(glpi, made, add_close=1)
    assert glpi.ticket(made)["status"] == 6
    assert glpi.get(f"Ticket/{made}/ITILFollowup")[0]["content"] == "Solution approved"


@pytest.mark.parametrize("status", [4, 5, 6])
@pytest.mark.parametrize(("roles", "after"), [((1,), 1), ((3,), None), ((1, 2), None)])
def test_a_requester_who_does_not_work_on_it_opens_by_speaking(
    glpi: Client, status: int, roles: tuple[int, ...], after: int | None
) -> None:
    made = glpi.add("Ticket", name="n", content="c", status=status)
    for role in roles:
        glpi.add("Ticket_User", tickets_id=made, users_id=2, type=role)
    _followup(glpi, made, content="still broken")
    assert glpi.ticket(made)["status"] == (after or status)


def test_a_requesters_group_counts_and_pending_may_be_taken_back(glpi: Client) -> None:
    glpi.add("Group_User", users_id=2, groups_id=1)
    made = glpi.add("Ticket", name="n", content="c", status=5, _groups_id_requester=1)
    _followup(glpi, made, content="still broken")
    assert glpi.ticket(made)["status"] == 1
    _followup(glpi, made, content="f", pending=1)
    assert glpi.ticket(made)["status"] == 4
    other = glpi.add("Ticket", name="n", content="c", status=4)
    _followup(glpi, other, content="f", pending=0)
    assert glpi.ticket(other)["status"] == 1


def test_a_problems_solution_is_accepted_at_once(glpi: Client) -> None:
    glpi.add("ITILSolution", itemtype="Problem", items_id=1, content="s", status=4)
    (row,) = glpi.get("Problem/1/ITILSolution")
    assert (row["status"], row["users_id_approval"]) == (3, 2)


def test_a_plan_gives_a_task_its_time_and_a_ticket_sums_its_tasks(glpi: Client) -> None:
    made = glpi.add("Ticket", name="n", content="c")
    plan = {"begin": "2026-11-20 10:00:00", "end": "2026-11-20 11:00:00"}
    first = glpi.add("TicketTask", tickets_id=made, content="t", plan=plan)
    second = glpi.add("TicketTask", tickets_id=made, content="t", actiontime=60)
    row = glpi.ticket(made)
    assert (row["actiontime"], row["status"]) == (3660, 3)
    glpi.put(f"TicketTask/{second}", actiontime=120)
    glpi.call("DELETE", f"TicketTask/{first}")
    assert glpi.ticket(made)["actiontime"] == 120
    said = "You can't add a task without description."
    assert glpi.refused("TicketTask", tickets_id=made) == (400, said)
    for wrong in ({"begin": plan["end"], "end": plan["begin"]}, {"end": plan["end"]}):
        assert glpi.refused("TicketTask", tickets_id=made, content="t", plan=wrong)[0] == 400
    long = glpi.add(
        "TicketTask", tickets_id=made, content="t", plan={"begin": plan["begin"], "_duration": 900}
    )
    assert glpi.get(f"TicketTask/{long}")["end"] == "2026-11-20 10:15:00"


def test_approvals_are_judged_together(glpi: Client) -> None:
    made = glpi.add("Ticket", name="n", content="c")
    mine, other = (
        glpi.add("TicketValidation", tickets_id=made, users_id_validate=one) for one in (2, 7)
    )
    said = "If approval is denied, specify a reason."
    assert glpi.put(f"TicketValidation/{mine}", status=4).json()[1] == said
    glpi.put(f"TicketValidation/{mine}", status=4, comment_validation="too dear")
    assert glpi.ticket(made)["global_validation"] == 4
    glpi.put(f"TicketValidation/{other}", status=3)
    assert glpi.ticket(made)["global_validation"] == 3
    third = glpi.add("TicketValidation", tickets_id=made, users_id_validate=8)
    assert glpi.ticket(made)["global_validation"] == 2
    glpi.call("DELETE", f"TicketValidation/{third}")
    assert glpi.ticket(made)["global_validation"] == 1


@pytest.mark.parametrize(("status", "after"), [(2, 1), (3, 1), (5, 5), (6, 6)])
def test_whoever_is_unlinked_an_item_without_assignees_is_new(
    glpi: Client, status: int, after: int
) -> None:
    made = glpi.add("Ticket", name="n", content="c", status=status, _users_id_requester=7)
    (link,) = glpi.get(f"Ticket/{made}/Ticket_User")
    glpi.call("DELETE", f"Ticket_User/{link['id']}")
    assert glpi.ticket(made)["status"] == after


def test_an_actors_address_has_to_be_one(glpi: Client) -> None:
    made = glpi.add("Ticket", name="n", content="c")
    given = {"tickets_id": made, "users_id": 0, "type": 1, "alternative_email": "nobody"}
    assert glpi.refused("Ticket_User", **given) == (400, "Invalid email address")
