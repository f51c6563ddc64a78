"""Batch, attachments, faults and pysnow against the embedded ServiceNow."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pysnow
import pytest
import requests
from servicenow_desk import ALICE, FRIDAY, ROWS, Client, log_in, packed, unpacked

from sdtools.emulator.clock import Clock
from sdtools.emulator.faults import FaultPlan
from sdtools.emulator.servicenow.database import ServiceNowDatabase
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow, serve_servicenow
from sdtools.emulator.servicenow.faults import SERVICENOW_FAULTS

JSON = [
    {"name": "Content-Type", "value": "application/json"},
    {"name": "Accept", "value": "application/json"},
]


def test_a_batch_answers_each_request_with_its_own_status(snow: Client) -> None:
    made = snow.add("incident", short_description="a")["sys_id"]
    path = "/api/now/table/incident"
    body = {
        "batch_request_id": 7,
        "rest_requests": [
            {"id": "1", "method": "PATCH", "url": f"{path}/{made}", "headers": JSON,
             "body": packed({"urgency": "1"})},
            {"id": "2", "method": "PATCH", "url": f"{path}/{made}", "headers": JSON,
             "body": packed({"state": "6"}), "exclude_response_headers": True},
            {"id": "3", "method": "POST", "url": f"{path}?sysparm_fields=number",
             "headers": JSON, "body": packed({"short_description": "b"})},
            {"id": "4", "method": "GET", "url": f"{path}?sysparm_query=urgency=1^ORstate=6"},
            {"id": "5", "method": "GET", "url": "/api/now/table/no_such"},
            {"id": "6", "method": "DELETE", "url": f"{path}/{made}"},
        ],
    }  # fmt: skip
    answer = snow.call("POST", "v1/batch", body)
    found = answer.json()
    assert answer.status_code == 200
    assert (found["batch_request_id"], found["unserviced_requests"]) == ("7", [])
    items = {item["id"]: item for item in found["serviced_requests"]}
    assert {key: item["status_code"] for key, item in items.items()} == {
        "1": 200, "2": 403, "3": 201, "4": 200, "5": 400, "6": 403,
    }  # fmt: skip
    assert items["3"]["status_text"] == "Created"
    assert unpacked(items["1"])["result"]["priority"] == "3"
    assert "Resolution code" in unpacked(items["2"])["error"]["detail"]
    assert unpacked(items["3"]) == {"result": {"number": "INC0010002"}}
    assert [row["sys_id"] for row in unpacked(items["4"])["result"]] == [made]
    assert items["2"]["headers"] == []
    names = {header["name"] for header in items["3"]["headers"]}
    assert {"Content-Type", "Location"} <= names


def test_a_deletion_in_a_batch_has_an_empty_body(snow_admin: Client) -> None:
    made = snow_admin.add("incident")["sys_id"]
    item = {"id": "1", "method": "DELETE", "url": f"/api/now/table/incident/{made}"}
    found = snow_admin.call("POST", "v1/batch", {"rest_requests": [item]}).json()
    (serviced,) = found["serviced_requests"]
    assert (serviced["status_code"], serviced["body"]) == (204, "")


def test_what_a_batch_has_no_time_for_comes_back_unserviced() -> None:
    ticks = itertools.count(step=4.0)  # every look at the clock takes four seconds
    database = ServiceNowDatabase()
    with serve_servicenow(database, Clock(FRIDAY, lambda: next(ticks))) as desk:
        client = log_in(desk, desk.user, desk.password)
        url = "/api/now/table/incident"
        wanted = [
            {"id": str(number), "method": "POST", "url": url, "headers": JSON, "body": packed({})}
            for number in range(20)
        ]
        found = client.call("POST", "v1/batch", {"rest_requests": wanted}).json()
        client.http.close()
    done = [item["id"] for item in found["serviced_requests"]]
    assert done
    assert found["unserviced_requests"]
    assert done + found["unserviced_requests"] == [str(number) for number in range(20)]
    assert database.count("incident") == len(done)
    database.close()


def test_a_batch_item_that_is_broken_does_not_stop_the_rest(snow: Client) -> None:
    items = [
        {"id": "1", "method": "POST", "url": "/api/now/table/incident", "body": "%%%"},
        {"id": "2", "method": "GET", "url": "/api/now/table/incident"},
    ]
    found = snow.call("POST", "v1/batch", {"rest_requests": items}).json()
    assert [item["status_code"] for item in found["serviced_requests"]] == [400, 200]


def test_a_file_is_uploaded_listed_downloaded_renamed_and_deleted(snow: Client) -> None:
    made = snow.add("incident")["sys_id"]
    where = {"table_name": "incident", "table_sys_id": made, "file_name": "log.txt"}
    url = f"{snow.desk.url}/api/now/v1/attachment/file"
    answer = snow.http.post(
        url, params=where, data=b"hello", headers={"Content-Type": "text/plain"}, timeout=10
    )
    meta = answer.json()["result"]
    assert answer.status_code == 201
    assert answer.headers["Location"] == (
        f"{snow.desk.url}/api/now/v1/attachment/{meta['sys_id']}/file"
    )
    assert (meta["file_name"], meta["size_bytes"], meta["content_type"]) == (
        "log.txt",
        "5",
        "text/plain",
    )
    assert meta["hash"] == hashlib.sha256(b"hello").hexdigest()
    query = f"attachment?sysparm_query=table_name=incident^table_sys_id={made}"
    listed = snow.call("GET", query)
    assert listed.headers["X-Total-Count"] == "1"
    assert listed.json()["result"] == [meta]
    file = snow.http.get(meta["download_link"], timeout=10)
    assert (file.content, file.headers["Content-Type"]) == (b"hello", "text/plain")
    assert json.loads(file.headers["X-Attachment-Metadata"])["sys_id"] == meta["sys_id"]
    renamed = snow.call("PATCH", f"attachment/{meta['sys_id']}", {"file_name": "new.txt"})
    assert renamed.json()["result"]["file_name"] == "new.txt"
    assert snow.call("DELETE", f"attachment/{meta['sys_id']}").status_code == 204
    assert snow.refused("GET", f"attachment/{meta['sys_id']}")[0] == 404


def test_a_multipart_upload_has_the_file_last(snow: Client) -> None:
    made = snow.add("incident")["sys_id"]
    url = f"{snow.desk.url}/api/now/attachment/upload"
    content = bytes(range(256)) * 3 + b"\r\n--x\r\n\r"
    parts: list[tuple[str, tuple[str | None, str | bytes]]] = [
        ("table_name", (None, "incident")),
        ("table_sys_id", (None, made)),
        ("uploadFile", ("a.bin", content)),
    ]
    answer = snow.http.post(url, files=parts, timeout=10)
    assert answer.status_code == 201, answer.text
    meta = answer.json()["result"]
    assert (meta["file_name"], meta["size_bytes"]) == ("a.bin", str(len(content)))
    assert snow.http.get(meta["download_link"], timeout=10).content == content
    assert snow.http.post(url, files=parts[2:], timeout=10).status_code == 400
    assert snow.http.post(url, files=parts[:2], timeout=10).status_code == 400


def test_uploads_need_a_record_and_the_right_to_write_it(
    snow: Client, snow_limited: Client
) -> None:
    url = f"{snow.desk.url}/api/now/attachment/file"
    where = {"table_name": "incident", "table_sys_id": "0" * 32, "file_name": "a"}
    text = {"Content-Type": "text/plain"}
    assert snow.http.post(url, params=where, data=b"x", headers=text, timeout=10).status_code == 404
    missing = {"table_name": "incident"}
    assert snow.http.post(url, params=missing, data=b"x", headers=text, timeout=10).status_code == (
        400
    )
    own = snow.add("incident", caller_id="no.roles")["sys_id"]
    where["table_sys_id"] = own
    denied = snow_limited.http.post(url, params=where, data=b"x", headers=text, timeout=10)
    assert denied.status_code == 403


@pytest.fixture
def stormy() -> Iterator[tuple[EmbeddedServiceNow, dict[int, str]]]:
    chosen: dict[int, str] = {}
    database = ServiceNowDatabase()
    database.load(ROWS)
    plan = FaultPlan(chosen=chosen, catalogue=SERVICENOW_FAULTS)
    with serve_servicenow(database, Clock(FRIDAY), faults=plan) as desk:
        yield desk, chosen
    database.close()


@pytest.mark.parametrize(
    ("fault", "readable"),
    [
        ("list_cancelled", True),
        ("list_stray_text", False),
        ("list_text_element", True),
        ("list_text_result", True),
        ("list_cut", False),
        ("login_page", False),
    ],
)
def test_a_list_can_break_after_its_200(
    stormy: tuple[EmbeddedServiceNow, dict[int, str]], fault: str, readable: bool
) -> None:
    desk, chosen = stormy
    chosen[1] = fault
    answer = requests.get(
        f"{desk.url}/api/now/table/sys_user", auth=(desk.user, desk.password), timeout=10
    )
    assert answer.status_code == 200
    if readable:
        result = answer.json()["result"]
        whole = isinstance(result, list) and all(isinstance(row, dict) for row in result)
        assert not whole or "error" in answer.json()
    else:
        with pytest.raises(ValueError, match=r"Expecting|Unterminated|delimiter"):
            answer.json()


def test_a_rate_limit_says_when_to_come_back(
    stormy: tuple[EmbeddedServiceNow, dict[int, str]],
) -> None:
    desk, chosen = stormy
    chosen[1], chosen[2] = "rate_limited", "too_many_requests"
    url = f"{desk.url}/api/now/table/sys_user"
    auth = (desk.user, desk.password)
    limited = requests.get(url, auth=auth, timeout=10)
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "1")
    assert limited.json()["error"]["message"] == "Rate limit exceeded"
    full = requests.get(url, auth=auth, timeout=10)
    assert (full.status_code, "X-RateLimit-Limit" in full.headers) == (429, False)


def test_work_can_be_done_before_the_line_drops(
    stormy: tuple[EmbeddedServiceNow, dict[int, str]],
) -> None:
    desk, chosen = stormy
    chosen[1], chosen[2] = "reset_after", "reset_before"
    url = f"{desk.url}/api/now/table/incident"
    for key in ("one", "two"):
        with pytest.raises(requests.ConnectionError):
            requests.post(
                url, json={"correlation_id": key}, auth=(desk.user, desk.password), timeout=10
            )
    found = [row["correlation_id"] for row in desk.database.rows("incident")]
    assert found == ["one"]
    assert desk.requests == 2


@pytest.fixture
def client(snow_desk: EmbeddedServiceNow) -> Iterator[pysnow.Client]:
    found = pysnow.Client(
        host=snow_desk.url.removeprefix("http://"),
        user=snow_desk.admin_user,
        password=snow_desk.admin_password,
        use_ssl=False,
    )
    yield found
    found.close()


def test_pysnow_creates_reads_pages_updates_and_deletes(client: pysnow.Client) -> None:
    incidents = client.resource(api_path="/table/incident")
    made = incidents.create({"short_description": "a", "impact": "1", "urgency": "1"})
    assert made["priority"] == "1"
    for name in ("b", "c", "d"):
        client.resource(api_path="/table/incident").create({"short_description": name})
    pages = [
        client.resource(api_path="/table/incident").get(
            query=pysnow.QueryBuilder().field("number").order_ascending().AND()
            .field("active").equals("true"),
            limit=2, offset=offset, fields=["short_description"], stream=stream,
        ).all()
        for offset, stream in ((0, False), (2, True), (4, False))
    ]  # fmt: skip
    assert [[row["short_description"] for row in page] for page in pages] == [
        ["a", "b"],
        ["c", "d"],
        [],
    ]
    number = made["number"]
    changed = client.resource(api_path="/table/incident").update(
        query={"number": number}, payload={"work_notes": "n", "urgency": "3"}
    )
    assert changed["priority"] == "3"
    gone = client.resource(api_path="/table/incident").delete(query={"number": number})
    assert gone == {"status": "record deleted"}
    left = client.resource(api_path="/table/incident").get(query={"number": number})
    assert left.one_or_none() is None


def test_pysnow_streams_displays_and_raises(client: pysnow.Client) -> None:
    incidents = client.resource(api_path="/table/incident")
    incidents.create({"short_description": "a", "caller_id": ALICE})
    shown = client.resource(api_path="/table/incident")
    shown.parameters.display_value = True
    shown.parameters.exclude_reference_link = True
    assert shown.get(stream=True).first()["caller_id"] == "Alice Martin"
    with pytest.raises(requests.HTTPError, match="400"):
        client.resource(api_path="/table/no_such").get().all()


def test_pysnow_logs_in_with_oauth(snow_desk: EmbeddedServiceNow) -> None:
    form = {
        "grant_type": "password",
        "client_id": snow_desk.client_id,
        "client_secret": snow_desk.client_secret,
        "username": snow_desk.user,
        "password": snow_desk.password,
    }
    token = requests.post(f"{snow_desk.url}/oauth_token.do", data=form, timeout=10).json()
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {token['access_token']}"
        client = pysnow.Client(
            host=snow_desk.url.removeprefix("http://"), session=session, use_ssl=False
        )
        users = client.resource(api_path="/table/sys_user")
        assert users.get(query={"user_name": "alice.martin"}).one()["name"] == "Alice Martin"


def test_latency_is_added_to_every_request() -> None:
    database = ServiceNowDatabase()
    with serve_servicenow(database, Clock(FRIDAY), latency=0.05) as desk:
        answer = requests.get(f"{desk.url}/api/now/table/incident", timeout=10)
        assert answer.elapsed >= timedelta(seconds=0.05)
    database.close()


def test_a_database_in_a_file_is_read_again(tmp_path: Path) -> None:
    path = str(tmp_path / "snow.db")
    first = ServiceNowDatabase(path)
    assert first.load([("incident", {"sys_id": "d" * 32, "number": "INC0000007", "no": 1})]) == 1
    first.close()
    second = ServiceNowDatabase(path)
    row = second.row("task", "d" * 32)
    second.close()
    assert row is not None
    assert (row["number"], row["sys_class_name"], row["active"]) == (
        "INC0000007",
        "incident",
        "true",
    )
