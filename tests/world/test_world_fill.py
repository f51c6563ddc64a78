"""The embedded GLPI, filled with a world, looks like one that lived through it."""

from __future__ import annotations

import html
import itertools
from dataclasses import replace
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

import pytest
import requests

from sdtools.emulator.glpi.database import GlpiDatabase, Row
from sdtools.emulator.glpi.desk import EmbeddedGlpi
from sdtools.emulator.glpi.fill import glpi_rows
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.world.model import World
from sdtools.emulator.world.seeded import seeded_world
from sdtools.model.grades import Kind, Status

PARIS = ZoneInfo("Europe/Paris")
STATUS = {
    Status.new: 1,
    Status.assigned: 2,
    Status.pending: 4,
    Status.solved: 5,
    Status.closed: 6,
}


@pytest.fixture(scope="module")
def session(glpi: EmbeddedGlpi) -> requests.Session:
    found = requests.Session()
    found.headers["App-Token"] = glpi.app_token
    login = found.get(
        f"{glpi.url}/initSession", headers={"Authorization": f"user_token {glpi.user_token}"}
    )
    found.headers["Session-Token"] = login.json()["session_token"]
    return found


def _named(database: GlpiDatabase, itemtype: str, name: str) -> Row:
    (row,) = database.rows(itemtype, "name = ?", (name,))
    return row


def test_every_row_has_an_id_of_its_own_and_columns_that_glpi_has(
    seeded: World, now: datetime
) -> None:
    seen = set()
    for itemtype, row in glpi_rows(seeded, now):
        assert set(row) <= set(TABLES[itemtype].columns), itemtype
        assert (itemtype, row["id"]) not in seen
        seen.add((itemtype, row["id"]))


def test_what_a_fresh_glpi_holds_is_left_alone(filled: GlpiDatabase) -> None:
    fresh = GlpiDatabase()
    for itemtype in ("User", "Entity", "Profile", "Profile_User", "Calendar", "CalendarSegment"):
        for row in fresh.rows(itemtype):
            assert filled.row(itemtype, row["id"]) == row
    fresh.close()


def test_a_ticket_reads_over_http_as_the_world_says(
    seeded: World, glpi: EmbeddedGlpi, session: requests.Session
) -> None:
    place = next(at for at, one in enumerate(seeded.tickets) if one.markup and one.solution)
    ticket = seeded.tickets[place]
    row = session.get(f"{glpi.url}/Ticket/{place + 1}").json()
    assert html.unescape(row["name"]) == ticket.title
    assert html.unescape(row["content"]) == ticket.markup
    assert "<" not in row["content"]
    assert row["status"] == STATUS[ticket.status]
    assert row["type"] == (1 if ticket.kind is Kind.incident else 2)
    assert (row["urgency"], row["impact"], row["priority"]) == (
        ticket.urgency,
        ticket.impact,
        ticket.priority,
    )
    opened = datetime.fromisoformat(row["date"]).replace(tzinfo=PARIS)
    assert opened == ticket.opened
    solutions = session.get(f"{glpi.url}/Ticket/{place + 1}/ITILSolution").json()
    assert ticket.solution in html.unescape(html.unescape(solutions[-1]["content"]))


def test_the_api_lists_all_tickets(
    seeded: World, glpi: EmbeddedGlpi, session: requests.Session
) -> None:
    answer = session.get(f"{glpi.url}/Ticket", params={"range": "0-2999", "only_id": "true"})
    assert len(answer.json()) == len(seeded.tickets)


def test_expanded_names_are_those_of_the_world(
    seeded: World, glpi: EmbeddedGlpi, session: requests.Session
) -> None:
    place = next(at for at, one in enumerate(seeded.tickets) if one.entity)
    ticket = seeded.tickets[place]
    row = session.get(f"{glpi.url}/Ticket/{place + 1}", params={"expand_dropdowns": "true"}).json()
    assert html.unescape(row["itilcategories_id"]) == ticket.category
    assert html.unescape(row["locations_id"]) == ticket.location
    assert html.unescape(row["entities_id"]) == f"Root entity > {ticket.entity}"


def test_actors_are_the_requester_and_the_last_hands(seeded: World, filled: GlpiDatabase) -> None:
    logins = {row["id"]: row["name"] for row in filled.rows("User")}
    groups = {row["id"]: row["name"] for row in filled.rows("Group")}
    for number, ticket in enumerate(seeded.tickets[-300:], len(seeded.tickets) - 299):
        people = {
            (logins[row["users_id"]], row["type"])
            for row in filled.rows("Ticket_User", "tickets_id = ?", (number,))
        }
        last = ticket.steps[-1]
        assert people == {(ticket.requester, 1)} | (
            {(last.assignee, 2)} if last.assignee else set()
        )
        found = [
            (groups[row["groups_id"]], row["type"])
            for row in filled.rows("Group_Ticket", "tickets_id = ?", (number,))
        ]
        assert found == ([(last.group, 2)] if last.group else [])


def test_dates_and_states_agree_as_glpi_keeps_them(filled: GlpiDatabase) -> None:
    for row in filled.rows("Ticket"):
        done = row["status"] in {5, 6}
        assert (row["solvedate"] is not None) == done
        assert (row["closedate"] is not None) == (row["status"] == 6)
        assert (row["begin_waiting_date"] is not None) == (done or row["status"] == 4)
        assert (row["takeintoaccountdate"] is None) == (row["takeintoaccount_delay_stat"] == 0)
        assert bool(row["slas_id_tto"]) == (row["time_to_own"] is not None)
        assert str(row["date"]) <= str(row["date_mod"])
        if row["status"] != 1:
            assert row["takeintoaccountdate"] is not None


def test_a_due_date_counts_office_hours_from_the_opening(filled: GlpiDatabase) -> None:
    standard = filled.rows("SLA", "name = 'Standard TTR'")[0]
    assert (standard["number_time"], standard["definition_time"]) == (20, "hour")
    mornings = filled.rows(
        "Ticket",
        "slas_id_ttr = ? AND sla_waiting_duration = 0"
        " AND date BETWEEN '2026-10-06 08:00:00' AND '2026-10-06 17:59:59'",
        (standard["id"],),
    )
    assert mornings
    for row in mornings:  # a Tuesday: 20 hours are two days of ten
        assert row["time_to_resolve"] == str(row["date"]).replace("10-06", "10-08")


def test_filled_delays_are_those_that_glpi_s_own_arithmetic_gives(
    filled: GlpiDatabase, glpi: EmbeddedGlpi, session: requests.Session
) -> None:
    """Assigning the same SLA again lets the embedded GLPI compute; nothing moves."""
    rows = filled.rows("Ticket", "status IN (1, 2, 4)")[:25]
    for row in rows:
        for column in ("slas_id_ttr", "slas_id_tto"):
            session.put(f"{glpi.url}/Ticket/{row['id']}", json={"input": {column: 0}})
            answer = session.put(
                f"{glpi.url}/Ticket/{row['id']}", json={"input": {column: row[column]}}
            )
            assert answer.ok
        after = cast(Row, filled.row("Ticket", row["id"]))
        assert after["time_to_own"] == row["time_to_own"]
        assert after["time_to_resolve"] == row["time_to_resolve"]


def test_the_history_tells_every_status_that_a_ticket_had(
    seeded: World, filled: GlpiDatabase
) -> None:
    number, ticket = next(
        (at, one)
        for at, one in enumerate(seeded.tickets, 1)
        if [step.status for step in one.steps].count(Status.solved) > 1
    )
    where = "itemtype = 'Ticket' AND items_id = ? AND id_search_option = ?"
    logged = [
        (row["old_value"], row["new_value"]) for row in filled.rows("Log", where, (number, 12))
    ]
    states = [STATUS[step.status] for step in ticket.steps]
    moves = [(str(a), str(b)) for a, b in itertools.pairwise(states) if a != b]
    assert logged == moves
    groups = filled.rows("Log", where, (number, 8))
    assert groups[0]["linked_action"] == 15
    assert groups[0]["new_value"] in {
        f"{row['name']} ({row['id']})" for row in filled.rows("Group")
    }


def test_the_history_is_written_in_the_order_of_time(filled: GlpiDatabase) -> None:
    dates = [row["date_mod"] for row in filled.rows("Log", "itemtype = 'Ticket'")]
    # one hour comes twice on the day the clocks go back: only that may step back
    back = [(a, b) for a, b in itertools.pairwise(dates) if str(a) > str(b)]
    assert all(str(a).startswith("2026-10-25 02") for a, b in back)


def test_a_reopened_ticket_keeps_its_refused_solution(seeded: World, filled: GlpiDatabase) -> None:
    number = next(
        at
        for at, one in enumerate(seeded.tickets, 1)
        if one.status is Status.closed
        and [step.status for step in one.steps].count(Status.solved) > 1
    )
    solutions = filled.rows("ITILSolution", "items_id = ?", (number,))
    assert [row["status"] for row in solutions] == [4, 3]


def test_vips_teams_and_rights_are_there(seeded: World, filled: GlpiDatabase) -> None:
    vip = _named(filled, "UserCategory", "VIP")
    assert filled.count("User", "usercategories_id = ?", (vip["id"],)) == 5
    team = _named(filled, "Group", "N2 Network")
    manager = filled.rows("Group_User", "groups_id = ? AND is_manager = 1", (team["id"],))
    (right,) = filled.rows("Profile_User", "users_id = ?", (manager[0]["users_id"],))
    assert (right["profiles_id"], right["entities_id"], right["is_recursive"]) == (7, 0, 1)
    assert filled.count("UserEmail", "is_default = 1") >= len(seeded.people)


def test_known_errors_lie_in_their_category_and_problems_are_open(
    seeded: World, filled: GlpiDatabase
) -> None:
    category = _named(filled, "KnowbaseItemCategory", "Erreurs connues")
    assert category["completename"] == "Known errors > Erreurs connues"
    links = filled.rows(
        "KnowbaseItem_KnowbaseItemCategory", "knowbaseitemcategories_id = ?", (category["id"],)
    )
    assert len(links) == sum(one.category.endswith("Erreurs connues") for one in seeded.articles)
    article = _named(filled, "KnowbaseItem", "VPN error 809 behind a home router")
    assert "Error code: 809" in str(article["answer"])
    assert filled.count("Problem", "status = 2") == len(seeded.problems)
    assert filled.count("KnowbaseItem_Item") == sum(len(one.articles) for one in seeded.tickets)


def test_the_calendar_closes_on_holidays(filled: GlpiDatabase) -> None:
    office = _named(filled, "Calendar", "office")
    segments = filled.rows("CalendarSegment", "calendars_id = ?", (office["id"],))
    assert [row["day"] for row in segments] == [1, 2, 3, 4, 5]
    assert {(row["begin"], row["end"]) for row in segments} == {("08:00:00", "18:00:00")}
    (holiday,) = filled.rows("Holiday", "begin_date = '2026-11-11'")
    where = "calendars_id = ? AND holidays_id = ?"
    assert filled.count("Calendar_Holiday", where, (office["id"], holiday["id"])) == 1


def test_a_hostile_title_is_stored_escaped_and_cut(now: datetime) -> None:
    world = seeded_world(1, 1, now)
    bad = replace(world.tickets[0], title="<script>a & b</script>" + "x" * 300, markup="")
    rows = glpi_rows(replace(world, tickets=(bad,)), now)
    (ticket,) = [row for itemtype, row in rows if itemtype == "Ticket"]
    name = str(ticket["name"])
    assert name.startswith("&#60;script&#62;a &#38; b&#60;/script&#62;")
    assert len(name) == 255
