"""Template files: where they lie, how they are read, and how their mistakes are told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sdtools.errors import ConfigError, Mistake

__all__ = ["complain", "mistake", "packed_templates", "read"]


def packed_templates() -> Path:
    """Return the folder of the templates that come with sdtools, in a wheel or in a checkout."""
    package = Path(__file__).parents[1]
    packed = package / "_templates"
    return packed if packed.is_dir() else package.parent / "templates"


def read(path: Path) -> str:
    """Read a file of text; raises ConfigError that names it."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text", "Save the file as UTF-8.") from error
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error


def mistake(file: str, line: int, message: str, hint: str = "") -> Mistake:
    """Name a mistake in a template by its file and line."""
    return Mistake(file=file, line=line, column=1, code="template", message=message, hint=hint)


def complain(mistakes: Sequence[Mistake]) -> None:
    """Raise one ConfigError that holds all mistakes, if there are any."""
    if mistakes:
        lines = "\n".join(str(each) for each in mistakes)
        raise ConfigError(lines, "Mend the template.", tuple(mistakes))
