"""The checklist's operators that compare dates, walk trees or ask other tables (item 25)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from servicenow_desk import ALICE, BOB, DESK, FRIDAY, NETWORK, ROWS, Client, log_in

from sdtools.emulator.clock import Clock
from sdtools.emulator.servicenow.database import ServiceNowDatabase
from sdtools.emulator.servicenow.desk import serve_servicenow
from sdtools.emulator.servicenow.fresh import fixed_id

ME, MY_GROUPS = "90d1921e5f510100a9ad2572f2b477fe", "d6435e965f510100a9ad2572f2b47744"
ALL = ["Wednesday", "Thursday", "Friday"]
WEDNESDAY, THURSDAY, TODAY = ([name] for name in ALL)


@pytest.fixture(scope="module")
def asked() -> Iterator[Client]:
    database = ServiceNowDatabase()
    database.load(ROWS)
    database.update("sys_user_group", NETWORK, {"parent": DESK})
    me = database.rows("sys_user", "t.user_name = 'sdtools'")[0]["sys_id"]
    mine = {"sys_id": fixed_id("member", "me"), "user": me, "group": NETWORK}
    database.load([("sys_user_grmember", mine)])
    with serve_servicenow(database, Clock(FRIDAY)) as desk:
        client = log_in(desk, desk.user, desk.password)
        client.add(
            "incident", short_description="Wednesday", opened_at="2026-11-18 22:30:00",
            due_date="2026-11-18 23:00:00", caller_id=ALICE, assignment_group=DESK, assigned_to=me,
        )  # fmt: skip
        client.add(
            "incident", short_description="Thursday", opened_at="2026-11-19 10:00:00",
            due_date="2026-11-22 10:00:00", caller_id=BOB, assignment_group=NETWORK,
        )  # fmt: skip
        client.add("incident", short_description="Friday", opened_at="2026-11-20 08:00:00")
        yield client
        client.http.close()
    database.close()


def _part(name: str, value: str, sign: str) -> str:
    return f"opened_atDATEPART{value}@javascript:gs.datePart('{name}','{value}','{sign}')"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("opened_atMORETHANdue_date@day@before@1", THURSDAY),
        ("due_dateMORETHANopened_at@day@after@1", THURSDAY),
        ("opened_atLESSTHANdue_date@day@before@1", WEDNESDAY),
        ("due_dateLESSTHANopened_at@hour@after@2", WEDNESDAY),
        ("opened_atMORETHANno_such@day@before@1", ALL),
        (_part("dayofweek", "wednesday", "EE"), WEDNESDAY),
        (_part("dayofweek", "thursday", "GE"), THURSDAY + TODAY),
        (_part("month", "november", "EE"), ALL),
        (_part("year", "2026", "LT"), []),
        (_part("hour", "10", "LE"), THURSDAY + TODAY),
        (_part("quarter", "4", "EE"), ALL),
        (_part("moon", "full", "EE"), ALL),  # invalid: drops out
        ("opened_atRELATIVEEE@dayofweek@ago@1", THURSDAY),
        ("opened_atRELATIVEGT@month@ago@1", ALL),
        ("opened_atRELATIVELT@week@ago@1", []),
        (f"assigned_toDYNAMIC{ME}", WEDNESDAY),
        (f"assignment_groupDYNAMIC{MY_GROUPS}", THURSDAY),
        (f"assigned_toDYNAMIC{'0' * 32}", ALL),
        (f"assignment_groupIN_HIERARCHY{DESK}", WEDNESDAY + THURSDAY),
        (f"assignment_groupIN_HIERARCHY{NETWORK}", THURSDAY),
        (f"caller_idIN_HIERARCHY{ALICE}", ALL),  # people are no tree
        # of two operators that begin alike the longer one counts
        (f"assignment_groupNOT IN{NETWORK}", WEDNESDAY + TODAY),
        ("assignment_groupISNOTEMPTY", WEDNESDAY + THURSDAY),
        ("sys_class_nameINSTANCEOFtask", ALL),
        ("impactNSAMEASurgency", []),
        # only notifications know what was before
        ("stateVALCHANGES", ALL),
        ("stateCHANGESTO2", ALL),
        # other tables
        ("123TEXTQUERY321=thurs", THURSDAY),
        ("123TEXTQUERY321=INC thurs", THURSDAY),
        ("JOINincident.caller_id=sys_user.sys_id!vip=true", WEDNESDAY),
        ("opened_at>2026-11-19^JOINincident.caller_id=sys_user.sys_id!vip=false", THURSDAY),
        ("JOINincident.no_such=sys_user.sys_id!", ALL),
    ],
)
def test_an_operator_finds(asked: Client, query: str, expected: list[str]) -> None:
    assert asked.titles(f"{query}^ORDERBYnumber") == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("RLQUERYsys_user_grmember.group,>=1^ENDRLQUERY", {"IT Desk", "IT Network"}),
        (
            "RLQUERYsys_user_grmember.group,>0,m2m^user.user_name=bob.durand^ENDRLQUERY",
            {"IT Desk"},
        ),
        ("RLQUERYsys_user_grmember.group,=0^ENDRLQUERY", {"Archive"}),
        ("RLQUERYsys_user_grmember.group,=0^ENDRLQUERY^nameLIKEz", set()),
    ],
)
def test_a_related_list_is_counted(asked: Client, query: str, expected: set[str]) -> None:
    assert {row["name"] for row in asked.rows("sys_user_group", query)} == expected
