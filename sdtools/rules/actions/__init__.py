"""The actions that a rule can take: each turns into proposals."""

from __future__ import annotations

from typing import assert_never

from sdtools.rules.actions.assign import propose_assign
from sdtools.rules.actions.link import propose_link
from sdtools.rules.actions.say import propose_comment, propose_hold, propose_solve
from sdtools.rules.actions.set import propose_set
from sdtools.rules.actions.tell import propose_notify, propose_webhook
from sdtools.rules.book import (
    Action,
    AssignAction,
    CommentAction,
    HoldAction,
    LinkAction,
    NotifyAction,
    SetAction,
    SolveAction,
    WebhookAction,
)
from sdtools.rules.proposal import Circumstances, Proposal

__all__ = ["propose"]


def propose(action: Action, about: Circumstances) -> tuple[Proposal, ...]:
    """Say what an action wants on this ticket; UnfitError when it makes no sense there."""
    match action:
        case SetAction():
            wanted = propose_set(action, about)
        case AssignAction():
            wanted = propose_assign(action, about)
        case CommentAction():
            wanted = propose_comment(action, about)
        case LinkAction():
            wanted = propose_link(action, about)
        case HoldAction():
            wanted = propose_hold(action, about)
        case SolveAction():
            wanted = propose_solve(action, about)
        case NotifyAction():
            wanted = propose_notify(action, about)
        case WebhookAction():
            wanted = propose_webhook(action, about)
        case _:
            assert_never(action)
    return wanted
