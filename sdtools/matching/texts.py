"""Known errors as comparable texts, each in its own language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sdtools.matching.index import Document
from sdtools.matching.tokenise import Token, language_of, tokens
from sdtools.model.knowledge import KnownError

__all__ = ["Texts"]

_LONGEST_QUERY = 300  # words: what follows is a log that somebody pasted


class Texts:
    """How the texts of a base are read: its main language serves where a text shows none."""

    def __init__(self, known: Sequence[KnownError]) -> None:
        languages = [language_of(_whole(one)) for one in known]
        spoken = Counter(language for language in languages if language)
        self.main_language = spoken.most_common(1)[0][0] if spoken else "english"
        self.documents = [
            _document(one, language or self.main_language)
            for one, language in zip(known, languages, strict=True)
        ]

    def query(self, text: str) -> list[Token]:
        """Return the words of a ticket's text."""
        return tokens(text, language_of(text) or self.main_language)[:_LONGEST_QUERY]


def _document(known: KnownError, language: str) -> Document:
    return Document(
        title=[stem for stem, _ in tokens(known.title, language)],
        body=[stem for stem, _ in tokens(_body(known), language)],
    )


def _body(known: KnownError) -> str:
    # What people linked says it in users' words: in front it counts for the head as well.
    return "\n".join((*known.linked_texts, known.text))


def _whole(known: KnownError) -> str:
    return f"{known.title}\n{_body(known)}"
