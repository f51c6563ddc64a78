"""Open the database of sdtools: SQLite file or PostgreSQL, brought up to date at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError

from sdtools.errors import StoreError
from sdtools.store.schema import REVISION, metadata
from sdtools.store.trouble import explained

__all__ = ["Database", "open_database"]

_KNOWN = "Write sqlite:///sdtools.db, or postgresql+psycopg://user@host/name."
_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_SECONDS = 10
_LOG_PAGES = 16_384  # of SQLite's log, 64 MB: a page changed by many commits is moved once
_ALEMBICS = """CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"""  # as alembic makes it
_MIGRATION_LOCK = 7302741  # any number: names the advisory lock of PostgreSQL


class Database:
    """An open database; everything in one ``with`` of :meth:`begin` is kept or nothing is."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        url = engine.url
        self.place = str(url.database or "in memory")
        if url.host:
            self.place = f"{url.host}/{url.database}"

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Give a connection that may write, and commit at the end; raises StoreError."""
        with explained(self.place), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one moment of the database and waits for no writer."""
        options = {"sdtools_reading": True, "isolation_level": self._snapshot}
        with (
            explained(self.place),
            self.engine.connect().execution_options(**_given(options)) as connection,
            connection.begin(),
        ):
            yield connection

    @property
    def _snapshot(self) -> str | None:
        return "REPEATABLE READ" if self.engine.dialect.name == "postgresql" else None

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Database({self.place!r})"


def open_database(url: str) -> Database:
    """Open the database, make its file if need be (for its owner only), and bring it up to date.

    Raises StoreError for an unknown kind of database, a missing driver, and whatever keeps the
    file or server from being used.
    """
    known = _known_url(url)
    if known.get_backend_name() == "sqlite":
        _make_file(known)
    database = Database(_engine(known))
    try:
        _bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    return database


def _known_url(url: str) -> URL:
    try:
        known = make_url(url)
    except ArgumentError as error:  # its text quotes the url, password and all
        raise StoreError("the url of the database cannot be read", _KNOWN) from error
    if known.drivername in ("postgres", "postgresql"):
        return known.set(drivername="postgresql+psycopg")
    if known.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise StoreError(f"sdtools cannot use a database of kind {known.drivername!r}", _KNOWN)
    return known


def _make_file(url: URL) -> None:
    """Make the file with mode 0600 before SQLite makes it for everybody: it holds people's data."""
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        return
    path = Path(url.database)
    try:
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        advice = f"Create the folder {path.parent}, or give the account the right to write there."
        raise StoreError(f"the database {path} cannot be made: {error.strerror}", advice) from error


def _engine(url: URL) -> Engine:
    seconds = "timeout" if url.get_backend_name() == "sqlite" else "connect_timeout"
    try:
        engine = create_engine(
            url, hide_parameters=True, pool_pre_ping=True, connect_args={seconds: _BUSY_SECONDS}
        )
    except ModuleNotFoundError as error:
        raise StoreError(
            f"the driver {error.name!r} of this database is not installed",
            "Install it: pip install 'sdtools[postgres]'.",
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(raw: Any, record: object) -> None:  # noqa: ARG001 (SQLAlchemy's signature)
    raw.isolation_level = None  # the driver begins no transactions of its own: we do
    if raw.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")  # what is committed survives a power cut too
    raw.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
    raw.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("sdtools_reading")
    # Taking the write lock at once waits for its turn; taking it halfway would fail instead.
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _bring_up_to_date(database: Database) -> None:
    with database.reading() as connection:
        if _revision(connection) == REVISION:
            return
    with database.begin() as connection:
        if connection.dialect.name == "postgresql":
            lock = text("SELECT pg_advisory_xact_lock(:number)")
            connection.execute(lock, {"number": _MIGRATION_LOCK})
        _migrate(database, connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(database: Database, connection: Connection) -> None:
    """Make the tables of an empty database as they are now; bring those of an older one there."""
    if not inspect(connection).get_table_names():
        metadata.create_all(connection)  # without alembic, which takes its time to load
        connection.execute(text(_ALEMBICS))
        connection.execute(text("INSERT INTO alembic_version VALUES (:it)"), {"it": REVISION})
        return
    _upgrade(database, connection)


def _upgrade(database: Database, connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    found = _revision(connection)
    try:
        if found is not None:
            ScriptDirectory.from_config(config).get_revision(found)
    except CommandError as error:
        raise StoreError(
            f"the database {database.place} was made by a newer sdtools (schema {found})",
            "Update sdtools, or name another database.",
        ) from error
    if found is None:
        raise StoreError(
            f"the database {database.place} holds tables of another program",
            "Name a database of its own for sdtools.",
        )
    command.upgrade(config, "head")
