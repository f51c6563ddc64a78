"""Effects: what a change does to a ticket, ids resolved and texts rendered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "Assign",
    "Comment",
    "Effect",
    "Hold",
    "Link",
    "Notify",
    "SetField",
    "Solve",
    "Unlink",
    "Webhook",
]

Field = Literal["urgency", "impact", "priority", "category", "kind", "location", "status"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetField:
    """Give a field a value: a grade's or kind's name, or the id of a category or location.

    A status is written by undo only (new, assigned), to take back a hold or a solution.
    """

    field: Field
    value: str
    kind: Literal["set"] = "set"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    """Leave exactly these groups and people assigned; None leaves that role alone."""

    groups: tuple[str, ...] | None = None
    people: tuple[str, ...] | None = None
    kind: Literal["assign"] = "assign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """Say something on the ticket; ``text`` is plain text, the mark not yet in it."""

    text: str
    public: bool = False
    kind: Literal["comment"] = "comment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Tie the ticket to an article, a problem or a parent ticket of the desk."""

    target: Literal["article", "problem", "parent"]
    id: str
    kind: Literal["link"] = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlink:
    """Take such a tie away again: what undo does to a link."""

    target: Literal["article", "problem", "parent"]
    id: str
    kind: Literal["unlink"] = "unlink"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Set the ticket to pending, with the reason that the desk demands."""

    reason: str
    kind: Literal["hold"] = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Solve:
    """Solve the ticket with a solution text, and a close code where the desk demands one."""

    text: str
    code: str = ""
    kind: Literal["solve"] = "solve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """Send a message; ``to`` are mail addresses, the texts are rendered."""

    to: tuple[str, ...]
    subject: str
    text: str
    digest: bool = False
    priority: str = ""  # the ticket's, a Grade's name: quiet hours may let it pass
    kind: Literal["notify"] = "notify"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Post a JSON document to an address; ``body`` is the document's text."""

    url: str
    body: str
    kind: Literal["webhook"] = "webhook"


Effect = SetField | Assign | Comment | Link | Unlink | Hold | Solve | Notify | Webhook
