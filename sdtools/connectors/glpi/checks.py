"""What doctor looks at on a GLPI: every finding with what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sdtools.connectors.clock import clock_check
from sdtools.connectors.desk import Check
from sdtools.connectors.glpi.answers import Answer, Row, identity, integer, rows_in, string
from sdtools.connectors.glpi.directory import LISTS
from sdtools.connectors.glpi.lists import PAGE, Listing, Page, pages, readable_rows, total_of
from sdtools.connectors.glpi.options import Login, Vip
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.glpi.tables import TABLES
from sdtools.connectors.glpi.text import plain
from sdtools.connectors.glpi.zone import Origin, Zone
from sdtools.connectors.http import is_loopback, moment_of
from sdtools.errors import DeskError, DeskRefusedError, SdtoolsError

__all__ = ["Subject", "run_checks"]

_SAMPLES = 4
_NAMES = ("name", "completename")

# Bits of GLPI's rights, read from its profiles (FACTS 10: a technician without ASSIGN assigns).
_RIGHTS = (
    ("ticket", 1024, "read all tickets", "See all tickets"),
    ("ticket", 2, "update tickets", "Update"),
    ("followup", 4096, "comment on all tickets", "Add followup (all)"),
    ("followup", 8192, "see private comments", "See private ones"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The desk to examine at a moment; ``zone`` is asked for once the login has worked."""

    login: Login
    session: GlpiSession
    vip: Vip | None
    zone: Callable[[], Zone]
    now: datetime

    @property
    def profile(self) -> Row:
        """Return the account's profile, rights as bits."""
        profile = self.session.told.get("glpiactiveprofile")
        return profile if isinstance(profile, dict) else {}


def run_checks(subject: Subject) -> tuple[Check, ...]:
    """Look at everything; a desk that cannot be reached ends with that finding."""
    found = [_https(subject.login)]
    try:
        account = string(subject.session.told, "glpiname")
    except SdtoolsError as error:
        return (*found, Check(name="reach", ok=False, found=str(error), advice=error.advice))
    found.append(
        Check(name="reach", ok=True, found=f"logged in at {subject.login.url} as {account}")
    )
    looks = (_version, _account, _rights, _lists, _clock, _zone, _times, _tickets, _vip)
    for look in looks:
        found += _safely(look, subject)
    return tuple(found)


_Look = Callable[[Subject], Iterator[Check]]


def _safely(look: _Look, subject: Subject) -> list[Check]:
    try:
        return list(look(subject))
    except DeskError as error:
        name = look.__name__.removeprefix("_")
        return [Check(name=name, ok=False, found=str(error), advice=error.advice)]


def _https(login: Login) -> Check:
    safe = login.url.startswith("https://") or is_loopback(login.url)
    return Check(
        name="https",
        ok=safe,
        found="the line is private" if safe else "tokens and tickets travel in the clear",
        advice="" if safe else "use an https:// url",
    )


def _version(subject: Subject) -> Iterator[Check]:
    version = string(subject.session.config(), "version")
    known = version.startswith("10.")
    yield Check(
        name="version",
        ok=known,
        found=f"GLPI {version or 'of unknown version'}",
        advice="" if known else "sdtools is tested with GLPI 10.0: try it on a copy first",
    )


def _account(subject: Subject) -> Iterator[Check]:
    told = subject.session.told
    central = string(subject.profile, "interface") != "helpdesk"
    name = string(told, "glpiname") or str(integer(told, "glpiID"))
    yield Check(
        name="account",
        ok=central,
        found=f"{name} with the profile {string(subject.profile, 'name') or '?'}",
        advice="" if central else "give the account a profile of the standard interface",
    )


def _rights(subject: Subject) -> Iterator[Check]:
    for right, bit, what, label in _RIGHTS:
        given = bool(integer(subject.profile, right) & bit)
        yield Check(
            name=f"right to {what}",
            ok=given,
            found="given" if given else "not given",
            advice="" if given else f"in the account's profile, tick '{label}' for {right}s",
        )


def _lists(subject: Subject) -> Iterator[Check]:
    closed = []
    wanted = (*LISTS, "Calendar", "SLA", "RequestType", *(table.itemtype for table in TABLES))
    for itemtype in wanted:
        try:
            _peek(subject.session, Listing(path=itemtype, size=1))
        except DeskRefusedError:
            closed.append(itemtype)
    yield Check(
        name="lists",
        ok=not closed,
        found=f"not readable: {', '.join(closed)}" if closed else "all are readable",
        advice="facts made of them stay unknown; give the profile read rights" if closed else "",
    )


def _clock(subject: Subject) -> Iterator[Check]:
    advice = "let both machines follow a time server (NTP)"
    yield clock_check(subject.session.opened_at, subject.now, advice)


def _zone(subject: Subject) -> Iterator[Check]:
    zone = subject.zone()
    sure = zone.origin in (Origin.configured, Origin.account) or zone.name == "UTC"
    yield Check(
        name="time zone",
        ok=sure and zone.origin is not Origin.assumed,
        found=f"{zone.name} ({zone.origin})",
        advice=""
        if sure and zone.origin is not Origin.assumed
        else "set the service account's time zone in GLPI, or timezone in the configuration: "
        "summer and winter time are not known otherwise",
    )


def _times(subject: Subject) -> Iterator[Check]:
    """Compare times as we read them with Last-Modified, which is always true (FACTS 10)."""
    zone, off = subject.zone(), []
    samples = list(_samples(subject.session))
    for answer in samples:
        row = answer.data if isinstance(answer.data, dict) else {}
        ours, true = zone.utc(row.get("date_mod")), moment_of(answer.headers["Last-Modified"])
        if ours != true:
            off.append(string(row, "date_mod"))
    yield Check(
        name="times",
        ok=not off,
        found=f"read wrongly: {', '.join(off)}" if off else f"{len(samples)} looked at, all right",
        advice=f"not all are in {zone.name}: set timezone in the configuration" if off else "",
    )


def _samples(session: GlpiSession) -> Iterator[Answer]:
    """Read some tickets from the oldest to the newest change, in all seasons if there are."""
    listing = Listing(path="Ticket", sort="date_mod", ids_only=True, size=1)
    total = total_of(session, listing)
    for place in sorted({total * part // _SAMPLES for part in range(_SAMPLES)}):
        query = listing.parameters | {"range": f"{place}-{place}"}
        for row in rows_in(session.get("Ticket", query).data) if total else ():
            answer = session.item("Ticket", identity(row, "id"))
            if "Last-Modified" in answer.headers:
                yield answer


def _tickets(subject: Subject) -> Iterator[Check]:
    page = _peek(subject.session, Listing(path="Ticket", ids_only=True))
    yield Check(
        name="tickets",
        ok=page.total > 0,
        found=f"{page.total} seen",
        advice="" if page.total else "check the account's entities and its right to read tickets",
    )
    whole = len(page.rows) >= min(PAGE, page.total)
    yield Check(
        name="page size",
        ok=whole,
        found=f"asked for {PAGE}, got {len(page.rows)}",
        advice="" if whole else "something on the way cuts pages: reading needs more requests",
    )


def _vip(subject: Subject) -> Iterator[Check]:
    vip = subject.vip
    if vip is None or not (vip.category or vip.group or vip.title):
        yield Check(
            name="vip",
            ok=True,
            found="nothing tells who is a VIP: requester.vip stays unknown",
            advice="configure vip: {category: ...}, {group: ...} or {title: ...}",
        )
        return
    places = (("UserCategory", vip.category), ("Group", vip.group), ("UserTitle", vip.title))
    for itemtype, name in places:
        if name:
            yield _named(subject.session, itemtype, name)


def _named(session: GlpiSession, itemtype: str, name: str) -> Check:
    """Look for a name as the directory does: decoded, without case, of groups the full path too."""
    rows = readable_rows(session, Listing(path=itemtype))
    names = {plain(row.get(key)).casefold() for row in rows or () for key in _NAMES}
    there = name.casefold() in names
    missing = "cannot be looked up: no right to read it" if rows is None else "does not exist"
    return Check(
        name="vip",
        ok=there,
        found=f"{itemtype} {name!r} {'is there' if there else missing}",
        advice="" if there else "check the name in the configuration (vip), and the right to read",
    )


def _peek(session: GlpiSession, listing: Listing) -> Page:
    return next(pages(session, listing))
