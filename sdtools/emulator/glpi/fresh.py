"""What a freshly installed GLPI 10.0.12 holds, as raw rows (recorded; FACTS)."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sdtools.emulator.glpi.columns_directory import DIRECTORY
from sdtools.emulator.glpi.fresh_settings import SETTINGS

__all__ = ["FRESH", "SECRETS", "SELF_SERVICE_TOKEN", "TECHNICIAN_TOKEN", "USER_TOKEN"]

# Well-known on purpose, as GLPI's own default passwords are: the desk lives on loopback, in memory.
APP_TOKEN = "embeddedGlpiAppToken"  # noqa: S105 - opens nothing but the embedded desk
USER_TOKEN = "embeddedGlpiUserToken"  # noqa: S105 - opens nothing but the embedded desk
TECHNICIAN_TOKEN = "embeddedGlpiTechToken"  # noqa: S105 - opens nothing but the embedded desk
OBSERVER_TOKEN = "embeddedGlpiNormalToken"  # noqa: S105 - opens nothing but the embedded desk
SELF_SERVICE_TOKEN = "embeddedGlpiPostOnlyToken"  # noqa: S105 - opens nothing but the desk

SECRETS = (
    (2, "user_token", USER_TOKEN),
    (3, "user_token", SELF_SERVICE_TOKEN),
    (4, "user_token", TECHNICIAN_TOKEN),
    (5, "user_token", OBSERVER_TOKEN),
    (2, "password", "glpi:glpi"),
    (3, "password", "post-only:postonly"),
    (4, "password", "tech:tech"),
    (5, "password", "normal:normal"),
)

_USERS = ((2, "glpi"), (3, "post-only"), (4, "tech"), (5, "normal"), (6, "glpi-system"))
_PROFILES = (
    (1, "Self-Service", "helpdesk"),
    (2, "Observer", "central"),
    (3, "Admin", "central"),
    (4, "Super-Admin", "central"),
    (5, "Hotliner", "central"),
    (6, "Technician", "central"),
    (7, "Supervisor", "central"),
    (8, "Read-Only", "central"),
)
_REQUEST_TYPES = ("Helpdesk", "E-Mail", "Phone", "Direct", "Written", "Other")
_HELPDESK_ITEMS = (  # the blanks are GLPI's own
    '["Computer","Monitor","NetworkEquipment","Peripheral","Phone","Printer","Software", '
    '"DCRoom", "Rack", "Enclosure", "Database"]'
)
_NO_TRANSITIONS = {
    str(old): {str(new): 0 for new in range(1, 7) if new != old and (old, new) != (5, 6)}
    for old in range(1, 7)
}


def _root() -> Mapping[str, object]:
    """Give the root entity: it inherits nothing, so few of the children's -2 stand."""
    inherited = [word.split("=")[0] for word in DIRECTORY["Entity"].split() if word.endswith("=-2")]
    stay = {word for word in inherited if "domains_alert" in word}
    special = {
        "autoclose_delay": -10, "auto_assign_mode": -10, "tickettype": 1, "inquest_config": 1,
        "inquest_delay": 0, "tickettemplates_id": 1, "changetemplates_id": 1,
        "problemtemplates_id": 1, "entities_strategy_software": -10,
        "default_cartridges_alarm_threshold": 10, "default_consumables_alarm_threshold": 10,
        "is_notif_enable_default": 1, "display_users_initials": 1,
    }  # fmt: skip
    dates = {
        f"autofill_{what}_date": "0"
        for what in ("warranty", "use", "buy", "delivery", "order", "decommission")
    }
    base: dict[str, object] = {word: 0 for word in inherited if word not in stay}
    named = {"id": 0, "name": "Root entity", "completename": "Root entity", "level": 1}
    return base | special | dates | named


def _profile(profiles_id: int, name: str, interface: str) -> Mapping[str, object]:
    return {
        "id": profiles_id,
        "name": name,
        "interface": interface,
        "is_default": int(profiles_id == 1),
        "helpdesk_hardware": 3 if profiles_id in {3, 4, 5, 6, 7} else 1,
        "helpdesk_item_type": _HELPDESK_ITEMS,
        "ticket_status": json.dumps(_NO_TRANSITIONS, separators=(",", ":"))
        if profiles_id == 1
        else "[]",
        "comment": "",
        "problem_status": "[]",
        "managed_domainrecordtypes": "[-1]" if profiles_id in {3, 4} else "[]",
    }


def _user(users_id: int, name: str) -> tuple[str, Mapping[str, object]]:
    limit = None if name == "glpi-system" else 20
    system = {"realname": "Support"} if name == "glpi-system" else {}
    return "User", {"id": users_id, "name": name, "list_limit": limit, "is_active": 1} | system


FRESH: tuple[tuple[str, Mapping[str, object]], ...] = (
    ("Entity", _root()),
    *(_user(users_id, name) for users_id, name in _USERS),
    *(("Profile", _profile(*profile)) for profile in _PROFILES),
    *(
        ("Profile_User", {"id": users_id, "users_id": users_id, "profiles_id": profiles_id})
        for users_id, profiles_id in ((2, 4), (3, 1), (4, 6), (5, 2))
    ),
    *(
        (
            "RequestType",
            {
                "id": number,
                "name": name,
                "is_helpdesk_default": int(name == "Helpdesk"),
                "is_followup_default": int(name == "Helpdesk"),
                "is_mail_default": int(name == "E-Mail"),
                "is_mailfollowup_default": int(name == "E-Mail"),
            },
        )
        for number, name in enumerate(_REQUEST_TYPES, start=1)
    ),
    (
        "Calendar",
        {
            "id": 1,
            "name": "Default",
            "is_recursive": 1,
            "comment": "Default calendar",
            "cache_duration": "[0,43200,43200,43200,43200,43200,0]",
        },
    ),
    *(
        (
            "CalendarSegment",
            {"id": day, "calendars_id": 1, "day": day, "begin": "08:00:00", "end": "20:00:00"},
        )
        for day in range(1, 6)
    ),
    ("TicketTemplate", {"id": 1, "name": "Default", "is_recursive": 1}),
    ("TicketTemplateMandatoryField", {"id": 1, "tickettemplates_id": 1, "num": 21}),
    *(
        ("Config", {"id": number, "context": "core", "name": name, "value": value})
        for number, (name, value) in enumerate(SETTINGS.items(), start=1)
    ),
    (
        "APIClient",
        {
            "id": 1,
            "is_recursive": 1,
            "name": "full access from localhost",
            "ipv4_range_start": 0x7F000001,
            "ipv4_range_end": 0x7F000001,
            "ipv6": "::1",
        },
    ),
)
