"""What facts are made of: their types, their values, and the value that nobody knows."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import Final, Literal

from sdtools.model.grades import Grade
from sdtools.model.ticket import Ticket
from sdtools.rules.subject import Subject

__all__ = ["UNKNOWN", "Fact", "FactType", "Known", "Named", "Refers", "Since", "Unknown", "Value"]


class Unknown(Enum):
    """The type of UNKNOWN, so that a type checker can tell it apart."""

    unknown = "unknown"


UNKNOWN: Final = Unknown.unknown
"""No right to read it, or not mirrored: neither true nor false follows from it."""


class FactType(StrEnum):
    """What a fact is; decides which operators it has and what it is compared with."""

    text = "text"
    number = "number"
    share = "share"
    flag = "flag"
    grade = "grade"
    choice = "choice"
    tree = "tree"
    names = "names"
    ids = "ids"
    age = "age"
    duration = "duration"
    moment = "moment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Something of the directory that rules call by name; no path: not in the mirror."""

    id: str
    path: str  # full path, or the name where there is no tree
    also: tuple[str, ...] = ()  # other names: login, mail address


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """The time since a moment, measured by the clock or in a calendar as the rule asks."""

    begin: datetime
    end: datetime


Known = (
    str
    | int
    | float
    | bool
    | Grade
    | datetime
    | timedelta
    | Since
    | Named
    | tuple[Named, ...]
    | tuple[str, ...]
    | None
)
Value = Known | Unknown  # None and () are empty: nobody assigned, no SLA

Refers = Literal["", "category", "location", "entity", "group", "person", "item"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A named, typed value of a ticket that a rule can test."""

    name: str
    type: FactType
    doc: str  # one sentence, for the reference and the editor
    read: Callable[[Subject], Value]
    fields: frozenset[str] = frozenset()  # of Ticket, that the value depends on
    lenient: frozenset[str] = frozenset()  # of these, those whose being unknown `read` judges
    choices: tuple[str, ...] = ()
    refers: Refers = ""  # the part of the directory that its names must be in
    key: Callable[[Ticket], Hashable] | None = None
    # all of the ticket that the value rests on, where the rest is the same for every ticket and
    # rule of a pass: a test of it is judged once for each key
    cost: int = 1  # of reading it: in a condition the cheap ones are asked first

    def value(self, subject: Subject) -> Value:
        """Return the value for a ticket; UNKNOWN when a field it is made of was not read."""
        unknown = subject.ticket.unknown
        if unknown and (self.fields - self.lenient) & unknown:
            return UNKNOWN
        return self.read(subject)
