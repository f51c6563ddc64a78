"""What every verb works with: settings, the open database, rules and templates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sdtools.config.load import load_settings
from sdtools.config.settings import DeskSettings, Settings
from sdtools.errors import ConfigError
from sdtools.rules.book import RuleBook
from sdtools.rules.language import load_rules
from sdtools.store.database import Database, open_database
from sdtools.templating import Templates

__all__ = ["Workspace", "load_book", "load_files", "open_workspace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """An open working folder."""

    settings: Settings
    database: Database
    templates: Templates


@contextmanager
def open_workspace(config: Path) -> Iterator[Workspace]:
    """Read the configuration and open its database; closes it at the end."""
    settings = load_settings(config)
    templates = Templates.load([folder for folder in settings.templates if folder.is_dir()])
    with open_database(settings.database_url()) as database:
        yield Workspace(settings=settings, database=database, templates=templates)


def load_book(desk: DeskSettings) -> RuleBook:
    """Load the rule files of a desk; RulesError carries all their mistakes."""
    return load_files(desk.rules)


def load_files(files: Sequence[Path]) -> RuleBook:
    """Load rule files that belong together; side files are relative to the first of them."""
    folder = files[0].parent

    def side_file(name: str) -> str:
        return (folder / name).read_text(encoding="utf-8")

    return load_rules([(_shown(path), _read(path)) for path in files], side_file)


def _shown(path: Path) -> str:
    """Return a path as people see it from where they stand."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        message = f"{path}: there is no such rule file"
        raise ConfigError(message, "name it in `rules:`, or make one with `sdtools init`") from None
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read: {error.strerror}", "check its rights"
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text", "save it as UTF-8") from error
