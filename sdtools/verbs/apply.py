"""Apply: pull, decide, guard, write, read back, tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from sdtools.apply.context import Applied, ApplyContext
from sdtools.apply.guard import guard
from sdtools.apply.run import apply_plan
from sdtools.config.settings import DeskSettings
from sdtools.connectors.desk import Desk
from sdtools.connectors.http import sleep
from sdtools.connectors.webhook import post_webhook
from sdtools.errors import GuardError, UsageError
from sdtools.model.ticket import Ticket
from sdtools.plan import OutcomeState, Plan
from sdtools.rules.book import RuleBook
from sdtools.store.journal import Journal
from sdtools.store.memory import MemoryStore
from sdtools.store.mirror import Mirror
from sdtools.store.plans import PlanShelf, plan_from_json
from sdtools.verbs.connect import connect
from sdtools.verbs.hold import hold
from sdtools.verbs.plan import (
    Selection,
    decide_on,
    refresh,
    rule_limits,
    save_plan,
    select,
)
from sdtools.verbs.send import Sent, send_due
from sdtools.verbs.workspace import Workspace, load_book

__all__ = ["ApplyOrder", "Done", "apply_desk", "apply_file", "read_plan"]

_PLAN_LIVES = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyOrder:
    """What the person asked for, and the ways to talk to them.

    ``confirm`` is shown the plan and answers whether to go on; ``now`` and ``wall`` are the
    clock of the pass and of the machine.
    """

    now: Callable[[], datetime]
    wall: Callable[[], datetime]
    confirm: Callable[[Plan], bool]
    stop: Callable[[], bool]
    pulled: Callable[[int], None]
    progress: Callable[[int, int], None]
    adopt: bool = False
    limit: int | None = None
    selection: Selection = field(default_factory=Selection)
    wait: Callable[[float], None] = sleep  # seconds between two tries of a request


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of the plan; ``applied`` is None when the person said no."""

    plan: Plan
    applied: Applied | None
    counts: Counter[OutcomeState]
    mail: Sent

    @property
    def clean(self) -> bool:
        """Tell whether everything went as planned."""
        bad = (OutcomeState.refused, OutcomeState.overridden, OutcomeState.failed)
        troubled = any(self.counts[state] for state in bad)
        return not (troubled or self.plan.switched_off or self.mail.failed)

    @property
    def trouble(self) -> list[tuple[str, str, str, str]]:
        """Return ticket, rule, outcome and detail of what did not go as planned."""
        outcomes = self.applied.outcomes if self.applied else ()
        return [
            (o.change.number, o.change.rule, o.state.value, o.detail)
            for o in outcomes
            if o.state not in {OutcomeState.applied, OutcomeState.unchanged}
        ]


def apply_desk(workspace: Workspace, settings: DeskSettings, order: ApplyOrder) -> Done:
    """Do a whole pass over a desk."""
    book = load_book(settings)
    with (
        hold(workspace.database, settings.name, order.wall) as holds,
        connect(settings, order.wait) as desk,
    ):
        now = order.now()
        refresh(workspace, settings, desk, now, False, order.pulled)
        known = (desk.account_id, desk.consequences)
        made = decide_on(workspace, settings, book, known, now, order.selection).plan
        _first_pass(workspace, settings, order)
        _guard(workspace, settings, order, made, book)
        return _carry_out(workspace, settings, order, made, book, desk, holds)


def apply_file(workspace: Workspace, settings: DeskSettings, plan: Plan, order: ApplyOrder) -> Done:
    """Carry out a saved plan, exactly that and nothing else."""
    book = load_book(settings)
    if plan.rulebook != book.fingerprint:
        raise UsageError(
            f"plan {plan.id} was made by other rules than those of desk {settings.name} now",
            f"make a new one: sdtools plan {settings.name} --out FILE",
        )
    if order.now() - plan.now > _PLAN_LIVES:
        raise UsageError(
            f"plan {plan.id} was made at {plan.now:%Y-%m-%d %H:%M} UTC: what it says of ages and"
            " deadlines may no longer be true",
            f"make a new one: sdtools plan {settings.name} --out FILE",
        )
    plan = select(workspace, settings, plan, order.selection, book)
    with (
        hold(workspace.database, settings.name, order.wall) as holds,
        connect(settings, order.wait) as desk,
    ):
        _first_pass(workspace, settings, order)
        _guard(workspace, settings, order, plan, book)
        return _carry_out(workspace, settings, order, plan, book, desk, holds)


def read_plan(path: Path) -> Plan:
    """Read a saved plan."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path}: cannot be read as a plan", "name a desk or a plan file"
        ) from error
    return plan_from_json(text)


def _first_pass(workspace: Workspace, settings: DeskSettings, order: ApplyOrder) -> None:
    if order.adopt or not MemoryStore(workspace.database, settings.name).load(order.now()).first:
        return
    name = settings.name
    raise GuardError(
        f"this would be the first pass over desk {name}: nothing was changed",
        f"look at `sdtools plan {name}`, then choose: `sdtools baseline {name}` leaves existing"
        f" tickets as people left them; `sdtools apply {name} --adopt` acts on them too",
    )


def _guard(
    workspace: Workspace, settings: DeskSettings, order: ApplyOrder, plan: Plan, book: RuleBook
) -> None:
    if order.adopt:
        return
    last_good = Journal(workspace.database, settings.name).last_good()
    known = Mirror(workspace.database, settings.name).known_and_new(last_good)
    limits = rule_limits(book)
    blocked = guard(plan, book.limits, known.known, known.new, order.limit, limits)
    if blocked is None:
        return
    path = _saved_for_review(workspace, settings, replace(plan, blocked=blocked), last_good)
    raise GuardError(
        f"stopped by the limit on {blocked.limit}: {blocked.wanted} wanted, {blocked.allowed}"
        f" allowed (rule {blocked.rule}); nothing was changed",
        f"review {path}, then: sdtools apply {path} --limit {_touched(plan)}",
    )


def _touched(plan: Plan) -> int:
    """Count the tickets that a plan would touch: what ``--limit`` has to allow."""
    return len({change.ticket for change in plan.changes if not change.observe})


def _saved_for_review(
    workspace: Workspace, settings: DeskSettings, plan: Plan, last_good: datetime | None
) -> Path:
    """Save a plan that was stopped; what a schedule plans again and again is saved once."""
    folder = workspace.settings.path.parent
    shelf = PlanShelf(workspace.database, settings.name)
    earlier = shelf.latest_blocked()
    if earlier and (last_good is None or earlier.now > last_good) and _same(earlier, plan):
        path = folder / f"{earlier.id}.json"
        if path.is_file():
            return path
    shelf.save(plan)
    path = folder / f"{plan.id}.json"
    save_plan(plan, path)
    return path


def _same(one: Plan, other: Plan) -> bool:
    """Tell whether two plans want the same, under the same rules, and the first is young."""
    keys = [{change.key for change in plan.changes} for plan in (one, other)]
    young = other.now - one.now < _PLAN_LIVES / 2  # a person needs time to review it
    return young and one.rulebook == other.rulebook and keys[0] == keys[1]


def _carry_out(
    workspace: Workspace,
    settings: DeskSettings,
    order: ApplyOrder,
    plan: Plan,
    book: RuleBook,
    desk: Desk,
    holds: Callable[[], bool],
) -> Done:
    database = workspace.database
    if not order.confirm(plan):
        nothing = Sent(sent=0, failed=0, waiting=0)
        return Done(plan=plan, applied=None, counts=Counter(), mail=nothing)
    mirror = Mirror(database, settings.name)
    context = ApplyContext(
        now=order.now,
        directory=mirror.directory(),
        memory=MemoryStore(database, settings.name).load(order.now()),
        post_webhook=post_webhook,
        stop=order.stop,
        holds=holds,
        progress=order.progress,
        keep=lambda tickets: _keep(mirror, tickets, order.now()),
        texts=workspace.templates,
        kind="part" if plan.partial else "apply",
        insisting=frozenset(rule.id for rule in book.rules if rule.insist),
    )
    applied = apply_plan(plan, desk, Journal(database, settings.name), context)
    sent = send_due(database, workspace.settings.mail, order.now())
    counts = Counter(outcome.state for outcome in applied.outcomes)
    return Done(plan=plan, applied=applied, counts=counts, mail=sent)


def _keep(mirror: Mirror, tickets: Iterable[Ticket], now: datetime) -> None:
    mirror.upsert_tickets(tickets, now)
