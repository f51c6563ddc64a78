"""What the templates of comments and messages may say about a ticket, in words."""

from __future__ import annotations

from collections.abc import Mapping

from sdtools.model.people import Directory, Person
from sdtools.model.ticket import Ticket
from sdtools.rules.book import Rule
from sdtools.rules.conditions import each_test
from sdtools.rules.facts import ticket_clock
from sdtools.rules.proposal import Circumstances
from sdtools.sla import Clock

__all__ = ["language_of", "template_values", "words"]

_FALLBACK = "en"


def words(directory: Directory, field: str, value: str) -> str:
    """Say a field's value in words: paths and names instead of ids."""
    if not value:
        return ""
    match field:
        case "category":
            return _path(directory.categories.get(value), value)
        case "location":
            return _path(directory.locations.get(value), value)
        case "group":
            return ", ".join(_path(directory.groups.get(part), part) for part in value.split(","))
        case "assignee":
            return ", ".join(person_name(directory, part) for part in value.split(","))
        case _:
            return value


def person_name(directory: Directory, key: str) -> str:
    """Return how people call a person, the id when the directory does not know it."""
    person = directory.people.get(key)
    return person.name or person.login if person else key


def language_of(person: Person | None) -> str:
    """Return the language to write to a person in."""
    return (person.language if person else "") or _FALLBACK


def template_values(about: Circumstances) -> Mapping[str, object]:
    """Return the values that message templates can use, named as in docs/rules.md."""
    subject = about.subject
    rule = about.rule
    return {
        "desk": subject.world.desk,
        "now": subject.now,
        "rule": {"id": rule.id, "why": rule.why},
        "ticket": _ticket_values(subject.ticket, about.directory),
        "known_error": _known_error_values(about),
        "sla": _clock_values(ticket_clock(subject, rule.clock or _clock_of(rule))),
    }


def _clock_of(rule: Rule) -> str:
    """Return the clock that a rule's conditions look at; the resolution's when at none."""
    looks = {test.fact for test in each_test(rule.when)}
    responds = any(fact.startswith("sla.respond.") for fact in looks)
    resolves = any(fact.startswith("sla.resolve.") for fact in looks)
    return "sla.respond" if responds and not resolves else "sla.resolve"


def _ticket_values(ticket: Ticket, directory: Directory) -> dict[str, object]:
    return {
        "id": ticket.id,
        "number": ticket.number,
        "url": ticket.url,
        "title": ticket.title,
        "kind": ticket.kind.value,
        "status": ticket.status.value,
        "urgency": ticket.urgency.name,
        "impact": ticket.impact.name,
        "priority": ticket.priority.name,
        "category": words(directory, "category", ticket.category_id),
        "group": words(directory, "group", ",".join(ticket.groups)),
        "assignee": words(directory, "assignee", ",".join(ticket.assignees)),
        "requester": ", ".join(person_name(directory, key) for key in ticket.requesters),
        "opened": ticket.opened,
        "due": ticket.resolve_due,
    }


def _known_error_values(about: Circumstances) -> dict[str, object]:
    known = about.known_error
    return {
        "title": known.title if known else "",
        "url": known.url if known else "",
        "workaround": (known.workaround or known.text) if known else "",
        "score": about.score,
    }


def _clock_values(clock: Clock | None) -> dict[str, object]:
    return {
        "used": clock.used if clock else None,
        "left": clock.left if clock else None,
        "due": clock.due if clock else None,
    }


def _path(thing: object, key: str) -> str:
    return str(getattr(thing, "path", key))
