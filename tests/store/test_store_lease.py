"""One run at a time holds a desk, and a dead one loses it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from sdtools.errors import LeaseError
from sdtools.model.memory import RuleMemory
from sdtools.plan import Change, Outcome, OutcomeState
from sdtools.store.database import Database
from sdtools.store.journal import Journal
from sdtools.store.lease import TTL, Lease
from sdtools.store.memory import MemoryStore

SECOND = timedelta(seconds=1)


def test_a_second_run_is_told_who_holds_the_desk_since_when(
    database: Database, now: datetime
) -> None:
    with Lease(database, "glpi").acquire("host-a pid 7", now):
        with pytest.raises(LeaseError) as caught:
            Lease(database, "glpi").acquire("host-b pid 8", now + SECOND)
        assert "host-a pid 7, since 2026-11-22T07:30:00+00:00" in str(caught.value)
        assert "07:32:00" in caught.value.advice


def test_another_desk_is_free(database: Database, now: datetime) -> None:
    with Lease(database, "glpi").acquire("a", now), Lease(database, "snow").acquire("b", now):
        pass


def test_a_lease_is_given_back_at_the_end_and_after_an_error(
    database: Database, now: datetime
) -> None:
    lease = Lease(database, "glpi")
    with pytest.raises(ZeroDivisionError), lease.acquire("a", now):
        _ = 1 / 0
    assert not lease.holds(now)
    with Lease(database, "glpi").acquire("b", now) as other:
        assert other.holds(now)


def test_a_heartbeat_keeps_the_lease(database: Database, now: datetime) -> None:
    with Lease(database, "glpi").acquire("a", now) as lease:
        lease.heartbeat(now + TTL - SECOND)
        assert lease.holds(now + TTL + SECOND)
        with pytest.raises(LeaseError):
            Lease(database, "glpi").acquire("b", now + TTL + SECOND)
        assert not lease.holds(now + 2 * TTL)


def test_a_dead_owner_loses_the_lease_and_notices_when_it_wakes_up(
    database: Database, now: datetime
) -> None:
    dead = Lease(database, "glpi").acquire("a", now)
    late = now + TTL
    with Lease(database, "glpi").acquire("b", late) as heir:
        assert heir.token > dead.token
        assert not dead.holds(late)
        with pytest.raises(LeaseError, match="lost the desk"):
            dead.heartbeat(late)
        dead.release()
        assert heir.holds(late)


def test_a_run_that_lost_its_lease_writes_nothing_over_what_its_successor_knows(
    database: Database, now: datetime, make_change: Callable[..., Change]
) -> None:
    sleeper, successor = Lease(database, "glpi"), Lease(database, "glpi")
    journal, change = Journal(database, "glpi", sleeper.acquire("one", now)), make_change("1")
    run = journal.begin("apply", None, now)
    journal.intend(run, [change], now)
    successor.acquire("two", now + 2 * TTL)
    fired = RuleMemory(rule="vip", ticket="1", episode=1, active=True, began=now)
    with pytest.raises(LeaseError):
        journal.intend(run, [make_change("2")], now)
    with pytest.raises(LeaseError):
        done = Outcome(change=change, state=OutcomeState.applied)
        journal.settle(run, [done], [fired], [], now)
    journal.end(run, now, 1, memory=[fired])
    assert journal.unsettled() == (change,)
    assert MemoryStore(database, "glpi").load(now).rules == {}
    assert journal.run(run).summary.ended == now


def test_the_token_rises_with_every_owner(database: Database, now: datetime) -> None:
    tokens = []
    for _ in range(3):
        with Lease(database, "glpi").acquire("a", now) as lease:
            tokens.append(lease.token)
    assert tokens == sorted(set(tokens))


def test_a_lease_can_be_short(database: Database, now: datetime) -> None:
    Lease(database, "glpi").acquire("a", now, ttl=SECOND)
    with Lease(database, "glpi").acquire("b", now + SECOND) as lease:
        assert lease.holds(now + SECOND)


HOLDER = """
import sys
from datetime import datetime
from sdtools.errors import LeaseError
from sdtools.store.database import open_database
from sdtools.store.lease import Lease
with open_database(sys.argv[1]) as database:
    sys.stdin.readline()
    try:
        Lease(database, "glpi").acquire("another process", datetime.fromisoformat(sys.argv[2]))
    except LeaseError as error:
        print("refused", flush=True)
    else:
        print("held", flush=True)
    sys.stdin.readline()
"""


def _start(url: str, now: datetime) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLDER, url, now.isoformat()]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)


def _say(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def _hear(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_of_two_processes_that_want_it_at_once_one_gets_it(
    url: str, database: Database, now: datetime
) -> None:
    with _start(url, now) as one, _start(url, now) as two:
        _say(one)
        _say(two)
        assert sorted([_hear(one), _hear(two)]) == ["held", "refused"]
        one.kill()
        two.kill()
    with pytest.raises(LeaseError, match="another process"):
        Lease(database, "glpi").acquire("we", now + SECOND)
    with Lease(database, "glpi").acquire("we", now + TTL) as lease:
        assert lease.token == 2
