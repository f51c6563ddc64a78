"""Templates of messages and pages: load, render, and name the line of a mistake."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import TracebackType

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateError, TemplateSyntaxError
from jinja2 import pass_context as in_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sdtools.errors import ConfigError, Mistake
from sdtools.templating.files import complain, mistake, packed_templates, read
from sdtools.templating.filters import FILTERS, one_line
from sdtools.templating.texts import FALLBACK, Texts, read_texts

__all__ = ["Templates"]

_MESSAGE = re.compile(r"(?P<name>[a-z0-9_-]+)\.(?P<language>[a-z]{2})\.txt")
_SUBJECT = "Subject:"
_SUBJECT_LENGTH = 200
# What a template's own expressions can raise besides Jinja's errors.
_MISTAKES = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)


@dataclass(frozen=True, slots=True)
class _Message:
    """One message template in one language, compiled."""

    file: str
    body: Template
    subject: Template | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """Every template of one configuration; renders the same values to the same text."""

    language: str  # where a reader's own language is not known
    timezone: str
    texts: Texts = field(repr=False)
    _environment: ImmutableSandboxedEnvironment = field(repr=False)
    _messages: Mapping[tuple[str, str], Path] = field(repr=False)  # by name and language

    @classmethod
    def load(
        cls, folders: Sequence[Path] = (), language: str = FALLBACK, timezone: str = "UTC"
    ) -> Templates:
        """Read the user's own folders, the first one winning, and what is packed below them.

        Raises ConfigError with every mistake in texts and in the user's own message templates;
        those that are packed are compiled when they are used.
        """
        packed = packed_templates()
        places = (*folders, packed)
        texts = read_texts(places)
        environment = _environment(places, texts)
        messages = _messages(places)
        _compile_all(
            environment, [path for path in messages.values() if packed not in path.parents]
        )
        return cls(
            language=language,
            timezone=timezone,
            texts=texts,
            _environment=environment,
            _messages=messages,
        )

    def has(self, name: str) -> bool:
        """Tell whether there is a message template of this name, in any language."""
        return any(known == name for known, _ in self._messages)

    def render(self, name: str, values: Mapping[str, object], language: str) -> str:
        """Render the plain text of a message template, its subject line left out."""
        return self._run(self._message(name, language).body, values, language).strip()

    def subject(self, name: str, values: Mapping[str, object], language: str) -> str:
        """Render the subject of a message template: always one line, at most 200 characters."""
        message = self._message(name, language)
        if message.subject is None:
            raise ConfigError(
                f"{message.file}:1: this template has no subject",
                "Begin the file with a line 'Subject: ...'.",
            )
        return one_line(self._run(message.subject, values, language))[:_SUBJECT_LENGTH]

    def render_text(self, text: str, values: Mapping[str, object], language: str) -> str:
        """Render a text written in a rule."""
        try:
            template = _inline(self._environment, text)
        except TemplateSyntaxError as error:
            raise ConfigError(f"text {one_line(text)[:60]!r}: {error.message}") from error
        return self._run(template, values, language).strip()

    def page(
        self, name: str, values: Mapping[str, object], language: str, timezone: str = ""
    ) -> str:
        """Render a whole page such as ``report/weekly.html``; what ends in html is escaped."""
        try:
            template = self._environment.get_template(name)
        except TemplateSyntaxError as error:
            place = f"{error.filename}:{error.lineno}"
            raise ConfigError(f"{place}: {error.message}", "Mend the template.") from error
        except TemplateError as error:
            raise ConfigError(f"there is no template {name!r}") from error
        return self._run(template, values, language, timezone)

    def say(self, key: str, language: str, **values: object) -> str:
        """Return one text of the catalogue with its values filled in."""
        return self.texts.say(key, language, **values)

    def _message(self, name: str, language: str) -> _Message:
        for spoken in (_spoken(language), self.language, FALLBACK):
            if (name, spoken) in self._messages:
                return _compile(self._environment, self._messages[name, spoken])
        others = sorted(code for known, code in self._messages if known == name)
        if not others:
            known = ", ".join(sorted({known for known, _ in self._messages}))
            raise ConfigError(f"there is no message template {name!r}", f"Known: {known}.")
        return _compile(self._environment, self._messages[name, others[0]])

    def _run(
        self, template: Template, values: Mapping[str, object], language: str, timezone: str = ""
    ) -> str:
        spoken = _spoken(language) or self.language
        context = {**values, "language": spoken, "timezone": timezone or self.timezone}
        try:
            return template.render(context)
        except _MISTAKES as error:
            place = _place(error.__traceback__)
            known = ", ".join(sorted(values))
            raise ConfigError(f"{place}: {error}", f"Known here: {known}.") from error


def _spoken(language: str) -> str:
    """Reduce ``fr_FR`` and ``fr-CA`` to ``fr``."""
    return language[:2].lower()


def _environment(folders: Sequence[Path], texts: Texts) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folders),
        undefined=StrictUndefined,
        autoescape=lambda name: (name or "").endswith(".html"),
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: "" if value is None else value,
    )
    environment.filters.update(FILTERS)
    environment.filters["word"] = _word(texts)
    environment.globals["t"] = _say(texts)
    return environment


def _say(texts: Texts) -> Callable[..., str]:
    @in_context
    def say(context: Context, key: str, **values: object) -> str:
        return texts.say(key, str(context["language"]), **values)

    return say


def _word(texts: Texts) -> Callable[..., str]:
    @in_context
    def word(context: Context, value: object, scale: str) -> str:
        """Say a grade, state or kind in the reader's language; other words stay as they are."""
        name = str(getattr(value, "name", value))
        key = f"{scale}.{name}"
        return texts.say(key, str(context["language"])) if texts.has(key) else name

    return word


def _messages(folders: Sequence[Path]) -> Mapping[tuple[str, str], Path]:
    messages: dict[tuple[str, str], Path] = {}
    for path, key in _message_files(folders):
        messages.setdefault(key, path)
    return messages


def _compile_all(environment: ImmutableSandboxedEnvironment, files: Sequence[Path]) -> None:
    """Compile what people wrote, and raise ConfigError with every mistake in it."""
    mistakes: list[Mistake] = []
    for path in files:
        try:
            _compile(environment, path)
        except TemplateSyntaxError as error:
            mistakes.append(mistake(str(path), error.lineno, str(error.message)))
    complain(mistakes)


def _message_files(folders: Sequence[Path]) -> Iterator[tuple[Path, tuple[str, str]]]:
    for folder in folders:
        for path in sorted((folder / "messages").glob("*.txt")):
            match = _MESSAGE.fullmatch(path.name)
            if match is None:
                raise ConfigError(
                    f"{path}: a message template is named <name>.<language>.txt",
                    "Rename it, for example to known_error.fr.txt.",
                )
            yield path, (match["name"], match["language"])


@lru_cache(maxsize=512)
def _compile(environment: ImmutableSandboxedEnvironment, path: Path) -> _Message:
    source = read(path)
    subject, body = None, source
    if source.startswith(_SUBJECT):
        first, _, rest = source.partition("\n")
        subject = _template(environment, first.removeprefix(_SUBJECT), path)
        body = "\n" + rest  # the line break in front keeps the line numbers right
    return _Message(str(path), _template(environment, body, path), subject)


def _template(environment: ImmutableSandboxedEnvironment, source: str, path: Path) -> Template:
    code = environment.compile(source, path.name, str(path))
    return Template.from_code(environment, code, environment.make_globals(None))


@lru_cache(maxsize=512)
def _inline(environment: ImmutableSandboxedEnvironment, text: str) -> Template:
    """Compile a text of a rule once: a pass renders it for every ticket."""
    return environment.from_string(text)


def _place(trace: TracebackType | None) -> str:
    """Find the last line of a template that the error went through (Jinja rewrites traces)."""
    place = "text of a rule"
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.endswith((".txt", ".html")):
            place = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
