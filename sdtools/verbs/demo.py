"""Demo: the main job on embedded desks, one after the other, from pull to mailed report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sdtools.emulator.clock import Clock
from sdtools.emulator.mailsink import MailSink, serve_mail
from sdtools.emulator.world.history import history_world
from sdtools.emulator.world.model import World
from sdtools.emulator.world.seeded import seeded_world
from sdtools.errors import MailError
from sdtools.plan import OutcomeState, Plan
from sdtools.reports.period import week_of
from sdtools.verbs.apply import ApplyOrder, Done, apply_desk
from sdtools.verbs.demo_desk import KINDS, configured, serve_demo_desk
from sdtools.verbs.doctor import Diagnosis, diagnose
from sdtools.verbs.plan import Selection, plan, save_plan
from sdtools.verbs.report import figures, mail_report, rendered, write_report
from sdtools.verbs.workspace import Workspace, open_workspace

__all__ = ["KINDS", "DemoOrder", "DeskDemo", "demo"]

SEED = 1
TICKETS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOrder:
    """What to run on, and whom to tell how it goes.

    ``now`` stands still: what the second plan finds is then the first one's doing.
    ``diagnosed``, ``planned`` and ``applied`` are shown what came of each step.
    """

    out: Path
    now: Callable[[], datetime]
    wall: Callable[[], datetime]
    say: Callable[[str], None]
    diagnosed: Callable[[Diagnosis], None]
    planned: Callable[[Plan], None]
    applied: Callable[[Done], None]
    desks: Sequence[str] = KINDS
    history: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskDemo:
    """What the demo did on one desk; ``left`` is what the second plan found."""

    desk: str
    folder: Path  # with its configuration, its mirror and all results
    tickets: int
    open: int
    planned: int
    applied: int
    left: int
    report: str
    mails: int
    example: str  # a ticket that a rule fired on


def demo(order: DemoOrder) -> tuple[DeskDemo, ...]:
    """Fill embedded desks with one world, and run the whole way twice on each of them."""
    world = _world(order)
    return tuple(_show(order, world, kind) for kind in order.desks)


def _world(order: DemoOrder) -> World:
    now = order.now()
    if order.history:
        order.say(f"Loading the history {order.history} as of {now:%Y-%m-%d %H:%M} UTC...")
        return history_world(order.history, now)
    order.say(f"Seeding a service desk of {TICKETS} tickets...")
    return seeded_world(SEED, TICKETS, now)


def _show(order: DemoOrder, world: World, kind: str) -> DeskDemo:
    out = order.out / kind
    with serve_demo_desk(kind, world, Clock(order.now())) as desk, serve_mail() as sink:
        config = configured(out, desk, sink, world, "en" if order.history else "fr")
        with open_workspace(config) as workspace:
            return _run(order, workspace, sink, kind, out)


def _run(order: DemoOrder, workspace: Workspace, sink: MailSink, kind: str, out: Path) -> DeskDemo:
    settings = workspace.settings.desk(kind)
    order.say(f"The desk {kind} listens at {settings.url}. Doctor:")
    order.diagnosed(diagnose(workspace, settings, order.now()))
    order.say("Plan: what the rules would change, and why:")
    first = plan(workspace, settings, order.now(), Selection(), False, _quiet)
    save_plan(first.plan, out / "plan.json")
    order.planned(first.plan)
    order.say("Apply (the first pass over this desk, so with --adopt):")
    done = apply_desk(workspace, settings, _apply_order(order))
    order.applied(done)
    order.say("A second plan:")
    second = plan(workspace, settings, order.now(), Selection(), False, _quiet)
    order.planned(second.plan)
    page = _report(order, workspace, out)
    _keep_mails(out / "mails", sink)
    return DeskDemo(
        desk=kind,
        folder=out,
        tickets=first.pulled.fetched if first.pulled else 0,
        open=sum(ticket.is_open for ticket in first.world.tickets),
        planned=len(first.plan.due),
        applied=done.counts[OutcomeState.applied],
        left=len(second.plan.due),
        report=str(page),
        mails=len(sink.messages),
        example=next((change.number for change in first.plan.changes), "1"),
    )


def _apply_order(order: DemoOrder) -> ApplyOrder:
    return ApplyOrder(
        now=order.now,
        wall=order.wall,
        confirm=lambda _plan: True,
        stop=lambda: False,
        pulled=_quiet,
        progress=lambda _done, _total: None,
        adopt=True,
    )


def _report(order: DemoOrder, workspace: Workspace, out: Path) -> Path:
    order.say("The weekly report, written and mailed:")
    report = workspace.settings.report("weekly")
    made = figures(workspace, report, week_of(order.now(), report.timezone), order.now())
    page = out / "weekly.html"
    write_report(page, rendered(workspace, report, made, "html"))
    write_report(out / "weekly.txt", rendered(workspace, report, made, "text"))
    sent = mail_report(workspace, report, made, order.now())
    if sent.error:
        raise MailError(f"the report was not mailed: {sent.error}")
    return page


def _keep_mails(folder: Path, sink: MailSink) -> None:
    folder.mkdir(exist_ok=True)
    for number, message in enumerate(sink.messages, start=1):
        (folder / f"{number:03}.eml").write_bytes(message.as_bytes())


def _quiet(_count: int) -> None:
    return None
