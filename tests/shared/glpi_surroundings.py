"""What was done to the real GLPI around some recorded calls, done to the embedded one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from glpi_recordings import Recording
from glpi_replay import Replay

__all__ = ["surrounded"]


_TECHNICIAN = 4  # the user whose account was tried
_TOO_BIG = 25 * 1024 * 1024  # octets; the recording keeps the first few


def _setting(run: Replay, name: str, value: str) -> None:
    database = run.desk.database
    row = database.rows("Config", "name = ?", (name,))[0]
    database.update("Config", row["id"], {"value": value})


@contextmanager
def _set(run: Replay, name: str, value: str, usual: str) -> Iterator[None]:
    _setting(run, name, value)
    yield
    _setting(run, name, usual)


@contextmanager
def _row(run: Replay, itemtype: str, items_id: int, **changed: object) -> Iterator[None]:
    database = run.desk.database
    usual = database.row(itemtype, items_id) or {}
    database.update(itemtype, items_id, changed)
    yield
    database.update(itemtype, items_id, {name: usual[name] for name in changed})


@contextmanager
def _away(run: Replay, itemtype: str, where: str) -> Iterator[None]:
    database = run.desk.database
    rows = database.rows(itemtype, where)
    database.delete(itemtype, where, ())
    yield
    database.load([(itemtype, row) for row in rows])


@contextmanager
def _without_tickets(run: Replay) -> Iterator[None]:
    with run.desk.database.lock:
        run.desk.database.select("ALTER TABLE glpi_tickets RENAME TO glpi_tickets_away")
    yield
    with run.desk.database.lock:
        run.desk.database.select("ALTER TABLE glpi_tickets_away RENAME TO glpi_tickets")


@contextmanager
def _database_down(run: Replay) -> Iterator[None]:
    run.desk.application.outages.database = True
    yield
    run.desk.application.outages.database = False


@contextmanager
def _php_down(run: Replay) -> Iterator[None]:
    run.desk.application.outages.php = True
    yield
    run.desk.application.outages.php = False


_BY_NAME: tuple[tuple[str, Callable[[Replay], AbstractContextManager[None]]], ...] = (
    ("env.api_disabled", lambda run: _set(run, "enable_api", "0", "1")),
    ("env.credentials_disabled",
     lambda run: _set(run, "enable_api_login_credentials", "0", "1")),
    ("env.external_token_disabled",
     lambda run: _set(run, "enable_api_login_external_token", "0", "1")),
    ("env.ip_not_allowed",
     lambda run: _row(run, "APIClient", 1, ipv4_range_start=1, ipv4_range_end=2)),
    ("env.client_inactive", lambda run: _row(run, "APIClient", 1, is_active=0)),
    ("env.maintenance", lambda run: _set(run, "maintenance_mode", "1", "0")),
    ("env.user_inactive", lambda run: _row(run, "User", _TECHNICIAN, is_active=0)),
    ("env.session_of_deactivated", lambda run: _row(run, "User", _TECHNICIAN, is_active=0)),
    ("env.user_deleted", lambda run: _row(run, "User", _TECHNICIAN, is_deleted=1)),
    ("env.user_without_profile",
     lambda run: _away(run, "Profile_User", f"users_id = {_TECHNICIAN}")),
    ("env.sql_table_missing", _without_tickets),
    ("env.db_down", _database_down),
    ("env.php_fpm_down", _php_down),
)  # fmt: skip


def _grown(call: Recording) -> Recording:
    """Give an upload back the size that its recording only names."""
    files = {name: [part[0], part[1].ljust(_TOO_BIG, "x"), part[2]]
             for name, part in call["request"]["files"].items()}  # fmt: skip
    return {**call, "request": {**call["request"], "files": files}}


@contextmanager
def surrounded(run: Replay, call: Recording) -> Iterator[Recording]:
    """Give a call as it was sent, in the state that its name says the GLPI was in."""
    name = str(call["name"])
    run.open_ahead(call)
    if name == "env.session_expired":
        run.end_session(call)
    if name.startswith("env.upload"):
        call = _grown(call)
    states = (state for prefix, state in _BY_NAME if name.startswith(prefix))
    with next(states, lambda _: nullcontext())(run):
        yield call
