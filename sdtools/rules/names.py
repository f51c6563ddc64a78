"""Find what rules call by name in a desk's directory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sdtools.model.people import Directory
from sdtools.rules.identity import once_per_object
from sdtools.rules.values import Refers
from sdtools.rules.wording import did_you_mean, fold, path_key

__all__ = ["Names", "names_of"]

_BELOW = " > "


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names of one part of a directory (groups, categories...), as rules may write them."""

    ids: Mapping[str, tuple[str, ...]]  # by path_key of the full path
    paths: Mapping[str, tuple[str, ...]]  # full paths by path_key of their last name
    written: tuple[str, ...]  # full paths as the desk writes them

    def meant(self, name: str) -> tuple[str, ...]:
        """Return the full paths (as keys) that a name means; more than one is ambiguous.

        A full path wins over a last name, so that a name at the top of a tree can be said at all.
        """
        key = path_key(name)
        if key in self.ids:
            return (key,)
        return () if _BELOW in key else self.paths.get(key, ())

    def found(self, name: str) -> tuple[str, ...]:
        """Return the ids that a name means: several when entities use the same full path."""
        return tuple(one for path in self.meant(name) for one in self.ids[path])

    def suggestion(self, name: str) -> str:
        """Return "did you mean 'x'?" for the nearest name, or nothing."""
        ends = (path.rsplit(_BELOW, 1)[-1] for path in self.written)
        return did_you_mean(name, self.written) or did_you_mean(name, ends)


def names_of(directory: Directory, part: Refers) -> Names:
    """Return the names of one part of a directory; worked out once, when they are asked for."""
    known = _known_names(directory)
    names = known.get(part)
    if names is None:
        names = known[part] = _names(directory, part)
    return names


@once_per_object(8)
def _known_names(directory: Directory) -> dict[Refers, Names]:  # noqa: ARG001 (its identity counts)
    return {}


def _names(directory: Directory, part: Refers) -> Names:
    match part:
        case "category":
            return _tree((one.id, one.path) for one in directory.categories.values())
        case "location":
            return _tree((one.id, one.path) for one in directory.locations.values())
        case "entity":
            return _tree((one.id, one.path) for one in directory.entities.values())
        case "group":
            return _tree((one.id, one.path or one.name) for one in directory.groups.values())
        case "item":
            return _tree((one.id, one.name) for one in directory.items.values())
        case "person":
            return _people(directory)
    raise KeyError(part)  # "": a fact that names nothing of the directory


def _tree(nodes: Iterable[tuple[str, str]]) -> Names:
    ids: dict[str, tuple[str, ...]] = {}
    paths: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    written = []
    for node_id, path in nodes:
        key = path_key(path)
        if key not in ids:
            paths[key.rsplit(_BELOW, 1)[-1]] += (key,)
            written.append(path)
        ids[key] = (*ids.get(key, ()), node_id)
    return Names(ids=ids, paths=paths, written=tuple(written))


def _people(directory: Directory) -> Names:
    """Index people by login, name and mail address; their own id is the only path."""
    ids = {fold(person.id): (person.id,) for person in directory.people.values()}
    paths: dict[str, tuple[str, ...]] = {}
    for person in directory.people.values():
        for name in {fold(person.login), fold(person.name), fold(person.email)} - {""}:
            paths[name] = (*paths.get(name, ()), fold(person.id))
    logins = tuple(person.login for person in directory.people.values())
    names = tuple(person.name for person in directory.people.values())
    return Names(ids=ids, paths=paths, written=(*logins, *names))
