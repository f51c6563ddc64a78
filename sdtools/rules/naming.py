"""Names of actions: by what they do and not by their place, so that memory outlives an edit.

An action that a rule has taken is not taken again because another one was written above it. A
text that was changed is a new text, and is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import assert_never

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

__all__ = ["named_actions"]


def named_actions(actions: Sequence[Action], prefix: str) -> tuple[Action, ...]:
    """Give every action its name in the rule; two of the same are told apart by a number."""
    seen: dict[str, int] = {}
    named = []
    for action in actions:
        name = f"{prefix}.{_name(action)}"
        seen[name] = seen.get(name, 0) + 1
        number = f".{seen[name]}" if seen[name] > 1 else ""
        named.append(replace(action, path=f"{name}{number}"))
    return tuple(named)


def _name(action: Action) -> str:
    match action:
        case SetAction():
            name = f"set.{action.field}"
        case AssignAction():
            goal = action.group or action.user or action.by
            name = f"assign.{goal if goal == 'next_tier' else _short(goal)}"
        case LinkAction():
            name = f"link.{action.target}{action.id}"
        case CommentAction() | SolveAction():
            verb = "comment" if isinstance(action, CommentAction) else "solve"
            name = f"{verb}.{action.template or _short(action.text)}"
        case NotifyAction():
            what = action.template or _short(action.subject + action.text)
            name = f"notify.{what}.{_short(','.join(action.to))}"
        case HoldAction():
            name = f"hold.{_short(action.reason)}"
        case WebhookAction():
            name = f"webhook.{_short(action.url + action.body)}"
        case _:
            assert_never(action)
    return name


def _short(text: str) -> str:
    return blake2b(" ".join(text.split()).encode(), digest_size=4).hexdigest()
