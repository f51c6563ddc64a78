"""Turn text into comparable words: accents folded, stems, identifiers whole and in parts."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

__all__ = ["Token", "fold", "language_of", "stem", "tokens", "words"]

Token = tuple[str, str]  # what is compared, and the word as it was written

# Few on purpose: "how do I" and "what is" tell a question's kind, and leaving them in finds 2 to 3
# in 100 more FAQ entries first than a list of 150 words did.
_ENGLISH = """
a an and are as at be but by for from has have he her his i if in into is it me my no not of on or
our she such that the their then there these they this to us was we when will with you your
"""
_FRENCH = """
a ai au aux avec bonjour c ce ces cet cette ceux d dans de des du elle elles en est et etre il ils
j je l la le les leur lui m ma mais me mes mon n ne notre nous on ou par pas pour qu que qui s sa se
ses son sur t te un une votre vous y
"""
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "’": "'"})
_WORD = re.compile(r"[^\W_]+(?:[-._][^\W_]+)*")  # `a-b.c` is one identifier of three parts
_PART = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_LONGEST = 40  # letters: longer is a hash or a token, and never said twice

_STOP_WORDS = {"english": frozenset(_ENGLISH.split()), "french": frozenset(_FRENCH.split())}
_NO_STOP_WORDS: frozenset[str] = frozenset()
_STEMMERS = {language: snowballstemmer.stemmer(language) for language in _STOP_WORDS}


def fold(text: str) -> str:
    """Return text without case and accents."""
    return _plain(text).casefold()


def words(text: str) -> list[str]:
    """Return the folded words of a text in order; punctuation and apostrophes split."""
    return _PART.findall(fold(text))


def language_of(text: str) -> str:
    """Return the language whose stop words the text holds most; "" when it holds none."""
    said = words(text)
    counts = {
        language: sum(word in stop for word in said) for language, stop in _STOP_WORDS.items()
    }
    best = max(counts, key=counts.__getitem__)
    return best if counts[best] else ""


def tokens(text: str, language: str) -> list[Token]:
    """Return what is compared of a text, stop words left out, in the order of the text.

    An identifier gives its parts and itself in one piece (``a-b.c``: a, b, c, abc), a word in
    camel case its parts too.
    """
    stop = _STOP_WORDS.get(language, _NO_STOP_WORDS)
    found: list[Token] = []
    for match in _WORD.finditer(_plain(text)):
        for written in _pieces(match.group()):
            word = written.casefold()
            if word not in stop and len(word) <= _LONGEST:
                found.append((stem(word, language), written))
    return found


@lru_cache(maxsize=200_000)
def stem(word: str, language: str) -> str:
    """Return the stem of a folded word; a word with digits is a code and stays whole."""
    if language not in _STEMMERS or not word.isalpha():
        return word
    return str(_STEMMERS[language].stemWord(word))


def _plain(text: str) -> str:
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _pieces(identifier: str) -> list[str]:
    parts = _PART.findall(identifier)
    pieces = list(parts)
    if len(parts) > 1:
        pieces.append("".join(parts))
    for part in parts:
        if part.isalpha() and not (part.islower() or part.isupper() or part.istitle()):
            humps = _CAMEL.findall(part)
            pieces.extend(hump for hump in humps if hump != part)
    return pieces
