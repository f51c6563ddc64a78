"""The embedded GLPI searches as GLPI's SQL does; and what shuts its API, or reads it otherwise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from sdtools.emulator.glpi.fresh import SELF_SERVICE_TOKEN, USER_TOKEN
from sdtools.emulator.glpi.search_text import absolute_date, like

if TYPE_CHECKING:
    from tests.emulator.conftest import Client


def _ids(client: Client, *criteria: dict[str, object], itemtype: str = "Ticket") -> list[int]:
    pairs = [
        (f"criteria[{index}][{key}]", value)
        for index, criterion in enumerate(criteria)
        for key, value in criterion.items()
    ]
    query = urlencode([*pairs, ("range", "0-99"), ("sort", "2"), ("forcedisplay[0]", "2")])
    found = client.get(f"search/{itemtype}?{query}")
    return [row["2"] for row in found.get("data", [])]


def _asked(field: int, searchtype: str, value: object, **more: object) -> dict[str, object]:
    return {"field": field, "searchtype": searchtype, "value": value, **more}


@pytest.fixture
def tickets(glpi: Client) -> list[int]:
    """Have three tickets: Alice's, Alice's and Bob's, nobody's."""
    return [
        glpi.add("Ticket", name="one", content="c", _users_id_assign=7),
        glpi.add("Ticket", name="two", content="c", _users_id_assign=[7, 8], urgency=5),
        glpi.add("Ticket", name="three", content="c", itilcategories_id=2),
    ]


def test_not_equals_on_people_leaves_out_every_ticket_that_has_them(
    glpi: Client, tickets: list[int]
) -> None:
    assert _ids(glpi, _asked(5, "notequals", 7)) == [tickets[2]]
    assert _ids(glpi, _asked(5, "equals", 0)) == [tickets[2]]
    assert _ids(glpi, _asked(5, "contains", "durand")) == [tickets[1]]
    assert _ids(glpi, _asked(5, "contains", "Martin Alice")) == tickets[:2]


def test_counts_are_judged_after_grouping_and_join_others_by_and(
    glpi: Client, tickets: list[int]
) -> None:
    for _ in range(2):
        glpi.add("ITILFollowup", itemtype="Ticket", items_id=tickets[0], content="f")
    glpi.add("ITILFollowup", itemtype="Ticket", items_id=tickets[1], content="f")
    assert _ids(glpi, _asked(27, "equals", 2)) == [tickets[0]]
    assert _ids(glpi, _asked(27, "contains", "<2")) == tickets[1:]
    both = (_asked(27, "contains", ">0"), _asked(10, "equals", 5, link="OR"))
    assert _ids(glpi, *both) == [tickets[1]]  # OR across WHERE and HAVING is AND in GLPI


def test_a_tree_is_searched_below_a_node_and_not_under_leaves_out_what_has_none(
    glpi: Client, tickets: list[int]
) -> None:
    assert _ids(glpi, _asked(7, "under", 1)) == [tickets[2]]
    assert _ids(glpi, _asked(7, "notunder", 1)) == []
    assert _ids(glpi, _asked(7, "equals", 0)) == tickets[:2]
    assert _ids(glpi, _asked(7, "notequals", 2)) == tickets[:2]


def test_a_criterion_on_another_item_type_joins_it_and_shows_its_column(
    glpi: Client, tickets: list[int]
) -> None:
    glpi.add("Item_Ticket", tickets_id=tickets[1], itemtype="Computer", items_id=1)
    asked = _asked(1, "contains", "PC", itemtype="Computer", meta=1)
    assert _ids(glpi, asked) == [tickets[1]]
    query = urlencode([(f"criteria[0][{key}]", value) for key, value in asked.items()])
    assert glpi.get(f"search/Ticket?{query}")["data"][0]["1"] == "PC-001"


def test_several_values_come_as_texts_in_the_order_of_their_ids(
    glpi: Client, tickets: list[int]
) -> None:
    found = glpi.get("search/Ticket?range=0-9&sort=2&forcedisplay[0]=5&forcedisplay[1]=22")
    assert [row["5"] for row in found["data"]] == ["7", ["7", "8"], None]
    assert [row["22"] for row in found["data"]] == ["glpi"] * 3


def test_descending_order_turns_equal_rows_round(glpi: Client, tickets: list[int]) -> None:
    found = glpi.get("search/Ticket?range=0-9&sort=12&order=DESC&forcedisplay[0]=2")
    assert [row["2"] for row in found["data"]] == [tickets[1], tickets[0], tickets[2]]
    listed = glpi.get("Ticket?range=0-9&sort=status&order=DESC")
    assert [row["id"] for row in listed] == [tickets[1], tickets[0], tickets[2]]


def test_all_assets_are_searched_at_once(glpi: Client) -> None:
    monitor = glpi.add("Monitor", name="A screen")
    found = glpi.get("search/AllAssets?range=0-9")
    assert [(row["itemtype"], row["id"], row["1"]) for row in found["data"]] == [
        ("Monitor", monitor, "A screen"),
        ("Computer", 1, "PC-001"),
    ]


def test_search_options_follow_from_their_joins(glpi: Client) -> None:
    found = glpi.get("listSearchOptions/Ticket")
    assert found["59"]["uid"] == "Ticket.users_id_validate.TicketValidation.User.name"
    assert found["18"]["available_searchtypes"][:2] == ["equals", "notequals"]
    assert found["8"]["available_searchtypes"][-1] == "notunder"
    assert glpi.get("listSearchOptions/Problem")["26"]["table"] == "glpi_problemtasks"


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("-7DAY", "2026-03-24"),
        ("-1MONTH", "2026-03-03 10:20:00"),  # there is no 31 February: it runs over
        ("-2HOUR", "2026-03-31 08:20:00"),
        ("BEGINYEAR", "2026-01-01"),
        ("LASTMONDAY", "2026-03-30"),
        ("soon", "soon"),
    ],
)
def test_relative_dates_are_read_as_php_does(text: str, meaning: str) -> None:
    assert absolute_date(text, datetime(2026, 3, 31, 10, 20, 30)) == meaning  # noqa: DTZ001 - as stored


@pytest.mark.parametrize(
    ("value", "needle", "truth"),
    [
        ("Réseau", "reseau", True), ("Réseau", "^eseau", False), ("a b c", "a%c", True),
        (None, "x", None), (None, "NULL", True), ("", "NULL", True), ("", "^", True),
    ],
)  # fmt: skip
def test_contains_reads_anchors_wildcards_and_null(
    value: str | None, needle: str, truth: bool | None
) -> None:
    assert like(value, needle) is truth


def test_settings_shut_the_api_and_open_it_again(glpi: Client) -> None:
    database = glpi.desk.database
    row = database.rows("Config", "name = 'enable_api'")[0]
    database.update("Config", row["id"], {"value": "0"})
    refused = glpi.call("GET", "Ticket")
    assert (refused.status_code, refused.json()) == (400, ["ERROR", "API disabled"])
    database.update("Config", row["id"], {"value": "1"})
    database.update("APIClient", 1, {"is_active": 0})
    assert glpi.call("GET", "Ticket").json()[0] == "ERROR_NOT_ALLOWED_IP"
    database.update("APIClient", 1, {"is_active": 1})
    glpi.desk.application.outages.database = True
    page = glpi.call("GET", "Ticket")
    assert (page.status_code, page.headers["content-type"][:9]) == (200, "text/html")
    glpi.desk.application.outages.database = False
    assert glpi.call("GET", "Ticket").json() == []


def test_a_users_own_time_zone_moves_what_a_session_reads_and_sends(
    glpi: Client, someone: Callable[[str], Client]
) -> None:
    first = glpi.add("Ticket", name="here", content="c", date="2026-11-20 08:00:00")
    glpi.put("User/2", timezone="Asia/Tokyo")
    far = someone(USER_TOKEN)
    assert far.ticket(first)["date"] == "2026-11-20 17:00:00"
    second = far.add("Ticket", name="there", content="c", date="2026-11-20 17:30:00")
    assert glpi.ticket(second)["date"] == "2026-11-20 08:30:00"
    answer = far.call("GET", f"Ticket/{second}")
    assert answer.headers["Last-Modified"] == "Fri, 20 Nov 2026 09:00:00 GMT"
    assert _ids(far, _asked(15, "morethan", "2026-11-20 17:15:00")) == [second]


def test_names_of_older_item_types_still_work(glpi: Client, tickets: list[int]) -> None:
    made = glpi.add("TicketFollowup", tickets_id=tickets[0], content="old")
    row = glpi.get(f"TicketFollowup/{made}")
    assert (row["tickets_id"], row["content"], "items_id" in row) == (tickets[0], "old", False)
    assert glpi.get(f"ITILFollowup/{made}")["items_id"] == tickets[0]


def test_massive_actions_are_offered_by_rights_and_by_state(
    glpi: Client, tickets: list[int], someone: Callable[[str], Client]
) -> None:
    def keys(client: Client, path: str) -> list[str]:
        listed: list[dict[str, Any]] = client.get(f"getMassiveActions/{path}")
        return [one["key"] for one in listed]

    assert "MassiveAction:delete" in keys(glpi, "Ticket")
    assert "MassiveAction:update" not in keys(someone(SELF_SERVICE_TOKEN), "Computer")
    body = {"ids": tickets[:2], "input": {}}
    done = glpi.call("POST", "applyMassiveAction/Ticket/MassiveAction:delete", body).json()
    assert (done["ok"], done["ko"]) == (2, 0)
    assert keys(glpi, f"Ticket/{tickets[0]}") == ["MassiveAction:purge", "MassiveAction:restore"]


def test_many_creates_in_one_call_are_all_done_and_yet_answered_by_the_web_server(
    glpi: Client,
) -> None:
    batch = [{"name": f"t{index}", "content": "c"} for index in range(120)]
    answer = glpi.call("POST", "Ticket", {"input": batch})
    assert answer.status_code == 502
    assert glpi.desk.database.count("Ticket") == 120
    assert glpi.call("GET", "Ticket?" + "x" * 9_000).status_code == 414
