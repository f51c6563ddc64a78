"""Apply: pull, decide, guard, write, read back, tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sdtools.apply.advance import Memories
from sdtools.apply.context import Applied, ApplyContext
from sdtools.apply.guard import refuse_elsewhere
from sdtools.apply.recovery import recover
from sdtools.apply.run import apply_plan
from sdtools.config.settings import DeskSettings
from sdtools.connectors.desk import Desk
from sdtools.connectors.http import sleep
from sdtools.errors import UsageError
from sdtools.model.ticket import Ticket
from sdtools.plan import OutcomeState, Plan
from sdtools.rules.book import RuleBook
from sdtools.rules.edits import edited
from sdtools.store.database import Database
from sdtools.store.journal import Journal
from sdtools.store.memory import MemoryStore
from sdtools.store.mirror import Mirror
from sdtools.store.observations import ObservationBook
from sdtools.store.plans import plan_from_json
from sdtools.verbs.connect import connect
from sdtools.verbs.guarded import PLAN_LIVES, refuse_blocked, refuse_first_pass
from sdtools.verbs.hold import Held, hold
from sdtools.verbs.pause import refuse_paused, stopping
from sdtools.verbs.plan import Selection, decide_on, refresh, select
from sdtools.verbs.posting import poster
from sdtools.verbs.send import Sent, send_due
from sdtools.verbs.workspace import Workspace, load_book

__all__ = [
    "ApplyOrder",
    "Done",
    "apply_desk",
    "apply_file",
    "carry_out",
    "nothing_done",
    "read_plan",
    "settle_open",
]


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
    refuse_paused(workspace.database, settings.name, order.now())
    with (
        hold(workspace.database, settings.name, order.wall) as holds,
        connect(settings, order.wait, holds) as desk,
    ):
        now = order.now()
        refresh(workspace, settings, desk, now, False, order.pulled)
        if any(one.undoes for one in Journal(workspace.database, settings.name).unsettled()):
            settle_open(workspace, settings, order, desk, holds)  # else it would be done again
        known = (desk.account_id, desk.consequences)
        made = decide_on(workspace, settings, book, known, now, order.selection).plan
        if not order.adopt:
            refuse_first_pass(workspace, settings)
            refuse_blocked(workspace, settings, made, book, order.limit, now)
        return carry_out(workspace, settings, order, made, book, desk, holds)


def apply_file(workspace: Workspace, settings: DeskSettings, plan: Plan, order: ApplyOrder) -> Done:
    """Carry out a saved plan, exactly that and nothing else."""
    refuse_elsewhere(plan, settings.name, settings.url)
    book = load_book(settings)
    if plan.rulebook != book.fingerprint:
        raise UsageError(
            f"plan {plan.id} was made by other rules than those of desk {settings.name} now"
            f" ({edited(plan.prints, book)})",
            f"make a new one: sdtools plan {settings.name} --out FILE",
        )
    if order.now() - plan.now > PLAN_LIVES:
        raise UsageError(
            f"plan {plan.id} was made at {plan.now:%Y-%m-%d %H:%M} UTC: what it says of ages and"
            " deadlines may no longer be true",
            f"make a new one: sdtools plan {settings.name} --out FILE",
        )
    plan = select(workspace, settings, plan, order.selection, book)
    if not plan.undoes:
        refuse_paused(workspace.database, settings.name, order.now(), _acting(plan))
    with (
        hold(workspace.database, settings.name, order.wall) as holds,
        connect(settings, order.wait, holds) as desk,
    ):
        if not (order.adopt or plan.undoes):
            refuse_first_pass(workspace, settings)
        if not order.adopt:
            refuse_blocked(workspace, settings, plan, book, order.limit, order.now())
        return carry_out(workspace, settings, order, plan, book, desk, holds)


def read_plan(path: Path) -> Plan:
    """Read a saved plan."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path}: cannot be read as a plan", "name a desk or a plan file"
        ) from error
    return plan_from_json(text)


def carry_out(
    workspace: Workspace,
    settings: DeskSettings,
    order: ApplyOrder,
    plan: Plan,
    book: RuleBook,
    desk: Desk,
    holds: Held,
) -> Done:
    """Ask, carry the plan out, send the mail that it causes."""
    database = workspace.database
    if not order.confirm(plan):
        return nothing_done(plan)
    context = replace(
        _context(workspace, settings, order, holds),
        kind=_kind(plan),
        stop=lambda: order.stop() or _paused(database, plan, order.now()),
        insisting=frozenset(rule.id for rule in book.rules if rule.insist),
    )
    journal = Journal(database, settings.name, holds.lease)
    applied = apply_plan(plan, desk, journal, context)
    ObservationBook(database, settings.name).take(plan.changes, order.now())
    sent = send_due(database, workspace.settings.mail, order.now())
    counts = Counter(outcome.state for outcome in applied.outcomes)
    return Done(plan=plan, applied=applied, counts=counts, mail=sent)


def _acting(plan: Plan) -> frozenset[str]:
    return frozenset(change.rule for change in plan.due)


def _paused(database: Database, plan: Plan, now: datetime) -> bool:
    """Tell whether people have paused the desk or a rule of the plan since it began."""
    return not plan.undoes and stopping(database, plan.desk, now, _acting(plan)) is not None


def nothing_done(plan: Plan) -> Done:
    """Return what came of a plan that was not carried out."""
    mail = Sent(sent=0, failed=0, waiting=0)
    return Done(plan=plan, applied=None, counts=Counter(), mail=mail)


def _context(
    workspace: Workspace, settings: DeskSettings, order: ApplyOrder, holds: Held
) -> ApplyContext:
    """Return what apply is given besides a plan, as things stand now."""
    mirror = Mirror(workspace.database, settings.name)
    return ApplyContext(
        now=order.now,
        directory=mirror.directory(),
        memory=MemoryStore(workspace.database, settings.name).load(order.now()),
        post_webhook=poster(workspace.settings.path.parent),
        stop=order.stop,
        holds=holds,
        progress=order.progress,
        keep=lambda tickets: _keep(mirror, tickets, order.now()),
        known=mirror.held,
        known_comments=mirror.comments_of,
        texts=workspace.templates,
    )


def settle_open(
    workspace: Workspace, settings: DeskSettings, order: ApplyOrder, desk: Desk, holds: Held
) -> None:
    """Settle what killed runs left open, by what the desk holds now."""
    context = _context(workspace, settings, order, holds)
    nothing = Plan(
        id="",
        desk=settings.name,
        desk_url=settings.url,
        rulebook="",
        now=order.now(),
        tickets=0,
        changes=(),
    )
    memories = Memories(context.memory.rules, nothing)
    recover(desk, Journal(workspace.database, settings.name, holds.lease), "", memories, context)


def _kind(plan: Plan) -> str:
    if plan.undoes:
        return "undo"
    return "part" if plan.partial else "apply"


def _keep(mirror: Mirror, tickets: Iterable[Ticket], now: datetime) -> None:
    mirror.upsert_tickets(tickets, now)
