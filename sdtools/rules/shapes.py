"""The shape of ``rules.yaml``: which keys there are and what kind of value each takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, WithJsonSchema

from sdtools.rules.reading import listing

__all__ = [
    "ACTION_SHAPES",
    "SECTIONS",
    "AssignShape",
    "CalendarShape",
    "CommentShape",
    "DefaultsShape",
    "FileShape",
    "HoldShape",
    "LimitsShape",
    "LinkShape",
    "ListFileShape",
    "NextTierShape",
    "NotifyShape",
    "RepeatShape",
    "RuleShape",
    "SetShape",
    "Shape",
    "SlaShape",
    "SolveShape",
    "StepShape",
    "WebhookShape",
]

SECTIONS = ("priority", "routing", "known_errors", "escalation", "housekeeping")


def _ref(name: str) -> WithJsonSchema:
    """Name a part of the schema; schema.py refers to it, as pydantic knows only its own."""
    return WithJsonSchema({"part": name})


def _refs(name: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "array", "items": {"part": name}})


_STRINGS = WithJsonSchema(
    {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
)
_SHARE = WithJsonSchema({"anyOf": [{"type": "string", "pattern": "%$"}, {"type": "number"}]})

Texts = Annotated[tuple[str, ...], BeforeValidator(listing), _STRINGS]
Condition = Annotated[object, _ref("condition")]
Then = Annotated[object, _ref("then")]
GradeName = Literal["very_low", "low", "medium", "high", "very_high", "major"]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Rules = Annotated[list[object], _refs("rule")]


class Shape(BaseModel):
    """A mapping with these keys and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class FileShape(Shape):
    """A rule file."""

    version: Literal[1] = Field(description="The version of the rule language.")
    vars: dict[str, object] = Field(default={}, description="Values to use as $name.")
    lists: Annotated[
        dict[str, object],
        WithJsonSchema({"type": "object", "additionalProperties": {"type": ["array", "object"]}}),
    ] = Field(default={}, description="Lists to use as $name: inline, or {file, column}.")
    defaults: Annotated[object, _ref("defaults")] = Field(
        default=None, description="What holds for every rule that does not say otherwise."
    )
    calendars: Annotated[
        dict[str, object],
        WithJsonSchema({"type": "object", "additionalProperties": {"part": "calendar"}}),
    ] = Field(default={}, description="Working hours by name.")
    slas: Annotated[
        object,
        WithJsonSchema(
            {
                "anyOf": [
                    {"const": "desk"},
                    {"type": "array", "items": {"part": "sla"}},
                ]
            }
        ),
    ] = Field(default=None, description="'desk' for the desk's own due dates, or definitions.")
    tiers: Annotated[
        dict[int | str, object],
        WithJsonSchema(
            {
                "type": "object",
                "additionalProperties": {"type": "array", "items": {"type": "string"}},
            }
        ),
    ] = Field(default={}, description="The groups of each support level.")
    next_tier: Annotated[list[object], _refs("next_tier")] = Field(
        default=[], description="Where a ticket climbs to; the first that fits."
    )
    protect: Condition = Field(default=None, description="Tickets that no rule touches.")
    limits: Annotated[object, _ref("limits")] = Field(
        default=None, description="How many tickets one pass may touch."
    )
    priority: Rules = Field(default=[], description="Rules, judged first.")
    routing: Rules = Field(default=[], description="Rules, judged second.")
    known_errors: Rules = Field(default=[], description="Rules, judged third.")
    escalation: Rules = Field(default=[], description="Rules, judged fourth.")
    housekeeping: Rules = Field(default=[], description="Rules, judged last.")


class ListFileShape(Shape):
    """A list kept in a file: a column of a CSV, a YAML list, or one entry a line."""

    file: str
    column: str = ""


class DefaultsShape(Shape):
    """What holds for every rule that does not say otherwise."""

    calendar: str = Field(default="", description="The calendar that 4bh and 5bd count in.")


class CalendarShape(Shape):
    """Working hours."""

    timezone: str = Field(description="Such as Europe/Paris.")
    hours: dict[str, str] = Field(description="By day or days: {mon-fri: '08:00-18:00'}.")
    holidays: Texts = Field(default=(), description="FR, FR-57, dates, or a file.ics.")


class SlaShape(Shape):
    """A service level."""

    id: Id
    when: Condition
    calendar: str = Field(default="", description="A calendar, or 24x7.")
    respond: str = ""
    resolve: str = ""
    pause: Annotated[tuple[Literal["pending"], ...], BeforeValidator(listing), _STRINGS] = ()


class NextTierShape(Shape):
    """Where a ticket of these groups climbs to."""

    origins: Texts = Field(alias="from")
    to: str
    when: Condition = None


class LimitsShape(Shape):
    """How many tickets one pass may touch."""

    known_percent: float = Field(default=5.0, ge=0, le=100)
    known_most: int = Field(default=50, ge=0)
    known_least: int = Field(default=20, ge=0)
    new_most: int = Field(default=500, ge=0)


class RepeatShape(Shape):
    """Do it again while the episode lasts."""

    every: str
    max: int = Field(ge=1)


class StepShape(Shape):
    """A rung of a ladder."""

    at: Annotated[object, _SHARE]
    then: Then


class RuleShape(Shape):
    """When these facts hold, then these actions."""

    id: Id = Field(description="Unique among all rules; memory and journal go by it.")
    why: str = Field(default="", description="The reason, shown to people.")
    owner: str = Field(default="", description="Whom to ask about it.")
    when: Condition
    then: Then = None
    clock: Literal["", "sla.respond", "sla.resolve"] = Field(
        default="", description="The clock that the steps go by."
    )
    steps: Annotated[list[object], _refs("step")] = []
    mode: Literal["observe", "apply"] = Field(
        default="apply", description="observe: planned and reported, never applied."
    )
    enabled: StrictBool = True
    limit: int | None = Field(default=None, ge=1, description="Tickets it may touch in a pass.")
    stop: StrictBool = Field(default=False, description="No later rule sees its tickets.")
    insist: StrictBool = Field(default=False, description="Do not yield to people.")
    repeat: Annotated[object, _ref("repeat")] = None
    was: str = Field(default="", description="Its earlier id, to take over its memory.")
    calendar: str = Field(default="", description="The calendar that it counts in, or 24x7.")


class SetShape(Shape):
    """Give fields a value."""

    urgency: GradeName | None = None
    impact: GradeName | None = None
    priority: GradeName | None = None
    category: str = ""
    kind: Literal["", "incident", "request"] = ""
    location: str = ""


class AssignShape(Shape):
    """Assign a group or a person; replaces who is assigned unless ``add`` says so."""

    group: str = Field(default="", description="A group, or next_tier.")
    user: str = Field(default="", description="A login, name or mail address.")
    by: Literal["", "least_loaded", "round_robin"] = Field(
        default="", description="Choose a member of the group."
    )
    add: StrictBool = False


class CommentShape(Shape):
    """Say something on the ticket; private unless ``public`` says so."""

    template: str = ""
    text: str = ""
    public: StrictBool = False


class LinkShape(Shape):
    """Link an article, a problem or a parent ticket by its id."""

    article: str = ""
    problem: str = ""
    parent: str = ""


class HoldShape(Shape):
    """Set to pending."""

    reason: str = Field(min_length=1)


class SolveShape(Shape):
    """Solve."""

    template: str = ""
    text: str = ""
    code: str = Field(default="", description="The close code, where the desk demands one.")


class NotifyShape(Shape):
    """Send a message."""

    to: Texts = Field(description="assignee, group, group.manager, requester, or an address.")
    template: str = ""
    text: str = ""
    subject: str = ""
    digest: StrictBool = Field(default=False, description="Gather a recipient's messages.")


class WebhookShape(Shape):
    """Post a JSON document."""

    url: str = Field(pattern=r"^(https?://|env:|file:|keyring:)")
    body: str = ""


ACTION_SHAPES: Mapping[str, type[Shape]] = {
    "set": SetShape,
    "assign": AssignShape,
    "hold": HoldShape,
    "solve": SolveShape,
    "comment": CommentShape,
    "link": LinkShape,
    "notify": NotifyShape,
    "webhook": WebhookShape,
}
