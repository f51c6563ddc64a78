"""The desks of the demo: each kind served with a world, and configured as an admin would."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from sdtools.emulator.clock import Clock
from sdtools.emulator.mailsink import MailSink
from sdtools.emulator.servicenow.fresh import fixed_id
from sdtools.emulator.world.model import Article, Problem, World
from sdtools.errors import UsageError
from sdtools.verbs.emulate import serve_servicenow_world, serve_world, timezone_of
from sdtools.verbs.init import packed_rules

__all__ = ["KINDS", "DemoDesk", "configured", "serve_demo_desk"]

_CONFIG = """\
# Written by `sdtools demo`: the embedded desk behind it is gone, its mirror and journal are here.
database: sqlite:///sdtools.db
rules: [rules.yaml]
desks:
  {kind}:
    kind: {kind}
    url: {url}
{lines}{known}mail: {{host: {host}, port: {port}, security: none, from: "desk@example.org"}}
reports:
  weekly: {{desk: {kind}, to: [manager@example.org], language: {language}, timezone: Europe/Paris}}
schedule:
  - {{job: pass, desk: {kind}, every: 5m}}
  - {{job: report, name: weekly, cron: "30 7 * * mon", timezone: Europe/Paris}}
"""
_KNOWN = "    known_errors: {category: Known errors, file: known_errors.yaml}\n"
_OLD = ("sdtools.db*", "*.json", "weekly.*", "mails/*.eml")  # of an earlier demo


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDesk:
    """An embedded desk that runs, and what of the configuration only its kind has."""

    kind: str
    url: str
    lines: str  # of YAML, below the url
    secrets: Mapping[str, str]  # environment variables that the lines refer to
    article_id: Callable[[int, Article], str]  # from its place in the world, from 1
    problem_id: Callable[[int, Problem], str]


def serve_demo_desk(kind: str, world: World, clock: Clock) -> AbstractContextManager[DemoDesk]:
    """Serve a desk of this kind that holds the world."""
    return _SERVED[kind](world, clock)


@contextmanager
def _glpi(world: World, clock: Clock) -> Iterator[DemoDesk]:
    with serve_world(world, clock) as desk:
        yield DemoDesk(
            kind="glpi",
            url=desk.url,
            lines="    app_token: env:SDTOOLS_DEMO_APP_TOKEN\n"
            "    user_token: env:SDTOOLS_DEMO_USER_TOKEN\n"
            f"    timezone: {timezone_of(world)}\n"
            "    vip: {category: VIP}\n",
            secrets={
                "SDTOOLS_DEMO_APP_TOKEN": desk.app_token,
                "SDTOOLS_DEMO_USER_TOKEN": desk.user_token,
            },
            article_id=lambda number, _: str(number),
            problem_id=lambda number, _: str(number),
        )


@contextmanager
def _servicenow(world: World, clock: Clock) -> Iterator[DemoDesk]:
    with serve_servicenow_world(world, clock) as desk:
        yield DemoDesk(
            kind="servicenow",
            url=desk.url,
            lines="    user: env:SDTOOLS_DEMO_USER\n    password: env:SDTOOLS_DEMO_PASSWORD\n",
            secrets={"SDTOOLS_DEMO_USER": desk.user, "SDTOOLS_DEMO_PASSWORD": desk.password},
            article_id=lambda _, article: fixed_id("kb_knowledge", article.key),
            problem_id=lambda _, problem: fixed_id("problem", problem.key),
        )


_SERVED: Mapping[str, Callable[[World, Clock], AbstractContextManager[DemoDesk]]] = {
    "glpi": _glpi,
    "servicenow": _servicenow,
}
KINDS: Sequence[str] = tuple(_SERVED)


def configured(out: Path, desk: DemoDesk, sink: MailSink, world: World, language: str) -> Path:
    """Write a configuration into a folder and return its file; an earlier demo's results go."""
    text = _CONFIG.format(
        kind=desk.kind,
        url=desk.url,
        lines=desk.lines,
        known=_KNOWN if world.articles else "",
        host=sink.host,
        port=sink.port,
        language=language,
    )
    try:
        out.mkdir(parents=True, exist_ok=True)
        for old in (path for pattern in _OLD for path in out.glob(pattern)):
            old.unlink()
        shutil.copyfile(packed_rules(), out / "rules.yaml")
        (out / "sdtools.yaml").write_text(text, encoding="utf-8")
        (out / "known_errors.yaml").write_text(_declared(world, desk), encoding="utf-8")
    except OSError as error:
        message = f"{out}: the demo cannot be written there: {error.strerror}"
        raise UsageError(message, "name another folder: sdtools demo --out DIR") from error
    os.environ.update(desk.secrets)
    return out / "sdtools.yaml"


def _declared(world: World, desk: DemoDesk) -> str:
    """Declare the error codes of the world's known errors: the desks have no field for them."""
    articles = (
        _entry("article", desk.article_id(number, one), one)
        for number, one in enumerate(world.articles, 1)
        if one.codes
    )
    problems = (
        _entry("problem", desk.problem_id(number, one), one)
        for number, one in enumerate(world.problems, 1)
        if one.codes
    )
    declared = {"known_errors": [*articles, *problems]}
    return yaml.safe_dump(declared, allow_unicode=True, sort_keys=False)


def _entry(kind: str, desk_id: str, known: Article | Problem) -> dict[str, object]:
    signature = {"codes": list(known.codes)}
    return {"id": known.key, "title": known.title, kind: desk_id, "signature": signature}
