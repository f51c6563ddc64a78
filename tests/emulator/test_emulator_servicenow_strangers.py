"""Strangers' clients, as released, against the embedded ServiceNow: PySNC over TLS, and pysnow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pysnc
import pysnow
import pytest
import requests
from pysnc import exceptions
from pysnc.auth import ServiceNowClientCredentialsFlow, ServiceNowPasswordGrantFlow
from servicenow_desk import FRIDAY

from sdtools.emulator.clock import Clock
from sdtools.emulator.servicenow.database import ServiceNowDatabase
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow, serve_servicenow
from sdtools.emulator.servicenow.stock import stock_rows

ADMIN = "6816f79cc0a8016401c5a33be04be441"
PROBLEM_ADMIN = "26fbff173b331300ad3cc9bb34efc4bd"


@pytest.fixture(autouse=True)
def own_authority_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `verify=` count: to requests these variables weigh more than a session's own."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def stock() -> Iterator[EmbeddedServiceNow]:
    """Serve a stock instance over TLS."""
    database = ServiceNowDatabase()
    database.load(stock_rows())
    with serve_servicenow(database, Clock(FRIDAY), tls=True) as desk:
        yield desk
    database.close()


@pytest.fixture
def snc(stock: EmbeddedServiceNow) -> Iterator[pysnc.ServiceNowClient]:
    client = pysnc.ServiceNowClient(
        stock.url, (stock.admin_user, stock.admin_password), verify=stock.ca_file
    )
    yield client
    client.session.close()


def _made(snc: pysnc.ServiceNowClient, text: str) -> pysnc.GlideRecord:
    record = snc.GlideRecord("problem")
    record.initialize()
    record.short_description = text
    assert record.insert()
    return record


def _found(snc: pysnc.ServiceNowClient, text: str) -> pysnc.GlideRecord:
    record = snc.GlideRecord("problem")
    record.add_query("short_description", "LIKE", text)
    record.query()
    return record


def test_pysnc_refuses_a_desk_without_tls(snow_desk: EmbeddedServiceNow) -> None:
    with pytest.raises(exceptions.InstanceException, match="https"):
        pysnc.ServiceNowClient(snow_desk.url, ("admin", "x"))


def test_pysnc_checks_the_certificate(stock: EmbeddedServiceNow) -> None:
    stranger = pysnc.ServiceNowClient(stock.url, (stock.user, stock.password), auto_retry=False)
    with pytest.raises(requests.exceptions.SSLError):
        stranger.GlideRecord("sys_user").get(ADMIN)
    stranger.session.close()


def test_pysnc_finds_the_administrator_of_every_instance(snc: pysnc.ServiceNowClient) -> None:
    user = snc.GlideRecord("sys_user")
    assert user.get(ADMIN)
    assert (user.user_name, user.name) == ("admin", "System Administrator")
    assert user.get_display_value("user_password") == "********"
    assert snc.GlideRecord("sys_user").get("user_name", "admin")
    assert not snc.GlideRecord("sys_user").get("bunk")
    assert not snc.GlideRecord("sys_user").get("sys_id", "bunk")


def test_pysnc_walks_over_dots(snc: pysnc.ServiceNowClient) -> None:
    user = snc.GlideRecord("sys_user")
    user.fields = "email,department,department.name,department.dept_head,department.dept_head.email"
    assert user.get(ADMIN)
    assert user.email == "admin@example.com"
    assert user.department.name == "Finance"
    assert user.department.dept_head.email == "natasha.ingram@example.com"


def test_pysnc_creates_updates_and_deletes(snc: pysnc.ServiceNowClient) -> None:
    record = snc.GlideRecord("problem")
    record.initialize()
    record.short_description = "Created by a stranger"
    record.bunk_field = "ignored"
    key = record.insert()
    assert len(record.opened_by) == 32
    assert record.get_display_value("opened_by") == "System Administrator"
    again = snc.GlideRecord("problem")
    assert again.get(key)
    again.short_description = "Changed by a stranger"
    again.assigned_to = PROBLEM_ADMIN
    assert again.update()
    assert again.get_display_value("assigned_to") == "Problem Administrator"
    assert again.delete()
    assert not snc.GlideRecord("problem").get(key)


def test_pysnc_keeps_a_sys_id_of_its_own(snc: pysnc.ServiceNowClient) -> None:
    key = "AAAABBBBCCCCDDDDEEEEFFFF00001111"
    record = snc.GlideRecord("problem")
    record.initialize()
    record.set_new_guid_value(key)
    assert record.insert() == key
    assert record.delete()


def test_pysnc_pages_through_more_than_a_batch(snc: pysnc.ServiceNowClient) -> None:
    log = snc.GlideRecord("syslog")
    log.fields = ["sys_id"]
    log.limit = 1100
    log.query()
    assert len({str(row.sys_id) for row in log}) == 1100
    files = snc.GlideRecord("sys_metadata", batch_size=100)
    files.fields = "sys_id"
    files.limit = 500
    files.query()
    assert len(files) > 500  # what the query finds, whatever the limit
    assert len([row.sys_id for row in files]) == 500


def test_pysnc_counts_and_narrows(snc: pysnc.ServiceNowClient) -> None:
    tables = snc.GlideRecord("sys_db_object")
    tables.add_query("name", "alm_asset").add_or_condition("name", "bsm_chart")
    tables.query()
    assert tables.get_row_count() == 2
    nameless = snc.GlideRecord("sys_user")
    nameless.add_null_query("name")
    nameless.query()
    assert len(nameless) == 0


def test_pysnc_joins_and_asks_for_related_lists(snc: pysnc.ServiceNowClient) -> None:
    managers = snc.GlideRecord("sys_user")
    managers.add_join_query("sys_user_group", join_table_field="manager").add_query(
        "active", "true"
    )
    managers.query()
    assert managers.get_row_count() == 2
    groups = snc.GlideRecord("sys_user_group")
    groups.add_rl_query("sys_group_has_role", "group", ">0", True).add_query(
        "role.name", "LIKE", "admin"
    )
    groups.query()
    assert groups.get_row_count() == 3


def test_pysnc_sends_what_no_address_can_hold_in_a_batch(snc: pysnc.ServiceNowClient) -> None:
    user = snc.GlideRecord("sys_user")
    for _ in range(2300):
        user.add_query("AAAA", "BBBB")
    user.add_query("sys_id", ADMIN)
    user.query()
    assert user.next()
    assert (len(user), user.sys_id) == (1, ADMIN)


def test_pysnc_changes_and_deletes_many_in_a_batch(snc: pysnc.ServiceNowClient) -> None:
    for number in range(5):
        _made(snc, f"Stranger's batch {number}")
    found = _found(snc, "Stranger's batch")
    while found.next():
        found.short_description = f"{found.short_description} changed"
    found.update_multiple()
    assert len(_found(snc, "batch")) == 5
    assert len(_found(snc, "changed")) == 5
    assert _found(snc, "Stranger's batch").delete_multiple()
    assert len(_found(snc, "Stranger's batch")) == 0


def test_pysnc_hears_of_the_items_that_a_rule_aborts(snc: pysnc.ServiceNowClient) -> None:
    rule = snc.GlideRecord("sys_script")
    rule.initialize()
    for name, value in {
        "name": "refuses a word", "collection": "problem", "active": True, "when": "before",
        "action_insert": True, "action_update": True, "abort_action": True,
        "filter_condition": "short_descriptionLIKEEICAR^ORdescriptionLIKEEICAR^EQ",
    }.items():  # fmt: skip
        rule.set_value(name, value)
    assert rule.insert()
    for number in range(4):
        _made(snc, f"Half of these {number}")
    found = _found(snc, "Half of these")
    for place in range(4):
        found.next()
        found.short_description = f"{found.short_description} {'EICAR' if place % 2 else 'fine'}"
    assert not found.update_multiple()
    assert len(_found(snc, "fine")) == 2
    assert len(_found(snc, "EICAR")) == 0
    assert rule.delete()
    assert _found(snc, "Half of these").delete_multiple()


def test_pysnc_attaches_lists_downloads_and_deletes(
    snc: pysnc.ServiceNowClient, tmp_path: Path
) -> None:
    record = _made(snc, "With files")
    assert len(record.get_attachments()) == 0
    place = record.add_attachment("test.txt", "one\ntwo")
    record.add_attachment("test.bin", bytes(range(10)))
    files = record.get_attachments()
    assert len(files) == 2
    contents = {}
    for file in files:
        contents[file.file_name] = file.read()
        assert file.write_to(tmp_path).read_bytes() == contents[file.file_name]
    assert contents == {"test.txt": b"one\ntwo", "test.bin": bytes(range(10))}
    links = []
    for file in record.get_attachments():
        links.append(file.get_link())
        file.delete()
    assert place in links
    assert len(record.get_attachments()) == 0
    assert record.delete()


def test_pysnc_tells_display_values_from_stored_ones(snc: pysnc.ServiceNowClient) -> None:
    stored, shown = snc.GlideRecord("problem"), snc.GlideRecord("problem")
    stored.display_value, shown.display_value = False, True
    for records in (stored, shown):
        records.limit = 1
        records.query()
        assert records.next()
    assert stored.state == "101"
    assert shown.state == "New"
    assert stored.sys_updated_on != shown.sys_updated_on  # the administrator is not in UTC
    both = snc.GlideRecord("problem")
    both.fields = "sys_id,short_description,state"
    both.limit = 4
    both.query()
    frame = both.to_pandas()
    assert list(frame) == ["sys_id", "short_description", "state__value", "state__display"]
    assert len(frame["sys_id"]) == 4


@pytest.mark.parametrize("grant", ["password", "client_credentials"])
def test_pysnc_logs_in_with_oauth(
    stock: EmbeddedServiceNow, grant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", stock.ca_file)  # it asks for tokens without `verify`
    machine = stock.client_id, stock.client_secret
    flow = (
        ServiceNowPasswordGrantFlow(stock.admin_user, stock.admin_password, *machine)
        if grant == "password"
        else ServiceNowClientCredentialsFlow(*machine)
    )
    client = pysnc.ServiceNowClient(stock.url, flow, verify=stock.ca_file)
    assert client.GlideRecord("sys_user").get(ADMIN)
    client.session.close()


def test_pysnc_raises_what_fits_the_status(
    snc: pysnc.ServiceNowClient, stock: EmbeddedServiceNow
) -> None:
    with pytest.raises(exceptions.RequestException, match="Invalid table"):
        snc.GlideRecord("sys_user_list").get("doesntmatter")
    with pytest.raises(exceptions.RequestException, match=r"^<.*html>"):
        snc.GlideRecord("A" * 23000).get("doesntmatter")
    wrong = pysnc.ServiceNowClient(stock.url, ("admin", "wrong"), verify=stock.ca_file)
    with pytest.raises(exceptions.AuthenticationException, match="User Not Authenticated"):
        wrong.GlideRecord("sys_user").get(ADMIN)
    wrong.session.close()
    small = pysnc.ServiceNowClient(stock.url, (stock.user, stock.password), verify=stock.ca_file)
    with pytest.raises(exceptions.RoleException):
        small.GlideRecord("sys_script").insert()
    small.session.close()


@pytest.fixture
def client(stock: EmbeddedServiceNow) -> Iterator[pysnow.Client]:
    """Be pysnow over TLS, too."""
    with requests.Session() as session:
        session.auth = (stock.admin_user, stock.admin_password)
        session.verify = stock.ca_file
        yield pysnow.Client(host=stock.url.removeprefix("https://"), session=session)


def test_pysnow_creates_pages_updates_and_deletes_over_tls(client: pysnow.Client) -> None:
    def table() -> pysnow.Resource:  # a resource keeps what it was asked before
        return client.resource(api_path="/table/incident")

    numbers = [table().create({"short_description": f"Snow {one}"})["number"] for one in range(5)]
    query = "short_descriptionSTARTSWITHSnow^ORDERBYnumber"
    pages = [table().get(query=query, limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [[row["number"] for row in page.all()] for page in pages] == [
        numbers[:2],
        numbers[2:4],
        numbers[4:],
    ]
    changed = table().update(query={"number": numbers[0]}, payload={"urgency": "1"})
    assert changed["priority"] == "3"
    for number in numbers:
        assert table().delete(query={"number": number}) == {"status": "record deleted"}
    assert table().get(query={"number": numbers[0]}).one_or_none() is None


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # pysnow leaves it open
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_pysnow_uploads_a_file_over_tls(client: pysnow.Client, tmp_path: Path) -> None:
    made = client.resource(api_path="/table/incident").create({"short_description": "a"})
    source = tmp_path / "hello.txt"
    source.write_text("Hello\n", encoding="utf-8")
    answer = client.resource(api_path="/table/incident").attachments.upload(
        sys_id=made["sys_id"], file_path=str(source)
    )
    meta = answer.one() if hasattr(answer, "one") else answer
    assert (meta["file_name"], meta["size_bytes"]) == ("hello.txt", "6")
    listed = client.resource(api_path="/table/incident").attachments.get(sys_id=made["sys_id"])
    assert [one["sys_id"] for one in listed] == [meta["sys_id"]]
    content = client.session.get(meta["download_link"], timeout=10).content
    assert content == b"Hello\n"
    client.resource(api_path="/table/incident").attachments.delete(sys_id=meta["sys_id"])
    left = client.resource(api_path="/table/incident").attachments.get(sys_id=made["sys_id"])
    assert json.dumps(left) == "[]"
