"""What GLPI 10.0's own API classes do where no recorded call shows it: refusals, odd addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Client


@pytest.mark.parametrize(
    "criterion",
    [
        {"field": 1, "searchtype": "contains", "value": None},
        {"field": None, "searchtype": "contains", "value": "x"},
    ],
)
def test_a_criterion_with_null_is_malformed(glpi: Client, criterion: dict[str, Any]) -> None:
    answer = glpi.call("POST", "search/Ticket", {"criteria": [criterion]})
    assert answer.json()[1].startswith("Malformed search criteria")


@pytest.mark.parametrize("field", ["-1", "1.0", "99999"])
def test_a_criterion_names_a_whole_number_that_the_searched_type_knows(
    glpi: Client, field: str
) -> None:
    more = "searchtype]=contains&criteria[0][value]=x&criteria[0][itemtype]=Computer"
    answer = glpi.call("GET", f"search/Ticket?criteria[0][field]={field}&criteria[0][{more}")
    assert answer.status_code == 400
    meta = glpi.call("GET", f"search/Ticket?criteria[0][field]={field}&criteria[0][meta]=1&"
                     f"criteria[0][{more}")  # fmt: skip
    assert meta.json()[1].startswith("Bad field ID")


def test_a_column_that_cannot_be_shown_is_refused(glpi: Client) -> None:
    options = glpi.get("listSearchOptions/Ticket")
    hidden = [key for key, one in options.items() if key.isdigit() and one["nodisplay"]]
    assert hidden
    answer = glpi.call("GET", f"search/Ticket?forcedisplay[0]={hidden[0]}")
    assert answer.status_code == 400
    assert answer.json()[1].startswith("ID is forbidden along with 'forcedisplay' parameter.")


@pytest.mark.parametrize("items", ["items[0][x]=1", "items[0]=x"])
def test_several_items_are_named_by_type_and_id(glpi: Client, items: str) -> None:
    assert glpi.call("GET", f"getMultipleItems?{items}").json()[0] == "ERROR_BAD_ARRAY"


def test_a_lost_password_needs_no_session_and_the_right_verb(glpi: Client) -> None:
    for method, said in (("GET", "Only HTTP verb PUT"), ("PUT", "Email notifications are")):
        answer = glpi.http.request(method, f"{glpi.desk.url}/lostPassword", timeout=10)
        assert answer.status_code == 400
        assert answer.json()[1].startswith(said)


def test_a_picture_is_of_a_user_that_exists(glpi: Client) -> None:
    assert glpi.call("GET", "User/7/Picture").status_code == 204
    answer = glpi.call("GET", "User/999/Picture")
    assert answer.json()[1].startswith("Bad request: user with id '999' not found")


@pytest.mark.parametrize(
    ("path", "body", "status", "told"),
    [
        ("Ticket/0", None, 400, ["ERROR_GLPI_DELETE", "Item not found"]),
        ("Ticket", {"input": {}}, 200, []), ("Ticket", {"input": [{}]}, 200, []),
        ("Ticket", {"input": []}, 400, ["ERROR_GLPI_DELETE", []]),
    ],
)  # fmt: skip
def test_a_deletion_looks_only_at_what_has_an_id(
    glpi: Client, path: str, body: object, status: int, told: object
) -> None:
    answer = glpi.call("DELETE", path, body)
    assert (answer.status_code, answer.json()) == (status, told)


def test_the_trash_has_actions_of_its_own(glpi: Client) -> None:
    told = glpi.get("getMassiveActions/Ticket?is_deleted=1")
    assert [one["key"] for one in told] == ["MassiveAction:purge", "MassiveAction:restore"]


def test_entities_below_come_for_true_and_one_alone(glpi: Client) -> None:
    for word, count in (("true", 2), ("1", 2), ("yes", 1), ("false", 1)):
        told = glpi.get(f"getMyEntities?is_recursive={word}")
        assert len(told["myentities"]) == count


def test_links_lead_also_to_what_stands_for_inheritance(glpi: Client) -> None:
    # API::parseDropdowns: whatever is not empty.
    links = glpi.call("GET", "Entity/1").json()["links"]
    assert {one["href"].rpartition("/")[2] for one in links if one["rel"] == "Entity"} == {
        "0",
        "-2",
    }
