"""Recorded calls of a real GLPI, and when each was made as far as their answers tell."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

__all__ = ["FILES", "Recording", "family", "load", "moments"]

FOLDER = Path(__file__).parents[3] / "shared" / "glpi"
FILES = (FOLDER / "seed_recordings.jsonl.gz", FOLDER / "recordings.jsonl.gz")

Recording = dict[str, Any]  # name, request, response: JSON as recorded

_START = "2026-11-22 13:02:07"
_END = "2026-11-22 14"  # later stamps are of another time zone
_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def family(name: str) -> str:
    """Give a recording's family: the name's first part, for ``beh`` the first two."""
    parts = re.split(r"[.]", name)
    return ".".join(parts[: 2 if parts[0] == "beh" else 1])


def load() -> list[Recording]:
    """Give all recorded calls in order: those that create the state first."""
    found: list[Recording] = []
    for path in FILES:
        if path.exists():
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                found += [json.loads(line) for line in lines]
    return found


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


def _rows(call: Recording) -> Iterator[Any]:
    body = call["response"].get("json")
    for row in body if isinstance(body, list) else [body]:
        if isinstance(row, dict) and isinstance(row.get("id"), int):
            yield row


def _created(calls: list[Recording]) -> dict[tuple[str, int], str]:
    """Give when items were created, as far as any read shows it."""
    found: dict[tuple[str, int], str] = {}
    for call in calls:
        parts = call["request"]["path"].strip("/").split("/")
        itemtype = parts[2] if len(parts) > 2 else parts[0]
        for row in _rows(call):
            if row.get("date_creation"):
                found[itemtype, row["id"]] = row["date_creation"]
    return found


def _seen_next(calls: list[Recording], index: int) -> Iterator[str]:
    """Give the stamps that a change's answer and the reads right after it show."""
    yield from _stamps(calls[index]["response"].get("json"))
    for later in calls[index + 1 :]:
        if later["request"]["method"] != "GET":
            return
        yield from _stamps(later["response"].get("json"))


def _told(calls: list[Recording], created: dict[tuple[str, int], str], index: int) -> str:
    """Give the second in which a change was made, if answers tell; else nothing."""
    call = calls[index]
    body = call["response"].get("json")
    if isinstance(body, dict) and isinstance(body.get("session"), dict):
        return str(body["session"].get("glpi_currenttime", ""))
    if call["request"]["method"] not in _CHANGING:
        return ""
    itemtype = call["request"]["path"].strip("/").split("/")[0]
    stamps = [*_seen_next(calls, index)]
    stamps += [created.get((itemtype, row["id"]), "") for row in _rows(call)]
    return max((stamp for stamp in stamps if stamp < _END), default="")


def moments(calls: list[Recording]) -> list[str]:
    """Give each call its time: the last that answers tell, and what calls took since."""
    found: list[str] = []
    latest, since = datetime.fromisoformat(_START), 0.0
    created = _created(calls)
    for index, call in enumerate(calls):
        told = _told(calls, created, index)
        if told and datetime.fromisoformat(told) > latest:
            latest, since = datetime.fromisoformat(told), 0.0
        found.append(f"{latest + timedelta(milliseconds=since):%Y-%m-%d %H:%M:%S}")
        since += call.get("elapsed_ms", 0.0)
    return found
