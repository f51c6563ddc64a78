"""Rate rules: per hour, API, table and method; counters are flushed every 30 s (FACTS 14)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sdtools.emulator.servicenow.context import Account, Call, Context
from sdtools.emulator.servicenow.database import Row
from sdtools.emulator.servicenow.wire import ApiError

__all__ = ["RateLimits"]

_HOUR = 3600  # seconds
_FLUSH = 30  # seconds between two looks of the counters
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "table": "Table API",
        "stats": "Aggregate API",
        "attachment": "Attachment API",
        "import": "Import Set API",
        "batch": "Batch API",
    }
)


@dataclass(slots=True)
class _Count:
    """The requests of one user under one rule in one hour."""

    known: int = 0  # what the last flush wrote down
    fresh: int = 0
    flushed: int = 0  # the 30 s step of that flush


@dataclass(slots=True)
class RateLimits:
    """The counters of one instance."""

    _counts: dict[tuple[str, str], _Count] = field(default_factory=dict)
    _hour: int = 0

    def count(self, context: Context, call: Call) -> Mapping[str, str]:
        """Count a request; give the headers of the rule it falls under, raise its 429."""
        rule = _rule(context, call)
        if rule is None:
            return {}
        now = int(context.clock.now().timestamp())
        if now // _HOUR != self._hour:
            self._hour = now // _HOUR
            self._counts.clear()
        ends = (self._hour + 1) * _HOUR
        limit = int(rule["request_limit"] or 0)
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Reset": str(ends),
            "X-RateLimit-Rule": rule["sys_id"],
        }
        if self._counted(rule["sys_id"], context.account, now) >= limit:
            detail = f"Rate limit of {limit} requests per hour for {_name(call)} exceeded"
            waits = {"Retry-After": str(ends - now)}
            raise ApiError(429, "Rate limit exceeded", detail, {**headers, **waits})
        return headers

    def _counted(self, rule: str, account: Account, now: int) -> int:
        """Count one more; give what the last flush knew."""
        step = now // _FLUSH
        found = self._counts.setdefault((rule, account.sys_id), _Count(flushed=step))
        if found.flushed != step:
            found.known, found.fresh, found.flushed = found.known + found.fresh, 0, step
        known = found.known
        found.fresh += 1
        return known


def _name(call: Call) -> str:
    return _NAMES.get(call.route[0], "REST API") if call.route else "REST API"


def _rule(context: Context, call: Call) -> Row | None:
    """Give the rule that counts: a user's own, else the lowest of the roles', else all users'."""
    if not context.database.unchanged(
        "rate rules", lambda: context.database.count("sys_rate_limit_rules")
    ):
        return None
    table = call.route[1] if len(call.route) > 1 else ""
    where = (
        "t.active = 'true' AND t.rest_api IN ('', ?) AND t.method IN ('', ?) "
        "AND t.table_name IN ('', ?)"
    )
    rules = context.database.rows(
        "sys_rate_limit_rules", where, (_name(call), call.method, table), "ORDER BY t.request_limit"
    )
    for kind in ("user", "role", "all"):
        for rule in rules:
            if rule["type"] == kind and _concerns(rule, context):
                return rule
    return None


def _concerns(rule: Row, context: Context) -> bool:
    if rule["type"] == "user":
        return rule["user"] == context.account.sys_id
    if rule["type"] == "role":
        role = context.database.row("sys_user_role", rule["role"])
        return role is not None and role["name"] in context.account.roles
    return True
