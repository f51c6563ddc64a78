"""Check regular expressions before they meet a ticket."""

from __future__ import annotations

import re

from sdtools.rules.operators import compiled

__all__ = ["pattern_fault"]

_PIECE = re.compile(
    r"""\\.                                                    # an escape
      | \[\^?\]?(?:\\.|[^\]\\])*\]                                # a class
      | \((?:\?(?:P?<[^>=!]*>|<[=!]|[=!:>]|[A-Za-z-]*:?))?        # the begin of a group
      | \{\d*,?\d*\}                                              # a counted repetition
      | .""",
    re.DOTALL | re.VERBOSE,
)


def pattern_fault(pattern: str) -> str:
    """Say what is wrong with a pattern: it does not compile, or may search for ever; "" is fine."""
    import regex  # only some rules have patterns

    try:
        compiled(pattern)
    except regex.error as error:
        return f"is not a regular expression: {error.msg} at character {(error.pos or 0) + 1}"
    if _repeats_a_repetition(pattern):
        return "can search for ever: it repeats a repetition, as (a+)+ does"
    return ""


def _repeats_a_repetition(pattern: str) -> bool:
    repeated = [False]  # by depth of groups: whether something in this group is repeated
    closed = False  # the piece before was a group with a repetition in it
    for piece in _PIECE.findall(pattern):
        endless = piece in {"*", "+"} or (piece[0] == "{" and piece.endswith(",}"))
        if endless and closed:
            return True
        if endless:
            repeated[-1] = True
        closed = False
        if piece[0] == "(":
            repeated.append(False)
        elif piece == ")" and len(repeated) > 1:
            closed = repeated.pop()
            repeated[-1] = repeated[-1] or closed
    return False
