"""Turn what a database driver says into a StoreError that tells what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from sdtools.errors import StoreError

__all__ = ["explained"]

_RIGHTS = "Give the account that runs sdtools the right to read and write it."
_CONNECT = "Check host, port, name and password of `database` in sdtools.yaml, and that it runs."

# By the driver's own code: SQLite's primary result code, PostgreSQL's class or whole sqlstate.
_SQLITE = {
    sqlite3.SQLITE_BUSY: ("is locked by another process", "Wait for the other run to end."),
    sqlite3.SQLITE_LOCKED: ("is locked by another process", "Wait for the other run to end."),
    sqlite3.SQLITE_FULL: ("cannot grow: the disk is full", "Free some space and run again."),
    sqlite3.SQLITE_IOERR: ("cannot be written", "Look for a full or broken disk, then run again."),
    sqlite3.SQLITE_READONLY: ("may not be written", _RIGHTS),
    sqlite3.SQLITE_PERM: ("may not be opened", _RIGHTS),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", "Check that its folder exists. " + _RIGHTS),
    sqlite3.SQLITE_NOTADB: ("is not a database", "Name another file as `database`."),
    sqlite3.SQLITE_CORRUPT: ("is damaged", "Restore it from a backup, or move it away and pull."),
}
_POSTGRES = {
    "08": ("cannot be reached", _CONNECT),
    "28": ("refused the login", _CONNECT),
    "3D": ("does not exist on that server", "Create it: `createdb NAME`."),
    "42501": ("may not be written", "Give the role the right to create and write tables."),
    "25006": ("may not be written: it is read-only", "Name the primary server as `database`."),
    "53100": ("cannot grow: the disk is full", "Free some space and run again."),
    "53": ("is short of resources", "Free connections or memory and run again."),
    "55P03": ("is locked by another process", "Wait for the other run to end."),
    "57": ("closed the connection", "Run again once the server is back."),
}


@contextmanager
def explained(place: str) -> Iterator[None]:
    """Raise StoreError, without any value of a row, for whatever the database refuses."""
    try:
        yield
    except DBAPIError as error:
        raise _error(place, error.orig) from error
    except sqlite3.Error as error:  # raised while a connection is made
        raise _error(place, error) from error
    except SQLAlchemyError as error:
        raise StoreError(
            f"the database {place} cannot be used: {type(error).__name__}", _CONNECT
        ) from error


def _error(place: str, error: BaseException | None) -> StoreError:
    said = str(error).partition("\n")[0]  # further lines of PostgreSQL quote values of the row
    trouble, advice = _found(error)
    return StoreError(f"the database {place} {trouble} ({said})", advice)


def _found(error: BaseException | None) -> tuple[str, str]:
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest refines the primary code
        return _SQLITE.get(code, ("said no", "Look at what it said, then run again."))
    state = getattr(error, "sqlstate", None) or "08"  # no state: never got through to the server
    known = _POSTGRES.get(state) or _POSTGRES.get(state[:2])
    return known or ("said no", "Look at what it said, then run again.")
