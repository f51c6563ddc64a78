"""What doctor looks at on a ServiceNow: tables that are closed, rows that are hidden, the scope."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sdtools.connectors.desk import Check
from sdtools.connectors.servicenow.choices import Choices
from sdtools.connectors.servicenow.comments import JOURNAL, PRIVATE, PUBLIC
from sdtools.connectors.servicenow.deletions import DELETIONS
from sdtools.connectors.servicenow.fields import TABLES
from sdtools.connectors.servicenow.history import AUDIT
from sdtools.connectors.servicenow.listing import Listing, Page
from sdtools.connectors.servicenow.lists import Reader
from sdtools.connectors.servicenow.options import Vip
from sdtools.connectors.servicenow.queries import all_of
from sdtools.connectors.servicenow.scoping import lacking, read_scope
from sdtools.errors import DeskRefusedError

__all__ = ["Subject", "hidden", "said", "scope", "tables", "traces"]

_SAMPLE = 100  # rows: enough to see whether some of them are hidden
_ROLE: Mapping[str, str] = {
    "incident": "itil or sn_incident_read",
    "sc_req_item": "itil or sn_request_read",
    "problem": "itil or sn_problem_read",
    JOURNAL: "itil, or a read ACL of its own: what was said decides what is repeated",
    "task_sla": "itil, or a read ACL of its own: due dates come from it",
    "contract_sla": "itil, or a read ACL of its own: what a due date promises comes from it",
    "cmn_schedule": "itil, or a read ACL of its own: due dates count in it",
    "cmn_schedule_span": "itil, or a read ACL of its own: due dates count in it",
    "sys_user": "a read ACL of its own",
    "sys_user_group": "a read ACL of its own",
    "sys_user_grmember": "a read ACL of its own",
    "cmn_location": "a read ACL of its own",
    "core_company": "a read ACL of its own",
    "cmdb_ci": "itil, or a read ACL of its own",
    "kb_knowledge": "itil or knowledge, and the user criteria of the knowledge base",
    "m2m_kb_task": "itil, or a read ACL of its own: links to articles come from it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The desk to examine at a moment."""

    reader: Reader
    choices: Callable[[], Choices]
    vip: Vip
    now: datetime

    @property
    def scope(self) -> str:
        """Return the encoded query that limits our tickets."""
        return self.reader.session.place.scope

    def peek(self, table: str, *fields: str, where: str = "", limit: int = 1) -> Page:
        """Read the first rows of a table."""
        return self.reader.page(Listing(table=table, fields=fields, where=where), limit)


def tables(subject: Subject) -> Iterator[Check]:
    """Look at each table that we read: a closed one is refused, or shows no row at all."""
    for table, role in _ROLE.items():
        found = _readable(subject, table)
        if found:
            yield Check(
                name=f"table {table}",
                ok=False,
                found=found,
                advice=f"needs {role}; until then facts made of it stay unknown",
            )
            continue
        yield Check(name=f"table {table}", ok=True, found="readable")


def _readable(subject: Subject, table: str) -> str:
    """Say how a table is closed to us: refused, or all rows hidden; "" when it is not."""
    try:
        page = subject.peek(table, limit=_SAMPLE)
    except DeskRefusedError as error:
        return f"refused ({error.code or error.status})"
    if page.total and not page.rows:
        return f"hidden: {page.total} rows, none of the first {_SAMPLE} shown"
    return ""


def said(subject: Subject) -> Iterator[Check]:
    """Look at each kind of entry of a journal: one may be hidden while the other shows."""
    for element in (PUBLIC, PRIVATE):
        page = subject.peek(JOURNAL, where=f"element={element}", limit=_SAMPLE)
        missing = max(min(page.total or 0, _SAMPLE) - len(page.rows), 0)
        yield Check(
            name=f"journal {element}",
            ok=not missing,
            found=f"{missing} of the first {len(page.rows) + missing} {element} do not show"
            if missing
            else f"{element} show",
            advice="let the account read all entries of sys_journal_field: on a ticket of which "
            "some are hidden nothing is commented"
            if missing
            else "",
        )


def traces(subject: Subject) -> Iterator[Check]:
    """Look at what tells of past changes and deletions: nothing depends on either."""
    for name, table, without in (
        ("history", AUDIT, "who changed a field before the first pass stays unknown"),
        ("deletions", DELETIONS, "deleted tickets are found out by the nightly comparison"),
    ):
        closed = _readable(subject, table)
        yield Check(
            name=name,
            ok=True,
            found=f"{table} does not show ({closed}): {without}" if closed else f"{table} shows",
            advice=f"let the account's role read {table}, if that matters" if closed else "",
        )


def hidden(subject: Subject) -> Iterator[Check]:
    """Compare rows with X-Total-Count, which counts those too that the account may not see."""
    for table in TABLES:
        page = subject.peek(table, where=subject.scope, limit=_SAMPLE)
        expected = min(page.total or 0, _SAMPLE)
        missing = max(expected - len(page.rows), 0)
        yield Check(
            name=f"hidden {table}",
            ok=not missing,
            found=f"{missing} of the first {expected} do not show"
            if missing
            else f"all of the first {expected} show ({page.total or 0} in all)",
            advice=""
            if not missing
            else "rows are hidden by ACLs or query rules: widen the account's rights, or narrow "
            "scope to what it works for",
        )


def scope(subject: Subject) -> Iterator[Check]:
    """See whether the scope counts: a condition on a field that a table lacks is dropped."""
    if not subject.scope:
        yield Check(name="scope", ok=True, found="none: all tickets that the account sees")
        return
    for table in TABLES:
        wanted = read_scope(subject.scope)
        inside = subject.peek(table, *wanted.fields, where=all_of(subject.scope))
        everything = subject.peek(table)
        missing = lacking(subject.scope, inside.rows)
        unsure = wanted.unseen if inside.total and inside.total == everything.total else ()
        yield Check(
            name=f"scope {table}",
            ok=not (missing or unsure),
            found=f"{table} has no readable {', '.join(missing)}: the condition does not count"
            if missing
            else f"all {inside.total} tickets: {unsure[0]} may not count, and nothing shows that"
            if unsure
            else f"{inside.total or 0} of {everything.total or 0} tickets",
            advice="test fields of both tables, spelt as the desk spells them, or begin with "
            "sys_class_name=incident^"
            if missing or unsure
            else "",
        )
