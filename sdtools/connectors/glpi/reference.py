"""The small lists that tickets point into: request sources and SLAs with their calendars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from sdtools.connectors.glpi.answers import Row, identity, integer, string
from sdtools.connectors.glpi.lists import Listing, readable_rows
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.glpi.text import plain

__all__ = ["Reference", "Sla", "read_reference"]

_INHERITED = -2  # Entity.calendars_strategy: as the entity above


@dataclass(frozen=True, slots=True, kw_only=True)
class Sla:
    """One agreement; ``calendar`` is "" for around the clock, None for the entity's own."""

    name: str
    calendar: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What names and calendars a ticket's numbers stand for."""

    sources: Mapping[str, str]
    slas: Mapping[str, Sla]
    entity_calendars: Mapping[str, str] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()  # ticket fields that are unknown without a right

    def calendar(self, row: Row) -> str:
        """Return the calendar of a ticket's SLA: the resolving one, else the responding one."""
        for key in ("slas_id_ttr", "slas_id_tto"):
            sla = self.slas.get(identity(row, key))
            if sla is None:
                continue
            if sla.calendar is None:
                return self.entity_calendars.get(str(integer(row, "entities_id")), "")
            return sla.calendar
        return ""

    def sla_name(self, row: Row, key: str) -> str:
        """Return the name of a ticket's SLA; "" when it has none."""
        sla = self.slas.get(identity(row, key))
        return sla.name if sla else ""


def read_reference(session: GlpiSession) -> Reference:
    """Read sources and SLAs, and the entities' calendars if an SLA counts in them."""
    unknown: set[str] = set()
    names = ("RequestType", "SLA")
    sources, rows = session.at_hand(
        [partial(readable_rows, listing=Listing(path=name)) for name in names]
    )
    if sources is None:
        unknown.add("source")
    if rows is None:
        unknown |= {"sla_respond", "sla_resolve", "sla_calendar"}
    slas = {identity(row, "id"): _sla(row) for row in rows or ()}
    entities: dict[str, str] = {}
    if any(sla.calendar is None for sla in slas.values()):
        listed = readable_rows(session, Listing(path="Entity"))
        entities = _entity_calendars(listed or ())
        if listed is None:
            unknown.add("sla_calendar")
    return Reference(
        sources={identity(row, "id"): plain(string(row, "name")) for row in sources or ()},
        slas=slas,
        entity_calendars=entities,
        unknown=frozenset(unknown),
    )


def _sla(row: Row) -> Sla:
    own = integer(row, "use_ticket_calendar")
    return Sla(
        name=plain(string(row, "name")), calendar=None if own else identity(row, "calendars_id")
    )


def _entity_calendars(rows: list[Row] | tuple[Row, ...]) -> dict[str, str]:
    """Resolve what entities inherit; a parent that we do not see ends the climb."""
    by_id = {integer(row, "id"): row for row in rows}
    return {str(number): _climb(by_id, row) for number, row in by_id.items()}


def _climb(by_id: Mapping[int, Row], row: Row) -> str:
    for _ in by_id:  # never more steps than entities, whatever the tree says
        if integer(row, "calendars_strategy") != _INHERITED:
            return identity(row, "calendars_id")
        above = None if row.get("entities_id") is None else by_id.get(integer(row, "entities_id"))
        if above is None:
            return ""
        row = above
    return ""
