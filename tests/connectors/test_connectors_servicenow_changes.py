"""What changed since: nothing lost, nothing read twice, what was deleted, who changed what."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests

from sdtools.connectors.servicenow.deletions import deleted_since
from sdtools.connectors.servicenow.desk import ServiceNowDesk, servicenow_desk
from sdtools.connectors.servicenow.options import Basic
from sdtools.emulator.servicenow.context import Call, stamp
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow
from sdtools.model.history import Edit
from sdtools.model.ticket import Ticket

Ids = Mapping[str, str]
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class Held(dict[str, Ticket]):
    """What a mirror would hold."""

    def take(self, desk: ServiceNowDesk, since: datetime | None) -> list[Ticket]:
        read = [ticket for page in desk.tickets(since, self.known) for ticket in page]
        for ticket in read:
            if ticket.deleted:
                self.pop(ticket.id, None)
            else:
                self[ticket.id] = ticket
        return read

    def known(self, ids: Collection[str]) -> Mapping[str, Ticket]:
        return {one: self[one] for one in ids if one in self}


class Busy:
    """A desk on which people work between any two requests."""

    def __init__(self, snow: EmbeddedServiceNow, seed: int) -> None:
        self._snow = snow
        self._dice = random.Random(seed)
        self.ids = [row["sys_id"] for row in snow.database.rows("incident")]

    def __call__(self, call: Call) -> None:
        if "table" not in call.parts:
            return
        self._snow.clock.advance(timedelta(seconds=self._dice.randrange(5)))
        for _ in range(self._dice.randrange(3)):
            self.create() if self._dice.random() < 0.4 else self.touch()

    def create(self) -> None:
        sys_id = f"{self._dice.getrandbits(128):032x}"
        at = stamp(self._snow.clock.now())
        row = {"sys_id": sys_id, "number": f"INC{len(self.ids):05}", "state": "1", "opened_at": at}
        self._snow.database.load([("incident", {**row, "sys_updated_on": at})])
        self.ids.append(sys_id)

    def touch(self) -> None:
        sys_id = self._dice.choice(self.ids)
        row = self._snow.database.row("incident", sys_id) or {}
        self._snow.database.update(
            "incident",
            sys_id,
            {
                "short_description": f"changed {self._dice.random()}",
                "sys_mod_count": str(int(row.get("sys_mod_count") or 0) + 1),
                "sys_updated_on": stamp(self._snow.clock.now()),
            },
        )


def titles(snow: EmbeddedServiceNow) -> dict[str, str]:
    rows = snow.database.rows("incident")
    return {row["sys_id"]: row["short_description"] for row in rows}


@pytest.mark.parametrize("seed", range(4))
def test_what_is_written_between_any_two_pages_is_never_lost(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, seed: int
) -> None:
    busy, held = Busy(snow, seed), Held()
    for _ in range(12):
        busy.create()
    since: datetime | None = None
    snow_desk._reader.size.rows = 4  # small pages: many chances to lose something
    for round_ in range(4):
        begun = snow.clock.now()
        snow.application.before = busy if round_ < 3 else None
        held.take(snow_desk, since)
        snow.clock.advance(timedelta(minutes=1))
        since = begun
    found = {one.id: one.title for one in held.values() if one.number.startswith("INC")}
    assert found == titles(snow)


def test_a_transaction_that_commits_late_under_an_earlier_time_is_read(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids, now: datetime
) -> None:
    held = Held()
    held.take(snow_desk, None)
    began = stamp(now - timedelta(minutes=4))
    snow.database.update("incident", ids["0001"], {"state": "2", "sys_updated_on": began})
    assert [one.number for one in held.take(snow_desk, now)] == ["INC0001"]


def test_what_is_held_as_it_is_is_neither_given_nor_joined_again(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids, now: datetime
) -> None:
    for name, minutes in (("0001", 4), ("0002", 3), ("0003", 3)):
        at = stamp(now - timedelta(minutes=minutes))
        snow.database.update("incident", ids[name], {"sys_updated_on": at})
    held = Held()
    held.take(snow_desk, None)
    asked: list[str] = []
    snow.application.before = lambda call: asked.append(call.parts[-1])
    assert held.take(snow_desk, now) == []
    assert asked == ["batch"]
    snow.database.update("incident", ids["0002"], {"urgency": "1"})  # in the same second
    assert [one.number for one in held.take(snow_desk, now)] == ["INC0002"]


def test_what_was_young_when_it_was_read_is_read_again(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids, now: datetime
) -> None:
    at = stamp(now - timedelta(seconds=30))
    snow.database.update("incident", ids["0001"], {"sys_updated_on": at})
    held = Held()
    held.take(snow_desk, None)
    level = {"sys_id": ids["level"], "task": ids["0001"], "planned_end_time": stamp(now)}
    snow.database.load([("task_sla", {**level, "stage": "in_progress", "active": "true"})])
    assert [one.resolve_due for one in held.take(snow_desk, now)] == [now]


def test_two_changes_within_one_second_are_both_read(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids, now: datetime
) -> None:
    """A page ends in the middle of a second, and one of its rows changes once more."""
    for place, name in enumerate(("0001", "0002", "0003")):
        values = {"sys_updated_on": stamp(now - timedelta(seconds=2 - min(place, 1)))}
        snow.database.update("incident", ids[name], values)
    second = min(ids["0002"], ids["0003"])

    def again(call: Call) -> None:
        if call.parts[-1] == "batch":  # the first page of every list
            snow.application.before = late

    def late(call: Call) -> None:
        values = {"short_description": "Once more", "sys_mod_count": "7"}
        snow.database.update("incident", second, values)

    snow_desk._reader.size.rows = 2
    snow.application.before = again
    read = [one for page in snow_desk.tickets(now) for one in page if one.id == second]
    assert [one.title == "Once more" for one in read] == [False, True]


def delete(snow: EmbeddedServiceNow, sys_id: str) -> None:
    url = f"{snow.url}/api/now/table/incident/{sys_id}"
    login = (snow.admin_user, snow.admin_password)
    assert requests.delete(url, auth=login, timeout=10).status_code == 204


def test_a_deletion_is_told_where_the_account_may_read_it(
    snow: EmbeddedServiceNow, snow_admin: ServiceNowDesk, ids: Ids, now: datetime
) -> None:
    held = Held()
    held.take(snow_admin, None)
    delete(snow, ids["0002"])
    gone = [one for one in held.take(snow_admin, now) if one.deleted]
    assert [(one.id, one.number) for one in gone] == [(ids["0002"], "INC0002")]
    assert ids["0002"] not in held


def test_a_ticket_that_was_brought_back_is_not_deleted(
    snow: EmbeddedServiceNow, snow_admin: ServiceNowDesk, ids: Ids, now: datetime
) -> None:
    row = snow.database.row("incident", ids["0002"]) or {}
    delete(snow, ids["0002"])
    snow.database.load([("incident", row)])
    assert not [one for page in snow_admin.tickets(now) for one in page if one.deleted]


def test_without_the_right_to_read_deletions_the_ids_tell(
    snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids, now: datetime
) -> None:
    before = snow_desk.ticket_ids()
    delete(snow, ids["0002"])
    assert not [one for page in snow_desk.tickets(now) for one in page if one.deleted]
    assert before - snow_desk.ticket_ids() == {ids["0002"]}


def test_deletions_of_other_tables_are_none_of_ours(
    snow: EmbeddedServiceNow, snow_admin: ServiceNowDesk, ids: Ids, now: datetime
) -> None:
    row = {"sys_id": ids["trace"], "tablename": "kb_knowledge", "documentkey": ids["article"]}
    snow.database.load([("sys_audit_delete", {**row, "sys_created_on": stamp(now)})])
    assert list(deleted_since(snow_admin._reader, LONG_AGO)) == []


def person(snow: EmbeddedServiceNow, sys_id: str, values: Mapping[str, str]) -> None:
    """Change an incident as the administrator."""
    snow.clock.advance(timedelta(minutes=1))
    url = f"{snow.url}/api/now/table/incident/{sys_id}"
    login = (snow.admin_user, snow.admin_password)
    assert requests.patch(url, json=dict(values), auth=login, timeout=10).status_code == 200


def history(desk: ServiceNowDesk, since: datetime) -> dict[str, list[Edit]]:
    found: dict[str, list[Edit]] = {}
    for page in desk.history(since):
        for edit in page:
            found.setdefault(edit.field, []).append(edit)
    return found


def test_the_history_tells_who_changed_which_field_and_when(
    snow: EmbeddedServiceNow, snow_admin: ServiceNowDesk, ids: Ids, now: datetime
) -> None:
    admin = snow_admin.account_id
    person(snow, ids["0001"], {"urgency": "1", "assignment_group": ids["n1"]})
    person(snow, ids["0001"], {"state": "2", "assigned_to": ids["paul"]})
    person(snow, ids["0001"], {"assignment_group": ids["n2"]})
    found = history(snow_admin, now)
    minute = timedelta(minutes=1)
    [urgency] = found["urgency"]
    told = (urgency.ticket_id, urgency.before, urgency.after, urgency.at, urgency.author_id)
    assert told == (ids["0001"], "medium", "high", now + minute, admin)
    [priority] = found["priority"]
    assert (priority.before, priority.after) == ("medium", "high")
    [status] = found["status"]
    assert (status.before, status.after, status.at) == ("new", "assigned", now + 2 * minute)
    assert [(one.before, one.after) for one in found["group"]] == [
        ("", ids["n1"]),
        (ids["n1"], ids["n2"]),
    ]
    assert [(one.before, one.after) for one in found["assignee"]] == [
        ("", ids["paul"]),
        (ids["paul"], ""),
    ]


def test_the_history_of_a_category_puts_its_two_columns_together(
    snow: EmbeddedServiceNow, snow_admin: ServiceNowDesk, ids: Ids, now: datetime
) -> None:
    person(snow, ids["0001"], {"subcategory": ""})
    person(snow, ids["0001"], {"category": "hardware"})
    person(snow, ids["0001"], {"category": "network", "subcategory": "vpn"})
    found = history(snow_admin, now)["category"]
    assert [(one.before, one.after) for one in found] == [
        ("network/vpn", "network"),
        ("network", "hardware"),
        ("hardware", "network/vpn"),
    ]


def test_history_begins_where_it_was_asked_for_and_ends_with_no_right_to_it(
    snow: EmbeddedServiceNow, snow_admin: ServiceNowDesk, snow_desk: ServiceNowDesk, ids: Ids
) -> None:
    person(snow, ids["0001"], {"urgency": "1"})
    late = snow.clock.now() + timedelta(hours=1)
    assert history(snow_admin, snow.clock.now())["urgency"]
    assert history(snow_admin, late) == {}
    assert history(snow_desk, snow.clock.now()) == {}


def test_an_author_who_does_not_show_is_nobody(
    snow: EmbeddedServiceNow, snow_admin: ServiceNowDesk, ids: Ids, now: datetime
) -> None:
    row = {"tablename": "incident", "documentkey": ids["0001"], "fieldname": "impact"}
    more = {"oldvalue": "2", "newvalue": "9", "user": "left.long.ago"}
    made = {"sys_id": ids["trace"], "sys_created_on": stamp(now)}
    snow.database.load([("sys_audit", {**made, **row, **more})])
    [edit] = history(snow_admin, now)["impact"]
    assert (edit.author_id, edit.before, edit.after) == ("", "medium", "9")


def test_a_held_ticket_that_was_deleted_and_shows_again_is_given(
    snow: EmbeddedServiceNow, ids: Ids, now: datetime
) -> None:
    login = Basic(user=snow.user, password=snow.password)
    at = stamp(now - timedelta(minutes=3))
    snow.database.update("incident", ids["0001"], {"sys_updated_on": at})
    with servicenow_desk("s", url=snow.url, credentials=login) as desk:
        held = desk.read([ids["0001"]])
        tomb = {one: replace(ticket, deleted=True) for one, ticket in held.items()}
        read = [one.number for page in desk.tickets(now, lambda _: tomb) for one in page]
    assert read == ["INC0001"]
