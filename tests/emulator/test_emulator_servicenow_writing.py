"""Writes to the embedded ServiceNow: its rules, its policies, and what they leave behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from servicenow_desk import ALICE, ARTICLE, BOB, DESK, FRIDAY, NETWORK, PROBLEM, ROUTER, Client

from sdtools.emulator.servicenow.fresh import fixed_id

NOW = "2026-11-20 09:00:00"
SOLVED = {"state": "6", "close_code": "Solution provided", "close_notes": "Done"}
POLICY = "Data Policy Exception: The following fields are mandatory: "


def test_a_post_is_a_201_with_its_location_and_the_record_after_the_rules(snow: Client) -> None:
    body = {"short_description": "a", "impact": "1", "urgency": "2", "bunk_field": "x"}
    answer = snow.call("POST", "table/incident", body)
    row = answer.json()["result"]
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{snow.desk.url}/api/now/table/incident/{row['sys_id']}"
    assert (row["number"], row["priority"], row["state"]) == ("INC0010001", "2", "1")
    assert (row["opened_at"], row["sys_created_on"], row["sys_created_by"]) == (NOW, NOW, "sdtools")
    assert len(row["sys_id"]) == 32
    assert "bunk_field" not in row
    assert snow.one("incident", row["sys_id"]) == row


def test_numbers_count_up_by_table(snow: Client) -> None:
    assert [snow.add("incident")["number"] for _ in range(2)] == ["INC0010001", "INC0010002"]
    assert snow.add("sc_req_item")["number"] == "RITM0010001"
    assert snow.add("problem")["number"] == "PRB0010002"


def test_the_answer_to_a_write_has_the_shape_asked_for(snow: Client) -> None:
    path = "table/incident?sysparm_fields=number,caller_id&sysparm_exclude_reference_link=true"
    answer = snow.call("POST", path, {"caller_id": "alice.martin"})
    assert answer.json() == {"result": {"number": "INC0010001", "caller_id": ALICE}}
    headers = {"X-no-response-body": "true"}
    assert snow.call("POST", "table/incident", {}, headers=headers).content == b""


def test_a_free_sys_id_is_taken_over(snow: Client) -> None:
    assert snow.add("incident", sys_id="c" * 32)["sys_id"] == "c" * 32
    assert snow.add("incident", sys_id="c" * 32)["sys_id"] != "c" * 32


def test_put_and_patch_change_only_what_they_name(snow: Client) -> None:
    made = snow.add("incident", short_description="a", description="b")["sys_id"]
    for method in ("PUT", "PATCH"):
        answer = snow.call(method, f"table/incident/{made}", {"description": method})
        row = answer.json()["result"]
        assert (row["short_description"], row["description"]) == ("a", method)


def test_only_an_effective_change_counts(snow: Client) -> None:
    made = snow.add("incident", short_description="a")["sys_id"]
    snow.desk.clock.advance(timedelta(seconds=90, milliseconds=600))
    same = snow.patch("incident", made, short_description="a", no_such="x")
    assert (same["sys_mod_count"], same["sys_updated_on"]) == ("0", NOW)
    other = snow.patch("incident", made, short_description="b", sys_mod_count="99")
    assert (other["sys_mod_count"], other["sys_updated_on"]) == ("1", "2026-11-20 09:01:30")
    assert (other["sys_created_on"], other["sys_updated_by"]) == (NOW, "sdtools")


@pytest.mark.parametrize("impact", ["1", "2", "3"])
@pytest.mark.parametrize("urgency", ["1", "2", "3"])
def test_priority_is_looked_up(snow: Client, impact: str, urgency: str) -> None:
    row = snow.add("incident", impact=impact, urgency=urgency, priority="1")
    assert int(row["priority"]) == int(impact) + int(urgency) - 1


def test_a_priority_written_alone_is_computed_again(snow: Client) -> None:
    made = snow.add("incident")["sys_id"]
    assert snow.patch("incident", made, priority="1")["priority"] == "5"
    assert snow.patch("incident", made, urgency="1")["priority"] == "3"


def test_an_unknown_choice_is_dropped_without_a_word(snow: Client) -> None:
    row = snow.add("incident", category="nonsense", contact_type="pigeon")
    assert (row["category"], row["contact_type"]) == ("", "")
    wrong = {**SOLVED, "close_code": "Solved (Permanently)"}
    status, error = snow.refused("PATCH", f"table/incident/{row['sys_id']}", wrong)
    assert (status, error["detail"]) == (403, f"{POLICY}Resolution code")


def test_a_reference_takes_sys_ids_and_names_and_drops_the_rest(snow: Client) -> None:
    row = snow.add("incident", caller_id="Alice Martin", assignment_group="0" * 32)
    assert row["caller_id"]["value"] == ALICE
    assert row["assignment_group"] == ""
    cleared = snow.patch("incident", row["sys_id"], caller_id="")
    assert cleared["caller_id"] == ""


def test_display_values_can_be_written(snow: Client) -> None:
    me = snow.rows("sys_user", "user_name=sdtools")[0]["sys_id"]
    snow.desk.database.update("sys_user", me, {"time_zone": "Asia/Tokyo"})
    body = {
        "state": "In Progress",
        "due_date": "2026-11-21 09:00:00",
        "assignment_group": "IT Desk",
    }
    path = "table/incident?sysparm_input_display_value=true"
    row = snow.call("POST", path, body).json()["result"]
    assert (row["state"], row["due_date"]) == ("2", "2026-11-21 00:00:00")
    assert row["assignment_group"]["value"] == DESK


def test_state_and_incident_state_are_one(snow: Client) -> None:
    made = snow.add("incident", state="2")
    assert made["incident_state"] == "2"
    row = snow.patch("incident", made["sys_id"], incident_state="1")
    assert (row["state"], row["incident_state"]) == ("1", "1")


def test_resolving_asks_for_code_and_notes_by_their_labels(snow: Client) -> None:
    made = snow.add("incident")["sys_id"]
    for state in ("6", "7"):
        status, error = snow.refused("PATCH", f"table/incident/{made}", {"state": state})
        assert status == 403
        assert error == {
            "message": "Operation Failed",
            "detail": f"{POLICY}Resolution code, Resolution notes",
        }
    body = {"state": "6", "close_code": "Duplicate"}
    _, error = snow.refused("PATCH", f"table/incident/{made}", body)
    assert error["detail"] == f"{POLICY}Resolution notes"
    assert snow.one("incident", made)["state"] == "1"


def test_a_hold_may_do_without_a_reason_which_goes_when_work_goes_on(snow: Client) -> None:
    made = snow.add("incident")["sys_id"]
    assert snow.patch("incident", made, state="3")["state"] == "3"
    assert snow.patch("incident", made, state="3", hold_reason="1")["hold_reason"] == "1"
    assert snow.patch("incident", made, state="2")["hold_reason"] == ""


def test_the_life_of_an_incident_is_kept_in_its_fields(snow: Client) -> None:
    made = snow.add("incident")["sys_id"]
    me = snow.one("incident", made)["opened_by"]["value"]
    solved = snow.patch("incident", made, **SOLVED)
    assert (solved["resolved_at"], solved["resolved_by"]["value"]) == (NOW, me)
    assert (solved["active"], solved["closed_at"]) == ("true", "")
    reopened = snow.patch("incident", made, state="2")
    assert (reopened["reopen_count"], reopened["resolved_at"]) == ("1", "")
    assert (reopened["reopened_time"], reopened["reopened_by"]["value"]) == (NOW, me)
    closed = snow.patch("incident", made, **{**SOLVED, "state": "7"})
    assert (closed["active"], closed["closed_at"], closed["closed_by"]["value"]) == (
        "false",
        NOW,
        me,
    )


def test_a_closed_incident_stays_closed(snow: Client) -> None:
    made = snow.add("incident", **{**SOLVED, "state": "7"})["sys_id"]
    status, error = snow.refused("PATCH", f"table/incident/{made}", {"state": "2"})
    assert (status, error["detail"]) == (
        403,
        "ACL Exception Update Failed due to security constraints",
    )


def test_another_group_drops_the_assignee_and_is_counted(snow: Client) -> None:
    made = snow.add("incident", assignment_group=DESK, assigned_to=BOB)["sys_id"]
    moved = snow.patch("incident", made, assignment_group=NETWORK)
    assert (moved["assigned_to"], moved["reassignment_count"]) == ("", "1")
    both = snow.patch("incident", made, assignment_group=DESK, assigned_to=BOB)
    assert (both["assigned_to"]["value"], both["reassignment_count"]) == (BOB, "2")


def test_an_empty_group_comes_from_the_configuration_item(snow: Client) -> None:
    assert snow.add("incident", cmdb_ci=ROUTER)["assignment_group"]["value"] == NETWORK
    assert snow.add("incident", cmdb_ci=ROUTER, assigned_to=BOB)["assignment_group"] == ""


def test_a_resolved_parent_resolves_its_children(snow: Client) -> None:
    parent = snow.add("incident")["sys_id"]
    child = snow.add("incident", parent_incident=parent)["sys_id"]
    assert snow.one("incident", parent)["child_incidents"] == "1"
    snow.patch("incident", parent, **SOLVED)
    found = snow.one("incident", child)
    assert (found["state"], found["close_code"]) == ("6", "Solution provided")


def test_requested_items_close_and_keep_their_priority(snow: Client) -> None:
    made = snow.add("sc_req_item", requested_for=ALICE, priority="2", impact="1", urgency="1")
    assert (made["priority"], made["active"]) == ("2", "true")
    done = snow.patch("sc_req_item", made["sys_id"], state="3")
    assert (done["active"], done["closed_at"]) == ("false", NOW)


def test_journals_append_and_are_read_in_three_ways(snow: Client) -> None:
    made = snow.add("incident", comments="Hello")["sys_id"]
    snow.desk.clock.advance(timedelta(minutes=1))
    changed = snow.patch("incident", made, work_notes="Looked into it", comments="Again")
    assert (changed["comments"], changed["work_notes"]) == ("", "")
    assert (changed["sys_mod_count"], changed["sys_updated_on"]) == ("1", "2026-11-20 09:01:00")
    shown = snow.one("incident", made, display_value="all")
    assert shown["comments"] == {
        "display_value": (
            "2026-11-20 09:01:00 - Service Desk Tools (Additional comments)\nAgain\n\n"
            "2026-11-20 09:00:00 - Service Desk Tools (Additional comments)\nHello\n\n"
        ),
        "value": "",
    }
    both = shown["comments_and_work_notes"]["display_value"]
    assert both.count("(Additional comments)") == 2
    assert both.count("(Work notes)") == 1
    entries = snow.rows("sys_journal_field", f"element_id={made}^ORDERBYsys_created_on")
    assert [(row["element"], row["value"], row["name"]) for row in entries] == [
        ("comments", "Hello", "incident"),
        ("work_notes", "Looked into it", "incident"),
        ("comments", "Again", "incident"),
    ]
    assert {row["sys_created_by"] for row in entries} == {"sdtools"}
    assert "sys_updated_on" not in entries[0]


def test_a_deletion_is_a_204_then_a_404_and_leaves_a_trace(
    snow: Client, snow_admin: Client
) -> None:
    made = snow.add("incident", short_description="gone")["sys_id"]
    _, error = snow.refused("DELETE", f"table/incident/{made}")
    assert error["detail"] == "ACL Exception Delete Failed due to security constraints"
    answer = snow_admin.call("DELETE", f"table/incident/{made}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert snow_admin.refused("DELETE", f"table/incident/{made}")[0] == 404
    (deleted,) = snow_admin.rows("sys_audit_delete", f"documentkey={made}")
    assert (deleted["tablename"], deleted["display_value"]) == ("incident", "INC0010001")
    assert "gone" in deleted["payload"]
    (audit,) = snow_admin.rows("sys_audit", f"documentkey={made}")
    assert audit["fieldname"] == "DELETED"
    assert snow.rows("sys_audit_delete") == []


def test_writes_without_a_role_are_refused(snow: Client, snow_limited: Client) -> None:
    status, error = snow_limited.refused("POST", "table/incident", {"short_description": "x"})
    assert (status, error) == (
        403,
        {
            "message": "Operation Failed",
            "detail": "ACL Exception Insert Failed due to security constraints",
        },
    )
    for table in ("sc_request", "sys_user", "sys_properties", "kb_knowledge"):
        assert snow.refused("POST", f"table/{table}", {})[0] == 403


def test_problems_are_not_moved_over_rest(snow: Client) -> None:
    status, error = snow.refused("PATCH", f"table/problem/{PROBLEM}", {"state": "104"})
    assert status == 403
    assert "Problem Model: Check State Transition" in error["detail"]
    assert snow.add("problem", state="104", impact="1", urgency="1")["state"] == "101"
    assert snow.patch("problem", PROBLEM, workaround="Restart")["workaround"] == "Restart"


def test_schedule_entries_cannot_be_written(snow_admin: Client) -> None:
    status, error = snow_admin.refused("POST", "table/cmn_schedule_span", {"name": "x"})
    assert (status, "Schedule Item validate" in error["detail"]) == (403, True)


def test_a_password_written_has_no_effect(snow_admin: Client) -> None:
    row = snow_admin.patch("sys_user", ALICE, user_password="hunter2")
    assert (row["sys_mod_count"], row["user_password"]) == ("0", "")


def test_an_incident_can_be_linked_to_a_problem_and_an_article(snow: Client) -> None:
    made = snow.add("incident")["sys_id"]
    assert snow.patch("incident", made, problem_id=PROBLEM)["problem_id"]["value"] == PROBLEM
    link = snow.add("m2m_kb_task", task=made, kb_knowledge=ARTICLE)
    found = snow.rows("m2m_kb_task", f"task={made}", fields="task.number,kb_knowledge.number")
    assert found == [{"task.number": "INC0010001", "kb_knowledge.number": "KB0010001"}]
    answer = snow.call("DELETE", f"table/m2m_kb_task/{link['sys_id']}")
    assert answer.status_code == 204


def test_writing_through_task_reaches_the_incident_and_its_rules(snow: Client) -> None:
    made = snow.add("incident")["sys_id"]
    row = snow.patch("task", made, urgency="1", caller_id=ALICE)
    assert (row["priority"], "caller_id" in row) == ("3", False)
    assert snow.one("incident", made)["caller_id"] == ""  # not a column of task


def test_running_slas_pause_go_on_and_stop_with_their_task(snow: Client) -> None:
    made = snow.add("incident")["sys_id"]
    sla = fixed_id("task_sla", "x")
    row = {"sys_id": sla, "task": made, "planned_end_time": "2026-11-20 10:00:00"}
    snow.desk.database.load([("task_sla", {**row, "start_time": NOW, "stage": "in_progress"})])
    snow.patch("incident", made, state="3", hold_reason="1")
    assert snow.one("task_sla", sla)["stage"] == "paused"
    snow.desk.clock.advance(timedelta(minutes=30))
    snow.patch("incident", made, state="2")
    running = snow.one("task_sla", sla)
    assert (running["stage"], running["planned_end_time"]) == ("in_progress", "2026-11-20 10:30:00")
    assert running["pause_duration"] == "1970-01-01 00:30:00"
    snow.desk.clock.set(FRIDAY + timedelta(hours=2))
    snow.patch("incident", made, **SOLVED)
    stopped = snow.one("task_sla", sla)
    assert (stopped["stage"], stopped["active"], stopped["has_breached"]) == (
        "completed",
        "false",
        "true",
    )
    assert stopped["end_time"] == "2026-11-20 11:00:00"
    assert snow.one("incident", made)["made_sla"] == "false"


def test_of_several_records_the_first_counts(snow: Client) -> None:
    answer = snow.call("POST", "table/incident", [{"short_description": "a"}, {}])
    assert answer.json()["result"]["short_description"] == "a"
    assert len(snow.rows("incident")) == 1


def test_bad_bodies_are_400s_and_a_415(snow: Client) -> None:
    send = snow.http.post
    url = f"{snow.desk.url}/api/now/table/incident"
    json_type = {"Content-Type": "application/json"}
    broken = send(url, data=b"{no", headers=json_type, timeout=10)
    assert (broken.status_code, broken.json()["error"]["message"]) == (
        400,
        "Exception while reading request",
    )
    form = send(url, data={"a": "b"}, timeout=10)
    assert form.status_code == 415
    large = send(url, data=b" " * (10 * 1024 * 1024 + 1), headers=json_type, timeout=10)
    assert large.json()["error"]["detail"] == (
        "Rejected large REST payload with content-length = 10485761 bytes. "
        "Max allowed: 10485760 bytes."
    )
