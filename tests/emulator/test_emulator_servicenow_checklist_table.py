"""The checklist's items on the Table API that no other test holds: envelope, limits, forms."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from servicenow_desk import ALICE, DESK, MADE, Client

from sdtools.emulator.servicenow.fresh import fixed_id


def test_every_refusal_has_the_same_envelope(snow: Client) -> None:  # item 6
    for answer in (
        snow.call("GET", "table/incident", auth=("x", "y")),
        snow.call("GET", "table/no_such"),
        snow.call("GET", "nowhere"),
        snow.call("GET", f"table/incident/{'0' * 32}"),
        snow.call("GET", "table/sys_choice?sysparm_query=name=incident"),
        snow.call("POST", "table/incident/abc"),
        snow.call("GET", "table/incident", headers={"Accept": "text/csv"}),
    ):
        body = answer.json()
        assert answer.status_code >= 400
        assert set(body) == {"error", "status"}
        assert body["status"] == "failure"
        assert set(body["error"]) == {"message", "detail"}


def test_a_list_without_a_limit_stops_at_10000(snow_admin: Client) -> None:  # item 13
    rows = (("syslog", {"sys_id": f"{number:032x}"}) for number in range(10_001))
    snow_admin.desk.database.load(rows)
    answer = snow_admin.call("GET", "table/syslog?sysparm_fields=sys_id")
    assert len(answer.json()["result"]) == 10_000
    assert answer.headers["X-Total-Count"] == "10001"


def test_a_page_is_cut_before_rows_are_hidden(snow: Client, snow_limited: Client) -> None:
    for caller in (ALICE, "no.roles", "no.roles"):
        snow.add("incident", caller_id=caller)
    seen = [
        len(snow_limited.rows("incident", "ORDERBYnumber", limit="1", offset=str(offset)))
        for offset in range(3)
    ]
    assert seen == [0, 1, 1]  # an empty page although rows follow


def test_a_long_address_can_be_kept_and_replayed(snow: Client) -> None:  # item 29
    made = [snow.add("incident")["number"] for _ in range(2)]
    query = f"sysparm_query=numberIN{','.join([*made, 'x' * 9000])}&sysparm_fields=number"
    assert snow.call("GET", f"table/incident?{query}").status_code == 414
    body = {"url": f"{snow.desk.url}/api/now/table/incident?{query}"}
    short = snow.call("POST", "tinyurl", body).json()["result"]
    key = short.partition("sysparm_tiny=")[2]
    found = snow.rows("incident", tiny=key)
    assert sorted(row["number"] for row in found) == made
    assert [set(row) for row in found] == [{"number"}] * 2
    assert snow.refused("POST", "tinyurl", {})[0] == 400


def test_a_view_names_columns_and_fields_win_over_it(snow: Client) -> None:
    snow.add("incident", short_description="a")
    shown = snow.rows("incident", view="desktop")[0]
    assert list(shown)[:2] == ["number", "caller_id"]
    assert "sys_mod_count" not in shown
    assert set(snow.rows("incident", view="mobile")[0]) < set(snow.rows("incident")[0])
    assert set(snow.rows("incident", view="desktop", fields="urgency")[0]) == {"urgency"}


def test_xml_says_what_json_says(snow: Client) -> None:
    made = snow.add("incident", short_description="a < b & c", caller_id=ALICE)
    accept = {"Accept": "application/xml"}
    query = "sysparm_fields=number,short_description,caller_id"
    answer = snow.call("GET", f"table/incident?{query}", headers=accept)
    assert answer.headers["Content-Type"] == "application/xml;charset=UTF-8"
    result = ET.fromstring(answer.text).find("result")  # noqa: S314 - our own desk's answer
    assert result is not None
    assert result.findtext("number") == made["number"]
    assert result.findtext("short_description") == "a < b & c"
    assert result.findtext("caller_id/value") == ALICE
    refused = snow.call("GET", "table/no_such", headers=accept)
    error = ET.fromstring(refused.text)  # noqa: S314 - our own desk's answer
    assert (refused.status_code, error.findtext("error/message")) == (400, "Invalid table no_such")
    assert error.findtext("status") == "failure"


def test_long_answers_are_packed_and_come_in_chunks(snow: Client) -> None:  # item 52
    for _ in range(3):
        snow.add("incident")
    answer = snow.call("GET", "table/incident")
    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Content-Length" not in answer.headers
    plain = snow.call("GET", "table/incident", headers={"Accept-Encoding": "identity"})
    assert int(plain.headers["Content-Length"]) == len(plain.content)
    assert plain.json() == answer.json()


def test_head_works_where_get_does(snow: Client) -> None:  # item 52
    made = snow.add("incident")["sys_id"]
    for path in (f"table/incident/{made}", "stats/incident?sysparm_count=true", "attachment"):
        head = snow.call("HEAD", path)
        assert (head.status_code, head.content) == (200, b"")


def test_every_choice_that_shows_is_listed_with_its_label(snow_admin: Client) -> None:  # item 59
    incident = snow_admin.add(
        "incident", contact_type="phone", category="network", subcategory="vpn", state="3",
        hold_reason="1", caller_id=ALICE, assignment_group=DESK,
    )  # fmt: skip
    shown = snow_admin.one("incident", incident["sys_id"], display_value="all")
    listed = {
        (row["element"], row["value"]): row["label"]
        for row in snow_admin.rows("sys_choice", "nameINtask,incident^inactive=false")
        if (row["name"], row["element"]) != ("task", "state")  # the incident's own list wins
    }
    for element in ("state", "incident_state", "hold_reason", "impact", "urgency", "priority",
                    "severity", "category", "subcategory", "contact_type", "escalation",
                    "approval", "notify"):  # fmt: skip
        value, label = shown[element]["value"], shown[element]["display_value"]
        assert listed[element, value] == label


def test_columns_are_described_for_administrators_only(snow: Client, snow_admin: Client) -> None:
    query = "name=incident^element=caller_id"
    (entry,) = snow_admin.rows("sys_dictionary", query)
    assert (entry["internal_type"], entry["reference"], entry["column_label"]) == (
        "reference",
        "sys_user",
        "Caller",
    )
    assert snow.rows("sys_dictionary", query) == []
    assert snow.rows("sys_db_object", "name=incident")[0]["super_class"]["value"] == fixed_id(
        "sys_db_object", "task"
    )


def test_attachments_come_a_thousand_at_a_time(snow: Client) -> None:  # item 43
    made = snow.add("incident")["sys_id"]
    row = {"table_name": "incident", "table_sys_id": made, "sys_created_on": MADE}
    snow.desk.database.load(
        ("sys_attachment", {**row, "sys_id": f"{number:032x}"}) for number in range(1001)
    )
    answer = snow.call("GET", "attachment")
    assert len(answer.json()["result"]) == 1000
    assert answer.headers["X-Total-Count"] == "1001"
