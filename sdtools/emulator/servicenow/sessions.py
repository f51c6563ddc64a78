"""Sessions by cookie: JSESSIONID stands for a login until it is idle for too long (FACTS 2)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sdtools.emulator.clock import Clock

__all__ = ["Session", "Sessions", "cookie_of", "session_id"]

_IDLE = timedelta(minutes=30)
_MANY = 1000  # from here on the ended ones are swept out
_COOKIE = re.compile(r"(?:^|;\s*)JSESSIONID=([0-9A-F]{32})")


def session_id(headers: Mapping[str, str]) -> str:
    """Read the session's id out of a request's cookies; "" if there is none."""
    found = _COOKIE.search(headers.get("cookie", ""))
    return found[1] if found else ""


@dataclass(slots=True, kw_only=True)
class Session:
    """One login that a cookie stands for."""

    user_name: str
    token: str  # what X-UserToken must say where it is asked for
    ends: datetime


class Sessions:
    """The sessions of one instance; they die with it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[str, Session] = {}
        self._swept_at = _MANY  # sessions; grows, so that sweeping stays rare

    def find(self, key: str) -> Session | None:
        """Give a session that still lives."""
        found = self._open.get(key)
        return found if found and found.ends > self._clock.now() else None

    def keep(self, key: str, user_name: str) -> str:
        """Prolong a user's session, or open another one; give the new one's id, else ""."""
        ends = self._clock.now() + _IDLE
        found = self.find(key)
        if found and found.user_name == user_name:
            found.ends = ends
            return ""
        if len(self._open) >= self._swept_at:
            self._sweep()
        opened = secrets.token_hex(16).upper()
        token = secrets.token_hex(36)
        self._open[opened] = Session(user_name=user_name, token=token, ends=ends)
        return opened

    def _sweep(self) -> None:
        now = self._clock.now()
        self._open = {key: one for key, one in self._open.items() if one.ends > now}
        self._swept_at = max(2 * len(self._open), _MANY)


def cookie_of(opened: str) -> str:
    """Give the cookie of a new session."""
    return f"JSESSIONID={opened}; Path=/; HttpOnly"
