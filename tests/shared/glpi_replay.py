"""Sending recorded calls to an embedded GLPI: its host, its tokens, its sessions."""

from __future__ import annotations

import json
import re
from typing import Any

import requests
from glpi_recordings import Recording

from sdtools.emulator.glpi.desk import EmbeddedGlpi
from sdtools.emulator.glpi.fresh import (
    OBSERVER_TOKEN,
    SELF_SERVICE_TOKEN,
    TECHNICIAN_TOKEN,
    USER_TOKEN,
)
from sdtools.emulator.glpi.tables import TABLES

__all__ = ["Replay"]

_APP_TOKEN = "APPTOKENglpi0123456789abcdefABCDEF012345"
_USERS = {
    "USERTOKENglpi0123456789abcdefABCDEF01234": USER_TOKEN,
    "USERTOKENtech0123456789abcdefABCDEF01234": TECHNICIAN_TOKEN,
    "USERTOKENpost0123456789abcdefABCDEF01234": SELF_SERVICE_TOKEN,
}
# Who opened a session that was not opened in the recordings: said by the name of its first call.
_OWNERS = (
    (re.compile(r"self_service|noright"), SELF_SERVICE_TOKEN),
    (re.compile(r"observer"), OBSERVER_TOKEN),
    (re.compile(r"technician|by_tech|env\.session_(of|after)"), TECHNICIAN_TOKEN),
)
_NEVER_VALID = ("badbad", "bad token")


class Replay:
    """One client that says what was recorded, in the embedded GLPI's terms."""

    def __init__(self, desk: EmbeddedGlpi, calls: list[Recording]) -> None:
        self.desk = desk
        self.http = requests.Session()
        self.tokens: dict[str, str] = {}
        self._seen = _first_seen(calls)
        self._open(USER_TOKEN)  # the real GLPI's account had logged in while it was set up

    def _token(self, recorded: str, name: str) -> str:
        if recorded.startswith(_NEVER_VALID) or not recorded:
            return recorded
        if recorded not in self.tokens:
            owners = (token for pattern, token in _OWNERS if pattern.search(name))
            self.tokens[recorded] = self._open(next(owners, USER_TOKEN))
        return self.tokens[recorded]

    def open_ahead(self, call: Recording) -> None:
        """Open the session that a call needs, if the recordings do not open it."""
        self._token(call["request"]["headers"].get("Session-Token", ""), call["name"])

    def end_session(self, call: Recording) -> None:
        """Let a call's session be over."""
        token = self.tokens[call["request"]["headers"]["Session-Token"]]
        headers = {"App-Token": self.desk.app_token, "Session-Token": token}
        self.http.get(f"{self.desk.url}/killSession", headers=headers, timeout=10)

    def _open(self, user_token: str) -> str:
        headers = {"App-Token": self.desk.app_token, "Authorization": f"user_token {user_token}"}
        answer = self.http.get(f"{self.desk.url}/initSession", headers=headers, timeout=10)
        token: str = answer.json()["session_token"]
        return token

    def _text(self, text: str) -> str:
        text = text.replace(_APP_TOKEN, self.desk.app_token)
        for recorded, own in _USERS.items():
            text = text.replace(recorded, own)
        return text

    def _headers(self, call: Recording) -> dict[str, str]:
        recorded = call["request"]["headers"]
        headers = {name: self._text(value) for name, value in recorded.items()}
        if "Session-Token" in headers:
            headers["Session-Token"] = self._token(recorded["Session-Token"], call["name"])
        return headers

    def _query(self, call: Recording) -> list[tuple[str, str]]:
        _, _, more = call["request"]["path"].partition("?")
        pairs = [
            (
                key,
                self._token(value, call["name"])
                if key == "session_token"
                else self._text(str(value)),
            )
            for key, value in call["request"]["query"]
        ]
        split = (part.partition("=") for part in more.split("&") if part)
        return [*pairs, *((key, value) for key, _, value in split)]

    def prepare(self, call: Recording) -> None:
        """Make up for calls that were not recorded: skipped ids, and items that appear."""
        method, parts = call["request"]["method"], call["request"]["path"].strip("/").split("/")
        body = call["response"].get("json")
        database = self.desk.database
        if parts[0] in TABLES and len(parts) > 1 and parts[1].isdigit():
            self._appear(parts[0], int(parts[1]))
        if parts[0] not in TABLES or not isinstance(body, dict):
            return
        number = body.get("id")
        if not isinstance(number, int) or isinstance(number, bool):
            return
        if method == "POST" and number > 1 and database.row(parts[0], number - 1) is None:
            database.load([(parts[0], {"id": number - 1})])
            database.delete(parts[0], "id = ?", (number - 1,))

    def _appear(self, itemtype: str, items_id: int) -> None:
        """Load an item that a later read shows and that no recorded call creates."""
        row = self._seen.get((itemtype, items_id))
        if row is not None and self.desk.database.row(itemtype, items_id) is None:
            self.desk.database.load([(itemtype, row)])

    def send(self, call: Recording) -> requests.Response:
        """Send one call; remember the session it opened."""
        request, headers = call["request"], self._headers(call)
        files = _files(request)
        if files:
            headers.pop("Content-Type", None)
        answer = self.http.request(
            request["method"],
            self.desk.url + request["path"].partition("?")[0],
            params=self._query(call),
            data=None if files else _content(request),
            files=files,
            headers=headers,
            timeout=20,
        )
        recorded = call["response"].get("json")
        if isinstance(recorded, dict) and "session_token" in recorded and answer.ok:
            self.tokens[recorded["session_token"]] = answer.json()["session_token"]
        return answer


def _first_seen(calls: list[Recording]) -> dict[tuple[str, int], dict[str, Any]]:
    """Give items that are read before a recorded call creates them."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    made: set[tuple[str, int]] = set()
    for call in calls:
        request, body = call["request"], call["response"].get("json")
        parts = request["path"].strip("/").split("/")
        rows = body if isinstance(body, list) else [body]
        places = {
            (parts[0], row["id"]): row
            for row in rows
            if isinstance(row, dict) and isinstance(row.get("id"), int)
        }
        if request["method"] == "POST":
            made |= set(places)
        expanded = any(name == "expand_dropdowns" for name, _ in request["query"])
        if request["method"] == "GET" and len(parts) == 2 and not expanded:
            found = {place: row for place, row in places.items() if place not in made} | found
    return found


def _content(request: Any) -> Any:
    if "json" in request:
        return json.dumps(request["json"]).encode()
    data = request.get("data")
    if isinstance(data, str):
        return data.replace("\ufffd", "\udce9").encode("utf-8", "surrogateescape")
    return data


def _files(request: Any) -> Any:
    files = request.get("files")
    if not files:
        return None
    listed = (
        [(name, (part[0], part[1].encode("latin-1", "replace"), part[2]))
         for name, part in files.items()]
        if isinstance(files, dict)
        else [(one[0], (one[1], one[2].encode())) for one in files]
    )  # fmt: skip
    return [*((key, (None, value)) for key, value in (request.get("data") or {}).items()), *listed]
