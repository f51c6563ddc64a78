"""Adds, updates and deletes of the embedded GLPI: statuses, messages, batches, text (FACTS 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Client

NO_RIGHT = "You don't have permission to perform this action."


def test_adding_one_tells_its_place(glpi: Client) -> None:
    answer = glpi.call("POST", "Ticket", {"input": {"name": "one", "content": "c"}})
    assert answer.status_code == 201
    assert answer.json() == {"id": 1, "message": "Item successfully added: one (1)"}
    assert answer.headers["location"] == f"{glpi.desk.url}/Ticket/1"


def test_adding_many_tells_their_links(glpi: Client) -> None:
    answer = glpi.call("POST", "Ticket", {"input": [{"name": "a"}, {"name": "b"}]})
    assert [one["id"] for one in answer.json()] == [1, 2]
    assert answer.headers["link"] == f"{glpi.desk.url}/Ticket/1,{glpi.desk.url}/Ticket/2"


def test_a_partly_refused_add_is_207(glpi: Client) -> None:
    wanted = [{"name": "a"}, {"name": "b", "entities_id": 99}, {"name": "c"}]
    answer = glpi.call("POST", "Ticket", {"input": wanted})
    assert answer.status_code == 207
    key, results = answer.json()
    assert key == "ERROR_GLPI_PARTIAL_ADD"
    assert [one["id"] for one in results] == [1, False, 2]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"input": []}, []),
        ({"input": {"name": "x", "entities_id": 99}}, NO_RIGHT),
        ({"input": [{"name": "x", "entities_id": 99}]}, [{"id": False, "message": NO_RIGHT}]),
        ({"input": {"name": "x", "date": "2026-11-20T10:00:00"}},
         "Incorrect value for date field."),
        ({"input": {"name": "x", "date": "2026-02-30 10:00:00"}},
         "Incorrect datetime value: '2026-02-30 10:00:00' for column "
         "`glpi`.`glpi_tickets`.`date` at row 1"),
    ],
)  # fmt: skip
def test_a_refused_add_is_400(glpi: Client, body: object, message: object) -> None:
    answer = glpi.call("POST", "Ticket", body)
    assert answer.status_code == 400
    assert answer.json() == ["ERROR_GLPI_ADD", message]


@pytest.mark.parametrize("body", [{"name": "x"}, {"input": "x"}, {"input": None}, [{"name": "x"}]])
def test_a_body_without_input_is_a_bad_array(glpi: Client, body: object) -> None:
    assert glpi.call("POST", "Ticket", body).json()[0] == "ERROR_BAD_ARRAY"


def test_broken_json_is_400(glpi: Client) -> None:
    answer = glpi.call("POST", "Ticket", data="{bad", headers={"Content-Type": "application/json"})
    assert answer.json()[0] == "ERROR_JSON_PAYLOAD_INVALID"


def test_a_crash_in_a_batch_leaves_the_items_before_it(glpi: Client) -> None:
    wanted = [{"name": "a"}, {"name": "b", "urgency": "high"}, {"name": "c"}]
    answer = glpi.call("POST", "Ticket", {"input": wanted})
    assert (answer.status_code, answer.content) == (200, b"")
    assert [row["name"] for row in glpi.get("Ticket")] == ["a"]


def test_unknown_fields_are_dropped_and_a_given_id_is_honoured(glpi: Client) -> None:
    assert glpi.add("Ticket", id=777, name="x", content="c", nope=1) == 777
    assert glpi.add("Ticket", name="y", content="c") == 778


def test_the_name_comes_from_the_content_and_is_cut_at_255(glpi: Client) -> None:
    assert glpi.ticket(glpi.add("Ticket", content="no name given"))["name"] == "no name given"
    assert len(glpi.ticket(glpi.add("Ticket", name="x" * 300))["name"]) == 255


def test_updates_answer_with_a_list_even_for_one(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="t", content="c")
    done = [{str(ticket): True, "message": ""}]
    assert glpi.put(f"Ticket/{ticket}", name="n").json() == done
    assert glpi.put("Ticket", id=ticket, name="n").json() == done
    assert glpi.call("PATCH", f"Ticket/{ticket}", {"input": {"name": "m"}}).json() == done


def test_the_id_in_the_body_wins_over_the_url(glpi: Client) -> None:
    one, two = glpi.add("Ticket", name="a"), glpi.add("Ticket", name="b")
    assert glpi.put(f"Ticket/{one}", id=two, name="n").json() == [{str(two): True, "message": ""}]
    assert glpi.ticket(one)["name"] == "a"


def test_unknown_ids_are_missing_from_an_update(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="t", content="c")
    wanted = [{"id": ticket, "urgency": 2}, {"id": 999, "urgency": 2}]
    answer = glpi.call("PUT", "Ticket", {"input": wanted})
    assert answer.status_code == 207
    assert answer.json() == ["ERROR_GLPI_PARTIAL_UPDATE", [{str(ticket): True, "message": ""}]]
    assert glpi.put("Ticket/999", name="x").json() == ["ERROR_GLPI_UPDATE", None]
    assert glpi.call("PUT", "Ticket", {"input": [{"id": 999}]}).json() == ["ERROR_GLPI_UPDATE", []]


def test_an_update_without_id_does_nothing(glpi: Client) -> None:
    answer = glpi.put("Ticket", name="x")
    assert (answer.status_code, answer.json()) == (200, [[]])


def test_a_list_on_an_items_url_kills_php(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="t")
    answer = glpi.call("PUT", f"Ticket/{ticket}", {"input": [{"id": ticket, "urgency": 4}]})
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(("sent", "stored"), [("5", 5), (5.0, 5), (True, 1), (99, 99)])
def test_numbers_are_taken_as_mysql_takes_them(glpi: Client, sent: object, stored: int) -> None:
    ticket = glpi.add("Ticket", name="t", content="c")
    glpi.put(f"Ticket/{ticket}", status=sent)
    assert glpi.ticket(ticket)["status"] == stored


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("status", None, "Column 'status' cannot be null"),
        ("status", "solved", "Incorrect integer value: 'solved' for column "
                             "`glpi`.`glpi_tickets`.`status` at row 1"),
        ("content", "", "Mandatory fields are not filled. Please correct: Description"),
    ],
)  # fmt: skip
def test_impossible_values_are_refused_with_glpis_words(
    glpi: Client, field: str, value: object, message: str
) -> None:
    ticket = glpi.add("Ticket", name="t", content="c")
    answer = glpi.put(f"Ticket/{ticket}", **{field: value})
    assert (answer.status_code, answer.json()) == (400, ["ERROR_GLPI_UPDATE", message])


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("<p>Tom & Jerry</p>", "&#60;p&#62;Tom &#38; Jerry&#60;/p&#62;"),
        ("&lt;p&gt;", "&lt;p&gt;"),
        ('l\'"apostrophe"\\', 'l\'"apostrophe"\\'),
        ("a\r\nb", "a\nb"),
        ("  leading ", "leading "),
        ("😀 é", "😀 é"),
    ],
)
def test_text_is_stored_escaped(glpi: Client, sent: str, stored: str) -> None:
    ticket = glpi.add("Ticket", name="t", content=sent)
    assert glpi.ticket(ticket)["content"] == stored
    glpi.put(f"Ticket/{ticket}", content=stored)
    assert glpi.ticket(ticket)["content"] == stored


def test_decoded_text_is_given_on_request(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="a > b", content="<p>")
    answer = glpi.call(
        "GET", f"Ticket/{ticket}", headers={"X-GLPI-Sanitized-Content": "false"}
    ).json()
    assert (answer["name"], answer["content"]) == ("a > b", "<p>")


def test_deleting_hides_and_purging_removes(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="t", content="c", _groups_id_assign=1)
    assert glpi.call("DELETE", f"Ticket/{ticket}").json() == [{str(ticket): True, "message": ""}]
    assert glpi.ticket(ticket)["is_deleted"] == 1
    assert glpi.get("Ticket") == []
    assert [row["id"] for row in glpi.get("Ticket?is_deleted=1")] == [ticket]
    glpi.put(f"Ticket/{ticket}", is_deleted=0)
    assert [row["id"] for row in glpi.get("Ticket")] == [ticket]
    glpi.call("DELETE", f"Ticket/{ticket}?force_purge=true")
    assert glpi.call("GET", f"Ticket/{ticket}").status_code == 404
    assert glpi.get("Group_Ticket") == []


def test_deleting_what_is_not_there_says_so(glpi: Client) -> None:
    ticket = glpi.add("Ticket", name="t")
    answer = glpi.call("DELETE", "Ticket", {"input": [{"id": ticket}, {"id": 999}]})
    missing = {"999": False, "message": "Item not found"}
    assert answer.status_code == 207
    assert answer.json()[1] == [{str(ticket): True, "message": ""}, missing]
    assert glpi.call("DELETE", "Ticket/999").json() == ["ERROR_GLPI_DELETE", "Item not found"]


@pytest.mark.parametrize(
    ("itemtype", "given", "message"),
    [
        ("Ticket_User", {"tickets_id": 1, "users_id": 7, "type": 2}, ""),
        ("Group_Ticket", {"tickets_id": 1, "groups_id": 1, "type": 2}, ""),
        ("Item_Ticket", {"tickets_id": 1, "itemtype": "Computer", "items_id": 1}, ""),
        ("Ticket_Ticket", {"tickets_id_1": 1, "tickets_id_2": 2, "link": 1}, ""),
        ("Problem_Ticket", {"problems_id": 1, "tickets_id": 1},
         "Duplicate entry '1-1' for key 'unicity'"),
        ("KnowbaseItem_Item", {"knowbaseitems_id": 1, "itemtype": "Ticket", "items_id": 1},
         "Duplicate entry 'Ticket-1-1' for key 'unicity'"),
    ],
)  # fmt: skip
def test_a_link_exists_once(
    glpi: Client, itemtype: str, given: dict[str, object], message: str
) -> None:
    glpi.call("POST", "Ticket", {"input": [{"name": "a"}, {"name": "b"}]})
    glpi.add(itemtype, **given)
    assert glpi.refused(itemtype, **given) == (400, message)
    assert len(glpi.get(itemtype)) == 1


@pytest.mark.parametrize(
    ("itemtype", "given"),
    [
        ("Ticket_User", {"tickets_id": 1, "users_id": 999, "type": 2}),
        ("Group_Ticket", {"tickets_id": 1, "groups_id": 3, "type": 2}),  # another entity's
        ("Group_Ticket", {"tickets_id": 999, "groups_id": 1, "type": 2}),
        ("ITILFollowup", {"itemtype": "Ticket", "items_id": 999, "content": "x"}),
        ("ITILFollowup", {"content": "x"}),
        ("TicketTask", {"tickets_id": 999, "content": "x"}),
    ],
)
def test_a_child_of_what_is_out_of_reach_is_a_missing_right(
    glpi: Client, itemtype: str, given: dict[str, object]
) -> None:
    glpi.add("Ticket", name="t")
    assert glpi.refused(itemtype, **given) == (400, NO_RIGHT)


def test_users_need_a_login_of_their_own(glpi: Client) -> None:
    assert glpi.refused("User", name="glpi")[1] == "Unable to add. The user already exists."
    said = "The login is not valid. Unable to add the user."
    assert glpi.refused("User", realname="x")[1] == said


def test_a_tree_gets_its_paths(glpi: Client) -> None:
    child = glpi.add("ITILCategory", name="Proxy", itilcategories_id=2)
    row = glpi.get(f"ITILCategory/{child}")
    assert (row["completename"], row["level"]) == ("Network > VPN > Proxy", 3)


def test_forms_are_read_like_json(glpi: Client) -> None:
    answer = glpi.call("POST", "Ticket", data={"input[name]": "form", "input[content]": "c"})
    assert answer.json()["message"] == "Item successfully added: form (1)"
