"""The rule book: ``rules.yaml`` after loading, every default filled in, every mistake out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, Protocol

from sdtools.model.people import Calendar
from sdtools.plan import Limits

__all__ = [
    "Action",
    "All",
    "AnyOf",
    "AssignAction",
    "CommentAction",
    "Condition",
    "Duration",
    "HoldAction",
    "LinkAction",
    "NextTier",
    "Not",
    "NotifyAction",
    "Place",
    "Renderer",
    "Repeat",
    "Rule",
    "RuleBook",
    "SetAction",
    "SlaDefinition",
    "SolveAction",
    "Step",
    "Test",
    "WebhookAction",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands in a file; lines and columns from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """Time by the clock or by a calendar; ``text`` as written: ``4h``, ``2bd``."""

    text: str
    clock: timedelta | None = None  # 30m 4h 2d
    business_hours: timedelta | None = None  # 4bh
    business_days: int | None = None  # 2bd: dates that have opening hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One fact against one wanted value; lists and vars are already filled in."""

    fact: str
    operator: str
    wanted: object  # of the fact's type; a tuple where the operator takes a list
    text: str  # wanted, as people wrote it
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    """Every part must hold."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """At least one part must hold."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """The part must not hold."""

    part: Condition


Condition = All | AnyOf | Not | Test


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAction:
    """Give a field a value; a category or location by name."""

    path: str  # its name, unique in the rule (rules/naming.py): "then.set.urgency"
    field: Literal["urgency", "impact", "priority", "category", "kind", "location"]
    value: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignAction:
    """Assign a group or a person, by name or relative to where the ticket stands."""

    path: str
    place: Place
    group: str = ""  # a name, or "next_tier"
    user: str = ""  # a login or name
    by: Literal["", "least_loaded", "round_robin"] = ""  # a member of the group
    add: bool = False

    @property
    def relative(self) -> bool:
        """Tell whether the goal depends on where the ticket stands: fires once an episode."""
        return self.group == "next_tier" or bool(self.by)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentAction:
    """Say something, from a template or a text (itself a template)."""

    path: str
    place: Place
    template: str = ""  # name without ending: "known_error"
    text: str = ""
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAction:
    """Link the known error that the conditions found, or a given article, problem or parent."""

    path: str
    place: Place
    target: Literal["known_error", "article", "problem", "parent"]
    id: str = ""  # for all but known_error


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldAction:
    """Set to pending."""

    path: str
    place: Place
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveAction:
    """Solve with a text or template."""

    path: str
    place: Place
    template: str = ""
    text: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyAction:
    """Send a message; ``to``: assignee, group, group.manager, requester, or an address."""

    path: str
    place: Place
    to: tuple[str, ...]
    template: str = ""
    text: str = ""
    subject: str = ""
    digest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAction:
    """Post a JSON document; ``body`` is a template of it, empty for the standard document."""

    path: str
    place: Place
    url: str
    body: str = ""


Action = (
    SetAction
    | AssignAction
    | CommentAction
    | LinkAction
    | HoldAction
    | SolveAction
    | NotifyAction
    | WebhookAction
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A rung of a ladder: its actions are due when the rule's clock has used ``at`` of its time."""

    at: float  # a share: 0.75; above 1 after the breach
    text: str  # "75%"
    then: tuple[Action, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """Do it again while the episode lasts; ``max`` counts the first time too."""

    every: Duration
    max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """``when`` these facts hold, ``then`` these actions."""

    id: str
    section: str
    place: Place
    when: Condition
    then: tuple[Action, ...] = ()
    clock: Literal["", "sla.respond", "sla.resolve"] = ""
    steps: tuple[Step, ...] = ()
    why: str = ""
    owner: str = ""
    observe: bool = False  # mode: observe
    enabled: bool = True
    limit: int | None = None  # tickets this rule may touch in a pass
    stop: bool = False  # no later rule sees a ticket on which this one holds
    insist: bool = False
    repeat: Repeat | None = None
    was: str = ""  # earlier id: takes its memory over
    calendar: str = ""  # name of a calendar of the book; "" is the default one


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaDefinition:
    """A service level of the book; the first whose ``when`` holds applies."""

    id: str
    when: Condition
    place: Place
    calendar: str  # name of a calendar, or "24x7"
    respond: Duration | None = None
    resolve: Duration | None = None
    pause: tuple[str, ...] = ()  # states in which the clock stands still


@dataclass(frozen=True, slots=True, kw_only=True)
class NextTier:
    """Where a ticket climbs to; first match wins."""

    origins: tuple[str, ...]
    to: str
    place: Place
    when: Condition | None = None


class Renderer(Protocol):
    """Renders a template by name, or a text that is itself a template; pure."""

    def has(self, name: str) -> bool:
        """Tell whether there is a template of this name."""
        ...

    def render(self, name: str, values: Mapping[str, object], language: str) -> str:
        """Render the body of a named message template; ConfigError names its mistake."""
        ...

    def subject(self, name: str, values: Mapping[str, object], language: str) -> str:
        """Render the subject line of a named message template; one line."""
        ...

    def render_text(self, text: str, values: Mapping[str, object], language: str) -> str:
        """Render a text written in the rule itself."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """All that the rule files of one desk say."""

    rules: tuple[Rule, ...]  # in the order in which they are judged
    fingerprint: str
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    default_calendar: str = ""
    slas: tuple[SlaDefinition, ...] | None = None  # None: take the desk's own due dates
    tiers: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    tier_places: Mapping[int, Place] = field(default_factory=dict)
    next_tier: tuple[NextTier, ...] = ()
    protect: Condition | None = None
    limits: Limits = field(default_factory=Limits)
