"""A mail that waits to be sent: rendered, addressed, with a name that tells repeats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Attachment", "Message"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes along; with a ``cid`` it is a picture that the HTML text shows."""

    name: str
    mime: str  # "image/png"
    data: bytes
    cid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One mail; ``key`` names it for ever, so the same key is never queued twice."""

    key: str
    to: tuple[str, ...]
    subject: str
    text: str
    made: datetime
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    desk: str = ""
    priority: str = ""  # a Grade's name: the highest of the tickets it is about, "" of none
