"""Check rule files: all mistakes at once, and with a desk also the names it does not know."""

from __future__ import annotations

from pathlib import Path

from sdtools.config.settings import DeskSettings
from sdtools.errors import ConfigError, Mistake
from sdtools.rules.book import RuleBook
from sdtools.rules.language import templates_used
from sdtools.rules.lint import unknown_names
from sdtools.store.database import Database
from sdtools.store.mirror import Mirror
from sdtools.templating import Templates
from sdtools.verbs.workspace import load_files, open_workspace

__all__ = ["check_configured", "check_files"]


def check_configured(config: Path, desk: str | None) -> tuple[Mistake, ...]:
    """Check the rule files of a configuration; with a desk also the names it does not know."""
    with open_workspace(config) as workspace:
        chosen = [workspace.settings.desk(desk)] if desk else workspace.settings.desks.values()
        sets = {settings.rules: settings for settings in chosen}
        mistakes = [m for files in sets for m in check_files(files, workspace.templates)]
        if not mistakes and desk:
            mistakes += check_names(workspace.settings.desk(desk), workspace.database)
    return tuple(mistakes)


def check_files(files: tuple[Path, ...], templates: Templates | None) -> tuple[Mistake, ...]:
    """Return every mistake of a set of rule files that belong together.

    Without templates, those beside the first file and the packed ones are looked at.
    """
    try:
        book = load_files(files)
    except ConfigError as error:
        if not error.mistakes:
            raise
        return error.mistakes
    beside = files[0].parent / "templates"
    known = templates or Templates.load([beside] if beside.is_dir() else [])
    return tuple(_missing_templates(book, known))


def check_names(settings: DeskSettings, database: Database) -> tuple[Mistake, ...]:
    """Return the names that a desk, as last pulled, does not know."""
    directory = Mirror(database, settings.name).directory()
    problems = unknown_names(load_files(settings.rules), directory)
    return tuple(
        Mistake(
            file=problem.place.file,
            line=problem.place.line,
            column=problem.place.column,
            code="unknown-name",
            message=problem.message,
            hint=problem.hint,
        )
        for problem in problems
    )


def _missing_templates(book: RuleBook, templates: Templates) -> list[Mistake]:
    return [
        Mistake(
            file=place.file,
            line=place.line,
            column=place.column,
            code="unknown-template",
            message=f"there is no message template {name!r}",
            hint=f"add it as templates/messages/{name}.en.txt",
        )
        for name, place in templates_used(book)
        if not templates.has(name)
    ]
