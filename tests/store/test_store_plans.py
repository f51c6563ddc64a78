"""A plan file gives back the plan, and a broken one says what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from sdtools.errors import UsageError
from sdtools.model.effects import Comment, Solve, Webhook
from sdtools.plan import Blocked, Change, Plan
from sdtools.store.database import Database
from sdtools.store.plans import PlanShelf, plan_from_json, plan_to_json

MakeChange = Callable[..., Change]
MakePlan = Callable[..., Plan]

BLOCKED = Blocked(limit="known", allowed=20, wanted=300, rule="a", advice="Look at it.")


def test_effects_keep_their_kind(make_plan: MakePlan, make_change: MakeChange) -> None:
    effects = [
        Comment(text="a"),
        Solve(text="a"),
        Webhook(url="https://hooks.example.org", body="{}"),
    ]
    plan = make_plan(*(make_change(effect=effect) for effect in effects))
    again = plan_from_json(plan_to_json(plan))
    assert [change.effect for change in again.changes] == effects


def test_a_plan_reads_well_for_people(make_plan: MakePlan, make_change: MakeChange) -> None:
    written = plan_to_json(make_plan(make_change()))
    document = json.loads(written)
    assert document["format"] == 1
    assert document["plan"]["now"] == "2026-11-22T07:30:00Z"
    assert document["plan"]["changes"][0]["title"] == "Écran noir"
    assert "Écran noir" in written


def test_a_plan_of_an_earlier_sdtools_can_still_be_read(
    make_plan: MakePlan, make_change: MakeChange
) -> None:
    plan = make_plan(make_change())
    document = json.loads(plan_to_json(plan))
    for name in ("rules", "paused", "prints", "undoes"):
        del document["plan"][name]
    for change in document["plan"]["changes"]:
        del change["moved"]
    assert plan_from_json(json.dumps(document)) == plan


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        ("", "EOF"),
        ("ticket;rule", "Invalid JSON"),
        ("[]", "object"),
        ("{}", "plan: Field required"),
        ('{"format": 2, "plan": {}}', "format: Input should be 1"),
        ('{"format": 1, "plan": {"id": "p"}}', "plan.desk: Field required"),
    ],
)
def test_a_file_that_is_no_plan_says_what_is_wrong(broken: str, named: str) -> None:
    with pytest.raises(UsageError) as caught:
        plan_from_json(broken)
    assert named in str(caught.value)
    assert "sdtools plan" in caught.value.advice


def test_a_damaged_plan_names_the_place_and_no_ticket_text(
    make_plan: MakePlan, make_change: MakeChange
) -> None:
    document = json.loads(plan_to_json(make_plan(make_change(title="Salaire de Marie"))))
    document["plan"]["changes"][0]["episode"] = "Salaire de Marie"
    document["plan"]["changes"][0]["effect"]["kind"] = "delete"
    with pytest.raises(UsageError) as caught:
        plan_from_json(json.dumps(document))
    assert "plan.changes.0.episode" in str(caught.value)
    assert "Marie" not in str(caught.value)


def test_a_plan_without_a_time_zone_is_refused(make_plan: MakePlan) -> None:
    naive = plan_to_json(make_plan()).replace("07:30:00Z", "07:30:00")
    with pytest.raises(UsageError, match="no zone"):
        plan_from_json(naive)


def test_a_shelf_gives_plans_back_by_id(
    database: Database, make_plan: MakePlan, make_change: MakeChange
) -> None:
    shelf = PlanShelf(database, "glpi")
    plan = make_plan(make_change())
    shelf.save(plan)
    shelf.save(plan)
    assert shelf.load("p-1") == plan
    for other, id in ((PlanShelf(database, "snow"), "p-1"), (shelf, "p-2")):
        with pytest.raises(UsageError, match="has no saved plan"):
            other.load(id)


def test_a_shelf_knows_the_newest_plan_that_was_stopped(
    database: Database, make_plan: MakePlan, now: datetime
) -> None:
    shelf = PlanShelf(database, "glpi")
    assert shelf.latest_blocked() is None
    shelf.save(make_plan(id="p-1", blocked=BLOCKED))
    newest = make_plan(id="p-2", blocked=BLOCKED, now=now + timedelta(hours=1))
    shelf.save(newest)
    shelf.save(make_plan(id="p-3", now=now + timedelta(hours=2)))
    assert shelf.latest_blocked() == newest


def test_a_shelf_keeps_the_newest_twenty(
    database: Database, make_plan: MakePlan, now: datetime
) -> None:
    shelf = PlanShelf(database, "glpi")
    for number in range(21):
        shelf.save(make_plan(id=f"p-{number}", now=now + timedelta(minutes=number)))
    assert shelf.load("p-1").id == "p-1"
    with pytest.raises(UsageError):
        shelf.load("p-0")
