"""Demo: the main job on an embedded desk, from pull to mailed report."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml

from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.desk import EmbeddedGlpi
from sdtools.emulator.mailsink import MailSink, serve_mail
from sdtools.emulator.world.history import history_world
from sdtools.emulator.world.model import Article, Problem, World
from sdtools.emulator.world.seeded import seeded_world
from sdtools.errors import UsageError
from sdtools.plan import OutcomeState, Plan
from sdtools.reports.period import week_of
from sdtools.verbs.apply import ApplyOrder, Done, apply_desk
from sdtools.verbs.doctor import Diagnosis, diagnose
from sdtools.verbs.emulate import serve_world, timezone_of
from sdtools.verbs.init import packed_rules
from sdtools.verbs.plan import Selection, plan, save_plan
from sdtools.verbs.report import figures, mail_report, rendered, write_report
from sdtools.verbs.workspace import Workspace, open_workspace

__all__ = ["DemoOrder", "DeskDemo", "demo"]

DESK = "glpi"
SEED = 1
TICKETS = 2000
_CONFIG = """\
# Written by `sdtools demo`: the embedded desk behind it is gone, its mirror and journal are here.
database: sqlite:///sdtools.db
rules: [rules.yaml]
desks:
  glpi:
    kind: glpi
    url: {url}
    app_token: env:SDTOOLS_DEMO_APP_TOKEN
    user_token: env:SDTOOLS_DEMO_USER_TOKEN
    timezone: {timezone}
{known}mail: {{host: {host}, port: {port}, security: none, from: "desk@example.org"}}
reports:
  weekly: {{desk: glpi, to: [manager@example.org], language: {language}, timezone: Europe/Paris}}
schedule:
  - {{job: pass, desk: glpi, every: 5m}}
  - {{job: report, name: weekly, cron: "30 7 * * mon", timezone: Europe/Paris}}
"""

_KNOWN = """\
    vip: {category: VIP}
    known_errors: {category: Known errors, file: known_errors.yaml}
"""


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
    history: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskDemo:
    """What the demo did on one desk; ``left`` is what the second plan found."""

    desk: str
    tickets: int
    open: int
    planned: int
    applied: int
    left: int
    report: str
    mails: int
    example: str  # a ticket that a rule fired on


def demo(order: DemoOrder) -> DeskDemo:
    """Fill an embedded desk, run the whole way on it twice, and leave the results in a folder."""
    now = order.now()
    world = _world(order, now)
    with serve_world(world, Clock(now)) as desk, serve_mail() as sink:
        config = _prepare(order, desk, sink, world)
        with open_workspace(config) as workspace:
            return _run(order, workspace, sink)


def _world(order: DemoOrder, now: datetime) -> World:
    if order.history:
        order.say(f"Loading the history {order.history} as of {now:%Y-%m-%d %H:%M} UTC...")
        return history_world(order.history, now)
    order.say(f"Seeding a service desk of {TICKETS} tickets...")
    return seeded_world(SEED, TICKETS, now)


def _prepare(order: DemoOrder, desk: EmbeddedGlpi, sink: MailSink, world: World) -> Path:
    """Write a configuration as an admin would have it; an earlier demo's results go."""
    out = order.out
    try:
        out.mkdir(parents=True, exist_ok=True)
        _clear(out)
        shutil.copyfile(packed_rules(), out / "rules.yaml")
        config = out / "sdtools.yaml"
        text = _CONFIG.format(
            url=desk.url,
            timezone=timezone_of(world),
            host=sink.host,
            port=sink.port,
            known="" if order.history else _KNOWN,
            language="en" if order.history else "fr",
        )
        config.write_text(text, encoding="utf-8")
        (out / "known_errors.yaml").write_text(_declared(world), encoding="utf-8")
    except OSError as error:
        message = f"{out}: the demo cannot be written there: {error.strerror}"
        raise UsageError(message, "name another folder: sdtools demo --out DIR") from error
    os.environ["SDTOOLS_DEMO_APP_TOKEN"] = desk.app_token
    os.environ["SDTOOLS_DEMO_USER_TOKEN"] = desk.user_token
    return config


def _declared(world: World) -> str:
    """Declare the error codes of the world's known errors: GLPI has no field for them."""
    parts: tuple[tuple[str, Sequence[Article | Problem]], ...] = (
        ("article", world.articles),
        ("problem", world.problems),
    )
    entries = [
        {
            "id": each.key,
            "title": each.title,
            kind: number,
            "signature": {"codes": list(each.codes)},
        }
        for kind, known in parts
        for number, each in enumerate(known, start=1)
        if each.codes
    ]
    return yaml.safe_dump({"known_errors": entries}, allow_unicode=True, sort_keys=False)


def _clear(out: Path) -> None:
    for pattern in ("sdtools.db*", "*.json", "weekly.*", "mails/*.eml"):
        for path in out.glob(pattern):
            path.unlink()


def _run(order: DemoOrder, workspace: Workspace, sink: MailSink) -> DeskDemo:
    settings = workspace.settings.desk(DESK)
    order.say(f"The desk listens at {settings.url}. Doctor:")
    order.diagnosed(diagnose(settings, order.now()))
    order.say("Plan: what the rules would change, and why:")
    first = plan(workspace, settings, order.now(), Selection(), False, _quiet)
    save_plan(first.plan, order.out / "plan.json")
    order.planned(first.plan)
    order.say("Apply (the first pass over this desk, so with --adopt):")
    done = apply_desk(workspace, settings, _apply_order(order))
    order.applied(done)
    order.say("A second plan:")
    second = plan(workspace, settings, order.now(), Selection(), False, _quiet)
    order.planned(second.plan)
    page = _report(order, workspace)
    _keep_mails(order.out / "mails", sink)
    return DeskDemo(
        desk=DESK,
        tickets=first.pulled.fetched if first.pulled else 0,
        open=sum(ticket.is_open for ticket in first.world.tickets),
        planned=len([change for change in first.plan.changes if not change.observe]),
        applied=done.counts[OutcomeState.applied],
        left=len([change for change in second.plan.changes if not change.observe]),
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


def _report(order: DemoOrder, workspace: Workspace) -> Path:
    order.say("The weekly report, written and mailed:")
    report = workspace.settings.report("weekly")
    made = figures(workspace, report, week_of(order.now(), report.timezone), order.now())
    page = order.out / "weekly.html"
    write_report(page, rendered(workspace, report, made, "html"))
    write_report(order.out / "weekly.txt", rendered(workspace, report, made, "text"))
    mail_report(workspace, report, made, order.now())
    return page


def _keep_mails(folder: Path, sink: MailSink) -> None:
    folder.mkdir(exist_ok=True)
    for number, message in enumerate(sink.messages, start=1):
        (folder / f"{number:03}.eml").write_bytes(message.as_bytes())


def _quiet(_count: int) -> None:
    return None
