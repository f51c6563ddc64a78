"""Read known errors, and signatures for those of the desk, from the data of a YAML file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from sdtools.matching.signature import pattern_of
from sdtools.matching.tokenise import words
from sdtools.model.knowledge import KnownError, KnownErrorKind, Signature

__all__ = ["KnownErrorsError", "Problem", "known_errors_from", "with_declared"]

Text = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1)]

DeskId = Annotated[str, Field(coerce_numbers_to_str=True, min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake in the data, with the way to it: ``("known_errors", 2, "title")``."""

    path: tuple[str | int, ...]
    message: str
    hint: str = ""


class KnownErrorsError(ValueError):
    """The data holds mistakes; ``problems`` has all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        lines = (f"{'.'.join(map(str, one.path))}: {one.message}" for one in problems)
        super().__init__("\n".join(lines))
        self.problems = tuple(problems)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Signature(_Strict):
    patterns: tuple[Text, ...] = ()
    codes: tuple[Text, ...] = ()
    terms: tuple[Text, ...] = ()


class _Entry(_Strict):
    id: Text
    title: Text
    text: str = ""
    workaround: str = ""
    url: str = ""
    article: DeskId | None = None
    problem: DeskId | None = None
    signature: _Signature | None = None


class _File(_Strict):
    known_errors: tuple[_Entry, ...]


def known_errors_from(data: object) -> tuple[KnownError, ...]:
    """Return the known errors that a file declares (docs/known-errors.md has its form).

    An entry with ``article`` or ``problem`` is that object of the desk and can be linked. Raises
    KnownErrorsError, a ValueError, with every mistake.
    """
    try:
        entries = _File.model_validate(data).known_errors
    except ValidationError as error:
        raise KnownErrorsError([_problem(dict(one)) for one in error.errors()]) from error
    if not entries:
        raise KnownErrorsError([Problem(path=("known_errors",), message="is empty")])
    problems = [*_doubles(entries), *_bad_signatures(entries)]
    if problems:
        raise KnownErrorsError(problems)
    return tuple(map(_known_error, entries))


def with_declared(
    desk: Iterable[KnownError], declared: Iterable[KnownError]
) -> tuple[KnownError, ...]:
    """Join the desk's known errors with a file's: one that is both keeps the desk's texts.

    It takes the file's signature; where the desk has no workaround or address, those too.
    """
    file = {one.id: one for one in declared}
    joined = []
    for one in desk:
        also = file.pop(one.id, None)
        if also is None:
            joined.append(one)
            continue
        joined.append(
            replace(
                one,
                signature=also.signature or one.signature,
                workaround=one.workaround or also.workaround,
                url=one.url or also.url,
            )
        )
    return (*joined, *file.values())


def _known_error(entry: _Entry) -> KnownError:
    kind, desk_id = KnownErrorKind.file, ""
    if entry.article is not None:
        kind, desk_id = KnownErrorKind.article, str(entry.article)
    elif entry.problem is not None:
        kind, desk_id = KnownErrorKind.problem, str(entry.problem)
    return KnownError(
        id=f"{kind}/{desk_id or entry.id}",
        kind=kind,
        desk_id=desk_id,
        title=entry.title,
        text="\n".join(part for part in (entry.text, entry.workaround) if part),
        url=entry.url,
        workaround=entry.workaround,
        signature=_signature(entry.signature),
    )


def _signature(declared: _Signature | None) -> Signature | None:
    if declared is None:
        return None
    return Signature(patterns=declared.patterns, codes=declared.codes, terms=declared.terms)


def _doubles(entries: Sequence[_Entry]) -> Iterable[Problem]:
    seen: dict[str, int] = {}
    for number, entry in enumerate(entries):
        if entry.article is not None and entry.problem is not None:
            yield _at(number, "problem", "an entry is an article or a problem", "remove one")
        made = _known_error(entry)
        names = {("id", entry.id), (str(made.kind) if made.desk_id else "id", made.id)}
        for key, name in sorted(names):
            first = seen.setdefault(name, number)
            if first != number:
                where = f"entry {first + 1} has it already"
                yield _at(number, key, f"{name!r} is declared twice", where)
                break


def _bad_signatures(entries: Sequence[_Entry]) -> Iterable[Problem]:
    for number, entry in enumerate(entries):
        if entry.signature is None:
            continue
        if not any((entry.signature.patterns, entry.signature.codes, entry.signature.terms)):
            yield _at(number, "signature", "declares nothing", "give patterns, codes or terms")
        for kind, texts in (("codes", entry.signature.codes), ("terms", entry.signature.terms)):
            for place, text in enumerate(texts):
                if not words(text):
                    yield _at(number, f"signature.{kind}.{place}", f"{text!r} has no word in it")
        for place, text in enumerate(entry.signature.patterns):
            yield from _bad_pattern(text, number, place)


def _bad_pattern(text: str, number: int, place: int) -> Iterable[Problem]:
    path = f"signature.patterns.{place}"
    try:
        matches_all = pattern_of(text).search("") is not None
    except ValueError as error:
        yield _at(number, path, str(error))
        return
    if matches_all:
        yield _at(number, path, f"pattern {text!r} fits every ticket", "name what must be there")


def _at(number: int, path: str, message: str, hint: str = "") -> Problem:
    parts = (int(part) if part.isdigit() else part for part in path.split("."))
    return Problem(path=("known_errors", number, *parts), message=message, hint=hint)


_MESSAGES = {
    "extra_forbidden": ("unknown key", ""),
    "missing": ("is missing", ""),
    "string_type": ("must be text", "write it in quotes: '0x80070005', '809'"),
    "model_type": ("must be a mapping", "write `known_errors:` and a list of entries below it"),
    "string_too_short": ("is empty", ""),
    "tuple_type": ("must be a list", "write it as [one, two]"),
}


def _problem(error: dict[str, object]) -> Problem:
    place = error["loc"]
    path = (
        tuple(part for part in place if isinstance(part, str | int))
        if isinstance(place, tuple)
        else ()
    )
    message, hint = _MESSAGES.get(str(error["type"]), (str(error["msg"]), ""))
    return Problem(path=path, message=message, hint=hint)
