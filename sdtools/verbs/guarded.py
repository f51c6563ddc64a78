"""What stops a plan before its first write: a pause, the first-pass question, the limits."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from sdtools.apply.guard import guard
from sdtools.config.settings import DeskSettings
from sdtools.errors import GuardError, SdtoolsError
from sdtools.model.message import Message
from sdtools.plan import Blocked, Plan
from sdtools.rules.book import RuleBook
from sdtools.store.journal import Journal
from sdtools.store.memory import MemoryStore
from sdtools.store.mirror import Mirror
from sdtools.store.outbox import Outbox
from sdtools.store.plans import PlanShelf
from sdtools.verbs.plan import rule_limits, save_plan
from sdtools.verbs.send import send_due
from sdtools.verbs.workspace import Workspace

__all__ = ["PLAN_LIVES", "apply_command", "refuse_blocked", "refuse_first_pass"]

PLAN_LIVES = timedelta(hours=24)
_ALERT = "plan_blocked"  # the template


def refuse_first_pass(workspace: Workspace, settings: DeskSettings) -> None:
    """Raise GuardError when no pass has gone over the desk yet (DESIGN 5)."""
    name = settings.name
    if MemoryStore(workspace.database, name).is_new():
        raise GuardError(
            f"this would be the first pass over desk {name}: nothing was changed",
            f"look at `sdtools plan {name}`, then choose: `sdtools baseline {name}` leaves existing"
            f" tickets as people left them; `sdtools apply {name} --adopt` (or a plan file in place"
            f" of {name}) acts on them too",
        )


def apply_command(workspace: Workspace, plan: Plan, file: str) -> str:
    """Return the command that applies a saved plan, with what the guard will ask for."""
    command = f"sdtools apply {shlex.quote(file)}"
    if not plan.undoes and MemoryStore(workspace.database, plan.desk).is_new():
        return f"{command} --adopt"
    return f"{command} --limit {len(plan.touched)}" if plan.blocked else command


def refuse_blocked(
    workspace: Workspace,
    settings: DeskSettings,
    plan: Plan,
    book: RuleBook,
    limit: int | None,
    now: datetime,
) -> None:
    """Raise GuardError when the plan is over a limit: saved for review, and told by mail."""
    last_good = Journal(workspace.database, settings.name).last_good()
    known = Mirror(workspace.database, settings.name).known_and_new(last_good)
    blocked = guard(plan, book.limits, known.known, known.new, limit, rule_limits(book))
    if blocked is None:
        return
    stopped = replace(plan, blocked=blocked)
    path = _known_file(workspace, settings, stopped, last_good)
    if path is None:
        path = _saved(workspace, settings, stopped)
        key = _alert_key(stopped, blocked, last_good, now)
        _alert(workspace, key, stopped, blocked, path, now)
    with suppress(SdtoolsError):  # it waits, and `status` says why: the limit is what is told now
        send_due(workspace.database, workspace.settings.mail, now)
    quoted = shlex.quote(str(path))
    command = apply_command(workspace, stopped, str(path))
    raise GuardError(
        f"stopped by the {blocked.words} (rule {blocked.rule}); nothing was changed",
        f"review it: sdtools plan {quoted} --html plan.html; then: {command}",
    )


def _known_file(
    workspace: Workspace, settings: DeskSettings, plan: Plan, last_good: datetime | None
) -> Path | None:
    """Return the file of the same plan, stopped before: a schedule plans it again and again."""
    earlier = PlanShelf(workspace.database, settings.name).latest_blocked()
    if earlier is None or (last_good and earlier.now <= last_good) or not _same(earlier, plan):
        return None
    path = workspace.settings.path.parent / f"{earlier.id}.json"
    return path if path.is_file() else None


def _saved(workspace: Workspace, settings: DeskSettings, plan: Plan) -> Path:
    folder = workspace.settings.path.parent
    for old in PlanShelf(workspace.database, settings.name).save(plan):
        with suppress(OSError):
            (folder / f"{old}.json").unlink()  # it holds ticket texts, and nobody may apply it now
    path = folder / f"{plan.id}.json"
    save_plan(plan, path)
    return path


def _same(one: Plan, other: Plan) -> bool:
    """Tell whether two plans want the same, under the same rules, and the first is young."""
    keys = [{change.key for change in plan.changes} for plan in (one, other)]
    young = other.now - one.now < PLAN_LIVES / 2  # a person needs time to review it
    return young and one.rulebook == other.rulebook and keys[0] == keys[1]


def _alert_key(plan: Plan, blocked: Blocked, last_good: datetime | None, now: datetime) -> str:
    """Name a trouble for half a day: a schedule meets it again, with a ticket more or less."""
    half_day = int(now.timestamp() // (PLAN_LIVES / 2).total_seconds())
    made_by = (plan.desk, plan.rulebook, plan.undoes)
    parts = (*made_by, blocked.limit, blocked.rule, str(last_good), str(half_day))
    return f"alert.{blake2b(chr(31).join(parts).encode(), digest_size=10).hexdigest()}"


def _alert(
    workspace: Workspace, key: str, plan: Plan, blocked: Blocked, path: Path, now: datetime
) -> None:
    """Queue a mail to those whom ``alerts:`` names; one of the same key is queued once."""
    alerts = workspace.settings.alerts
    if alerts is None:
        return
    values = _values(plan, blocked, path)
    texts = workspace.templates
    message = Message(
        key=key,
        to=alerts.to,
        subject=texts.subject(_ALERT, values, alerts.language),
        text=texts.render(_ALERT, values, alerts.language),
        made=now,
        desk=plan.desk,
    )
    outbox = Outbox(workspace.database)
    with workspace.database.begin() as connection:
        outbox.put(connection, message)


def _values(plan: Plan, blocked: Blocked, path: Path) -> Mapping[str, object]:
    return {
        "desk": plan.desk,
        "plan": plan.id,
        "file": path.name,
        "limit": blocked.limit,
        "wanted": blocked.wanted,
        "allowed": blocked.allowed,
        "rule": blocked.rule,
        "touched": len(plan.touched),
    }
