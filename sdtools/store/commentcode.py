"""A comment as one short JSON text, its fields by place: written by the ten thousands."""

from __future__ import annotations

import json

import orjson

from sdtools.model.ticket import Comment
from sdtools.store.codec import Codec, encode_plain, from_micros, unreadable

__all__ = ["decode_comment", "encode_comment"]

# Append only: stored texts are read by place.
_FIELDS = ("id", "ticket_id", "author_id", "written", "text", "public", "form")
_WRITTEN = _FIELDS.index("written")
_OLDER = Codec(Comment)  # fields by name: what sdtools wrote before these texts


def encode_comment(comment: Comment, written: int) -> str:
    """Return the text of a comment; ``written`` is its time, in microseconds."""
    values = (
        comment.id,
        comment.ticket_id,
        comment.author_id,
        written,
        comment.text,
        comment.public,
        comment.form,
    )
    try:
        return orjson.dumps(values).decode()
    except orjson.JSONEncodeError:  # halves of surrogate pairs: databases refuse them too
        return encode_plain(values)


def decode_comment(text: str) -> Comment:
    """Return the comment of a text; raises StoreError when it is not one of ours."""
    if text.startswith("{"):
        return _OLDER.load(text)
    try:
        values = dict(zip(_FIELDS, json.loads(text), strict=True))
        return Comment(**values | {"written": from_micros(values["written"])})
    except (ValueError, TypeError) as error:
        raise unreadable("Comment", error) from error
