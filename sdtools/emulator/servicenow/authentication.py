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
from sdtools.emulator.servicenow.sessions import Sessions, session_id
from sdtools.emulator.servicenow.switches import Switches
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
    switches: Switches = field(default_factory=Switches)
    sessions: Sessions = field(init=False)
    _access: dict[str, _Token] = field(default_factory=dict)  # by text
    _refresh: dict[str, _Token] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sessions = Sessions(self.clock)

    def account(self, call: Call) -> Account:
        """Give the account of a request; raise the 401 if there is none."""
        user_name = self._user_name(call)
        if not user_name:
            raise self._not_authenticated()
        account = self.database.unchanged(("account", user_name), lambda: self._account(user_name))
        if account is None:
            raise self._not_authenticated()
        return account

    def _account(self, user_name: str) -> Account | None:
        where = "t.user_name = ? AND t.active = 'true' AND t.locked_out <> 'true'"
        found = self.database.rows("sys_user", where, (user_name,))
        if not found:
            return None
        row = found[0]
        return Account(
            sys_id=row["sys_id"],
            user_name=row["user_name"],
            name=row["name"],
            roles=self._roles(row["sys_id"]),
            zone=_zone(row["time_zone"] or self.database.property("glide.sys.default.tz")),
        )

    def _user_name(self, call: Call) -> str:
        key = call.headers.get("x-sn-apikey") or call.parameters.get("x-sn-apikey")
        if key:
            return API_KEY[1] if key == API_KEY[0] else ""
        scheme, _, rest = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            token = self._access.get(rest.strip())
            return token.user_name if token and token.ends > self.clock.now() else ""
        if scheme.lower() == "basic":
            return self._basic(rest)
        return "" if scheme else self._by_cookie(call)

    def _by_cookie(self, call: Call) -> str:
        session = self.sessions.find(session_id(call.headers))
        if session is None:
            return ""
        if self.switches.cookie_needs_token and call.headers.get("x-usertoken") != session.token:
            raise self._not_authenticated({"X-Is-Logged-In": "true"})
        return session.user_name

    def _not_authenticated(self, headers: Mapping[str, str] | None = None) -> ApiError:
        detail = "Required to provide Auth information"
        return ApiError(401, self.switches.login_refused, detail, headers)

    def expire(self, headers: Mapping[str, str]) -> bool:
        """Let the access token of a request expire; tell whether it had one."""
        scheme, _, rest = headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and self._access.pop(rest.strip(), None) is not None

    def _basic(self, encoded: str) -> str:
        user_name, _, password = _decoded(encoded).partition(":")
        if not self.database.knows(user_name, password):
            return ""
        return user_name if self._basic_allowed(user_name) else ""

    def _basic_allowed(self, user_name: str) -> bool:
        """Tell whether the restriction on basic logins lets a user in; it names no reason."""
        if self.database.property("glide.authenticate.basic_auth.restriction.enforce") != "true":
            return True
        found = self.database.rows("sys_user", "t.user_name = ?", (user_name,))
        return bool(found) and _BASIC_ROLE in self._roles(found[0]["sys_id"])

    def _roles(self, sys_id: str) -> frozenset[str]:
        sql = (
            "SELECT r.name FROM sys_user_has_role h JOIN sys_user_role r ON r.sys_id = h.role "
            "WHERE h.user = ?"
        )
        return frozenset(str(name) for (name,) in self.database.select(sql, (sys_id,)))

    def token(self, call: Call) -> Answer:
        """Answer the token endpoint; every refusal looks the same (FACTS 2.1)."""
        form = dict(parse_qsl(call.body.decode("utf-8", "replace")))
        given = {**_client_of(call), **form}
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
        if grant == "client_credentials" and self.database.property(enabled) == "true":
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


def _client_of(call: Call) -> dict[str, str]:
    """Read the client's id and secret from a Basic header: where oauthlib puts them."""
    scheme, _, rest = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return {}
    client, _, secret = _decoded(rest).partition(":")
    return {"client_id": client, "client_secret": secret}


def _decoded(encoded: str) -> str:
    """Read a Basic header; "" for what is none."""
    try:
        return base64.b64decode(encoded).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _denied() -> Answer:
    body = {"error_description": "access_denied", "error": "server_error"}
    return Answer(status=401, content=json.dumps(body).encode())
