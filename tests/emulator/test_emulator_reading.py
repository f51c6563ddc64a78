"""Sessions, errors, items, lists and searches of the embedded GLPI (FACTS 1 to 7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests

from sdtools.emulator.glpi.fresh import OBSERVER_TOKEN, SELF_SERVICE_TOKEN
from sdtools.emulator.glpi.tables import TABLES

if TYPE_CHECKING:
    from tests.emulator.conftest import Client

NO_RIGHT = "You don't have permission to perform this action."


@pytest.mark.parametrize(
    ("headers", "query", "status", "key"),
    [
        ({"Authorization": "user_token TOKEN"}, "", 200, None),
        ({}, "?user_token=TOKEN", 200, None),
        ({"Authorization": "Basic Z2xwaTpnbHBp"}, "", 200, None),
        ({}, "?login=glpi&password=glpi", 200, None),
        ({"Authorization": "Basic Z2xwaTp3cm9uZw=="}, "", 401, "ERROR_GLPI_LOGIN"),
        ({"Authorization": "user_token WRONG"}, "", 401, "ERROR_GLPI_LOGIN_USER_TOKEN"),
        ({"Authorization": "Bearer TOKEN"}, "", 400, "ERROR_LOGIN_PARAMETERS_MISSING"),
        ({}, "", 400, "ERROR_LOGIN_PARAMETERS_MISSING"),
        ({"App-Token": "wrong"}, "", 400, "ERROR_WRONG_APP_TOKEN_PARAMETER"),
        ({"App-Token": ""}, "", 400, "ERROR_APP_TOKEN_PARAMETERS_MISSING"),
    ],
)
def test_logging_in_answers_as_glpi_does(
    glpi: Client, headers: dict[str, str], query: str, status: int, key: str | None
) -> None:
    token = glpi.desk.user_token
    sent = {"App-Token": glpi.desk.app_token} | {
        name: value.replace("TOKEN", token) for name, value in headers.items()
    }
    answer = requests.get(
        f"{glpi.desk.url}/initSession{query.replace('TOKEN', token)}", headers=sent, timeout=5
    )
    assert answer.status_code == status
    if key is None:
        assert len(answer.json()["session_token"]) == 26
    else:
        assert answer.json()[0] == key


@pytest.mark.parametrize(
    ("token", "status", "key"),
    [("", 400, "ERROR_SESSION_TOKEN_MISSING"), ("bad", 401, "ERROR_SESSION_TOKEN_INVALID")],
)
def test_a_missing_session_is_400_and_an_unknown_one_401(
    glpi: Client, token: str, status: int, key: str
) -> None:
    answer = glpi.call("GET", "getMyProfiles", headers={"Session-Token": token})
    assert (answer.status_code, answer.json()[0]) == (status, key)


def test_a_killed_session_is_invalid(glpi: Client) -> None:
    assert glpi.call("GET", "killSession").json() is True
    assert glpi.call("GET", "killSession").status_code == 401


def test_a_get_with_a_body_is_forbidden(glpi: Client) -> None:
    answer = glpi.call("GET", "Ticket", {"a": 1})
    assert answer.status_code == 400
    assert answer.json()[0] == "ERROR_JSON_PAYLOAD_FORBIDDEN"


def test_error_messages_point_at_the_documentation(glpi: Client) -> None:
    key, message = glpi.call("GET", "NoSuchThing").json()
    assert key == "ERROR_RESOURCE_NOT_FOUND_NOR_COMMONDBTM"
    assert message.endswith(f"; view documentation in your browser at {glpi.desk.url}/#{key}")


def test_the_configuration_holds_version_and_priority_matrix(glpi: Client) -> None:
    found = glpi.get("getGlpiConfig")["cfg_glpi"]
    assert found["version"] == "10.0.12"
    assert found["priority_matrix"]["5"] == {"1": 2, "2": 3, "3": 4, "4": 5, "5": 5}


def test_profiles_and_entities_of_the_super_admin(glpi: Client) -> None:
    root = {"id": 0, "name": "Root entity"}
    assert glpi.get("getMyProfiles") == {
        "myprofiles": [{"id": 4, "name": "Super-Admin", "entities": [root | {"is_recursive": 1}]}]
    }
    assert glpi.get("getMyEntities") == {"myentities": [root]}
    escaped = {"id": 1, "name": "Root entity &#62; Paris"}
    assert glpi.get("getMyEntities?is_recursive=true") == {"myentities": [escaped, root]}
    assert glpi.get("getActiveProfile")["active_profile"]["ticket"] == 261151


@pytest.mark.parametrize(
    ("body", "status", "answer"),
    [
        ({"entities_id": 1}, 200, True),
        ({}, 200, True),
        ({"entities_id": 999}, 200, False),
        ({"entities_id": 0, "is_recursive": True}, 200, True),
        ({"entities_id": 0, "is_recursive": 1}, 400, None),
    ],
)
def test_changing_entities_answers_true_or_false(
    glpi: Client, body: dict[str, object], status: int, answer: bool | None
) -> None:
    got = glpi.call("POST", "changeActiveEntities", body)
    assert got.status_code == status
    if answer is not None:
        assert got.json() is answer


def test_a_ticket_outside_the_active_entities_is_403(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="t", content="c")
    glpi.call("POST", "changeActiveEntities", {"entities_id": 1})
    answer = glpi.call("GET", f"Ticket/{ticket}")
    assert (answer.status_code, answer.json()) == (403, ["ERROR_RIGHT_MISSING", NO_RIGHT])


def test_an_entity_made_in_a_session_is_not_in_it(glpi: Client) -> None:
    entity = glpi.add("Entity", name="Lyon", entities_id=0)
    assert glpi.refused("Location", name="x", entities_id=entity) == (400, NO_RIGHT)


def test_an_unknown_profile_is_404(glpi: Client) -> None:
    assert glpi.call("POST", "changeActiveProfile", {"profiles_id": 999}).status_code == 404


def test_a_ticket_has_its_43_keys_in_order(glpi: Client) -> None:
    row = glpi.ticket(glpi.add("Ticket", name="t", content="c"))
    assert list(row) == list(TABLES["Ticket"].columns)
    assert len(row) == 43


def test_an_item_has_links_and_a_last_modified_date(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="t", content="c")
    answer = glpi.call("GET", f"Ticket/{ticket}")
    assert answer.headers["Last-Modified"] == "Fri, 20 Nov 2026 09:00:00 GMT"
    assert answer.headers["Date"] == "Fri, 20 Nov 2026 09:00:00 GMT"
    links = answer.json()["links"]
    assert links[0] == {"rel": "Entity", "href": f"{glpi.desk.url}/Entity/0"}
    assert {"rel": "Ticket_User", "href": f"{glpi.desk.url}/Ticket/{ticket}/Ticket_User/"} in links


def test_expanded_dropdowns_are_full_paths_logins_and_names(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="t", content="c", itilcategories_id=2)
    row = glpi.get(f"Ticket/{ticket}?expand_dropdowns=true")
    assert row["itilcategories_id"] == "Network &#62; VPN"
    assert row["users_id_recipient"] == "glpi"
    assert row["entities_id"] == "Root entity"
    assert (row["locations_id"], row["status"]) == (0, 1)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("Ticket/999", 404),
        ("ticket/1", 400),
        ("Tickets/1", 400),
        ("Ticket/0", 206),
        ("Ticket/-1", 206),
        ("Ticket/abc", 206),
        ("Ticket/1.5", 200),
        ("Ticket/1/", 200),
        ("Ticket/999/ITILFollowup", 404),
        ("Ticket/1/Nonsense", 400),
        ("SlaLevel_Ticket", 403),
    ],
)
def test_strange_paths_answer_with_the_recorded_status(
    glpi: Client, path: str, status: int
) -> None:
    for number in range(25):
        glpi.add("Ticket", name=f"t{number}", content="c")
    assert glpi.call("GET", path).status_code == status


@pytest.mark.parametrize(
    ("query", "status", "content_range", "rows"),
    [
        ("", 206, "0-20/25", 20),  # off by one, as GLPI has it
        ("range=0-9", 206, "0-9/25", 10),
        ("range=20-40", 206, "20-24/25", 5),
        ("range=0-999", 200, "0-24/25", 25),
        ("range=25-30", 206, "25-24/25", 0),
        ("range=9-3", 206, "9-3/25", 0),
        ("searchText[name]=^t1$", 200, "0-0/1", 1),
        ("searchText[name]=T2", 200, "0-5/6", 6),
        ("searchText[itilcategories_id]=0&range=0-0", 206, "0-0/25", 1),  # 0 is ignored
        ("searchText[closedate]=NULL&range=0-0", 206, "0-0/25", 1),
        ("searchText[name]=zzz", 200, None, 0),
        ("is_deleted=1", 200, None, 0),
    ],
)
def test_lists_page_and_filter_as_recorded(
    glpi: Client, query: str, status: int, content_range: str | None, rows: int
) -> None:
    for number in range(25):
        glpi.add("Ticket", name=f"t{number}", content="c")
    answer = glpi.call("GET", f"Ticket?{query}&only_id=true&get_hateoas=false")
    assert answer.status_code == status
    assert answer.headers.get("Content-Range") == content_range
    assert answer.headers["Accept-Range"] == "Ticket 1000"
    assert len(answer.json()) == rows


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("range=5-9", "ERROR_RANGE_EXCEED_TOTAL"),
        ("range=abc", "ERROR"),
        ("sort=nope", "ERROR"),
        ("order=UP", "ERROR"),
    ],
)
def test_wrong_list_parameters_are_400(glpi: Client, query: str, key: str) -> None:
    glpi.add("Ticket", name="t", content="c")
    answer = glpi.call("GET", f"Ticket?{query}")
    assert (answer.status_code, answer.json()[0]) == (400, key)


@pytest.mark.parametrize(
    "path",
    ["Ticket?searchText[nope]=x", "RuleTicket", "CommonITILObject/1", "search/Ticket?criteria=x"],
)
def test_what_kills_php_answers_200_and_nothing(glpi: Client, path: str) -> None:
    answer = glpi.call("GET", path)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Type"].startswith("text/html")


def test_sorting_by_date_mod_puts_the_last_changed_first(glpi: Client) -> None:
    first, second = (glpi.add("Ticket", name=name, content="c") for name in ("a", "b"))
    glpi.desk.clock.advance(timedelta(minutes=1))
    glpi.put(f"Ticket/{first}", urgency=5)
    rows = glpi.get("Ticket?sort=date_mod&order=DESC&range=0-9")
    assert [row["id"] for row in rows] == [first, second]


def test_links_between_tickets_are_not_filtered_by_the_parent(glpi: Client) -> None:
    one, two, three = (glpi.add("Ticket", name=name, content="c") for name in "abc")
    glpi.add("Ticket_Ticket", tickets_id_1=one, tickets_id_2=two, link=1)
    assert len(glpi.get(f"Ticket/{three}/Ticket_Ticket")) == 1
    assert glpi.get(f"Ticket/{three}/Problem_Ticket") == []


def test_several_items_come_at_once_or_not_at_all(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="t", content="c")
    query = f"items[0][itemtype]=Ticket&items[0][items_id]={ticket}"
    assert [row["id"] for row in glpi.get(f"getMultipleItems?{query}")] == [ticket]
    more = f"{query}&items[1][itemtype]=User&items[1][items_id]=999"
    assert glpi.call("GET", f"getMultipleItems?{more}").status_code == 404


def test_self_service_sees_its_own_tickets_only(
    glpi: Client, someone: Callable[[str], Client]
) -> None:
    other = glpi.add("Ticket", name="other", content="c")
    poster = someone(SELF_SERVICE_TOKEN)
    own = poster.add("Ticket", name="own", content="c")
    assert [row["id"] for row in poster.get("Ticket")] == [own]
    assert poster.call("GET", f"Ticket/{other}").status_code == 403
    assert poster.call("GET", "Computer").status_code == 403


def test_an_observer_may_read_and_not_change(
    glpi: Client, someone: Callable[[str], Client]
) -> None:
    ticket = glpi.add("Ticket", name="t", content="c")
    observer = someone(OBSERVER_TOKEN)
    assert observer.ticket(ticket)["name"] == "t"
    assert observer.call("GET", "Config").status_code == 403
    answer = observer.put(f"Ticket/{ticket}", priority=6)
    assert (answer.status_code, answer.json()) == (400, ["ERROR_GLPI_UPDATE", NO_RIGHT])


def _criterion(field: int, searchtype: str, value: str) -> str:
    given = {"field": field, "searchtype": searchtype, "value": value}
    return "&".join(f"criteria[0][{key}]={one}" for key, one in given.items())


@pytest.mark.parametrize(
    ("criterion", "found"),
    [
        (_criterion(12, "equals", "2"), ["b"]),
        (_criterion(12, "notequals", "2"), ["b"]),  # every searchtype means equals
        (_criterion(12, "equals", "notold"), ["a", "b"]),
        (_criterion(8, "equals", "1"), ["b"]),
        (_criterion(7, "under", "1"), ["a"]),
        (_criterion(7, "equals", "0"), ["b"]),
        (_criterion(1, "contains", "^A$"), ["a"]),
        (_criterion(2, "contains", ">1"), ["b"]),
        (_criterion(15, "morethan", "-1WEEK"), ["a", "b"]),
        (_criterion(17, "contains", "NULL"), ["a", "b"]),
        (_criterion(12, "equals", "5"), []),
    ],
)
def test_searches_find_what_glpi_finds(glpi: Client, criterion: str, found: list[str]) -> None:
    glpi.add("Ticket", name="a", content="c", itilcategories_id=2)
    glpi.add("Ticket", name="b", content="c", _groups_id_assign=1)
    answer = glpi.call("GET", f"search/Ticket?{criterion}&forcedisplay[0]=8")
    body: dict[str, Any] = answer.json()
    assert body["totalcount"] == len(found)
    assert [row["1"] for row in body.get("data", [])] == found
    assert ("data" in body) == bool(found)


def test_search_values_have_glpis_shapes(glpi: Client) -> None:
    glpi.add("Ticket", name="a", content="c", _users_id_assign=[8, 7], _groups_id_assign=[1, 2])
    columns = "&".join(f"forcedisplay[{n}]={n}" for n in (4, 5, 8, 7, 12))
    row = glpi.call("GET", f"search/Ticket?{columns}").json()["data"][0]
    assert row["5"] == ["7", "8"]
    assert row["8"] == ["Service Desk N1", "N2 Network"]
    assert (row["4"], row["7"], row["12"], row["80"]) == (None, None, 2, "Root entity")


def test_search_options_name_columns_and_searchtypes(glpi: Client) -> None:
    found = glpi.get("listSearchOptions/Ticket")
    assert found["common"] == {"name": "Characteristics"}
    assert found["12"]["available_searchtypes"] == ["equals"]
    assert found["5"]["uid"] == "Ticket.Ticket_User.User.name"
    assert glpi.call("GET", "listSearchOptions").json()[0] == "ERROR_RESOURCE_MISSING"
