"""A database opens, migrates, survives a kill, and says what is wrong in words people can use."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

import sdtools.store.database
from sdtools.errors import StoreError
from sdtools.model.ticket import Ticket
from sdtools.store.database import Database, open_database
from sdtools.store.mirror import Mirror
from sdtools.store.schema import REVISION, metadata

MakeTicket = Callable[..., Ticket]
MIGRATIONS = Path(sdtools.store.database.__file__).parent / "migrations"


def test_an_empty_database_gets_the_tables_of_the_schema(database: Database) -> None:
    assert _differences(database) == []
    with database.reading() as connection:
        made = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    assert made == [REVISION]


@pytest.mark.parametrize("begin", ["0001", "0002", "0003", "0004", "0005"])
def test_migrations_bring_an_older_database_to_the_tables_of_the_schema(
    url: str, begin: str
) -> None:
    _migrated(url, begin)
    with open_database(url) as database:
        assert _differences(database) == []


def test_an_empty_database_is_made_as_the_migrations_make_it(tmp_path: Path) -> None:
    made, migrated = (f"sqlite:///{tmp_path / name}.db" for name in ("made", "migrated"))
    open_database(made).close()
    _migrated(migrated, "head")
    assert _tables(made) == _tables(migrated)


def _differences(database: Database) -> object:
    with database.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        return compare_metadata(context, metadata)


def _migrated(url: str, revision: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        command.upgrade(config, revision)
    engine.dispose()


def _tables(url: str) -> dict[str, str]:
    engine = create_engine(url)
    with engine.begin() as connection:
        found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql != ''"))
        tables = {name: "".join(sql.split()) for name, sql in found}
    engine.dispose()
    return tables


def test_the_schema_names_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION


def test_opening_a_second_time_keeps_everything(
    url: str, make_ticket: MakeTicket, now: datetime
) -> None:
    with open_database(url) as database:
        Mirror(database, "glpi").upsert_tickets([make_ticket()], now)
    with open_database(url) as database:
        assert Mirror(database, "glpi").tickets() == (make_ticket(),)


def test_the_file_and_its_companions_are_for_their_owner_only(
    tmp_path: Path, make_ticket: MakeTicket, now: datetime
) -> None:
    with open_database(f"sqlite:///{tmp_path / 'people.db'}") as database:
        Mirror(database, "glpi").upsert_tickets([make_ticket()], now)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"people.db": 0o600, "people.db-wal": 0o600, "people.db-shm": 0o600}


def test_sqlite_writes_ahead_waits_for_others_and_checks_foreign_keys(
    sqlite_database: Database,
) -> None:
    names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    with sqlite_database.reading() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]
    assert found == ["wal", 2, 1, 10_000]


def test_an_error_undoes_the_whole_transaction(database: Database, now: datetime) -> None:
    row = {"desk": "glpi", "tier": "tickets", "at": now}
    with pytest.raises(ZeroDivisionError), database.begin() as connection:
        connection.execute(metadata.tables["cursors"].insert().values(**row))
        _ = 1 / 0
    assert Mirror(database, "glpi").cursor("tickets") is None


def test_a_reader_does_not_wait_for_a_writer_and_sees_one_moment(
    database: Database, make_ticket: MakeTicket, now: datetime
) -> None:
    count = text("SELECT count(*) FROM tickets")
    with database.reading() as reader:
        assert reader.execute(count).scalar() == 0
        Mirror(database, "glpi").upsert_tickets([make_ticket()], now)
        assert reader.execute(count).scalar() == 0


KILLED = """
import sys
from sdtools.store.database import open_database
with open_database(sys.argv[1]) as database:
    with database.begin() as connection:
        connection.exec_driver_sql("INSERT INTO cursors VALUES ('glpi', 'tickets', 1)")
    with database.begin() as connection:
        connection.exec_driver_sql("INSERT INTO cursors VALUES ('glpi', 'comments', 1)")
        print("halfway", flush=True)
        sys.stdin.read()
"""


def test_a_kill_keeps_what_was_committed_and_nothing_else(url: str) -> None:
    open_database(url).close()
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "halfway\n"
        process.kill()
    assert process.returncode == -signal.SIGKILL
    with open_database(url) as database:
        mirror = Mirror(database, "glpi")
        assert mirror.cursor("tickets") is not None
        assert mirror.cursor("comments") is None


def test_a_full_disk_loses_nothing_and_says_so(
    sqlite_database: Database, make_ticket: MakeTicket, now: datetime
) -> None:
    mirror = Mirror(sqlite_database, "glpi")
    mirror.upsert_tickets([make_ticket("1")], now)
    with sqlite_database.begin() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    much = [make_ticket(str(id), description="x" * 5000) for id in range(2, 50)]
    with pytest.raises(StoreError, match="the disk is full") as caught:
        mirror.upsert_tickets(much, now)
    assert "Free some space" in caught.value.advice
    assert mirror.tickets() == (make_ticket("1"),)
    with sqlite_database.begin() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 100000")
    assert mirror.upsert_tickets(much, now).new == 48


def test_a_database_locked_by_another_process_is_a_store_error(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with open_database(url) as holder, open_database(url) as other:
        with other.reading() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        with (
            holder.begin(),
            pytest.raises(StoreError, match="locked by another process"),
            other.begin(),
        ):
            pytest.fail("two writers at once")


def test_a_file_that_may_not_be_written_is_a_store_error(tmp_path: Path, now: datetime) -> None:
    open_database(f"sqlite:///{tmp_path / 'store.db'}").close()
    url = f"sqlite:///file:{tmp_path / 'store.db'}?mode=ro&uri=true"
    with (
        open_database(url) as database,
        pytest.raises(StoreError, match="may not be written") as caught,
    ):
        Mirror(database, "glpi").set_cursor("tickets", now)
    assert "right to read and write" in caught.value.advice


def test_a_file_that_is_no_database_is_a_store_error_and_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("These are my notes, not a database. " * 100)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="is not a database") as caught:
        open_database(f"sqlite:///{path}")
    assert caught.value.advice
    assert path.read_bytes() == before


def test_a_folder_that_is_not_there_is_a_store_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be made") as caught:
        open_database(f"sqlite:///{tmp_path / 'nowhere' / 'store.db'}")
    assert "Create the folder" in caught.value.advice


def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    with open_database(url) as database, database.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"newer sdtools \(schema 9999\)") as caught:
        open_database(url)
    assert "Update sdtools" in caught.value.advice


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with open_database(url) as database, database.begin() as connection:
        for table in [*metadata.tables, "alembic_version"]:
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("CREATE TABLE songs (title TEXT)")
    with pytest.raises(StoreError, match="tables of another program"):
        open_database(url)


def test_postgresql_is_tested_too_where_there_is_a_server(database: Database) -> None:
    if "SDTOOLS_TEST_POSTGRES" not in os.environ:
        pytest.skip("set SDTOOLS_TEST_POSTGRES=postgresql+psycopg://... to test on PostgreSQL")
    assert database.engine.dialect.name in {"sqlite", "postgresql"}


@pytest.mark.parametrize("url", ["mysql://root:s3cret@db/x", "sqlite3:///x.db", "nonsense", ""])
def test_an_unknown_kind_of_database_is_a_store_error_without_the_password(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_database(url)
    assert "sqlite:///" in caught.value.advice
    assert "s3cret" not in str(caught.value)


NO_DRIVER = """
import sys
sys.modules["psycopg"] = None
from sdtools.errors import StoreError
from sdtools.store.database import open_database
try:
    open_database("postgresql://somebody:s3cret@127.0.0.1:1/x")
except StoreError as error:
    print(error, error.advice)
"""


def test_a_missing_driver_is_named_with_the_way_to_install_it() -> None:
    command = [sys.executable, "-c", NO_DRIVER]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "'psycopg'" in said
    assert "pip install 'sdtools[postgres]'" in said
    assert "s3cret" not in said


def test_a_server_that_is_down_is_a_store_error_without_the_password() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StoreError, match="cannot be reached") as caught:
        open_database("postgresql+psycopg://somebody:s3cret@127.0.0.1:1/x")
    assert "s3cret" not in str(caught.value)


def test_a_database_does_not_show_its_password() -> None:
    pytest.importorskip("psycopg")
    from sqlalchemy import create_engine

    database = Database(create_engine("postgresql+psycopg://somebody:s3cret@127.0.0.1:1/x"))
    assert repr(database) == "Database('127.0.0.1/x')"


OPENED = """
import sys
from sdtools.store.database import open_database
sys.stdin.readline()
open_database(sys.argv[1]).close()
"""


def test_several_processes_can_open_an_empty_database_at_once(url: str) -> None:
    command = [sys.executable, "-c", OPENED, url]
    pipe = subprocess.PIPE
    started = [subprocess.Popen(command, stdin=pipe, stderr=pipe, text=True) for _ in range(3)]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate()[1] for process in started]
    assert said == ["", "", ""]
    with open_database(url) as database:
        assert Mirror(database, "glpi").tickets() == ()
