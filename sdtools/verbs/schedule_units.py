"""The schedule as systemd units: one hardened service, and a timer for each job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sdtools.config.settings import JobSettings, Settings
from sdtools.config.timing import every, timing_text
from sdtools.errors import UsageError
from sdtools.verbs.schedule_install import (
    Program,
    beyond_days,
    environment_names,
    interval_fields,
)

__all__ = ["units", "write_units"]

_SERVICE = """\
# {about}
[Unit]
Description=sdtools job %I
Documentation=man:systemd.exec(5)
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart={call}
WorkingDirectory={folder}
# Another run that holds the desk (exit code 5) is no failure: the next time will do.
SuccessExitStatus=5
# SIGTERM ends after the change in hand.
TimeoutStopSec=5min
{account}
# Secrets: {secrets}
EnvironmentFile=-/etc/sdtools/environment
# Or as credentials, with `file:$CREDENTIALS_DIRECTORY/NAME` in sdtools.yaml:
# LoadCredential=NAME:/etc/sdtools/NAME

NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome={home}
{writable}PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
CapabilityBoundingSet=
SystemCallArchitectures=native
SystemCallFilter=@system-service
UMask=0077
"""
_TIMER = """\
# {about}
[Unit]
Description=When sdtools runs {id}

[Timer]
{when}
AccuracySec=1s
RandomizedDelaySec={delay}

[Install]
WantedBy=timers.target
"""
_STATE = Path("/var/lib/sdtools")
_HOMES = ("/home/", "/root/", "/run/user/")
_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SHORT_DELAY, _DELAY = "5s", "30s"
_SHORT = 600  # seconds: an interval below takes the short delay


def units(settings: Settings, program: Program, user: str) -> Mapping[str, str]:
    """Return the text of each unit by its file name; without a user the service has none.

    UsageError names a job whose days systemd cannot express.
    """
    made = {"sdtools@.service": _service(settings, program, user)}
    for job in settings.schedule:
        made[f"sdtools@{_escaped(job.id)}.timer"] = _timer(job)
    return made


def write_units(made: Mapping[str, str], folder: Path) -> tuple[Path, ...]:
    """Write the units into a folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in made.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"{folder}: the units cannot be written: {error.strerror}"
        raise UsageError(message, "name a folder that is yours") from error
    return tuple(folder / name for name in made)


def _service(settings: Settings, program: Program, user: str) -> str:
    folder = program.config.parent
    words = (*program.command, str(folder))
    at_home = any(word.startswith(_HOMES) for word in words)
    call = " ".join(_quoted(word) for word in program.once("%I"))
    return _SERVICE.format(
        about="Runs one job of sdtools: the timers beside it say when.",
        call=call,
        folder=_percent(str(folder)),
        account="\n".join(_account(user, folder)),
        secrets=", ".join(environment_names(settings)) or "none by env:",
        home="read-only" if at_home else "yes",
        writable="".join(f"ReadWritePaths={_quoted(str(p))}\n" for p in _writable(settings, user)),
    )


def _account(user: str, folder: Path) -> Iterator[str]:
    if user:
        yield f"User={user}"
        return
    yield "DynamicUser=yes"
    yield "StateDirectory=sdtools"
    if not folder.is_relative_to(_STATE):
        yield f"# A dynamic user may write in {_STATE} alone: keep sdtools.yaml there,"
        yield "# or name an account with --user."


def _writable(settings: Settings, user: str) -> Sequence[Path]:
    """Return where the service must write: the database, and plans for review."""
    if not user:
        return ()
    prefix = "sqlite:///"
    places = [settings.path.parent]
    database = settings.database
    if isinstance(database, str) and database.startswith(prefix):
        places.append(Path(database.removeprefix(prefix)).parent)
    return [place for place in dict.fromkeys(places) if place.is_absolute()]


def _timer(job: JobSettings) -> str:
    when = _interval(job) if job.every else _calendar(job)
    short = job.every and every(job.every).total_seconds() <= _SHORT
    return _TIMER.format(
        about=timing_text(job),
        id=job.id,
        when="\n".join(when),
        delay=_SHORT_DELAY if short else _DELAY,
    )


def _interval(job: JobSettings) -> Sequence[str]:
    fields = interval_fields(job)
    if fields is None:
        seconds = int(every(job.every).total_seconds())
        return ["OnActiveSec=1min", f"OnUnitActiveSec={seconds}s"]
    minute, hour, weekday = fields
    days = _weekdays(weekday)
    return [f"OnCalendar={days}*-*-* {_clock(hour)}:{_clock(minute)}:00 UTC", "Persistent=true"]


def _calendar(job: JobSettings) -> Sequence[str]:
    """Return a cron line as calendar events; day or week day, where cron takes either, are two."""
    if beyond_days(job):
        raise UsageError(
            f"job {job.id}: systemd cannot express `{timing_text(job)}`",
            "write the day as a number or a week day, or let `sdtools schedule run` do it",
        )
    minute, hour, day, month, weekday = job.cron.lower().split()
    clock = f"{_clock(hour)}:{_clock(minute)}:00 {job.timezone}"
    months, days, names = _dates(_numbered(month)), _dates(day), _weekdays(weekday)
    if day.startswith("*") or weekday.startswith("*"):
        events = [f"{names}*-{months}-{days} {clock}"]
    else:
        events = [f"*-{months}-{days} {clock}", f"{names}*-{months}-* {clock}"]
    return [*(f"OnCalendar={event}" for event in events), "Persistent=true"]


def _clock(field: str) -> str:
    return ",".join(part.replace("*/", "0/").replace("-", "..") for part in field.split(","))


def _dates(field: str) -> str:
    return ",".join(part.replace("*/", "1/").replace("-", "..") for part in field.split(","))


def _numbered(field: str) -> str:
    for number, name in enumerate(_MONTHS, start=1):
        field = field.replace(name, str(number))
    return field


def _weekdays(field: str) -> str:
    """Return the names of the week days with a space behind them, "" for all."""
    if field == "*":
        return ""
    found = {day % 7 for part in field.split(",") for day in _days_of(part)}
    return ",".join(_DAYS[day] for day in sorted(found)) + " "


def _days_of(part: str) -> Sequence[int]:
    for number, name in enumerate(_DAYS):
        part = part.replace(name.lower(), str(number))
    span, _, step = part.partition("/")
    first, _, last = span.replace("*", "0-6").partition("-")
    end = int(last or (6 if step else first))
    return range(int(first), end + 1, int(step or 1))


def _escaped(name: str) -> str:
    """Return a name as systemd-escape gives it."""
    return "".join(
        char
        if char.isascii() and (char.isalnum() or char in ":_.")
        else "".join(f"\\x{byte:02x}" for byte in char.encode())
        for char in name
    )


def _quoted(word: str) -> str:
    safe = word if word == "%I" else _percent(word)
    plain = not any(char in safe for char in " \t\"'\\$;")
    return safe if plain and word != "%I" else '"' + safe.replace("\\", "\\\\") + '"'


def _percent(text: str) -> str:
    return text.replace("%", "%%")
