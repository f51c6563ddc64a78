"""The guard: stops a plan that touches more tickets than a pass may (DESIGN 6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sdtools.errors import UsageError
from sdtools.model.effects import Comment, Solve
from sdtools.plan import Blocked, Change, Limits, Plan

__all__ = ["guard", "known_allowed", "refuse_elsewhere"]

SAID = "public comments and solves"
SAID_SHARE = 10  # public comments and solves: a tenth of the tickets
SAID_LEAST = 2


def guard(
    plan: Plan,
    limits: Limits,
    known: int,
    new: frozenset[str],
    limit_override: int | None,
    rule_limits: Mapping[str, int],
) -> Blocked | None:
    """Return why the plan must not be applied, or None when it may.

    ``known`` counts the tickets known before this pass, ``new`` holds the ids of those first
    seen since the last good pass. Tickets are counted, not changes; observed changes touch
    nothing. ``limit_override`` is the most tickets that a person who reviewed the plan allows:
    it stands in place of every other limit. ``rule_limits`` holds each rule's own ``limit``.
    """
    due = plan.due
    if limit_override is not None:
        return _over("tickets", limit_override, due, due, plan)
    fresh = tuple(change for change in due if change.ticket in new)
    old = tuple(change for change in due if change.ticket not in new)
    allowed = known_allowed(limits, known)
    return (
        _over("known tickets", allowed, old, due, plan)
        or _over("new tickets", limits.new_most, fresh, due, plan)
        or _over(f"{SAID} on known tickets", _tenth(allowed), _said(old), due, plan)
        or _over(f"{SAID} on new tickets", _tenth(limits.new_most), _said(fresh), due, plan)
        or _over_a_rule(rule_limits, due, plan)
    )


def refuse_elsewhere(plan: Plan, desk: str, url: str) -> None:
    """Raise UsageError for a plan that was made for another desk, or one at another address."""
    if plan.desk != desk or plan.desk_url not in {"", url}:
        raise UsageError(
            f"the plan was made for desk {plan.desk} ({plan.desk_url}), this is {desk} ({url})",
            f"run `sdtools plan {desk} --out FILE` for a plan of this desk",
        )


def known_allowed(limits: Limits, known: int) -> int:
    """Count the tickets known before that one pass may touch."""
    share = int(known * limits.known_percent / 100)
    return max(limits.known_least, min(limits.known_most, share))


def _tenth(allowed: int) -> int:
    return max(SAID_LEAST, allowed // SAID_SHARE)


def _said(changes: Collection[Change]) -> tuple[Change, ...]:
    return tuple(change for change in changes if _is_said(change))


def _is_said(change: Change) -> bool:
    match change.effect:
        case Comment(public=public):
            return public
        case Solve():
            return True
        case _:
            return False


def _over_a_rule(
    rule_limits: Mapping[str, int], due: Collection[Change], plan: Plan
) -> Blocked | None:
    for rule in sorted(rule_limits):
        own = tuple(change for change in due if change.rule == rule)
        blocked = _over(f"limit of rule {rule}", rule_limits[rule], own, due, plan)
        if blocked:
            return blocked
    return None


def _over(
    limit: str, allowed: int, counted: Collection[Change], due: Collection[Change], plan: Plan
) -> Blocked | None:
    wanted = len(_tickets(counted))
    if wanted <= allowed:
        return None
    rule, tickets = _largest(counted)
    return Blocked(
        limit=limit,
        allowed=allowed,
        wanted=wanted,
        rule=rule,
        advice=(
            f"rule {rule} alone wants {tickets} of these {wanted} tickets; "
            f"run `sdtools plan {plan.desk} --out FILE`, review it, "
            f"then `sdtools apply FILE --limit {len(_tickets(due))}`"
        ),
    )


def _tickets(changes: Collection[Change]) -> frozenset[str]:
    return frozenset(change.ticket for change in changes)


def _largest(changes: Collection[Change]) -> tuple[str, int]:
    """Return the rule that wants most tickets; of equals the first by name."""
    tickets: dict[str, set[str]] = {}
    for change in changes:
        tickets.setdefault(change.rule, set()).add(change.ticket)
    rule = min(tickets, key=lambda name: (-len(tickets[name]), name))
    return rule, len(tickets[rule])
