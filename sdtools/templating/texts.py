"""The catalogue ``texts.yaml``: one key, its text in every language; the user's own words win."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import yaml

from sdtools.errors import ConfigError, Mistake
from sdtools.templating.files import complain, mistake, read

__all__ = ["FALLBACK", "LANGUAGES", "Texts", "read_texts"]

LANGUAGES = ("fr", "en")
_Fast = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml may lack
FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Texts:
    """Every text by key and language."""

    by_key: Mapping[str, Mapping[str, str]]

    def has(self, key: str) -> bool:
        """Tell whether the catalogue knows the key."""
        return key in self.by_key

    def say(self, key: str, language: str, **values: object) -> str:
        """Return the text with its ``{values}`` filled in; raises KeyError for an unknown one."""
        entry = self.by_key[key]
        return entry.get(language, entry[FALLBACK]).format_map(values)


def read_texts(folders: Sequence[Path]) -> Texts:
    """Merge the catalogues of the folders, the first one winning.

    Raises ConfigError that names every key without a text in each language.
    """
    texts: dict[str, Mapping[str, str]] = {}
    mistakes: list[Mistake] = []
    for path in (folder / "texts.yaml" for folder in reversed(folders)):
        for key, line, entry in _entries(path) if path.is_file() else ():
            texts[key] = {**texts.get(key, {}), **entry}
            missing = ", ".join(name for name in LANGUAGES if not texts[key].get(name))
            if missing:
                mistakes.append(mistake(str(path), line, f"{key!r} has no text for: {missing}"))
    complain(mistakes)
    return Texts(texts)


def _composed(path: Path) -> yaml.Node | None:
    text = read(path)
    with suppress(yaml.YAMLError):
        return yaml.compose(text, Loader=_Fast)
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)  # slower, and better at naming the line
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{path}:{line}: {error.problem}") from error


def _entries(path: Path) -> Iterator[tuple[str, int, Mapping[str, str]]]:
    """Yield each key with its line; a value that is no mapping of texts has no language."""
    root = _composed(path)
    for key, node in root.value if isinstance(root, yaml.MappingNode) else ():
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        texts = {name.value: text.value for name, text in pairs if isinstance(text.value, str)}
        yield key.value, key.start_mark.line + 1, texts
