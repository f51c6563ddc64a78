"""Who asks, where and when: what every part of the embedded ServiceNow gets handed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from sdtools.emulator.clock import Clock
from sdtools.emulator.servicenow.database import ServiceNowDatabase
from sdtools.emulator.servicenow.switches import Switches

__all__ = ["Account", "Call", "Context", "flag", "stamp"]


def stamp(at: datetime) -> str:
    """Write a moment as ServiceNow stores it: UTC, whole seconds, no zone."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who is logged in."""

    sys_id: str
    user_name: str
    name: str
    roles: frozenset[str]
    zone: ZoneInfo

    def has(self, roles: frozenset[str]) -> bool:
        """Tell whether one of the roles is the account's; admin has them all."""
        return "admin" in self.roles or "*" in roles or bool(self.roles & roles)

    @property
    def is_admin(self) -> bool:
        """Tell whether nothing is refused."""
        return "admin" in self.roles


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One request's surroundings."""

    database: ServiceNowDatabase
    clock: Clock
    account: Account
    base_url: str  # "http://127.0.0.1:1234"
    switches: Switches = field(default_factory=Switches)

    def now(self) -> str:
        """Give the present time as ServiceNow stores it."""
        return stamp(self.clock.now())

    def property(self, name: str) -> str:
        """Give the value of a system property; "" if there is none."""
        return self.database.property(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, read; ``target`` is the path with its query, as it came."""

    method: str
    target: str
    headers: Mapping[str, str]  # names in small letters
    body: bytes = b""
    parameters: Mapping[str, str] = field(init=False)
    parts: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        split = urlsplit(self.target)
        pairs = parse_qsl(split.query, keep_blank_values=True)
        object.__setattr__(self, "parameters", dict(pairs))
        object.__setattr__(self, "parts", tuple(filter(None, split.path.split("/"))))

    @property
    def query(self) -> str:
        """Give the query as it came, without its ``?``."""
        return urlsplit(self.target).query

    @property
    def version(self) -> str:
        """Give the version named in the path; "" if none is."""
        named = self.parts[2] if len(self.parts) > 2 else ""  # noqa: PLR2004 - /api/now/v1
        return named if named in {"v1", "v2"} else ""

    @property
    def route(self) -> tuple[str, ...]:
        """Give what follows /api/now and the version."""
        return self.parts[3 if self.version else 2 :]


def flag(parameters: Mapping[str, str], name: str) -> bool:
    """Tell whether a boolean parameter is on; pysnow writes ``True`` (FACTS 4.1)."""
    return parameters.get(name, "").lower() == "true"
