"""Who is asking: basic, bearer tokens, API keys, and the token endpoint (FACTS 2)."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sdtools.emulator.clock import Clock
from sdtools.emulator.servicenow.context import Account, Call
from sdtools.emulator.servicenow.database import ServiceNowDatabase
from sdtools.emulator.servicenow.fresh import API_KEY, CLIENTS
from sdtools.emulator.servicenow.wire import Answer, ApiError, plain

__all__ = ["Authentication"]

_ACCESS_LASTS = timedelta(seconds=1800)
_REFRESH_LASTS = timedelta(days=100)
_BASIC_ROLE = "snc_basic_auth_api_access"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    text: str
    user_name: str
    ends: datetime


@dataclass(slots=True, kw_only=True)
class Authentication:
    """The logins of one instance; tokens die with it."""

    database: ServiceNowDatabase
    clock: Clock
    _access: dict[str, _Token] = field(default_factory=dict)  # by text
    _refresh: dict[str, _Token] = field(default_factory=dict)

    def account(self, call: Call) -> Account:
        """Give the account of a request; raise the 401 if there is none."""
        user_name = self._user_name(call)
        if not user_name:
            raise _not_authenticated()
        where = "t.user_name = ? AND t.active = 'true' AND t.locked_out <> 'true'"
        found = self.database.rows("sys_user", where, (user_name,))
        if not found:
            raise _not_authenticated()
        row = found[0]
        return Account(
            sys_id=row["sys_id"],
            user_name=row["user_name"],
            name=row["name"],
            roles=self._roles(row["sys_id"]),
            zone=_zone(row["time_zone"] or self._property("glide.sys.default.tz")),
        )

    def _user_name(self, call: Call) -> str:
        key = call.headers.get("x-sn-apikey") or call.parameters.get("x-sn-apikey")
        if key:
            return API_KEY[1] if key == API_KEY[0] else ""
        scheme, _, rest = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            token = self._access.get(rest.strip())
            return token.user_name if token and token.ends > self.clock.now() else ""
        return self._basic(rest) if scheme.lower() == "basic" else ""

    def _basic(self, encoded: str) -> str:
        try:
            user_name, _, password = base64.b64decode(encoded).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return ""
        if not self.database.knows(user_name, password):
            return ""
        return user_name if self._basic_allowed(user_name) else ""

    def _basic_allowed(self, user_name: str) -> bool:
        """Tell whether the restriction on basic logins lets a user in; it names no reason."""
        if self._property("glide.authenticate.basic_auth.restriction.enforce") != "true":
            return True
        found = self.database.rows("sys_user", "t.user_name = ?", (user_name,))
        return bool(found) and _BASIC_ROLE in self._roles(found[0]["sys_id"])

    def _property(self, name: str) -> str:
        found = self.database.rows("sys_properties", "t.name = ?", (name,))
        return found[0]["value"] if found else ""

    def _roles(self, sys_id: str) -> frozenset[str]:
        sql = (
            "SELECT r.name FROM sys_user_has_role h JOIN sys_user_role r ON r.sys_id = h.role "
            "WHERE h.user = ?"
        )
        return frozenset(str(name) for (name,) in self.database.select(sql, (sys_id,)))

    def token(self, call: Call) -> Answer:
        """Answer the token endpoint; every refusal looks the same (FACTS 2.1)."""
        given = dict(parse_qsl(call.body.decode("utf-8", "replace")))
        media = call.headers.get("content-type", "").partition(";")[0].strip()
        known = CLIENTS.get(given.get("client_id", ""))
        if media != "application/x-www-form-urlencoded" or not known:
            return _denied()
        secret, client_user = known
        if given.get("client_secret") != secret:
            return _denied()
        grant = given.get("grant_type", "")
        user_name = self._granted(grant, given, client_user)
        if not user_name:
            return _denied()
        return self._issue(user_name, refreshable=grant != "client_credentials")

    def _granted(self, grant: str, given: Mapping[str, str], client_user: str) -> str:
        if grant == "password":
            user_name = given.get("username", "")
            return user_name if self.database.knows(user_name, given.get("password", "")) else ""
        if grant == "refresh_token":
            token = self._refresh.get(given.get("refresh_token", ""))
            return token.user_name if token and token.ends > self.clock.now() else ""
        enabled = "glide.oauth.inbound.client.credential.grant_type.enabled"
        if grant == "client_credentials" and self._property(enabled) == "true":
            return client_user
        return ""

    def _issue(self, user_name: str, *, refreshable: bool) -> Answer:
        access = self._current(self._access, user_name, _ACCESS_LASTS)
        left = int((access.ends - self.clock.now()).total_seconds())
        body: dict[str, object] = {"access_token": access.text}
        if refreshable:
            body["refresh_token"] = self._current(self._refresh, user_name, _REFRESH_LASTS).text
        body |= {"scope": "useraccount", "token_type": "Bearer", "expires_in": max(left - 1, 0)}
        return plain(body)

    def _current(self, tokens: dict[str, _Token], user_name: str, lasts: timedelta) -> _Token:
        """Give the user's token of this kind while it lives, else a new one."""
        now = self.clock.now()
        for token in tokens.values():
            if token.user_name == user_name and token.ends > now:
                return token
        token = _Token(text=secrets.token_urlsafe(48), user_name=user_name, ends=now + lasts)
        tokens[token.text] = token
        return token


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _not_authenticated() -> ApiError:
    return ApiError(401, "User is not authenticated", "Required to provide Auth information")


def _denied() -> Answer:
    body = {"error_description": "access_denied", "error": "server_error"}
    return Answer(status=401, content=json.dumps(body).encode())
