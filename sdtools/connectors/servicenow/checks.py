"""What doctor looks at on a ServiceNow: every finding with what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http import HTTPStatus

from sdtools.connectors.clock import clock_check
from sdtools.connectors.desk import Check
from sdtools.connectors.http import is_loopback
from sdtools.connectors.servicenow.answers import CutOffError, text
from sdtools.connectors.servicenow.checks_access import (
    Subject,
    hidden,
    said,
    scope,
    tables,
    traces,
)
from sdtools.connectors.servicenow.pagesize import PAGE
from sdtools.connectors.servicenow.queries import literal
from sdtools.connectors.servicenow.session import BATCH
from sdtools.connectors.servicenow.zones import zone_named
from sdtools.errors import DeskError, SdtoolsError

__all__ = ["run_checks"]


def run_checks(subject: Subject) -> tuple[Check, ...]:
    """Look at everything; a desk that cannot be reached ends with that finding."""
    found = [_https(subject.reader.session.place.url)]
    try:
        login = text(subject.reader.session.me, "user_name")
    except SdtoolsError as error:
        return (*found, Check(name="reach", ok=False, found=str(error), advice=error.advice))
    url = subject.reader.session.place.url
    found.append(Check(name="reach", ok=True, found=f"logged in at {url} as {login or '?'}"))
    looks = (
        _account,
        _version,
        _clock,
        _zone,
        tables,
        said,
        hidden,
        traces,
        scope,
        _page_size,
        _quota,
        _batch,
        _choices,
        _vip,
    )
    for look in looks:
        found += _safely(look, subject)
    return tuple(found)


_Look = Callable[[Subject], Iterator[Check]]


def _safely(look: _Look, subject: Subject) -> list[Check]:
    name = look.__name__.removeprefix("_").replace("_", " ")
    try:
        return list(look(subject))
    except DeskError as error:
        return [Check(name=name, ok=False, found=str(error), advice=error.advice)]
    except CutOffError:
        return [Check(name=name, ok=False, found="the answer broke off", advice="try again later")]


def _https(url: str) -> Check:
    private = url.startswith("https://")
    found = "the line is private" if private else "plain http, on this machine"
    return Check(name="https", ok=private or is_loopback(url), found=found)


def _account(subject: Subject) -> Iterator[Check]:
    me = subject.reader.session.me
    seen = bool(text(me, "sys_id"))
    yield Check(
        name="account",
        ok=seen,
        found=text(me, "name") or text(me, "user_name") if seen else "its own record is hidden",
        advice="" if seen else "let its role read sys_user",
    )


def _version(subject: Subject) -> Iterator[Check]:
    """Tell the release, as far as it shows: properties are for administrators."""
    rows = subject.peek("sys_properties", "value", where="name=glide.buildname").rows
    name = text(rows[0], "value") if rows else ""
    yield Check(name="version", ok=True, found=name or "the instance does not tell its release")


def _clock(subject: Subject) -> Iterator[Check]:
    advice = "let this machine follow a time server (NTP)"
    yield clock_check(subject.reader.session.opened_at, subject.now, advice)


def _zone(subject: Subject) -> Iterator[Check]:
    """Prove that a time in a query means the same as in an answer: UTC (FACTS 11)."""
    told = text(subject.reader.session.me, "time_zone")
    zone = zone_named(told)
    plain = zone is not None and zone.key == "UTC"
    rows = subject.peek("incident", "sys_updated_on").rows
    same = True
    if rows:
        at, sys_id = text(rows[0], "sys_updated_on"), text(rows[0], "sys_id")
        where = f"sys_id={sys_id}^sys_updated_on>={at}^sys_updated_on<={at}"
        same = bool(subject.peek("incident", where=where).rows)
    yield Check(
        name="time zone",
        ok=same,
        found=(told or "the instance's own")
        + ("" if same else ": times in queries are not taken as UTC"),
        advice=""
        if plain and same
        else "set the account's time zone to GMT: then no time can be taken for another",
    )


def _page_size(subject: Subject) -> Iterator[Check]:
    page = subject.peek("sys_user", limit=PAGE)
    expected = min(page.total or 0, PAGE)
    whole = len(page.rows) >= expected
    yield Check(
        name="page size",
        ok=True,
        found=f"asked for {PAGE}, got {len(page.rows)} of {page.total or 0}",
        advice="" if whole else "some are hidden, or pages are cut: reading needs more requests",
    )


def _quota(subject: Subject) -> Iterator[Check]:
    headers = subject.peek("incident").headers
    limit = headers.get("X-RateLimit-Limit", "")
    yield Check(
        name="quota",
        ok=True,
        found=f"{limit} requests an hour" if limit else "no rate rule applies to us",
        advice="a pass needs about ten requests: keep every: long enough" if limit else "",
    )


def _batch(subject: Subject) -> Iterator[Check]:
    """Send a batch that only reads: all writes go this way."""
    url = "/api/now/table/incident?sysparm_limit=1&sysparm_fields=sys_id"
    request: dict[str, object] = {"id": "1", "method": "GET", "url": url, "headers": []}
    answer = subject.reader.session.post(
        BATCH, {"batch_request_id": "1", "rest_requests": [request]}
    )
    usable = answer.status < HTTPStatus.BAD_REQUEST
    yield Check(
        name="batch",
        ok=usable,
        found="the Batch API answers" if usable else f"refused with status {answer.status}",
        advice="" if usable else "allow the account the Batch API (REST API access policies)",
    )


def _choices(subject: Subject) -> Iterator[Check]:
    choices = subject.choices()
    readable = "category" in choices.lists
    yield Check(
        name="choices",
        ok=True,
        found="choice lists are readable"
        if readable
        else "choice lists do not show their values: categories are those in use",
        advice=""
        if readable
        else "let the account's role read name, element, value and dependent_value of sys_choice: "
        "then values are checked before they are written",
    )


def _vip(subject: Subject) -> Iterator[Check]:
    rows = subject.peek("sys_user", "vip").rows
    told = bool(rows) and "vip" in rows[0]
    yield Check(
        name="vip",
        ok=told,
        found="user records say who is a VIP" if told else "the field vip of sys_user is hidden",
        advice="" if told else "let the account's role read sys_user.vip, or configure vip:",
    )
    for table, column, name in (
        ("sys_user_group", "name", subject.vip.group),
        ("sys_user", "title", subject.vip.title),
    ):
        if name:
            there = bool(subject.peek(table, where=f"{column}={literal(name)}").rows)
            yield Check(
                name="vip",
                ok=there,
                found=f"{table}.{column} {name!r} {'is there' if there else 'does not exist'}",
                advice="" if there else "check the name in the configuration (vip)",
            )
