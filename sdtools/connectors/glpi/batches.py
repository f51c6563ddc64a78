"""Writes in batches: sized by the clock, answers matched to what was sent, nothing sent twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sdtools.connectors.desk import Written
from sdtools.connectors.glpi.answers import Answer, Row, error_code, integer
from sdtools.connectors.pacing import Pacer, done, refused, unknown
from sdtools.errors import DeskError, UnknownOutcomeError

__all__ = ["Pacer", "added", "done", "refused", "unknown", "updated", "write_all"]

_LOST = 2  # batches in a row without a clear answer: the desk is gone, stop asking

Send = Callable[[Sequence[Row]], Answer]
Judge = Callable[[Sequence[Row], Answer], Sequence[Written]]


def write_all(inputs: Sequence[Row], send: Send, judge: Judge, pacer: Pacer) -> list[Written]:
    """Send everything in batches; answer one Written for each input, in order.

    Raises only when nothing at all was sent. A batch without a clear answer is unknown, item by
    item: earlier items of it may be done, and it is never sent again from here (FACTS 9).
    """
    written: list[Written] = []
    lost = 0
    while len(written) < len(inputs):
        batch = inputs[len(written) : len(written) + pacer.size]
        began = pacer.clock()
        try:
            answer = send(batch)
        except UnknownOutcomeError as error:
            written += [unknown(str(error))] * len(batch)
            lost += 1
        except DeskError as error:
            if not written:
                raise
            return _give_up(written, inputs, str(error))
        else:
            pacer.timed(len(batch), began)
            written += judge(batch, answer)
            lost = 0
        if lost == _LOST:
            return _give_up(written, inputs, "the desk gave no clear answer twice")
    return written


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
    """Match the results of additions by their order."""
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
    if isinstance(data, dict):
        data = [data]
    if not isinstance(data, list):
        return None
    return [entry if isinstance(entry, dict) else {} for entry in data]


def _all_alike(batch: Sequence[Row], answer: Answer) -> list[Written]:
    """Judge an answer that says one thing about a whole batch."""
    data, code = answer.data, error_code(answer)
    words = _words(data[1]) if isinstance(data, list) and len(data) > 1 else ""
    detail = f"{code}: {words}" if words else code or f"status {answer.status}"
    started = code.startswith("ERROR_GLPI_") or not code
    if started and len(batch) > 1:  # it stopped somewhere in the middle, and does not say where
        return [unknown(detail)] * len(batch)
    return [refused(detail)] * len(batch)


def _words(message: object) -> str:
    text = message.split("; view documentation")[0].strip() if isinstance(message, str) else ""
    return text or "the desk gave no reason"


def _give_up(written: list[Written], inputs: Sequence[Row], why: str) -> list[Written]:
    left = len(inputs) - len(written)
    return written + [unknown(f"not sent: {why}")] * left
