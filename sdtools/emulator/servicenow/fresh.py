"""What an instance holds before anybody uses it: accounts, roles, choices, properties."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from sdtools.emulator.servicenow.choices import CHOICES
from sdtools.emulator.servicenow.dictionary_rows import dictionary_rows

__all__ = [
    "ACCOUNTS",
    "ADMIN",
    "API_KEY",
    "CLIENTS",
    "INTEGRATION",
    "LIMITED",
    "PASSWORD_SHOWN",
    "fixed_id",
    "fresh_rows",
]

# user name, password. They open nothing but an embedded desk on loopback.
ADMIN = ("admin", "admin-of-the-demo")
INTEGRATION = ("sdtools", "integration-of-the-demo")  # what the toolkit works as
LIMITED = ("no.roles", "limited-of-the-demo")  # may log in, and little else
ACCOUNTS = (ADMIN, INTEGRATION, LIMITED)
# client id: its secret, and the user that the client credentials grant works as
CLIENTS: Mapping[str, tuple[str, str]] = {
    "0123456789abcdef0123456789abcdef": ("client-secret-of-the-demo", INTEGRATION[0])
}
API_KEY = ("api-key-of-the-demo", INTEGRATION[0])

PASSWORD_SHOWN = "*" * 8  # all that anybody ever sees of a password
_BEGINNING = "2020-01-01 00:00:00"
_ROLES: Mapping[str, tuple[str, ...]] = {
    "admin": ("admin",),
    "sdtools": ("itil", "snc_basic_auth_api_access", "rest_service"),
    "no.roles": ("snc_basic_auth_api_access",),
}
_ROLE_NAMES = (
    "admin",
    "itil",
    "snc_basic_auth_api_access",
    "rest_service",
    "knowledge",
    "snc_read_only",
    "sn_incident_read",
    "sn_incident_write",
    "sn_request_read",
    "sn_request_write",
    "sn_problem_read",
    "sn_problem_write",
    "sn_change_read",
)
_NAMES = {
    "admin": ("System", "Administrator"),
    "sdtools": ("Service Desk", "Tools"),
    "no.roles": ("No", "Roles"),
}
_PROPERTIES = {
    "glide.invalid_query.returns_no_rows": "false",
    "glide.rest.choice.allow_non_existing_value": "false",
    "glide.rest.max_content_length": "10",
    "glide.rest.batch.max.inputSize": "5",
    "glide.rest.batch.max.outputSize": "10",
    "glide.oauth.inbound.client.credential.grant_type.enabled": "true",
    "glide.authenticate.basic_auth.restriction.enforce": "false",
    "glide.sys.default.tz": "GMT",
}
_Fresh = tuple[str, dict[str, object]]


# What every instance has under the same sys_id
_STOCK_IDS: Mapping[tuple[str, ...], str] = {
    ("sys_user", "admin"): "6816f79cc0a8016401c5a33be04be441",
    ("sys_user_role", "admin"): "2831a114c611228501d4ea6c309d626d",
}


def fixed_id(*words: str) -> str:
    """Give the sys_id that a seeded record always has."""
    if words in _STOCK_IDS:
        return _STOCK_IDS[words]
    return hashlib.md5("\n".join(words).encode(), usedforsecurity=False).hexdigest()


def fresh_rows() -> Iterator[_Fresh]:
    """Yield table and columns of everything."""
    for table, row in (
        *_people(),
        *_choices(),
        *_properties(),
        *_filters(),
        *_transforms(),
        *dictionary_rows(),
    ):
        yield table, {"sys_created_on": _BEGINNING, **row}


def _people() -> Iterator[_Fresh]:
    for user, (first, last) in _NAMES.items():
        names = {"first_name": first, "last_name": last, "name": f"{first} {last}"}
        mail = f"{user}@example.{'com' if user == ADMIN[0] else 'org'}"
        zone = "US/Pacific" if user == ADMIN[0] else "GMT"  # the stock administrator's
        yield (
            "sys_user",
            {"sys_id": fixed_id("sys_user", user), "user_name": user, **names, "email": mail}
            | {"time_zone": zone, "active": True, "user_password": PASSWORD_SHOWN},
        )
    for role in _ROLE_NAMES:
        yield "sys_user_role", {"sys_id": fixed_id("sys_user_role", role), "name": role}
    for user, roles in _ROLES.items():
        for role in roles:
            yield (
                "sys_user_has_role",
                {
                    "sys_id": fixed_id("sys_user_has_role", user, role),
                    "user": fixed_id("sys_user", user),
                    "role": fixed_id("sys_user_role", role),
                },
            )


def _choices() -> Iterator[_Fresh]:
    for (table, element), listed in CHOICES.items():
        for place, (value, label) in enumerate(listed.items()):
            row = {"name": table, "element": element, "value": value, "label": label}
            found = fixed_id("sys_choice", table, element, value)
            yield "sys_choice", {"sys_id": found, **row, "sequence": place}


def _properties() -> Iterator[_Fresh]:
    for name, value in _PROPERTIES.items():
        found = fixed_id("sys_properties", name)
        yield "sys_properties", {"sys_id": found, "name": name, "value": value}


def _filters() -> Iterator[_Fresh]:
    """Yield the dynamic filters that every instance has; the operator knows their scripts."""
    for found, label, script in (
        ("90d1921e5f510100a9ad2572f2b477fe", "Me", "gs.getUserID()"),
        ("d6435e965f510100a9ad2572f2b47744", "One of My Groups", "getMyGroups()"),
    ):
        yield "sys_filter_option_dynamic", {"sys_id": found, "label": label, "script": script}


def _transforms() -> Iterator[_Fresh]:
    """Yield the transform map of the staging table that every instance has."""
    found = fixed_id("sys_transform_map", "User")
    named = {"name": "User", "source_table": "imp_user", "target_table": "sys_user"}
    yield "sys_transform_map", {"sys_id": found, **named}
    for field in ("user_name", "first_name", "last_name", "email", "phone", "title"):
        entry = {"map": found, "source_field": field, "target_field": field}
        sys_id = fixed_id("sys_transform_entry", found, field)
        yield (
            "sys_transform_entry",
            {"sys_id": sys_id, **entry, "coalesce": field == "user_name"},
        )
