"""The embedded GLPI answers like a real GLPI 10.0.12: recorded calls are replayed in order."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import EmbeddedGlpi, serve_glpi
from sdtools.emulator.glpi.fresh import (
    OBSERVER_TOKEN,
    SELF_SERVICE_TOKEN,
    TECHNICIAN_TOKEN,
    USER_TOKEN,
)
from sdtools.emulator.glpi.tables import TABLES

_RECORDINGS = Path(__file__).parents[3] / "shared" / "glpi"
_FILES = ("seed_recordings.jsonl.gz", "recordings.jsonl.gz")
_HEADERS = ("accept-range", "content-range", "location", "link", "last-modified")
_HOST = "http://127.0.0.1:8089/apirest.php"
_USERS = {
    "USERTOKENglpi0123456789abcdefABCDEF01234": USER_TOKEN,
    "USERTOKENtech0123456789abcdefABCDEF01234": TECHNICIAN_TOKEN,
    "USERTOKENpost0123456789abcdefABCDEF01234": SELF_SERVICE_TOKEN,
}
_RECORDED_APP_TOKEN = "APPTOKENglpi0123456789abcdefABCDEF012345"
# Sessions that were opened outside of the recordings, by whom if not by the super-admin.
_OTHERS = {
    "0frrcjscb9t7a008p43vfbn12n": OBSERVER_TOKEN,
    "eeb7iju5ug2p2ushuk1t4gi8lj": OBSERVER_TOKEN,
    "1su6c0vku7evuolu2rbddvpa55": SELF_SERVICE_TOKEN,
    "8rl8cmt2dcgd3m625cs7dntir8": SELF_SERVICE_TOKEN,
    "pfo8jvlqe0f01krnv3ogtv3pre": SELF_SERVICE_TOKEN,
    "basv48vp3j5gvieo4i9shucoib": TECHNICIAN_TOKEN,
    "7br6uoabs0mef25svueh1k7hl0": TECHNICIAN_TOKEN,
}
_NEVER_VALID = ("badbad", "bad token")

Recording = dict[str, Any]


def _recordings() -> Iterator[Recording]:
    for name in _FILES:
        with gzip.open(_RECORDINGS / name, "rt", encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines)


def _stamps(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in {"date_mod", "date_creation"} and inner:
                yield inner
            else:
                yield from _stamps(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _stamps(inner)


def _created(calls: list[Recording]) -> dict[tuple[str, int], str]:
    """Give when items were created, as far as any read shows it."""
    found: dict[tuple[str, int], str] = {}
    for call in calls:
        parts = call["request"]["path"].strip("/").split("/")
        itemtype = parts[2] if len(parts) > 2 else parts[0]
        body = call["response"].get("json")
        for row in body if isinstance(body, list) else [body]:
            if isinstance(row, dict) and isinstance(row.get("id"), int):
                stamp = row.get("date_creation")
                if stamp:
                    found[itemtype, row["id"]] = stamp
    return found


def _moments(calls: list[Recording]) -> list[str]:
    """Give each call the time it was made, as far as later reads tell it."""
    found: list[str] = []
    latest = "2026-11-22 13:02:07"
    created = _created(calls)
    for index, call in enumerate(calls):
        if call["request"]["method"] in {"POST", "PUT", "PATCH", "DELETE"}:
            stamps = list(_stamps(call["response"].get("json")))
            for later in calls[index + 1 :]:
                if later["request"]["method"] != "GET":
                    break
                stamps += _stamps(later["response"].get("json"))
            made = call["response"].get("json")
            itemtype = call["request"]["path"].strip("/").split("/")[0]
            for row in made if isinstance(made, list) else [made]:
                if isinstance(row, dict) and isinstance(row.get("id"), int):
                    stamps.append(created.get((itemtype, row["id"]), ""))
            latest = max([latest, *(stamp for stamp in stamps if stamp < "2026-11-22 14")])
        found.append(latest)
    return found


class _Replay:
    def __init__(self, desk: EmbeddedGlpi) -> None:
        self.desk = desk
        self.http = requests.Session()
        self.tokens: dict[str, str] = {}

    def _token(self, recorded: str) -> str:
        if recorded.startswith(_NEVER_VALID) or not recorded:
            return recorded
        if recorded not in self.tokens:
            user = _OTHERS.get(recorded, USER_TOKEN)
            self.tokens[recorded] = self._open(user)
        return self.tokens[recorded]

    def _open(self, user_token: str) -> str:
        headers = {"App-Token": self.desk.app_token, "Authorization": f"user_token {user_token}"}
        answer = self.http.get(f"{self.desk.url}/initSession", headers=headers, timeout=10)
        token: str = answer.json()["session_token"]
        return token

    def _text(self, text: str) -> str:
        text = text.replace(_RECORDED_APP_TOKEN, self.desk.app_token)
        for recorded, own in _USERS.items():
            text = text.replace(recorded, own)
        return text

    def _headers(self, recorded: dict[str, str]) -> dict[str, str]:
        headers = {name: self._text(value) for name, value in recorded.items()}
        if "Session-Token" in headers:
            headers["Session-Token"] = self._token(recorded["Session-Token"])
        return headers

    def _query(self, pairs: list[list[str]]) -> list[tuple[str, str]]:
        return [
            (key, self._token(value) if key == "session_token" else self._text(str(value)))
            for key, value in pairs
        ]

    def prepare(self, call: Recording) -> None:
        """Make up for calls that were not recorded: skipped ids, and tickets that appear."""
        method, parts = call["request"]["method"], call["request"]["path"].strip("/").split("/")
        body = call["response"].get("json")
        database = self.desk.database
        if parts[0] not in TABLES or not isinstance(body, dict):
            return
        number = body.get("id")
        if not isinstance(number, int) or isinstance(number, bool):
            return
        if method == "POST" and number > 1 and database.row(parts[0], number - 1) is None:
            database.load([(parts[0], {"id": number - 1})])
            database.delete(parts[0], "id = ?", (number - 1,))
        elif method == "GET" and len(parts) == 2 and database.row(parts[0], number) is None:
            database.load([(parts[0], body)])

    def send(self, call: Recording) -> requests.Response:
        request = call["request"]
        files = request.get("files")
        data: Any = request.get("data")
        headers = self._headers(request["headers"])
        sent: Any = None
        if files:
            headers.pop("Content-Type", None)
            listed = (
                [(name, (part[0], part[1].encode("latin-1", "replace"), part[2]))
                 for name, part in files.items()]
                if isinstance(files, dict)
                else [(one[0], (one[1], one[2].encode())) for one in files]
            )  # fmt: skip
            sent = [*((key, (None, value)) for key, value in (data or {}).items()), *listed]
            data = None
        elif "json" in request:
            data = json.dumps(request["json"]).encode()
        elif isinstance(data, str):
            data = data.replace("\ufffd", "\udce9").encode("utf-8", "surrogateescape")
        path, _, more = request["path"].partition("?")
        query = [
            *self._query(request["query"]),
            *(tuple(p.split("=")) for p in more.split("&") if p),
        ]
        answer = self.http.request(
            request["method"], self.desk.url + path, params=query, data=data, files=sent,
            headers=headers, timeout=20,
        )  # fmt: skip
        recorded = call["response"].get("json")
        if isinstance(recorded, dict) and "session_token" in recorded and answer.ok:
            self.tokens[recorded["session_token"]] = answer.json()["session_token"]
        return answer


_VOLATILE = {"session_token", "uuid", "tag", "valid_id", "prefix", "last_login", "api_token_date",
             "password_last_update", "app_token_date", "max_closedate"}  # fmt: skip
_UPLOADED = {"name", "url", "deleteUrl", "id"}


def _plain(value: Any, host: str) -> Any:
    """Give JSON without what differs between any two GLPIs: host, tokens, random names."""
    if isinstance(value, dict):
        upload = "display" in value and "filesize" in value
        log = "linked_action" in value
        return {
            key: "~" if (key in _VOLATILE or (upload and key in _UPLOADED) or (log and key == "id"))
            else _plain(inner, host)
            for key, inner in value.items()
        }  # fmt: skip
    if isinstance(value, list):
        return [_plain(inner, host) for inner in value]
    if isinstance(value, str):
        return value.replace(host, "HOST").replace(host.removesuffix("/apirest.php"), "ROOT")
    return value


_CLOSE = 40  # seconds: the recordings do not tell every call's own second
_COUNTED = re.compile(r"(_stat|_duration)$")


def _close(one: str, two: str) -> bool:
    """Tell whether two texts are the same time of the recording's hour, or nearly."""
    try:
        apart = datetime.fromisoformat(one) - datetime.fromisoformat(two)
    except ValueError:
        return False
    return abs(apart.total_seconds()) <= _CLOSE


def _same(one: Any, two: Any, key: str = "") -> bool:
    if isinstance(one, dict) and isinstance(two, dict):
        return set(one) == set(two) and all(_same(one[name], two[name], name) for name in one)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(_same, one, two))
    if isinstance(one, str) and isinstance(two, str):
        return one == two or _close(one, two)
    if isinstance(one, int) and isinstance(two, int) and _COUNTED.search(key):
        return abs(one - two) <= _CLOSE
    return bool(one == two) and type(one) is type(two)


def _difference(call: Recording, answer: requests.Response, host: str) -> str | None:
    recorded = call["response"]
    if recorded["status"] != answer.status_code:
        return f"status {answer.status_code}, not {recorded['status']}: {answer.text[:150]}"
    names = {name.lower(): value for name, value in recorded["headers"].items()}
    for name in _HEADERS:
        wanted, got = _plain(names.get(name), _HOST), _plain(answer.headers.get(name), host)
        if wanted != got and not (name == "last-modified" and wanted and got):
            return f"header {name} {got!r}, not {wanted!r}"
    if "json" not in recorded:
        media = names.get("content-type", "").partition(";")[0]
        kind = answer.headers["content-type"].partition(";")[0]
        return None if media == kind or not media else f"media {kind}, not {media}"
    try:
        body = answer.json()
    except ValueError:
        return "no JSON"
    one, two = _plain(recorded["json"], _HOST), _plain(body, host)
    return None if _same(one, two) else f"body {_first_difference(one, two)}"


def _first_difference(one: Any, two: Any, place: str = "$") -> str:
    if isinstance(one, dict) and isinstance(two, dict):
        if set(one) != set(two):
            return f"{place}: keys missing {set(one) - set(two)}, more {set(two) - set(one)}"
        for key in one:
            if not _same(one[key], two[key], key):
                return _first_difference(one[key], two[key], f"{place}.{key}")
    if isinstance(one, list) and isinstance(two, list):
        if len(one) != len(two):
            return f"{place}: {len(two)} entries, not {len(one)}"
        for index, pair in enumerate(zip(one, two, strict=True)):
            if not _same(*pair):
                return _first_difference(*pair, f"{place}[{index}]")
    return f"{place}: {str(two)[:120]!r}, not {str(one)[:120]!r}"


def replay() -> tuple[Counter[str], Counter[str], list[str]]:
    """Replay everything; give totals and matches per family, and the differences."""
    calls = list(_recordings())
    total: Counter[str] = Counter()
    matched: Counter[str] = Counter()
    differences = []
    clock = Clock(datetime(2026, 11, 22, 13, 2, 7, tzinfo=UTC))
    with serve_glpi(GlpiDatabase(), clock) as desk:
        run = _Replay(desk)
        for index, (call, moment) in enumerate(zip(calls, _moments(calls), strict=True)):
            clock.set(datetime.fromisoformat(moment).replace(tzinfo=UTC))
            family = re.split(r"[.]", call["name"])[0]
            total[family] += 1
            try:
                run.prepare(call)
                difference = _difference(call, run.send(call), desk.url)
            except requests.RequestException as error:
                difference = f"{type(error).__name__}"
            if difference is None:
                matched[family] += 1
            else:
                request = call["request"]
                differences.append(
                    f"{index} {call['name']} {request['method']} {request['path']}: {difference}"
                )
    return total, matched, differences


# What matches today, of how many; a smaller number is a step back.
_FLOORS = {
    "seed": 778, "session": 54, "get": 60, "list": 87, "sub": 168, "search": 150, "multi": 8,
    "write": 99, "err": 21, "doc": 27, "beh": 595,
}  # fmt: skip


@pytest.mark.skipif(
    not (_RECORDINGS / _FILES[1]).exists(), reason="the recordings of a real GLPI are not here"
)
def test_recorded_calls_are_answered_as_the_real_glpi_did() -> None:
    total, matched, differences = replay()
    behind = {
        family: f"{matched[family]} of {total[family]}, not {floor}"
        for family, floor in _FLOORS.items()
        if matched[family] < floor
    }
    assert not behind, "\n".join([str(behind), *differences])
