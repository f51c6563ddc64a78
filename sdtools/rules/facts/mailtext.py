"""Take quoted mail and signatures out of what people wrote, in French and English."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["own_words"]

_QUOTE_BEGINS = re.compile(
    r"""^\s*(?:
        -{2,}\s*(?:original\ message|message\ d['’]origine|message\ original)\s*-{2,}
      | (?:on\ .{4,200}\ wrote|le\ .{4,200}\ a\ [ée]crit)\s*:
      | _{10,}
      | (?:from|de)\s?:\ .*\n\s*(?:sent|date|envoy[ée](?:\ le)?|to|[àa])\s?:
    )""",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_SIGNATURE = re.compile(
    r"""^[ \t]*(?:
        --[ \t]*$
      | (?:bien\ |tr[èe]s\ )?cordialement\b.{0,40}$
      | (?:bien\ )?[àa]\ (?:vous|toi)[ \t]*[,.!]?[ \t]*$
      | (?:salutations|sinc[èe]res\ salutations|bonne\ (?:journ[ée]e|r[ée]ception))[\s,.!]*$
      | (?:(?:best|kind|warm)[ ]regards|regards|sincerely|yours\ (?:sincerely|faithfully))\b.{0,20}$
      | (?:sent\ from\ my|get\ outlook\ for|envoy[ée]\ (?:de|depuis)\ mon)\b.*$
    )""",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_QUOTED_LINE = re.compile(r"^[ \t]*>.*\n?", re.MULTILINE)


@lru_cache(maxsize=1024)
def own_words(text: str) -> str:
    """Return a mail's own words; the whole text where nothing would be left."""
    cut = text
    for marker in (_QUOTE_BEGINS, _SIGNATURE):
        found = marker.search(cut)
        if found and cut[: found.start()].strip():
            cut = cut[: found.start()]
    unquoted = _QUOTED_LINE.sub("", cut).strip()
    return unquoted or cut.strip()
