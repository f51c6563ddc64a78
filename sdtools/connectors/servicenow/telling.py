"""What an answer to a write leaves unsaid: values that were dropped, and refusals that mislead."""

from __future__ import annotations

from dataclasses import replace

from sdtools.connectors.desk import WriteState, Written
from sdtools.connectors.servicenow.answers import text
from sdtools.connectors.servicenow.batches import Reply, Request

__all__ = ["told"]

_POLICY = "Data Policy Exception"
_JOURNALS = frozenset({"work_notes", "comments"})  # they are empty when read (FACTS 10.9)


def told(request: Request, reply: Reply) -> Written:
    """Return what became of a write, with what the desk did not say.

    It drops a value that is on no list without a word, and answers 200; where the field is
    mandatory it then refuses the write, naming the field by its label (FACTS 10.1).
    """
    written = reply.written
    code = request.values.get("close_code")
    if written.state is WriteState.refused and _POLICY in written.detail and code:
        hint = f"it says so too when its list lacks the close code {code!r}"
        return replace(written, detail=f"{written.detail}; {hint}")
    if written.state is WriteState.done and (lost := _lost(request, reply)):
        return replace(written, detail=lost)
    return written


def _lost(request: Request, reply: Reply) -> str:
    """Name the values that the answer shows otherwise than they were written."""
    shown = {name: text(reply.row, name) for name in request.values if name in reply.row}
    changed = (
        f"{name} {request.values[name]!r} became {found!r}"
        for name, found in shown.items()
        if found != request.values[name] and name not in _JOURNALS
    )
    return "; ".join(changed)
