"""A plan as one HTML page that needs nothing else: to be reviewed before it is applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sdtools.model.effects import Comment, Hold, Notify, Solve
from sdtools.plan import Change, Plan, Reason, RuleCount
from sdtools.templating import Templates

__all__ = ["AboutRule", "AboutTicket", "render_plan"]

_PAGE = "plan/plan.html"
_OPEN = 20  # changes of a rule that show at once


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutTicket:
    """What the page says of a ticket besides its changes."""

    number: str
    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutRule:
    """What the page says of a rule besides its changes."""

    section: str
    why: str
    observe: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """One change as the page shows it."""

    number: str
    title: str
    url: str
    field: str
    before: str
    after: str
    shows_before: bool
    observe: bool
    public: bool  # the requester reads it
    why: tuple[Reason, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """One rule with its changes as the page shows them."""

    id: str
    section: str
    why: str
    observe: bool
    matched: int
    tickets: int
    left: int
    changes: tuple[_Shown, ...]


def render_plan(
    plan: Plan,
    tickets: Mapping[str, AboutTicket],
    rules: Mapping[str, AboutRule],
    templates: Templates,
    language: str,
    how: str,
) -> str:
    """Render the page; times are in the time zone of the templates.

    ``how`` is the command that applies exactly this plan, "" where it is not saved.
    """

    def about(id: str) -> AboutTicket:
        return tickets.get(id, AboutTicket(number=id, title="", url=""))

    values = {
        "plan": plan,
        "tiles": _tiles(plan, templates, language),
        "how": how,
        "most": _OPEN,
        "rules": tuple(_rules(plan, tickets, rules)),
        "off": [
            *((one.rule, "plan.switched_off", one.reason) for one in plan.switched_off),
            *((one.rule, "plan.paused", one.reason) for one in plan.paused),
        ],
        "conflicts": [(about(one.ticket), one) for one in plan.conflicts],
        "yields": [(about(one.ticket), one) for one in plan.yields],
    }
    return templates.page(_PAGE, values, language).strip() + "\n"


def _tiles(plan: Plan, templates: Templates, language: str) -> list[tuple[str, int, str]]:
    def say(key: str, **values: object) -> str:
        return templates.say(key, language, **values)

    off = len(plan.switched_off) + len(plan.paused)
    return [
        (say("plan.changes"), len(plan.due), ""),
        (say("plan.touched"), len(plan.touched), say("plan.of", count=plan.tickets)),
        (say("plan.observed"), len(plan.changes) - len(plan.due), ""),
        (say("plan.left"), len(plan.yields), say("plan.left_to")),
        (say("plan.off"), off, ""),
    ]


def _rules(
    plan: Plan, tickets: Mapping[str, AboutTicket], rules: Mapping[str, AboutRule]
) -> list[_Rule]:
    counts = {count.rule: count for count in plan.rules}
    changes: dict[str, list[Change]] = {}
    for change in plan.changes:
        changes.setdefault(change.rule, []).append(change)
    named = [rule for rule in rules if rule in counts or rule in changes]
    named += [rule for rule in changes if rule not in rules]
    shown = [_rule(id, counts.get(id), changes.get(id, []), tickets, rules) for id in named]
    return [rule for rule in shown if rule.changes or rule.matched or rule.left]


def _rule(
    id: str,
    count: RuleCount | None,
    changes: list[Change],
    tickets: Mapping[str, AboutTicket],
    rules: Mapping[str, AboutRule],
) -> _Rule:
    known = rules.get(id)
    section = known.section if known else next((change.section for change in changes), "")
    return _Rule(
        id=id,
        section=section,
        why=known.why if known else "",
        observe=bool(known and known.observe),
        matched=count.matched if count else 0,
        tickets=len({change.ticket for change in changes}),
        left=count.yielded if count else 0,
        changes=tuple(_shown(change, tickets) for change in changes),
    )


def _shown(change: Change, tickets: Mapping[str, AboutTicket]) -> _Shown:
    known = tickets.get(change.ticket)
    return _Shown(
        number=change.number,
        title=change.title or (known.title if known else ""),
        url=known.url if known else "",
        field=change.field,
        before=change.before,
        after=change.after,
        shows_before=bool(change.after_value or change.before_value),
        observe=change.observe,
        public=isinstance(change.effect, Comment) and change.effect.public,
        why=change.why,
        text=_text(change),
    )


def _text(change: Change) -> str:
    match change.effect:
        case Comment(text=text) | Solve(text=text):
            return text
        case Hold(reason=reason):
            return reason
        case Notify(subject=subject, text=text):
            return f"{subject}\n\n{text}"
        case _:
            return ""
