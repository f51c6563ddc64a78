"""Import sets of the embedded ServiceNow: one result for each staged row (checklist 45)."""

from __future__ import annotations

from servicenow_desk import Client

CLARA = {"user_name": "clara.petit", "first_name": "Clara", "last_name": "Petit"}


def test_an_imported_row_says_what_became_of_it(snow_admin: Client) -> None:
    answer = snow_admin.call("POST", "import/imp_user", {**CLARA, "nested": {"a": 1}})
    found = answer.json()
    (result,) = found["result"]
    assert answer.status_code == 201
    assert (found["import_set"], found["staging_table"]) == ("ISET0010001", "imp_user")
    assert result == {
        "transform_map": "User",
        "table": "sys_user",
        "display_name": "name",
        "display_value": "Clara Petit",
        "record_link": f"{snow_admin.desk.url}/api/now/table/sys_user/{result['sys_id']}",
        "status": "inserted",
        "sys_id": result["sys_id"],
    }
    assert snow_admin.one("sys_user", result["sys_id"])["user_name"] == "clara.petit"


def test_a_known_row_is_updated_or_ignored(snow_admin: Client) -> None:
    def sent(**more: str) -> str:
        found = snow_admin.call("POST", "import/imp_user", {**CLARA, **more}).json()
        status: str = found["result"][0]["status"]
        return status

    assert [sent(), sent(), sent(title="Chemist")] == ["inserted", "ignored", "updated"]
    (person,) = snow_admin.rows("sys_user", "user_name=clara.petit")
    assert person["title"] == "Chemist"


def test_a_row_that_fails_is_an_error_inside_a_201(snow_admin: Client) -> None:
    rule = {
        "name": "no guests", "collection": "sys_user", "when": "before", "active": True,
        "action_insert": True, "abort_action": True, "filter_condition": "user_nameSTARTSWITHguest",
    }  # fmt: skip
    snow_admin.add("sys_script", **rule)
    answer = snow_admin.call("POST", "import/imp_user", {"user_name": "Guest7"})
    (result,) = answer.json()["result"]
    assert (answer.status_code, result["status"], result["sys_id"]) == (201, "error", "")
    assert "aborted by Business Rule 'no guests^" in result["error_message"]


def test_staged_rows_are_read_again_and_come_in_numbers(snow_admin: Client) -> None:
    many = {"records": [CLARA, {"user_name": "denis.roux"}]}
    answer = snow_admin.call("POST", "import/imp_user/insertMultiple", many)
    assert set(answer.json()) == {"import_set_id", "multi_import_set_id"}
    staged = snow_admin.rows("imp_user", "ORDERBYuser_name")
    assert [row["sys_import_state"] for row in staged] == ["inserted", "inserted"]
    again = snow_admin.call("GET", f"import/imp_user/{staged[0]['sys_id']}").json()
    assert again["result"][0]["status"] == "inserted"
    assert snow_admin.refused("GET", f"import/imp_user/{'0' * 32}")[0] == 404


def test_only_staging_tables_and_import_roles_will_do(snow: Client, snow_admin: Client) -> None:
    assert snow_admin.refused("POST", "import/incident", {})[0] == 400
    assert snow.refused("POST", "import/imp_user", CLARA)[0] == 403
    assert snow_admin.refused("DELETE", "import/imp_user")[0] == 400
