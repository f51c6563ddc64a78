"""Known errors: described causes with their workaround, and how well a ticket fits them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Candidate", "KnownError", "KnownErrorKind", "Signature"]


class KnownErrorKind(StrEnum):
    """Where a known error is kept."""

    article = "article"  # GLPI KnowbaseItem, ServiceNow kb_knowledge
    problem = "problem"
    file = "file"  # an entry of a YAML file: nothing on the desk to link to


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What a ticket must say to be this known error: any pattern or code, or all terms."""

    patterns: tuple[str, ...] = ()  # regular expressions, searched without case
    codes: tuple[str, ...] = ()  # error codes: whole words
    terms: tuple[str, ...] = ()  # whole words, all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownError:
    """A known cause with its workaround."""

    id: str  # unique: "article/12", "problem/3", "file/<name>"
    kind: KnownErrorKind
    desk_id: str  # the article or problem to link; "" when there is none on the desk
    title: str
    text: str  # plain text, workaround included
    url: str = ""
    workaround: str = ""
    signature: Signature | None = None
    linked_texts: tuple[str, ...] = ()  # texts of tickets that people linked: they teach matching


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """How well one known error fits one ticket."""

    known_error: str  # KnownError.id
    score: float  # 0 to 1; only good enough to suggest
    signature: bool  # a declared signature matched: safe to link
    evidence: str = ""  # what matched, for people
