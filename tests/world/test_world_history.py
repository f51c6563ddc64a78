"""A desk's audit log becomes the world as it was at a moment, and not a bit of its future."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.fill import glpi_rows
from sdtools.emulator.world.clocks import clocks, hours_of
from sdtools.emulator.world.events import Event
from sdtools.emulator.world.history import history_world
from sdtools.emulator.world.model import Role, Source, World
from sdtools.errors import ConfigError
from sdtools.model.grades import OPEN, Grade, Status

REAL = Path(__file__).parents[3] / "shared/data/uci_servicenow/events.csv.gz"
MOMENT = datetime(2016, 5, 16, 9, tzinfo=UTC)
USUAL = {
    "number": "INC1",
    "incident_state": "New",
    "opened_at": "1/3/2016 08:00",
    "sys_updated_at": "1/3/2016 08:05",
    "resolved_at": "9/3/2016 08:00",
    "caller_id": "Caller 1",
    "opened_by": "Opened by  1",
    "sys_updated_by": "Updated by 1",
    "contact_type": "Phone",
    "location": "Location 1",
    "category": "Category 1",
    "subcategory": "Subcategory 2",
    "u_symptom": "Symptom 3",
    "cmdb_ci": "?",
    "impact": "2 - Medium",
    "urgency": "1 - High",
    "priority": "2 - High",
    "assignment_group": "Group 1",
    "assigned_to": "?",
    "problem_id": "?",
    "closed_code": "code 5",
    "resolved_by": "Resolved by 1",
}


def _file(folder: Path, *events: dict[str, str], drop: str = "") -> Path:
    text = io.StringIO()
    names = [name for name in ("made_sla", *Event._fields) if name != drop]
    writer = csv.DictWriter(text, names, extrasaction="ignore", restval="true")
    writer.writeheader()
    writer.writerows(USUAL | event for event in events)
    path = folder / "events.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def _day(day: int, hour: int = 8) -> datetime:
    return datetime(2016, 3, day, hour, tzinfo=UTC)


LIFE: tuple[dict[str, str], ...] = (
    {},
    {"incident_state": "Active", "sys_updated_at": "2/3/2016 08:00", "assigned_to": "Resolver 1"},
    {
        "incident_state": "Awaiting User Info",
        "sys_updated_at": "3/3/2016 08:00",
        "assigned_to": "Resolver 2",
    },
    {
        "incident_state": "Resolved",
        "sys_updated_at": "9/3/2016 08:00",
        "assigned_to": "Resolver 2",
        "urgency": "3 - Low",
        "priority": "4 - Low",
    },
    {
        "incident_state": "Closed",
        "sys_updated_at": "14/3/2016 08:00",
        "assigned_to": "Resolver 2",
        "priority": "4 - Low",
    },
)


@pytest.mark.parametrize(
    ("moment", "status", "priority"),
    [
        (_day(1, 9), Status.new, Grade.high),
        (_day(2), Status.assigned, Grade.high),
        (_day(8), Status.pending, Grade.high),
        (_day(9), Status.solved, Grade.low),
        (_day(20), Status.closed, Grade.low),
    ],
)
def test_an_incident_stands_as_its_last_event_says(
    tmp_path: Path, moment: datetime, status: Status, priority: Grade
) -> None:
    (ticket,) = history_world(_file(tmp_path, *LIFE), moment).tickets
    assert (ticket.status, ticket.priority, ticket.opened) == (status, priority, _day(1))


def test_what_was_resolved_later_is_not_known_before(tmp_path: Path) -> None:
    path = _file(tmp_path, *LIFE)
    before = history_world(path, _day(8))
    assert before.tickets[0].solution == ""
    assert "resolved.by.1" not in {person.login for person in before.people}
    after = history_world(path, _day(9))
    assert after.tickets[0].solution == "Resolved: code 5"
    assert after.tickets[0].steps[-1].by == "resolved.by.1"


def test_a_solution_that_did_not_last_does_not_know_the_final_code(tmp_path: Path) -> None:
    events: list[dict[str, str]] = [
        {},
        {"incident_state": "Resolved", "sys_updated_at": "2/3/2016 08:00"},
    ]
    (ticket,) = history_world(_file(tmp_path, *events), _day(3)).tickets
    assert (ticket.solution, ticket.steps[-1].by) == ("Resolved", "updated.by.1")


def test_an_incident_without_an_event_yet_does_not_exist(tmp_path: Path) -> None:
    later = {"number": "INC2", "opened_at": "1/3/2016 07:00", "sys_updated_at": "5/3/2016 08:00"}
    world = history_world(_file(tmp_path, {}, later), _day(4))
    assert [ticket.number for ticket in world.tickets] == ["INC1"]


def test_an_unknown_state_leaves_the_incident_as_it_was(tmp_path: Path) -> None:
    events = (LIFE[1], {"incident_state": "-100", "sys_updated_at": "4/3/2016 08:00"})
    (ticket,) = history_world(_file(tmp_path, *events), _day(5)).tickets
    assert ticket.status is Status.assigned


def test_who_worked_for_a_group_is_its_member_and_who_worked_most_its_manager(
    tmp_path: Path,
) -> None:
    second = {"number": "INC2", "assigned_to": "Resolver 2"}
    world = history_world(_file(tmp_path, *LIFE, second), _day(20))
    (group,) = world.groups
    assert set(group.members) == {"resolver.1", "resolver.2"}
    assert group.managers == ("resolver.2",)
    roles = {person.login: person.role for person in world.people}
    assert (roles["resolver.2"], roles["resolver.1"]) == (Role.manager, Role.agent)
    assert (roles["caller.1"], roles["opened.by.1"]) == (Role.requester, Role.agent)


def test_facts_come_along_in_the_desk_s_own_words(tmp_path: Path) -> None:
    odd = {"cmdb_ci": "Box 7", "contact_type": "Self service", "problem_id": "Problem 9"}
    world = history_world(_file(tmp_path, odd), _day(2))
    (ticket,) = world.tickets
    assert ticket.title == "INC1 Category 1: Symptom 3"
    assert ticket.category == "Category 1 > Subcategory 2"
    assert world.categories == ("Category 1", "Category 1 > Subcategory 2")
    assert (ticket.item, ticket.source) == ("Box 7", Source.self_service)
    assert (ticket.urgency, ticket.impact) == (Grade.high, Grade.medium)
    assert ticket.problems == ("Problem 9",)
    assert world.problems[0].title == "Problem 9: Category 1: Symptom 3"


def test_two_names_that_look_alike_stay_two_people(tmp_path: Path) -> None:
    second = {"number": "INC2", "caller_id": "Caller-1"}
    world = history_world(_file(tmp_path, {}, second), _day(2))
    assert len({ticket.requester for ticket in world.tickets}) == 2


def test_a_compressed_file_reads_like_a_plain_one(tmp_path: Path) -> None:
    plain = _file(tmp_path, *LIFE)
    packed = tmp_path / "events.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert history_world(packed, _day(9)).tickets == history_world(plain, _day(9)).tickets


def test_all_bad_rows_are_named_with_their_lines(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        {},
        {"sys_updated_at": "2016-03-01 08:00"},
        {"opened_at": "31/2/2016 08:00"},
        {"incident_state": "Lost"},
        {"urgency": "9"},
    )
    path.write_text(path.read_text("utf-8") + "INC9,New\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        history_world(path, _day(2))
    assert [mistake.line for mistake in caught.value.mistakes] == [3, 4, 5, 6, 7]
    text = str(caught.value)
    assert f"{path}:3:1: '2016-03-01 08:00' is not a date; write it as day/month/year" in text
    assert "'Lost' is not known; write one of New, Active" in text
    assert "2 fields instead of 23" in text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no such file"),
        (b"", ":1: no column number"),
        (b"number,state\nINC1,New\n", ":1: no column incident_state"),
        (b"\xff\xfe\x00rubbish", "cannot be read"),
        (b"\x1f\x8bnot really gzip", "cannot be read"),
    ],
)
def test_a_file_that_is_no_log_is_refused_clearly(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "events.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        history_world(path, MOMENT)
    assert said in str(caught.value)
    assert caught.value.advice


def test_a_folder_is_refused_clearly(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        history_world(tmp_path, MOMENT)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no column assigned_to"):
        history_world(_file(tmp_path, {}, drop="assigned_to"), MOMENT)


def test_a_moment_before_the_first_event_is_refused_with_its_date(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="its first event is of 2016-03-01T08:05Z"):
        history_world(_file(tmp_path, {}), _day(1, 0))


@pytest.fixture(scope="module")
def real() -> World:
    if not REAL.exists():
        pytest.skip(f"the real desk's log is not here: {REAL}")
    return history_world(REAL, MOMENT)


def test_the_real_desk_has_the_figures_it_had(real: World) -> None:
    assert Counter(ticket.status for ticket in real.tickets) == {
        Status.assigned: 225,
        Status.new: 202,
        Status.pending: 157 + 11,
        Status.solved: 679,
        Status.closed: 9_294,
    }
    assert sum(ticket.status in OPEN for ticket in real.tickets) == 595
    with gzip.open(REAL, "rt", encoding="utf-8") as lines:
        everything = {row["number"] for row in csv.DictReader(lines)}
    assert len(everything) - len(real.tickets) == 1_912


def test_nothing_in_the_real_desk_s_world_is_of_the_future(real: World) -> None:
    for ticket in real.tickets:
        times = [step.at for step in ticket.steps]
        assert times == sorted(times)
        assert times[-1] <= ticket.updated <= MOMENT


def test_the_real_desk_s_open_tickets_have_meaningful_clocks(real: World) -> None:
    hours, levels = hours_of(real, MOMENT), {one.name: one for one in real.service_levels}
    late = Counter[bool]()
    for ticket in real.tickets:
        if ticket.status in OPEN:
            level = levels[ticket.service_level]
            found = clocks(ticket, level, hours[level.calendar])
            assert found.resolve_due is not None
            late[found.resolve_due < MOMENT] += 1
    assert min(late[True], late[False]) > 100


def test_the_embedded_glpi_holds_the_real_desk(real: World) -> None:
    database = GlpiDatabase()
    database.load(glpi_rows(real, MOMENT))
    states = Counter(row["status"] for row in database.rows("Ticket"))
    assert states == {1: 202, 2: 225, 4: 168, 5: 679, 6: 9_294}
    first, second = database.rows("Ticket", "id <= 2")
    assert str(first["name"]).startswith("INC0000045 ")
    assert second["solvedate"] == "2016-03-01 09:52:00"
    assert database.count("Group") == len(real.groups)
    assert database.count("Group_User", "is_manager = 1") == sum(
        len(group.managers) for group in real.groups
    )
    database.close()


def test_promises_match_what_the_real_desk_kept_of_moderate_priority(real: World) -> None:
    """Nine of ten resolved incidents agree with the log's own word on the promise."""
    with gzip.open(REAL, "rt", encoding="utf-8") as lines:
        finals = {row["number"]: row for row in csv.DictReader(lines)}
    resolve = {one.name: one.resolve for one in real.service_levels}["Moderate"]
    agreed = Counter(
        (_moment(row["resolved_at"]) - _moment(row["opened_at"]) <= resolve)
        == (row["made_sla"] == "true")
        for row in finals.values()
        if row["priority"] == "3 - Moderate" and row["resolved_at"] != "?"
    )
    assert agreed[True] / agreed.total() > 0.9
    assert resolve == timedelta(days=5)


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=UTC)
