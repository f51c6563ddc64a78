"""Init: a starter configuration, rules and templates; nothing is ever overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sdtools.errors import ConfigError
from sdtools.templating import packed_templates

__all__ = ["Started", "init", "packed_rules"]

CONFIG = """\
# What sdtools works with. Check it with: sdtools doctor
database: sqlite:///sdtools.db            # the mirror and the journal; or env:DATABASE_URL
rules: [rules.yaml]
templates: templates
desks:
  glpi:
    kind: glpi
    url: https://glpi.example.org/apirest.php
    app_token: env:GLPI_APP_TOKEN         # Setup > General > API, an API client
    user_token: env:GLPI_USER_TOKEN       # the service account's "API token" (its own settings)
    entity: all                           # or a full path: Root entity > Paris
    # vip: {category: VIP}                # what marks a VIP: a user category, group or title
    # known_errors: {category: Known errors}   # the knowledge base category that holds them
    # robots: [monitoring]                # logins of other programs: they are not people
  # snow:
  #   kind: servicenow
  #   url: https://example.service-now.com
  #   user: env:SNOW_USER                 # or api_key:, or oauth: {grant, client_id, client_secret}
  #   password: env:SNOW_PASSWORD
  #   scope: "assignment_group.nameSTARTSWITHIT"   # an encoded query on tickets; none: all
# mail: {host: localhost, port: 25, security: none, from: "desk@example.org"}
# alerts: {to: [oncall@example.org], language: en}   # who hears of a plan that the limits stopped
# reports:
#   weekly: {desk: glpi, to: [manager@example.org], language: en, timezone: Europe/Paris}
# schedule:
#   - {job: pass, desk: glpi, every: 5m}
#   - {job: report, name: weekly, cron: "30 7 * * mon", timezone: Europe/Paris}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """Which files were written, and which were there and were kept."""

    written: tuple[str, ...]
    kept: tuple[str, ...]


def init(folder: Path) -> Started:
    """Write what is missing for a first pass."""
    starter = packed_rules()
    files = {folder / "sdtools.yaml": CONFIG}
    for path in (starter, starter.with_name("rules.schema.json")):
        files[folder / path.name] = path.read_text(encoding="utf-8")
    templates = packed_templates()
    for path in sorted(p for p in templates.rglob("*") if p.is_file()):
        target = folder / "templates" / path.relative_to(templates)
        files[target] = path.read_text(encoding="utf-8")
    written: list[str] = []
    kept: list[str] = []
    for path, text in files.items():
        (written if _write_new(path, text) else kept).append(str(path))
    return Started(written=tuple(written), kept=tuple(kept))


def packed_rules() -> Path:
    """Return the starter rules: in the wheel, or at the top of a checkout."""
    package = Path(__file__).resolve().parent.parent
    packed = package / "_starter" / "rules.yaml"
    return packed if packed.is_file() else package.parent / "rules.yaml"


def _write_new(path: Path, text: str) -> bool:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return False
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be written: {error.strerror}", "choose a folder that is yours"
        ) from error
    return True
