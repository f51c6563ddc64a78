"""What a desk holds, counted: every field, assignment, link and comment of every ticket."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.servicenow.database import ServiceNowDatabase

__all__ = ["Census", "Fact", "count_glpi", "count_servicenow"]

Fact = tuple[str, str, str]  # ticket, field, value


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """What there is: on the desk with its doubles, of mails and webhooks the distinct ones."""

    desk: Counter[Fact]
    told: Counter[Fact] = field(default_factory=Counter)

    def beyond(self, other: Census) -> Counter[Fact]:
        """Return what is here and not in the other one."""
        return (self.desk - other.desk) + (self.told - other.told)

    def without(self, fields: Collection[tuple[str, str]]) -> Census:
        """Return it without these fields of these tickets."""
        kept = {fact: count for fact, count in self.desk.items() if fact[:2] not in fields}
        return Census(desk=Counter(kept), told=self.told)


def count_glpi(database: GlpiDatabase) -> Counter[Fact]:
    """Count what a GLPI holds."""
    return Counter(_glpi(database))


# table: the ticket's column, and the others; the values of one row are one fact
_GLPI_TIES = {
    "KnowbaseItem_Item": ("items_id", "knowbaseitems_id"),
    "Problem_Ticket": ("tickets_id", "problems_id"),
    "Ticket_Ticket": ("tickets_id_1", "tickets_id_2", "link"),
    "ITILFollowup": ("items_id", "is_private", "content"),
    "ITILSolution": ("items_id", "content"),
    "TicketTask": ("tickets_id", "content"),
}
_GLPI_FIELDS = ("name", "status", "urgency", "impact", "priority", "itilcategories_id")


def _glpi(database: GlpiDatabase) -> Iterator[Fact]:
    for row in database.rows("Ticket"):
        for name in _GLPI_FIELDS:
            yield str(row["id"]), name, str(row[name])
    for row in database.rows("Group_Ticket"):
        yield str(row["tickets_id"]), "group", f"{row['groups_id']} as {row['type']}"
    for row in database.rows("Ticket_User"):
        yield str(row["tickets_id"]), "assignee", f"{row['users_id']} as {row['type']}"
    for table, (ticket, *others) in _GLPI_TIES.items():
        for row in database.rows(table):
            yield str(row[ticket]), table, " ".join(str(row[other]) for other in others)


def count_servicenow(database: ServiceNowDatabase) -> Counter[Fact]:
    """Count what a ServiceNow holds."""
    return Counter(_servicenow(database))


_SERVICENOW_FIELDS = {
    "assignment_group": "group",
    "assigned_to": "assignee",
    **{
        name: name
        for name in (
            *("short_description", "state", "urgency", "impact", "priority", "category"),
            *("problem_id", "parent_incident", "close_notes", "close_code", "hold_reason"),
        )
    },
}


def _servicenow(database: ServiceNowDatabase) -> Iterator[Fact]:
    for row in database.rows("incident"):
        for column, name in _SERVICENOW_FIELDS.items():
            yield row["sys_id"], name, row[column]
    for row in database.rows("m2m_kb_task"):
        yield row["task"], "article", row["kb_knowledge"]
    for row in database.rows("sys_journal_field"):
        yield row["element_id"], row["element"], row["value"]
