"""``link``: tie the ticket to its known error, or to a given article, problem or parent."""

from __future__ import annotations

from sdtools.model.effects import Link, Unlink
from sdtools.model.knowledge import KnownErrorKind
from sdtools.model.ticket import Ticket
from sdtools.rules.book import LinkAction
from sdtools.rules.proposal import Circumstances, Proposal, UnfitError

__all__ = ["is_linked", "propose_link"]


def propose_link(action: LinkAction, about: Circumstances) -> tuple[Proposal, ...]:
    """Propose the link; nothing to do when it is there."""
    effect, title = _effect(action, about)
    if is_linked(about.subject.ticket, effect):
        return ()
    proposal = Proposal(path=action.path, field="link", effect=effect, after=title, once=False)
    return (proposal,)


def is_linked(ticket: Ticket, link: Link | Unlink) -> bool:
    """Tell whether the ticket has this link."""
    match link.target:
        case "article":
            return link.id in ticket.articles
        case "problem":
            return link.id in ticket.problems
        case "parent":
            return ticket.parent == link.id


def _effect(action: LinkAction, about: Circumstances) -> tuple[Link, str]:
    if action.target != "known_error":
        return Link(target=action.target, id=action.id), f"{action.target} {action.id}"
    known = about.known_error
    if known is None:
        raise UnfitError("no known error fits")
    if known.kind is KnownErrorKind.file or not known.desk_id:
        raise UnfitError(f"known error {known.title!r} is in a file: the desk has nothing to link")
    link = Link(
        target="article" if known.kind is KnownErrorKind.article else "problem", id=known.desk_id
    )
    return link, f"{link.target} {link.id}: {known.title}"
