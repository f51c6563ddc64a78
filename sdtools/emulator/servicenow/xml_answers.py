"""The XML form of answers, for clients that accept nothing else (FACTS 1)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from xml.sax.saxutils import escape

from sdtools.emulator.servicenow.wire import JSON, Answer

__all__ = ["as_xml", "wants_xml"]

_MEDIA = "application/xml;charset=UTF-8"
_XML = frozenset({"application/xml", "text/xml"})
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def wants_xml(headers: Mapping[str, str]) -> bool:
    """Tell whether a request accepts XML, and not JSON as well."""
    kinds = {one.partition(";")[0].strip() for one in headers.get("accept", "").lower().split(",")}
    return bool(kinds & _XML) and not kinds & {"application/json", "*/*"}


def as_xml(answer: Answer) -> Answer:
    """Give a JSON answer as XML; files and pages stay what they are."""
    if answer.media != JSON or not answer.content:
        return answer
    body = "".join(_elements("response", json.loads(answer.content)))
    content = f'<?xml version="1.0" encoding="UTF-8"?>{body}'.encode()
    return replace(answer, content=content, media=_MEDIA)


def _elements(name: str, value: object) -> Iterator[str]:
    if isinstance(value, list):  # a list repeats its element
        for one in value:
            yield from _elements(name, one)
        return
    yield f"<{name}>"
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _elements(str(key), one)
    elif value is not None:
        yield escape(_NOT_IN_XML.sub("", str(value)))
    yield f"</{name}>"
