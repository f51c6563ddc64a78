"""The tables, as SQLAlchemy Core sees them; `migrations` makes and changes them in a database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)

from sdtools.store.codec import from_micros, to_micros

__all__ = [
    "REVISION",
    "Moment",
    "changes",
    "comments",
    "cursors",
    "edits",
    "jobs",
    "leases",
    "memories",
    "messages",
    "metadata",
    "observations",
    "pauses",
    "plans",
    "references",
    "runs",
    "tickets",
    "writes",
]

REVISION = "0005"  # the newest migration: a database that says so is opened without alembic


class Moment(TypeDecorator[datetime]):
    """A time as whole microseconds since 1970 in UTC: exact, sortable, the same everywhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Return what the database keeps."""
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Return the time in UTC."""
        return None if value is None else from_micros(value)


metadata = MetaData()

tickets = Table(
    "tickets",
    metadata,
    Column("desk", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("number", String, nullable=False),
    Column("status", String, nullable=False),
    Column("opened", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    Column("solved", Moment),
    Column("closed", Moment),
    Column("first_seen", Moment, nullable=False),
    Column("reopens", Integer, nullable=False),
    Column("missing", Integer, nullable=False),  # reconciliations in a row that did not see it
    Column("deleted", Boolean, nullable=False),
    Column("touched", Text, nullable=False),  # {person: microseconds of the last update}
    Column("fingerprint", String, nullable=False),  # of the document
    Column("document", Text, nullable=False),  # the Ticket, without `reopens`
    Index("tickets_status", "desk", "status"),
    # GLPI's tickets have no other number than their id, by which they are found anyway.
    Index("tickets_number", "desk", "number", sqlite_where=text("number <> id")),
)

comments = Table(
    "comments",
    metadata,
    Column("desk", String, primary_key=True),
    Column("form", String, primary_key=True),  # GLPI counts comments, tasks, solutions apart
    Column("id", String, primary_key=True),
    Column("ticket", String, nullable=False),
    Column("author", String, nullable=False),
    Column("written", Moment, nullable=False),
    Column("document", Text, nullable=False),  # the Comment
    Index("comments_ticket", "desk", "ticket"),
)

references = Table(
    "reference_documents",
    metadata,
    Column("desk", String, primary_key=True),
    Column("part", String, primary_key=True),  # directory, knowledge
    Column("taken", Moment, nullable=False),
    Column("document", Text, nullable=False),
)

cursors = Table(
    "cursors",
    metadata,
    Column("desk", String, primary_key=True),
    Column("tier", String, primary_key=True),
    Column("at", Moment, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String, primary_key=True),
    Column("desk", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("plan", String, nullable=False),
    Column("rulebook", String, nullable=False),
    Column("planned", Integer, nullable=False),
    Column("began", Moment, nullable=False),
    Column("ended", Moment),
    Column("requests", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("rules", Text, nullable=False, server_default=""),  # the RuleCounts of its plan
    Index("runs_began", "desk", "began"),
)

changes = Table(
    "changes",
    metadata,
    Column("run", String, ForeignKey("runs.id"), primary_key=True),
    Column("key", String, primary_key=True),
    Column("desk", String, nullable=False),
    Column("ticket", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("at", Moment, nullable=False),  # intended, then settled
    Column("state", String),  # an OutcomeState; NULL while nobody knows
    Column("detail", Text, nullable=False),
    Column("found", Text, nullable=False),
    Column("document", Text, nullable=False),  # the Change
    Index("changes_state", "desk", "state", "at"),
    Index("changes_key", "desk", "key"),
)

memories = Table(
    "memories",
    metadata,
    Column("desk", String, primary_key=True),
    Column("rule", String, primary_key=True),
    Column("ticket", String, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("document", Text, nullable=False),  # the RuleMemory, without rule and ticket
)

writes = Table(
    "writes",
    metadata,
    Column("desk", String, primary_key=True),
    Column("ticket", String, primary_key=True),
    Column("field", String, primary_key=True),
    Column("rule", String, primary_key=True),
    Column("at", Moment, primary_key=True),
    Column("value", Text, nullable=False),
    Column("overridden", Integer, nullable=False),
    Index("writes_at", "desk", "at"),
)

plans = Table(
    "plans",
    metadata,
    Column("desk", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("made", Moment, nullable=False),
    Column("blocked", Boolean, nullable=False),
    Column("document", Text, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("key", String, primary_key=True),
    Column("desk", String, nullable=False),
    Column("state", String, nullable=False),  # waiting, sent, dead
    Column("attempts", Integer, nullable=False),
    Column("made", Moment, nullable=False),
    Column("due", Moment, nullable=False),
    Column("error", Text, nullable=False),
    Column("document", Text, nullable=False),  # the Message; its texts go once it is sent
    Index("messages_due", "state", "due"),
)

leases = Table(
    "leases",
    metadata,
    Column("desk", String, primary_key=True),
    Column("owner", String, nullable=False),  # "" when nobody holds it
    Column("since", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("token", Integer, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String, primary_key=True),  # "pass.glpi", "report.weekly"
    Column("timing", String, nullable=False),  # as configured: another one is another plan
    Column("since", Moment, nullable=False),  # when it was first seen with this timing
    Column("due", Moment, nullable=False),
    Column("began", Moment),
    Column("ended", Moment),  # before `began`: it is at it, or was killed
    Column("good", Moment),  # when the last good run began
    Column("failures", Integer, nullable=False),  # in a row
    Column("held", Integer, nullable=False),  # ticks in a row at which another run had the desk
    Column("error", Text, nullable=False),  # of the last failure; "" since the last good run
    Column("detail", Text, nullable=False),  # what the last good run did, in words
)

pauses = Table(
    "pauses",
    metadata,
    Column("desk", String, primary_key=True),  # "" of a rule, and of everything
    Column("rule", String, primary_key=True),  # "" of a whole desk
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("why", Text, nullable=False),
    Column("who", Text, nullable=False),
)

observations = Table(  # what rules in `mode: observe` would have done, once each
    "observations",
    metadata,
    Column("desk", String, primary_key=True),
    Column("key", String, primary_key=True),  # of the Change
    Column("rule", String, nullable=False),
    Column("ticket", String, nullable=False),
    Column("at", Moment, nullable=False),  # first planned
    Index("observations_at", "desk", "at"),
)

edits = Table(  # the desk's own history: who changed which field
    "edits",
    metadata,
    Column("desk", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("ticket", String, nullable=False),
    Column("field", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("author", String, nullable=False),  # "" when the desk does not say who
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Index("edits_ticket", "desk", "ticket"),
)
