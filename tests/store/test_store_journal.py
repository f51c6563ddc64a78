"""The journal knows what was intended, what came of it, and what nobody knows."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from sdtools.errors import StoreError, UsageError
from sdtools.model.effects import Comment, Notify, Webhook
from sdtools.model.memory import RuleMemory, Written
from sdtools.model.message import Message
from sdtools.plan import Change, Outcome, OutcomeState, Plan
from sdtools.store.database import Database, open_database
from sdtools.store.journal import Journal, find_run, runs_of_all
from sdtools.store.memory import MemoryStore
from sdtools.store.outbox import MessageState, Outbox
from sdtools.store.plans import plan_to_json
from sdtools.store.schema import changes
from sdtools.store.statistics import read_statistics

MakeChange = Callable[..., Change]
MakePlan = Callable[..., Plan]

MINUTE = timedelta(minutes=1)


@pytest.fixture
def journal(database: Database) -> Journal:
    return Journal(database, "glpi")


def applied(change: Change, **given: object) -> Outcome:
    return replace(Outcome(change=change, state=OutcomeState.applied), **given)  # type: ignore[arg-type]  # any field, by name


def test_a_run_is_named_after_its_time_in_utc(journal: Journal, now: datetime) -> None:
    assert re.fullmatch(r"r-20261122-073000-[0-9a-f]{4}", journal.begin("apply", None, now))


def test_a_run_tells_its_plan_its_changes_and_what_came_of_them(
    journal: Journal, make_plan: MakePlan, make_change: MakeChange, now: datetime
) -> None:
    one, two = make_change("1"), make_change("2")
    run = journal.begin("apply", make_plan(one, two), now)
    journal.intend(run, [one, two], now)
    journal.settle(run, [applied(one, detail="ok", found="high")], [], [], now + MINUTE)
    journal.end(run, now + 2 * MINUTE, 17)
    record = journal.run(run)
    summary = record.summary
    assert (summary.kind, summary.plan, summary.rulebook) == ("apply", "p-1", "abc")
    assert (summary.planned, summary.requests, summary.error) == (2, 17, "")
    assert (summary.began, summary.ended) == (now, now + 2 * MINUTE)
    assert summary.counts == {"applied": 1, "unclear": 1}
    unclear, done = record.changes
    in_turn = now + timedelta(microseconds=1)  # the order of the plan is the order of the times
    assert (unclear.ticket, unclear.state, unclear.at) == ("2", None, in_turn)
    assert (done.ticket, done.state, done.at) == ("1", OutcomeState.applied, now + MINUTE)
    assert (done.before, done.after, done.detail, done.found) == ("medium", "high", "ok", "high")
    assert done.why == one.why


def test_what_was_intended_without_an_outcome_comes_back_whole(
    journal: Journal, make_change: MakeChange, now: datetime
) -> None:
    one, two = make_change("1"), make_change("2", effect=Comment(text="Bonjour", public=True))
    run = journal.begin("apply", None, now)
    journal.intend(run, [one], now)
    journal.intend(run, [two], now + MINUTE)
    assert journal.unsettled() == (one, two)
    journal.settle(run, [applied(one)], [], [], now + MINUTE)
    assert journal.unsettled() == (two,)


def test_a_journal_of_an_earlier_sdtools_is_brought_up_to_date(
    url: str, make_change: MakeChange, now: datetime
) -> None:
    change = make_change()
    with open_database(url) as database:
        journal = Journal(database, "glpi")
        run = journal.begin("apply", None, now)
        journal.intend(run, [change], now)
        journal.settle(run, [applied(change, found="high")], [], [], now)
        journal.end(run, now + MINUTE, 3)
        with database.begin() as connection:  # back to the second migration
            for table in ("pauses", "observations", "edits"):
                connection.execute(text(f"DROP TABLE {table}"))
            connection.execute(text("ALTER TABLE runs DROP COLUMN rules"))
            connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
            (kept,) = connection.execute(text("SELECT document FROM changes")).scalars()
            earlier = {name: value for name, value in json.loads(kept).items() if name != "moved"}
            renewed = {"document": json.dumps(earlier)}
            connection.execute(text("UPDATE changes SET document = :document"), renewed)
    with open_database(url) as database:
        journal = Journal(database, "glpi")
        (summary,) = journal.runs()
        assert (summary.id, summary.rules, summary.counts) == (run, (), {"applied": 1})
        ((done, found),) = journal.done_in(run)
        assert (done.key, done.moved, found) == (change.key, {}, "high")
        assert set(read_statistics(database, "glpi")) == {change.rule}
        again = journal.begin("apply", None, now + MINUTE)
        assert [one.id for one in journal.runs()] == [again, run]


def test_other_desks_do_not_see_it(
    database: Database, journal: Journal, make_change: MakeChange, now: datetime
) -> None:
    run = journal.begin("apply", None, now)
    journal.intend(run, [make_change()], now)
    other = Journal(database, "snow")
    assert other.unsettled() == ()
    assert other.runs() == ()
    with pytest.raises(UsageError):
        other.run(run)
    assert find_run(database, run).summary.desk == "glpi"


def test_a_later_run_settles_what_an_earlier_one_left_open(
    journal: Journal, make_change: MakeChange, now: datetime
) -> None:
    change = make_change()
    killed = journal.begin("apply", None, now)
    journal.intend(killed, [change], now)
    later = journal.begin("apply", None, now + MINUTE)
    journal.settle(later, [applied(change, detail="found")], [], [], now + MINUTE)
    assert journal.unsettled() == ()
    assert journal.run(killed).summary.counts == {"applied": 1}
    assert journal.run(later).changes == ()


def test_a_change_intended_twice_is_applied_once(
    journal: Journal, make_change: MakeChange, now: datetime
) -> None:
    change = make_change()
    killed = journal.begin("apply", None, now)
    journal.intend(killed, [change], now)
    later = journal.begin("apply", None, now + MINUTE)
    journal.intend(later, [change], now + MINUTE)
    journal.settle(later, [applied(change)], [], [], now + MINUTE)
    assert journal.unsettled() == ()
    assert journal.run(killed).summary.counts == {"failed": 1}
    assert journal.run(killed).changes[0].detail == f"settled in {later}"
    assert [one.run for one in journal.settled_between(now, now + 2 * MINUTE)] == [later]


def test_an_outcome_that_was_never_intended_belongs_to_its_run(
    journal: Journal, make_change: MakeChange, now: datetime
) -> None:
    run = journal.begin("apply", None, now)
    stale = Outcome(change=make_change(), state=OutcomeState.stale, detail="status moved")
    journal.settle(run, [stale], [], [], now)
    assert journal.run(run).summary.counts == {"stale": 1}
    assert journal.run(run).changes[0].detail == "status moved"


def test_outcome_memory_and_mail_are_kept_together(
    database: Database, journal: Journal, make_change: MakeChange, now: datetime
) -> None:
    run = journal.begin("apply", None, now)
    change = make_change()
    journal.intend(run, [change], now)
    memory = RuleMemory(rule=change.rule, ticket="1", episode=1, active=True)
    mail = Message(key="k", to=("a@example.org",), subject="S", text="T", made=now)
    journal.settle(run, [applied(change)], [memory], [mail], now)
    assert MemoryStore(database, "glpi").load(now).rules == {(change.rule, "1"): memory}
    assert Outbox(database).due(now)[0].message == mail


def test_a_settlement_that_fails_halfway_leaves_nothing(
    database: Database, journal: Journal, make_change: MakeChange, now: datetime
) -> None:
    run = journal.begin("apply", None, now)
    change = make_change()
    journal.intend(run, [change], now)
    written = Written(field="urgency", value="high", at=now.replace(tzinfo=None))
    unkeepable = RuleMemory(rule=change.rule, ticket="1", written=(written,))
    with pytest.raises(TypeError):
        journal.settle(run, [applied(change)], [unkeepable], [], now)
    assert journal.unsettled() == (change,)
    assert MemoryStore(database, "glpi").load(now).rules == {}
    assert Outbox(database).counts()[MessageState.waiting] == 0


def test_a_change_of_a_run_that_was_never_begun_is_a_store_error(
    journal: Journal, make_change: MakeChange, now: datetime
) -> None:
    with pytest.raises(StoreError):
        journal.intend("r-none", [make_change(title="Salaire de Marie")], now)


def test_an_error_of_the_database_shows_nothing_of_the_row(
    journal: Journal, make_change: MakeChange, now: datetime
) -> None:
    with pytest.raises(StoreError) as caught:
        journal.intend("r-none", [make_change(title="Salaire de Marie")], now)
    assert "Marie" not in f"{caught.value} {caught.value.advice} {caught.value.__cause__}"


def test_texts_are_dropped_once_the_outcome_is_known(
    database: Database, journal: Journal, make_change: MakeChange, now: datetime
) -> None:
    private = "Salaire de Marie"
    comment = make_change("1", effect=Comment(text=private), title=private)
    notify = make_change(
        "2",
        effect=Notify(to=("a@example.org",), subject=private, text=private),
        basis={"title": private},
    )
    run = journal.begin("apply", None, now)
    journal.intend(run, [comment, notify], now)
    journal.settle(run, [applied(comment), applied(notify)], [], [], now)
    with database.reading() as connection:
        kept = connection.execute(select(changes.c.document)).scalars().all()
    assert len(kept) == 2
    assert not any("Marie" in document for document in kept)
    assert {one.field for one in journal.run(run).changes} == {"urgency"}


def test_the_secret_in_the_address_of_a_webhook_is_never_kept(
    database: Database, journal: Journal, make_change: MakeChange, now: datetime
) -> None:
    effect = Webhook(url="https://user:pw@hooks.example.org/T0/s3cret?key=1", body="{}")
    run = journal.begin("apply", None, now)
    journal.intend(run, [make_change(effect=effect)], now)
    assert journal.unsettled()[0].effect == Webhook(url="https://hooks.example.org", body="{}")


def test_runs_are_shown_newest_first_and_for_all_desks_together(
    database: Database, journal: Journal, now: datetime
) -> None:
    first = journal.begin("baseline", None, now)
    second = journal.begin("apply", None, now + MINUTE)
    third = Journal(database, "snow").begin("apply", None, now + 2 * MINUTE)
    assert [run.id for run in journal.runs()] == [second, first]
    assert [run.id for run in journal.runs(1)] == [second]
    assert [run.id for run in runs_of_all(database)] == [third, second, first]


def test_a_run_that_is_not_there_is_a_usage_error(database: Database, journal: Journal) -> None:
    for look in (journal.run, lambda id: find_run(database, id)):
        with pytest.raises(UsageError, match="there is no run 'r-1'"):
            look("r-1")


def test_the_last_good_pass_ended_without_an_error(journal: Journal, now: datetime) -> None:
    assert journal.last_good() is None
    good = journal.begin("apply", None, now)
    journal.end(good, now + MINUTE, 1)
    failed = journal.begin("apply", None, now + 2 * MINUTE)
    journal.end(failed, now + 3 * MINUTE, 1, error="the desk is down")
    undone = journal.begin("undo", None, now + 4 * MINUTE)
    journal.end(undone, now + 5 * MINUTE, 1)
    journal.begin("apply", None, now + 6 * MINUTE)
    assert journal.last_good() == now
    assert journal.last_good(("undo",)) == now + 4 * MINUTE


def test_a_report_sees_what_was_settled_in_its_time(
    journal: Journal, make_change: MakeChange, now: datetime
) -> None:
    run = journal.begin("apply", None, now)
    for minutes, state in enumerate(("applied", "applied", "refused", "applied")):
        outcome = Outcome(change=make_change(str(minutes)), state=OutcomeState(state))
        journal.settle(run, [outcome], [], [], now + minutes * MINUTE)
    found = journal.settled_between(now + MINUTE, now + 2 * MINUTE)
    assert [(change.ticket, change.state) for change in found] == [
        ("1", "applied"),
        ("2", "refused"),
    ]


KILLED = """
import sys
from datetime import datetime
from sdtools.store.database import open_database
from sdtools.store.journal import Journal
from sdtools.store.plans import plan_from_json
now = datetime.fromisoformat("2026-11-22T07:30:00+00:00")
with open_database(sys.argv[1]) as database:
    journal = Journal(database, "glpi")
    plan = plan_from_json(sys.stdin.readline())
    run = journal.begin("apply", plan, now)
    journal.intend(run, plan.changes, now)
    print("the request leaves", flush=True)
    sys.stdin.read()
"""


def test_an_intent_survives_a_kill(url: str, make_plan: MakePlan, make_change: MakeChange) -> None:
    plan = make_plan(make_change("1"), make_change("2"))
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(plan_to_json(plan).replace("\n", " ") + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "the request leaves\n"
        process.kill()
    assert process.returncode == -signal.SIGKILL
    with open_database(url) as database:
        unsettled = Journal(database, "glpi").unsettled()
    assert sorted(unsettled, key=lambda change: change.ticket) == list(plan.changes)
