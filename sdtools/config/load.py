"""Read ``sdtools.yaml``: every mistake at once, each with its place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from sdtools.config.desks import desk_mistakes, desk_settings
from sdtools.config.jobs import job_settings, timing_mistakes
from sdtools.config.mail import alert_mistakes, mail_mistakes, mail_settings
from sdtools.config.misfits import misfits, secret_mistake, without_secret_lines
from sdtools.config.secret import Secret, is_reference
from sdtools.config.settings import AlertSettings, ReportSettings, Settings
from sdtools.config.shape import AlertsShape, ConfigShape, JobShape
from sdtools.errors import ConfigError, Mistake
from sdtools.yamlfile import Document, load_text

__all__ = ["CONFIG_NAME", "find_config", "load_settings"]

CONFIG_NAME = "sdtools.yaml"


def find_config(given: Path | None) -> Path:
    """Return the file to use: the given one, SDTOOLS_CONFIG, or the one in this folder."""
    named = given or (
        Path(os.environ["SDTOOLS_CONFIG"]) if "SDTOOLS_CONFIG" in os.environ else None
    )
    path = named or Path(CONFIG_NAME)
    if not path.is_file():
        raise ConfigError(
            f"{path}: there is no such configuration",
            "make one with `sdtools init`, or name yours: `sdtools -c FILE ...`",
        )
    return path.resolve()


def load_settings(path: Path) -> Settings:
    """Read a configuration; ConfigError carries all its mistakes."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read: {error.strerror}", "check its rights"
        ) from error
    document = load_text(raw, path.name)
    try:
        shape = ConfigShape.model_validate(document.data)
    except ValidationError as error:
        raise _refused(path, list(misfits(document, error))) from None
    mistakes = [*_sense(document, shape)]
    if mistakes:
        raise _refused(path, mistakes)
    return _settings(path, shape)


def _refused(path: Path, mistakes: list[Mistake]) -> ConfigError:
    count = f"{len(mistakes)} mistakes" if len(mistakes) > 1 else "a mistake"
    return ConfigError(f"{path.name} has {count}", mistakes=without_secret_lines(mistakes))


def _sense(document: Document, shape: ConfigShape) -> Iterator[Mistake]:
    yield from _database(document, shape.database)
    for name, desk in shape.desks.items():
        yield from desk_mistakes(document, name, desk)
        if desk.timezone:
            yield from _zone(document, ("desks", name, "timezone"), desk.timezone)
    for name, report in shape.reports.items():
        yield from _zone(document, ("reports", name, "timezone"), report.timezone)
        if report.desk not in shape.desks:
            yield _unknown(document, ("reports", name, "desk"), report.desk, list(shape.desks))
    yield from mail_mistakes(document, shape.mail)
    yield from alert_mistakes(document, shape.alerts, shape.mail)
    for number, job in enumerate(shape.schedule):
        yield from _job(document, number, job, shape)


def _database(document: Document, url: str) -> Iterator[Mistake]:
    if not is_reference(url) and urlsplit(url).password:
        hint = "put the url into an environment variable and write env:DATABASE_URL"
        yield secret_mistake(document, ("database",), "the database url holds a password", hint)


def _zone(document: Document, path: tuple[str | int, ...], name: str) -> Iterator[Mistake]:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        hint = "write a name such as Europe/Paris or UTC"
        yield document.mistake(path, "unknown-timezone", f"unknown time zone {name!r}", hint)


def _unknown(
    document: Document, path: tuple[str | int, ...], name: str, known: list[str]
) -> Mistake:
    return document.mistake(
        path, "unknown-name", f"there is no {name!r}", f"known: {', '.join(known)}"
    )


def _job(document: Document, number: int, job: JobShape, shape: ConfigShape) -> Iterator[Mistake]:
    path = ("schedule", number)
    yield from _zone(document, (*path, "timezone"), job.timezone)
    yield from timing_mistakes(document, number, job)
    if job.job == "report" and job.name not in shape.reports:
        yield _unknown(document, (*path, "name"), job.name, list(shape.reports))
    if job.job != "report" and job.desk not in shape.desks:
        yield _unknown(document, (*path, "desk"), job.desk, list(shape.desks))


def _settings(path: Path, shape: ConfigShape) -> Settings:
    folder = path.parent
    return Settings(
        path=path,
        database=_database_url(folder, shape.database),
        templates=(folder / shape.templates,),
        desks={
            name: desk_settings(folder, name, desk, shape.rules)
            for name, desk in shape.desks.items()
        },
        mail=mail_settings(folder, shape.mail),
        alerts=_alerts(shape.alerts),
        reports={
            name: ReportSettings(
                name=name,
                desk=report.desk,
                to=tuple(report.to),
                language=report.language,
                timezone=report.timezone,
            )
            for name, report in shape.reports.items()
        },
        schedule=job_settings(shape.schedule),
    )


def _alerts(shape: AlertsShape | None) -> AlertSettings | None:
    return None if shape is None else AlertSettings(to=tuple(shape.to), language=shape.language)


def _database_url(folder: Path, url: str) -> str | Secret:
    if is_reference(url):
        return Secret(reference=url, folder=folder)
    prefix = "sqlite:///"
    return f"{prefix}{folder / url.removeprefix(prefix)}" if url.startswith(prefix) else url
