"""Compare texts as people do: without case and accents, word by word, plural or not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

__all__ = ["did_you_mean", "fold", "has_words", "path_key", "unaccented", "words_of"]

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "’": "'", "ʼ": "'"})
_WORD = re.compile(r"[^\W_]+")
_FOREIGN = re.compile(r"[^\x00-\u02ff]")  # all marks that are set on letters lie above
_STEP = re.compile(r"\s*>\s*")
_SHORTEST_STEM = 3  # "bus" is not the plural of "bu"
_ES_AFTER = ("s", "x", "z", "ch", "sh")


def unaccented(text: str) -> str:
    """Return the text without accents and ligatures, case and lines as they are."""
    return text if text.isascii() else _unaccented(text)


@lru_cache(maxsize=2048)
def _unaccented(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    return _FOREIGN.sub(_no_mark, parts)


def _no_mark(found: re.Match[str]) -> str:
    return "" if unicodedata.combining(found.group()) else found.group()


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """Return the text as it is compared: no case, no accents, single spaces."""
    return " ".join(unaccented(text).casefold().split())


@lru_cache(maxsize=16384)
def path_key(path: str) -> str:
    """Return a full path as it is compared: ``Network>VPN`` is ``Network > VPN``."""
    return _STEP.sub(" > ", fold(path))


@lru_cache(maxsize=2048)
def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text, folded; apostrophes and hyphens part them."""
    return tuple(_WORD.findall(fold(text)))


def has_words(text: str, wishes: tuple[str, ...]) -> bool:
    """Tell whether a text has one of the words, or words in a row, in singular or plural."""
    folded = unaccented(text).casefold()
    for begin in _first_begins(wishes):
        if begin in folded:
            return any(_has_words(text, folded, wish) for wish in wishes)
    return False  # most texts are done with here


def _has_words(text: str, folded: str, wanted: str) -> bool:
    needles = words_of(wanted)
    if not needles or not all(any(map(folded.__contains__, one)) for one in _begins(wanted)):
        return False
    if not all(_forms(needle) & _all_forms(text) for needle in needles):
        return False
    if len(needles) == 1:
        return True
    words = words_of(text)
    return any(
        all(_forms(word) & _forms(needle) for word, needle in zip(words[start:], needles))  # noqa: B905  # the text may go on
        for start in range(len(words) - len(needles) + 1)
    )


def did_you_mean(written: str, known: Iterable[str]) -> str:
    """Return "did you mean 'x'?" for the nearest known word, or nothing."""
    by_fold = {fold(name): str(name) for name in known}
    near = get_close_matches(fold(written), by_fold, n=1, cutoff=0.65)
    return f"did you mean {by_fold[near[0]]!r}?" if near else ""


@lru_cache(maxsize=1024)
def _first_begins(wishes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the letters of which a text must hold some to have any of the wanted words."""
    return tuple({begin for wish in wishes for begins in _begins(wish)[:1] for begin in begins})


@lru_cache(maxsize=4096)
def _begins(wanted: str) -> tuple[tuple[str, ...], ...]:
    """Return for each wanted word the letters that one of a text must begin with to match it."""
    return tuple(tuple({_stump(form) for form in _forms(needle)}) for needle in words_of(wanted))


def _stump(form: str) -> str:
    """Cut off what a plural changes: ``-y`` becomes ``-ies``, ``-al`` becomes ``-aux``."""
    if form.endswith("al"):
        return form[:-1]
    return form.removesuffix("y")


@lru_cache(maxsize=512)
def _all_forms(text: str) -> frozenset[str]:
    return frozenset().union(*map(_forms, words_of(text)))


@lru_cache(maxsize=65536)
def _forms(word: str) -> frozenset[str]:
    """Return a word and the singulars that it may be the French or English plural of."""
    forms = {word}
    if word.endswith(("s", "x")):
        forms.add(word[:-1])
    if word.endswith("es") and word[:-2].endswith(_ES_AFTER):
        forms.add(word[:-2])
    if word.endswith("ies"):
        forms.add(f"{word[:-3]}y")
    if word.endswith("aux"):
        forms.add(f"{word[:-3]}al")
    return frozenset(form for form in forms if form == word or len(form) >= _SHORTEST_STEM)
