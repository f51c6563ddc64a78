"""Pull: refresh the mirror of a desk, each kind of data in its tier (DESIGN 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

from sdtools.connectors.desk import Desk
from sdtools.errors import GuardError
from sdtools.model.knowledge import KnownError
from sdtools.model.people import Directory
from sdtools.model.ticket import Ticket
from sdtools.store.history import History
from sdtools.store.mirror import Mirror
from sdtools.store.upsert import chunks

__all__ = ["Pulled", "pull"]

HOURLY = timedelta(hours=1)
NIGHTLY = timedelta(hours=24)
_HISTORY = timedelta(days=90)  # who changed what before is not asked
_KEPT = timedelta(days=365)  # of the desk's history
_AT_ONCE = 5000  # tickets: each transaction waits for the disk
_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
_LATE = 500  # tickets: of more, to read all that was ever said is less work
_GONE = 0.01  # share of the tickets that may be gone at once
_FEW = 5  # on a small desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What a pull brought; ``missing`` tickets did not show at the desk this time."""

    desk: str
    fetched: int
    new: int
    changed: int
    removed: int
    missing: int
    requests: int


def pull(
    desk: Desk,
    mirror: Mirror,
    history: History,
    now: datetime,
    full: bool,
    progress: Callable[[int], None],
) -> Pulled:
    """Read what changed since the last pull, or all; ``progress`` hears of fetched tickets."""
    before = desk.requests
    # The desk's own time before anything was read: what it changes from now on comes next time.
    begun = desk.opened_at or now
    people_due = full or _due(mirror.cursor("directory"), now, HOURLY)
    if people_due:
        desk.foresee_directory()
    whole = full or (desk.rereads_nightly and _due(mirror.cursor("ids"), now, NIGHTLY))
    pages = desk.tickets(None if whole else mirror.cursor("tickets"), mirror.held)
    last = None if full else mirror.cursor("comments")
    late: set[str] = set()
    fetched, counted = _take(mirror, _noting(pages, mirror, last, late), now, progress)
    _take_comments(desk, mirror, last, full, late)
    for edits in desk.history(_remembered(None if full else mirror.cursor("history"), begun)):
        history.take(edits)
    directory = desk.directory() if people_due else None  # after the tickets: it may be there
    knowledge = desk.knowledge() if full or _due(mirror.cursor("knowledge"), now, HOURLY) else None
    _keep_reference(mirror, directory, knowledge, now)
    if _due(mirror.cursor("ids"), now, NIGHTLY):
        history.forget(begun - _KEPT)
    for tier in ("tickets", "comments", "history"):
        mirror.set_cursor(tier, begun)
    missing, gone = _reconcile(desk, mirror, now, full)
    return Pulled(
        desk=desk.name,
        fetched=fetched,
        new=counted["new"],
        changed=counted["changed"],
        removed=counted["removed"] + gone,
        missing=missing,
        requests=desk.requests - before,
    )


def _take(
    mirror: Mirror,
    pages: Iterable[tuple[Ticket, ...]],
    now: datetime,
    progress: Callable[[int], None],
) -> tuple[int, Counter[str]]:
    """Keep tickets; return how many there were, and what was new, changed and removed."""
    fetched, counts = 0, Counter[str]()
    waiting: list[Ticket] = []
    for page in pages:
        waiting += page
        fetched += len(page)
        progress(fetched)
        if len(waiting) >= _AT_ONCE:
            counts.update(asdict(mirror.upsert_tickets(waiting, now)))
            waiting.clear()
    counts.update(asdict(mirror.upsert_tickets(waiting, now)))
    return fetched, counts


def _noting(
    pages: Iterable[tuple[Ticket, ...]], mirror: Mirror, last: datetime | None, late: set[str]
) -> Iterator[tuple[Ticket, ...]]:
    """Note the tickets that are older than the last pull and that we have not seen (lately).

    Once they are kept nobody can tell: should we not come to their comments, all are read next.
    """
    for page in pages:
        older = {ticket.id for ticket in page if last and ticket.opened < last}
        late |= older - mirror.held(older).keys()
        if late:
            mirror.set_cursor("comments", _BEFORE_ALL)
        yield page


def _take_comments(
    desk: Desk, mirror: Mirror, last: datetime | None, full: bool, late: set[str]
) -> None:
    """Keep what was said since, and all that was said on tickets which came into sight late."""
    seen: set[tuple[str, str]] = set()
    whole = last is None or len(late) > _LATE
    for said in desk.comments(None if whole else last):
        mirror.upsert_comments(said)
        if full:
            seen.update((comment.form, comment.id) for comment in said)
    if full:  # then that is all there is
        mirror.forget_comments(seen)
    anew = desk.retold if whole else desk.retold | late
    for tickets in chunks(sorted(anew), desk.at_once):
        mirror.replace_comments(desk.read_comments(tickets))


def _remembered(cursor: datetime | None, begun: datetime) -> datetime:
    """Return from when on to read the desk's history: of what is long ago nobody needs it."""
    long_ago = begun - _HISTORY
    return long_ago if cursor is None else max(cursor, long_ago)


def _keep_reference(
    mirror: Mirror,
    directory: Directory | None,
    knowledge: tuple[KnownError, ...] | None,
    now: datetime,
) -> None:
    """Keep what was read anew; None was not due."""
    if directory is not None:
        mirror.replace_directory(_with_past_people(directory, mirror.directory()), now)
        mirror.set_cursor("directory", now)
    if knowledge is not None:
        mirror.replace_knowledge(knowledge, now)
        mirror.set_cursor("knowledge", now)


def _with_past_people(directory: Directory, before: Directory) -> Directory:
    """Keep those whom the desk no longer knows, as inactive: old tickets show their names.

    No people at all means that they cannot be read (any more), not that all have left.
    """
    if not directory.people:
        return directory
    past = {id: replace(one, active=False) for id, one in before.people.items()}
    return replace(directory, people=past | dict(directory.people))


def _reconcile(desk: Desk, mirror: Mirror, now: datetime, full: bool) -> tuple[int, int]:
    last = mirror.cursor("ids")
    if last is None and not full:
        mirror.set_cursor("ids", now)  # the first pull has just seen every ticket
        return 0, 0
    if not full and not _due(last, now, NIGHTLY):
        return 0, 0
    seen = desk.ticket_ids()
    if not full:
        _refuse_landslide(desk.name, mirror.missing(seen), mirror.counts().tickets)
    result = mirror.reconcile(seen, now)
    mirror.set_cursor("ids", now)
    return result.missing, result.removed


def _refuse_landslide(desk: str, missing: int, known: int) -> None:
    """Stop when many tickets are gone at once: lost rights look like deletions (DESIGN 6)."""
    if missing > max(_FEW, known * _GONE):
        raise GuardError(
            f"{missing} of {known} tickets of desk {desk} are gone at once; nothing was changed",
            f"look at the account's rights: sdtools doctor {desk}; if they really are gone:"
            f" sdtools pull {desk} --full",
        )


def _due(last: datetime | None, now: datetime, every: timedelta) -> bool:
    return last is None or now - last >= every
