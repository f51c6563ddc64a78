"""``comment``, ``hold`` and ``solve``: what is said on the ticket itself."""

from __future__ import annotations

from sdtools.model.effects import Comment, Hold, Solve
from sdtools.rules.book import CommentAction, HoldAction, SolveAction
from sdtools.rules.proposal import Circumstances, Proposal, UnfitError
from sdtools.rules.telling import language_of, template_values

__all__ = ["propose_comment", "propose_hold", "propose_solve"]


def propose_comment(action: CommentAction, about: Circumstances) -> tuple[Proposal, ...]:
    """Propose the rendered text, private unless the rule says public."""
    text = _rendered(action.template, action.text, about)
    effect = Comment(text=text, public=action.public)
    after = " ".join(text.split())
    proposal = Proposal(path=action.path, field="comment", effect=effect, after=after, once=True)
    return (proposal,)


def propose_hold(action: HoldAction, about: Circumstances) -> tuple[Proposal, ...]:
    """Propose to wait; nothing to do on a ticket that waits already."""
    if about.subject.ticket.status == "pending":
        return ()
    effect = Hold(reason=_rendered("", action.reason, about))
    proposal = Proposal(path=action.path, field="status", effect=effect, after="pending", once=True)
    return (proposal,)


def propose_solve(action: SolveAction, about: Circumstances) -> tuple[Proposal, ...]:
    """Propose a solution; nothing to do on a ticket that is solved."""
    if not about.subject.ticket.is_open:
        return ()
    effect = Solve(text=_rendered(action.template, action.text, about), code=action.code)
    proposal = Proposal(path=action.path, field="status", effect=effect, after="solved", once=True)
    return (proposal,)


def _rendered(template: str, text: str, about: Circumstances) -> str:
    requesters = about.subject.ticket.requesters
    requester = about.directory.people.get(requesters[0]) if requesters else None
    language = language_of(requester)
    values = template_values(about)
    if template:
        rendered = about.texts.render(template, values, language)
    else:
        rendered = about.texts.render_text(text, values, language)
    if not rendered.strip():
        raise UnfitError("the text comes out empty")
    return rendered.strip()
