"""Adding people: a login, addresses, a profile and a password (GLPI 10.0, User)."""

from __future__ import annotations

from sdtools.emulator.glpi.casting import Given, Values, cast
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.history import log_created
from sdtools.emulator.glpi.query import as_list
from sdtools.emulator.glpi.text import whole_number
from sdtools.emulator.glpi.wire import RefusedError

__all__ = ["add_user"]


def _password(given: Given) -> str | None:
    """Give the password that is sent twice; once only is as good as none."""
    if given.get("password2") is None or not given.get("password"):
        return None
    if given["password"] != given["password2"]:
        raise RefusedError("Error: the two passwords do not match")
    return str(given["password"])


def add_user(context: Context, itemtype: str, given: Given) -> int:
    """Add a user with addresses, a profile and a password."""
    now = context.now()
    values = cast(itemtype, given) | {"date_creation": now, "date_mod": now}
    name = values.get("name")
    if not name:
        raise RefusedError("The login is not valid. Unable to add the user.")
    if context.database.count("User", "name = ?", (name,)):
        raise RefusedError("Unable to add. The user already exists.")
    password = _password(given)
    if password:
        values["password_last_update"] = now
    users_id = context.database.insert(itemtype, values)
    for position, address in enumerate(as_list(given.get("_useremails"))):
        email = {"users_id": users_id, "email": str(address), "is_default": int(not position)}
        context.database.insert("UserEmail", email)
    _give_profile(context, users_id, given)
    if password:
        context.database.add_secret(users_id, "password", f"{name}:{password}")
    log_created(context, itemtype, users_id)
    return users_id


def _give_profile(context: Context, users_id: int, given: Given) -> None:
    """Give the profile that is named, else the default one (User::post_addItem)."""
    link: Values = {"users_id": users_id, "profiles_id": whole_number(given.get("_profiles_id"))}
    if not link["profiles_id"]:
        usual = context.database.rows("Profile", "is_default = 1")
        if not usual:
            return
        link |= {"profiles_id": usual[0]["id"], "is_dynamic": 1, "is_default_profile": 1}
    entity = whole_number(given.get("_entities_id"))
    link["entities_id"] = context.session.active_root if entity is None else entity
    link["is_recursive"] = whole_number(given.get("_is_recursive")) or 0
    context.database.insert("Profile_User", link)
