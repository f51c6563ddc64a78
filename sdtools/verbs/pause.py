"""Pause and resume: people stop a desk or a rule for a while, and say why."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime

from sdtools.config.settings import DeskSettings
from sdtools.errors import ConfigError, GuardError, UsageError
from sdtools.rules.wording import did_you_mean
from sdtools.store.database import Database
from sdtools.store.pauses import Pause, PauseBook
from sdtools.verbs.workspace import Workspace, load_book

__all__ = ["pause", "paused_rules", "refuse_paused", "resume", "stopping"]


def pause(
    workspace: Workspace, target: str, until: datetime, why: str, who: str, now: datetime
) -> Pause:
    """Stop a desk, a rule, or with an empty ``target`` everything, until then."""
    if not why.strip():
        raise UsageError("--why is empty", "say it to whoever meets the pause at night")
    if until <= now:
        raise UsageError(
            f"--until {until:%Y-%m-%d %H:%M} UTC is in the past", "name a time to come, or 4h, 2d"
        )
    desk, rule = _desk_and_rule(workspace, target)
    made = Pause(desk=desk, rule=rule, since=now, until=until, why=why, who=who)
    PauseBook(workspace.database).put(made)
    return made


def resume(workspace: Workspace, target: str, now: datetime) -> tuple[Pause, ...]:
    """End the pause of a desk or rule, or with an empty ``target`` the one of everything.

    Returns the pauses that last: a desk may still be stopped by the one of everything.
    """
    pauses = PauseBook(workspace.database)
    own = [one for one in pauses.active(now) if target == (one.desk or one.rule)]
    # a paused rule may have left the rule files since, and they may have mistakes
    desk, rule = (own[0].desk, own[0].rule) if own else _desk_and_rule(workspace, target)
    if not pauses.end(desk, rule):
        others = "; ".join(f"{one.target} is {one.words}" for one in pauses.active(now))
        name = target or "everything"
        raise UsageError(f"{name} has no pause of its own", others or "nothing is paused")
    return pauses.active(now)


def refuse_paused(
    database: Database, desk: str, now: datetime, rules: Collection[str] = ()
) -> None:
    """Raise GuardError when people paused the desk, or one of these rules."""
    found = stopping(database, desk, now, rules)
    if found is not None:
        again = f"sdtools resume {found.desk or found.rule}".rstrip()
        message = f"{found.target} is {found.words}; nothing was changed"
        raise GuardError(message, f"to go on earlier: {again}")


def stopping(database: Database, desk: str, now: datetime, rules: Collection[str]) -> Pause | None:
    """Return the pause that stops a desk, or the work of one of these rules; None to go on."""
    book = PauseBook(database)
    of_rules = (one for one in book.active(now) if one.rule in rules)
    return book.of_desk(desk, now) or next(of_rules, None)


def paused_rules(database: Database, now: datetime) -> dict[str, str]:
    """Return the paused rules, each with until when and why."""
    return {one.rule: one.words for one in PauseBook(database).active(now) if one.rule}


def _desk_and_rule(workspace: Workspace, target: str) -> tuple[str, str]:
    """Tell whether a name is a desk or a rule; UsageError when it is both or neither."""
    desks = workspace.settings.desks
    if not target:
        return "", ""
    if target in desks:
        with suppress(ConfigError):  # a rule file with mistakes keeps nobody from stopping a desk
            _refuse_both(target, desks.values())
        return target, ""
    rules = _rules(desks.values())
    if target in rules:
        return "", target
    known = [*desks, *rules]
    hint = did_you_mean(target, known) or f"desks and rules: {', '.join(known)}"
    raise UsageError(f"there is no desk and no rule {target!r}", hint)


def _refuse_both(target: str, desks: Iterable[DeskSettings]) -> None:
    if target in _rules(desks):
        message = f"{target!r} is a desk and a rule"
        raise UsageError(message, "rename the rule: `was:` carries its memory over")


def _rules(desks: Iterable[DeskSettings]) -> list[str]:
    return sorted({rule.id for desk in desks for rule in load_book(desk).rules})
