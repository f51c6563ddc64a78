"""Known errors that a GLPI keeps: knowledge base articles and problems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sdtools.connectors.glpi.answers import Row, identity, integer, string
from sdtools.connectors.glpi.lists import Listing, readable_rows
from sdtools.connectors.glpi.options import KnownErrorSource
from sdtools.connectors.glpi.reading import TicketReader
from sdtools.connectors.glpi.text import from_html, plain
from sdtools.model.knowledge import KnownError, KnownErrorKind

__all__ = ["read_knowledge"]

_TAUGHT_BY = 20  # newest linked tickets of one known error: enough to learn its words
_YEAR = timedelta(days=365)
_SOLVED, _CLOSED = 5, 6
_SEPARATOR = " > "


@dataclass(frozen=True, slots=True, kw_only=True)
class _Linked:
    """The titles of the tickets that people linked to each article or problem."""

    tickets: Mapping[str, Sequence[str]]
    titles: Mapping[str, str]

    def texts(self, number: str) -> tuple[str, ...]:
        """Return the titles for one article or problem, newest first."""
        found = (self.titles.get(ticket, "") for ticket in self.tickets.get(number, ()))
        return tuple(title for title in found if title)


def read_knowledge(
    reader: TicketReader, source: KnownErrorSource, now: datetime | None
) -> tuple[KnownError, ...]:
    """Read the articles that are known errors, and the problems; those we may not read are none."""
    found = [*_articles(reader, source)]
    if source.problems:
        found += _problems(reader, now)
    return tuple(found)


def _rows(reader: TicketReader, itemtype: str, where: Mapping[str, str] | None = None) -> list[Row]:
    return readable_rows(reader.session, Listing(path=itemtype, where=where or {})) or []


def _articles(reader: TicketReader, source: KnownErrorSource) -> list[KnownError]:
    wanted = _in_category(reader, source.category) | _in_entity(reader, source.entity)
    rows = (
        [row for row in _rows(reader, "KnowbaseItem") if identity(row, "id") in wanted]
        if wanted
        else []
    )
    linked = _linked(reader, rows, "KnowbaseItem_Item", ("knowbaseitems_id", "items_id"))
    return [_article(row, linked, reader.front) for row in rows]


def _article(row: Row, linked: _Linked, front: str) -> KnownError:
    number = identity(row, "id")
    answer = from_html(row.get("answer"))
    return KnownError(
        id=f"article/{number}",
        kind=KnownErrorKind.article,
        desk_id=number,
        title=plain(row.get("name")),
        text=answer,
        url=f"{front}/front/knowbaseitem.form.php?id={number}",
        workaround=answer,
        linked_texts=linked.texts(number),
    )


def _in_category(reader: TicketReader, category: str) -> set[str]:
    """Return the articles of a category and of those below it."""
    if not category:
        return set()
    wanted = category.casefold()
    inside = set()
    for row in _rows(reader, "KnowbaseItemCategory"):
        path = plain(row.get("completename")) or plain(row.get("name"))
        parts = path.casefold().split(_SEPARATOR)
        above = {_SEPARATOR.join(parts[: depth + 1]) for depth in range(len(parts))}
        if wanted in above or wanted in parts:
            inside.add(identity(row, "id"))
    links = _rows(reader, "KnowbaseItem_KnowbaseItemCategory") if inside else []
    return {
        identity(row, "knowbaseitems_id")
        for row in links
        if identity(row, "knowbaseitemcategories_id") in inside
    }


def _in_entity(reader: TicketReader, entity: str) -> set[str]:
    """Return the articles that are meant for an entity."""
    if not entity:
        return set()
    ids = {
        integer(row, "id")
        for row in _rows(reader, "Entity")
        if plain(row.get("completename")).casefold() == entity.casefold()
    }
    links = _rows(reader, "Entity_KnowbaseItem") if ids else []
    return {
        identity(row, "knowbaseitems_id") for row in links if integer(row, "entities_id") in ids
    }


def _problems(reader: TicketReader, now: datetime | None) -> list[KnownError]:
    rows = [row for row in _rows(reader, "Problem") if _is_current(reader, row, now)]
    linked = _linked(reader, rows, "Problem_Ticket", ("problems_id", "tickets_id"))
    workarounds = (
        _workarounds(_rows(reader, "ITILSolution", {"itemtype": "Problem"})) if rows else {}
    )
    return [_problem(row, linked, workarounds, reader.front) for row in rows]


def _is_current(reader: TicketReader, row: Row, now: datetime | None) -> bool:
    """Keep problems that are not over, and those solved within a year."""
    if integer(row, "status") not in (_SOLVED, _CLOSED):
        return True
    ended = reader.zone.utc(row.get("closedate")) or reader.zone.utc(row.get("solvedate"))
    return now is None or ended is None or ended >= now - _YEAR


def _problem(row: Row, linked: _Linked, workarounds: Mapping[str, str], front: str) -> KnownError:
    number = identity(row, "id")
    parts = (row.get(key) for key in ("content", "symptomcontent", "causecontent", "impactcontent"))
    workaround = workarounds.get(number, "")
    texts = [text for text in (*map(from_html, parts), workaround) if text]
    return KnownError(
        id=f"problem/{number}",
        kind=KnownErrorKind.problem,
        desk_id=number,
        title=plain(row.get("name")),
        text="\n\n".join(texts),
        url=f"{front}/front/problem.form.php?id={number}",
        workaround=workaround,
        linked_texts=linked.texts(number),
    )


def _workarounds(rows: Iterable[Row]) -> dict[str, str]:
    """Return the last solution of each problem."""
    ordered = sorted(rows, key=lambda row: integer(row, "id"))
    return {
        identity(row, "items_id"): from_html(row.get("content"))
        for row in ordered
        if string(row, "itemtype") == "Problem"
    }


def _linked(
    reader: TicketReader, rows: Sequence[Row], itemtype: str, columns: tuple[str, str]
) -> _Linked:
    """Find what tickets are linked to the known errors in ``rows``, newest links first."""
    known, ticket = columns
    ours = {identity(row, "id") for row in rows}
    tickets: defaultdict[str, list[str]] = defaultdict(list)
    links = _rows(reader, itemtype) if ours else []
    for row in sorted(links, key=lambda row: -integer(row, "id")):
        number = identity(row, known)
        on_ticket = string(row, "itemtype") in ("", "Ticket")
        if number in ours and on_ticket and len(tickets[number]) < _TAUGHT_BY:
            tickets[number].append(identity(row, ticket))
    wanted = sorted({one for several in tickets.values() for one in several})
    titles = {identity(row, "id"): plain(row.get("name")) for row in reader.rows(wanted)}
    return _Linked(tickets=tickets, titles=titles)
