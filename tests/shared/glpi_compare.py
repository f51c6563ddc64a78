"""Whether an answer of the embedded GLPI is the recorded one, but for what no two GLPIs share."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import requests
from glpi_recordings import Recording

__all__ = ["difference"]

_HEADERS = ("accept-range", "content-range", "location", "link", "last-modified")
_RECORDED_HOST = "http://127.0.0.1:8089/apirest.php"
# Tokens, random names, and times that the account's life before the recording decides.
_VOLATILE = frozenset(
    {
        "session_token", "uuid", "tag", "valid_id", "prefix", "last_login", "api_token_date",
        "password_last_update", "app_token_date", "max_closedate", "glpicrontimer",
    }
)  # fmt: skip
_UPLOADED = {"name", "url", "deleteUrl", "id"}
_CLOSE = 40  # seconds: the recordings do not tell every call's own second
_COUNTED = re.compile(r"(_stat|_duration)$")
_COUNTED_OPTIONS = frozenset({150, 152, 153, 154})


def _plain(value: Any, host: str) -> Any:
    """Give JSON without what differs between any two GLPIs: host, tokens, random names."""
    if isinstance(value, dict):
        upload = "display" in value and "filesize" in value
        log = "linked_action" in value
        return {
            key: "~" if (key in _VOLATILE or (upload and key in _UPLOADED) or (log and key == "id"))
            else _logs(inner, host) if key == "_logs" else _plain(inner, host)
            for key, inner in value.items()
        }  # fmt: skip
    if isinstance(value, list):
        return [_plain(inner, host) for inner in value]
    if isinstance(value, str):
        return value.replace(host, "HOST").replace(host.removesuffix("/apirest.php"), "ROOT")
    return value


def _logs(value: Any, host: str) -> Any:
    """Give an object of history rows, keyed by their ids, as a list: what else wrote differs."""
    return _plain(list(value.values()) if isinstance(value, dict) else value, host)


def _close(one: str, two: str) -> bool:
    """Tell whether two texts are the same time of the recording's hour, or nearly."""
    try:
        apart = datetime.fromisoformat(one) - datetime.fromisoformat(two)
    except ValueError:
        return False
    return abs(apart.total_seconds()) <= _CLOSE


def _counts(one: Any, two: Any) -> bool:
    """Tell whether two rows of history tell the same change of a counted number of seconds."""
    if one.get("id_search_option") not in _COUNTED_OPTIONS or set(one) != set(two):
        return False
    values = [row[name] for name in ("old_value", "new_value") for row in (one, two)]
    if not all(str(value).isdigit() for value in values):
        return False
    return all(abs(int(a) - int(b)) <= _CLOSE for a, b in (values[:2], values[2:]))


def _same(one: Any, two: Any, key: str = "") -> bool:
    if isinstance(one, dict) and isinstance(two, dict):
        told = {"old_value", "new_value"} if _counts(one, two) else set()
        one = {name: value for name, value in one.items() if name not in told}
        two = {name: value for name, value in two.items() if name not in told}
        return set(one) == set(two) and all(_same(one[name], two[name], name) for name in one)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(_same, one, two))
    if isinstance(one, str) and isinstance(two, str):
        return one == two or _close(one, two)
    if isinstance(one, int) and isinstance(two, int) and _COUNTED.search(key):
        return abs(one - two) <= _CLOSE
    return bool(one == two) and type(one) is type(two)


def _headers_differ(recorded: Any, answer: requests.Response, host: str) -> str | None:
    names = {name.lower(): value for name, value in recorded["headers"].items()}
    for name in _HEADERS:
        wanted, got = (
            _plain(names.get(name), _RECORDED_HOST),
            _plain(answer.headers.get(name), host),
        )
        if wanted != got and not (name == "last-modified" and wanted and got):
            return f"header {name} {got!r}, not {wanted!r}"
    media = names.get("content-type", "").partition(";")[0]
    kind = answer.headers.get("content-type", "").partition(";")[0]
    return f"media {kind}, not {media}" if media and media != kind else None


def difference(call: Recording, answer: requests.Response, host: str) -> str | None:
    """Say what differs first: status, paging headers, media type, body; None if nothing does."""
    recorded = call["response"]
    if recorded["status"] != answer.status_code:
        return f"status {answer.status_code}, not {recorded['status']}: {answer.text[:150]}"
    unlike = _headers_differ(recorded, answer, host)
    if unlike or "json" not in recorded:
        return unlike
    try:
        body = answer.json()
    except ValueError:
        return "no JSON"
    one, two = _plain(recorded["json"], _RECORDED_HOST), _plain(body, host)
    return None if _same(one, two) else f"body {_first(one, two)}"


def _first(one: Any, two: Any, place: str = "$") -> str:
    if isinstance(one, dict) and isinstance(two, dict):
        if set(one) != set(two):
            missing, more = sorted(set(one) - set(two)), sorted(set(two) - set(one))
            return f"{place}: keys missing {missing}, more {more}"
        for key in one:
            if not _same(one[key], two[key], key):
                return _first(one[key], two[key], f"{place}.{key}")
    if isinstance(one, list) and isinstance(two, list):
        if len(one) != len(two):
            return f"{place}: {len(two)} entries, not {len(one)}"
        for index, pair in enumerate(zip(one, two, strict=True)):
            if not _same(*pair):
                return _first(*pair, f"{place}[{index}]")
    return f"{place}: {str(two)[:120]!r}, not {str(one)[:120]!r}"
