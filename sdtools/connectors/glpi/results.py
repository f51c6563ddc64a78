"""What GLPI says became of each item of a batch, matched to what was sent."""

from __future__ import annotations

from collections.abc import Sequence

from sdtools.connectors.desk import Written
from sdtools.connectors.glpi.answers import Answer, Row, error_code, integer
from sdtools.connectors.pacing import done, refused, unknown

__all__ = ["added", "updated"]


def updated(batch: Sequence[Row], answer: Answer) -> list[Written]:
    """Match the results of an update or deletion by id: unknown ids are missing (FACTS 8)."""
    entries = _entries(answer)
    if entries is None:
        return _all_alike(batch, answer)
    said: dict[str, Written] = {}
    for entry in entries:
        for key, value in entry.items():
            if key != "message":
                said[key] = done() if value is True else refused(_words(entry.get("message")))
    return [said.get(str(row["id"]), refused("the desk has no such item")) for row in batch]


def added(batch: Sequence[Row], answer: Answer) -> list[Written]:
    """Match the results of additions by their order: nothing else ties them to what was sent."""
    entries = _entries(answer)
    if entries is None:
        return _all_alike(batch, answer)
    if len(entries) != len(batch):
        return [unknown("the desk's answer does not fit what was sent")] * len(batch)
    return [_one_added(entry) for entry in entries]


def _one_added(entry: Row) -> Written:
    number = integer(entry, "id")
    return done(str(number)) if number > 0 else refused(_words(entry.get("message")))


def _entries(answer: Answer) -> list[Row] | None:
    """Return the list of results, bare or beside an error key; None when there is none."""
    data = answer.data
    if error_code(answer) and isinstance(data, list):
        data = data[1] if len(data) > 1 else None
    if isinstance(data, dict) and "id" in data:  # of one addition; others are a gateway's words
        data = [data]
    if not isinstance(data, list):
        return None
    return [entry if isinstance(entry, dict) else {} for entry in data]


def _all_alike(batch: Sequence[Row], answer: Answer) -> list[Written]:
    """Judge an answer that says one thing about a whole batch.

    With one of GLPI's keys for writes it stopped somewhere in the middle, and does not say where.
    """
    data, code = answer.data, error_code(answer)
    words = _words(data[1]) if isinstance(data, list) and len(data) > 1 else ""
    detail = f"{code}: {words}" if words else code or f"status {answer.status}"
    in_the_middle = code.startswith("ERROR_GLPI_") and len(batch) > 1
    if in_the_middle or not code:
        return [unknown(detail)] * len(batch)
    return [refused(detail)] * len(batch)


def _words(message: object) -> str:
    text = message.split("; view documentation")[0].strip() if isinstance(message, str) else ""
    return text or "the desk gave no reason"
