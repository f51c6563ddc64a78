"""``notify`` and ``webhook``: tell people and programs."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sdtools.model.effects import Notify, Webhook
from sdtools.model.people import Person
from sdtools.rules.book import NotifyAction, WebhookAction
from sdtools.rules.proposal import Circumstances, Proposal, UnfitError
from sdtools.rules.telling import language_of, template_values

__all__ = ["propose_notify", "propose_webhook"]


def propose_notify(action: NotifyAction, about: Circumstances) -> tuple[Proposal, ...]:
    """Propose a message to those who have an address, in the language of the first of them."""
    to = tuple(dict.fromkeys(address for name in action.to for address in _emails(name, about)))
    if not to:
        raise UnfitError(f"nobody to tell: {', '.join(action.to)} has no mail address")
    language = _language(to[0], about)
    effect = Notify(
        to=to,
        subject=_subject(action, about, language),
        text=_text(action, about, language),
        digest=action.digest,
        priority=about.subject.ticket.priority.name,
    )
    after = f"{', '.join(to)}: {effect.subject}"
    return (Proposal(path=action.path, field="notify", effect=effect, after=after, once=True),)


def propose_webhook(action: WebhookAction, about: Circumstances) -> tuple[Proposal, ...]:
    """Propose a document: the standard one, or the rule's own template of it."""
    values = template_values(about)
    if action.body:
        body = about.texts.render_text(action.body, values, "en")
    else:
        body = json.dumps(_document(about), ensure_ascii=False, sort_keys=True)
    effect = Webhook(url=action.url, body=body)
    return (
        Proposal(path=action.path, field="webhook", effect=effect, after=action.url, once=True),
    )


def _document(about: Circumstances) -> dict[str, object]:
    ticket = about.subject.ticket
    return {
        "desk": about.subject.world.desk,
        "rule": about.rule.id,
        "ticket": {
            "id": ticket.id,
            "number": ticket.number,
            "url": ticket.url,
            "kind": ticket.kind.value,
            "status": ticket.status.value,
            "priority": ticket.priority.name,
        },
    }


def _emails(name: str, about: Circumstances) -> Iterator[str]:
    if "@" in name:
        yield name
        return
    for person in _people(name, about):
        if person.email and person.active:
            yield person.email


def _people(name: str, about: Circumstances) -> Iterator[Person]:
    ticket, directory = about.subject.ticket, about.directory
    groups = [group for key in ticket.groups if (group := directory.groups.get(key))]
    match name:
        case "assignee":
            keys = list(ticket.assignees)
        case "requester":
            keys = list(ticket.requesters)
        case "group":
            keys = [member for group in groups for member in group.members]
        case _:
            keys = [manager for group in groups for manager in group.managers]
    for key in keys:
        if key in directory.people:
            yield directory.people[key]


def _language(address: str, about: Circumstances) -> str:
    people = about.directory.people.values()
    return language_of(next((person for person in people if person.email == address), None))


def _subject(action: NotifyAction, about: Circumstances, language: str) -> str:
    values = template_values(about)
    if action.template and not action.subject:
        return about.texts.subject(action.template, values, language)
    text = action.subject or "[{{ desk }}] {{ ticket.number }}: {{ ticket.title }}"
    return " ".join(about.texts.render_text(text, values, language).split())


def _text(action: NotifyAction, about: Circumstances, language: str) -> str:
    values = template_values(about)
    if action.template:
        return about.texts.render(action.template, values, language)
    return about.texts.render_text(action.text, values, language)
