"""What the seeded desk knows: articles on known errors, problems, and guides."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import escape

from sdtools.emulator.world.model import Article, Problem
from sdtools.emulator.world.texts import Known, knowledge
from sdtools.model.grades import Grade

__all__ = ["ERRORS", "articles", "problems"]

ERRORS = {"en": "Known errors", "fr": "Known errors > Erreurs connues"}
_WORDS = {
    "en": ("Symptom:", "Error code:", "Workaround:"),
    "fr": ("Symptôme :", "Code d'erreur :", "Contournement :"),
}


def articles(author: str, now: datetime) -> tuple[Article, ...]:
    """Return the articles: those on known errors first."""
    known = [one for one in knowledge().known_errors if one.form == "article"]
    return tuple(
        Article(
            key=one.key,
            title=one.title,
            text=_paragraphs(one),
            category=ERRORS[one.language],
            author=author,
            written=now - timedelta(days=200 - 7 * place),
            codes=one.codes,
        )
        for place, one in enumerate(known)
    ) + tuple(
        Article(
            key=guide.title,
            title=guide.title,
            text=f"<p>{escape(guide.text, quote=False)}</p>",
            category=guide.category,
            author=author,
            written=now - timedelta(days=300),
            public=True,
        )
        for guide in knowledge().guides
    )


def problems(group: str, author: str, now: datetime) -> tuple[Problem, ...]:
    """Return the problems, all of them open."""
    known = [one for one in knowledge().known_errors if one.form == "problem"]
    return tuple(
        Problem(
            key=one.key,
            title=one.title,
            text="\n\n".join(_lines(one)),
            opened=now - timedelta(days=30 + 9 * place),
            category=one.category,
            urgency=Grade.high,
            impact=Grade.medium,
            priority=Grade.high,
            group=group,
            author=author,
            codes=one.codes,
        )
        for place, one in enumerate(known)
    )


def _lines(one: Known) -> list[str]:
    symptom, code, workaround = _WORDS[one.language]
    return [
        f"{symptom} {one.symptom}",
        f"{code} {', '.join(one.codes)}",
        f"{workaround} {one.workaround}",
    ]


def _paragraphs(one: Known) -> str:
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in _lines(one))
