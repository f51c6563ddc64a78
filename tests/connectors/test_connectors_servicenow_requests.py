"""What a whole pass asks a ServiceNow for, and what it never does."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import pytest

from sdtools.connectors.desk import NewComment, NewHold, NewLink, NewSolution, TicketUpdate
from sdtools.connectors.servicenow.desk import ServiceNowDesk
from sdtools.emulator.servicenow.context import Call
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow
from sdtools.model.effects import Assign, Link, SetField

Ids = Mapping[str, str]
DOCUMENTED = {
    "sysparm_query", "sysparm_fields", "sysparm_limit", "sysparm_offset", "sysparm_display_value",
    "sysparm_exclude_reference_link", "sysparm_suppress_pagination_header", "sysparm_no_count",
    "sysparm_count", "sysparm_group_by",
}  # fmt: skip
WRITTEN = {
    "urgency", "impact", "category", "subcategory", "location", "assignment_group", "assigned_to",
    "state", "hold_reason", "close_code", "close_notes", "work_notes", "comments", "problem_id",
    "parent_incident", "task", "kb_knowledge",
}  # fmt: skip


@dataclass(slots=True)
class Asked:
    """All requests of a pass."""

    calls: list[Call] = field(default_factory=list)

    @property
    def lists(self) -> list[Call]:
        return [call for call in self.calls if call.method == "GET" and "table" in call.parts]

    @property
    def parameters(self) -> list[Mapping[str, str]]:
        """Return those of every list, asked for by itself or in a batch."""
        batched = [dict(parse_qsl(urlsplit(one["url"]).query)) for one in self._items("GET")]
        assert len(batched) == 7 + 3 + 6  # of a directory, a full pull and a later one
        return [*(call.parameters for call in self.lists), *batched]

    @property
    def writes(self) -> list[Mapping[str, str]]:
        return [one for method in ("POST", "PATCH") for one in self._items(method)]

    def _items(self, method: str) -> Iterator[Mapping[str, str]]:
        for call in self.calls:
            if call.method == "POST" and call.parts[-1] == "batch":
                asked = json.loads(call.body)["rest_requests"]
                yield from (one for one in asked if one["method"] == method)


@pytest.fixture
def asked(snow: EmbeddedServiceNow, snow_desk: ServiceNowDesk, ids: Ids) -> Asked:
    found = Asked()
    snow.application.before = found.calls.append
    since = snow_desk.opened_at
    snow_desk.directory()
    snow_desk.knowledge()
    snow_desk.ticket_ids()
    for at in (None, since):
        for _ in (*snow_desk.tickets(at), *snow_desk.comments(at)):
            pass
    assert since is not None
    assert list(snow_desk.history(since)) == []
    one, two, ritm = ids["0001"], ids["0002"], ids["ritm"]
    fields = (SetField(field="urgency", value="high"), SetField(field="category", value="network"))
    assign = Assign(groups=(ids["n2"],), people=(ids["marie"],))
    snow_desk.update([TicketUpdate(ticket=one, fields=fields, assign=assign)])
    snow_desk.comment([NewComment(ticket=one, text="x", public=public) for public in (True, False)])
    snow_desk.link([NewLink(ticket=one, link=Link(target="problem", id=ids["drops"]))])
    snow_desk.link([NewLink(ticket=one, link=Link(target="article", id=ids["article"]))])
    snow_desk.link([NewLink(ticket=one, link=Link(target="parent", id=two))])
    snow_desk.hold([NewHold(ticket=ticket, text="x") for ticket in (two, ritm)])
    snow_desk.solve([NewSolution(ticket=one, text="x", code="Solution provided")])
    return found


def test_only_documented_parameters_are_sent(asked: Asked) -> None:
    assert {name for call in asked.calls for name in call.parameters} <= DOCUMENTED


def test_everything_is_asked_for_in_json_with_the_credentials(asked: Asked) -> None:
    assert {call.headers["accept"] for call in asked.calls} == {"application/json"}
    assert all(call.headers["authorization"].startswith("Basic ") for call in asked.calls)
    assert all("gzip" in call.headers["accept-encoding"] for call in asked.calls)


def test_lists_name_their_fields_their_order_and_at_most_two_thousand_rows(asked: Asked) -> None:
    for parameters in asked.parameters:
        named = parameters["sysparm_fields"].split(",")
        assert "sys_id" in named
        assert int(parameters["sysparm_limit"]) <= 2000
        ours = "gs.getUserID" in parameters["sysparm_query"]
        assert ours or "ORDERBYsys_id" in parameters["sysparm_query"]


def test_only_stored_values_are_read_and_links_are_never_followed(asked: Asked) -> None:
    paged = [one for one in asked.parameters if "sysparm_offset" in one]
    assert paged
    for parameters in paged:
        assert parameters["sysparm_display_value"] == "false"
        assert parameters["sysparm_exclude_reference_link"] == "true"
        assert parameters["sysparm_suppress_pagination_header"] == "true"
        assert parameters["sysparm_offset"] == "0"


def test_times_in_queries_are_plain_utc_and_no_scripts(asked: Asked) -> None:
    queries = [parameters["sysparm_query"] for parameters in asked.parameters]
    timed = [query for query in queries if "_on>=" in query]
    assert timed
    assert all(re.search(r"_on>=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", query) for query in timed)
    scripts = {query for query in queries if "javascript:" in query}
    assert scripts <= {"sys_id=javascript:gs.getUserID()"}


def test_only_tickets_and_their_links_are_written_and_only_by_known_columns(asked: Asked) -> None:
    tables, columns = set(), set()
    for write in asked.writes:
        tables.add(write["url"].split("/")[4].split("?")[0])
        columns |= json.loads(b64decode(write["body"])).keys()
    assert tables == {"incident", "sc_req_item", "m2m_kb_task"}
    assert columns <= WRITTEN
    assert {call.method for call in asked.calls} == {"GET", "POST"}


def test_references_are_written_as_sys_ids(asked: Asked) -> None:
    values = [json.loads(b64decode(write["body"])) for write in asked.writes]
    referred = {"assignment_group", "assigned_to", "location", "problem_id", "parent_incident"}
    found = [one[name] for one in values for name in referred & one.keys()]
    assert len(found) == 4
    assert all(re.fullmatch(r"[0-9a-f]{32}", value) for value in found)


def test_aggregates_give_labels_and_never_numbers(asked: Asked) -> None:
    groups = [call for call in asked.calls if "stats" in call.parts]
    assert groups
    assert {call.parameters["sysparm_group_by"] for call in groups} <= {
        "category,subcategory",
        "close_code",
    }
