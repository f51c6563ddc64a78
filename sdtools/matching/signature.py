"""Declared signatures: patterns, error codes and terms that are safe to link on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import regex

from sdtools.matching.tokenise import fold, words
from sdtools.model.knowledge import KnownError, Signature

__all__ = ["Signatures", "pattern_of"]

_TIME_LIMIT = 0.05  # seconds for one pattern on one text
_LONGEST_TEXT = 50_000  # letters: an error is named before that
_PLURAL = 4  # letters from which a final s or x is taken for a plural


class Signatures:
    """The signatures of a base of known errors, by the first word that must be there."""

    def __init__(self, known: Sequence[KnownError]) -> None:
        self._patterns: list[tuple[int, regex.Pattern[str]]] = []
        self._codes: dict[str, list[tuple[int, str, re.Pattern[str]]]] = {}
        self._terms: dict[str, list[tuple[int, str, tuple[str, ...]]]] = {}
        for number, one in enumerate(known):
            if one.signature is not None:
                self._add(number, one.id, one.signature)

    def matches(self, text: str) -> dict[int, str]:
        """Return the numbers of the known errors whose signature a text bears, with what bore it.

        A pattern that needs more than 50 ms on a text counts as not found.
        """
        text = text[:_LONGEST_TEXT]
        said = words(text)
        found: dict[int, str] = {}
        for number, evidence in (
            *self._codes_in(_flat(text), set(said)),
            *self._terms_in([_singular(word) for word in said]),
            *self._patterns_in(text),
        ):
            found.setdefault(number, evidence)
        return found

    def _add(self, number: int, name: str, signature: Signature) -> None:
        for code in signature.codes:
            for first in words(code)[:1]:
                entry = (number, code, _whole(_flat(code)))
                self._codes.setdefault(first, []).append(entry)
        singular = [tuple(map(_singular, words(term))) for term in signature.terms]
        if singular and all(singular):
            lines = tuple(f" {' '.join(term)} " for term in singular)
            entry_of_terms = (number, f"terms {', '.join(signature.terms)}", lines)
            self._terms.setdefault(singular[0][0], []).append(entry_of_terms)
        for pattern in signature.patterns:
            try:
                self._patterns.append((number, pattern_of(pattern)))
            except ValueError as error:
                raise ValueError(f"known error {name}: {error}") from error

    def _codes_in(self, text: str, said: set[str]) -> Iterator[tuple[int, str]]:
        for first in said & self._codes.keys():
            for number, code, whole in self._codes[first]:
                if whole.search(text):
                    yield number, f"code {code}"

    def _terms_in(self, said: list[str]) -> Iterator[tuple[int, str]]:
        line = f" {' '.join(said)} "
        for first in set(said) & self._terms.keys():
            for number, evidence, terms in self._terms[first]:
                if all(term in line for term in terms):
                    yield number, evidence

    def _patterns_in(self, text: str) -> Iterator[tuple[int, str]]:
        for number, pattern in self._patterns:
            try:
                match = pattern.search(text, timeout=_TIME_LIMIT)
            except TimeoutError:
                continue
            if match:
                yield number, f"pattern {pattern.pattern}"


def pattern_of(text: str) -> regex.Pattern[str]:
    """Compile the pattern of a signature, or raise ValueError saying what is wrong with it."""
    try:
        return regex.compile(text, regex.IGNORECASE)
    except regex.error as error:
        raise ValueError(f"pattern {text!r}: {error}") from error


def _flat(text: str) -> str:
    return " ".join(fold(text).split())


def _whole(code: str) -> re.Pattern[str]:
    # 809 is in "error 809." and not in 1809, 809.5 or 10.809.
    return re.compile(rf"(?<!\w)(?<!\d[.,]){re.escape(code)}(?!\w)(?![.,]\d)")


def _singular(word: str) -> str:
    return word[:-1] if len(word) >= _PLURAL and word[-1] in "sx" else word
