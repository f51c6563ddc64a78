"""Foreign keys in an answer: names in their place, and links to where they point."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.names import TREES, dropdown_name, target_of
from sdtools.emulator.glpi.tables import TABLES

__all__ = ["Wanted", "parsed"]

_UNKNOWN = "UNKNOWN"  # what GLPI calls the item type of a table that none has
_FOREIGN_KEY = re.compile(r"._id(_.+)?$")
_LDAP = 3  # a user's authtype whose auths_id is a directory's
# Item types of GLPI that are not kept here, by the column that points at them.
_ABSENT: Mapping[str, str] = {
    f"{stem}_id": name
    for name, stem in (
        ("ApplianceEnvironment", "applianceenvironments"), ("ApplianceType", "appliancetypes"),
        ("AuthLDAP", "authldaps"), ("CertificateType", "certificatetypes"),
        ("ClusterType", "clustertypes"), ("DCRoom", "dcrooms"),
        ("EnclosureModel", "enclosuremodels"), ("FQDN", "fqdns"),
        ("Filesystem", "filesystems"), ("IPNetwork", "ipnetworks"),
        ("LineOperator", "lineoperators"), ("RackModel", "rackmodels"),
        ("RackType", "racktypes"), ("SNMPCredential", "snmpcredentials"),
        ("Transfer", "transfers"),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a query asks to do with foreign keys."""

    names: bool  # expand_dropdowns
    links: bool  # get_hateoas


@lru_cache(maxsize=2048)
def _is_foreign_key(key: str) -> bool:
    return _FOREIGN_KEY.search(key) is not None and not key.startswith("_id")


@lru_cache(maxsize=2048)
def _target(key: str) -> str:
    return target_of(key) or _ABSENT.get(re.sub(r"_id.*", "_id", key), _UNKNOWN)


def _pointed_at(fields: Mapping[str, object], key: str) -> str:
    """Give the item type that a column of these fields points at (API::parseDropdowns)."""
    named = fields.get({"items_id": "itemtype", "mainitems_id": "mainitemtype"}.get(key, ""))
    if named is not None:
        return str(named) if str(named) in TABLES else _UNKNOWN
    if key == "auths_id" and fields.get("authtype") == _LDAP:
        return "AuthLDAP"
    if key == "default_requesttypes_id":
        return "RequestType"
    return _target(key)


def _number(value: object) -> int:
    """Read an id as MySQL does: text that begins with no number is 0."""
    found = re.match(r"\s*-?\d+", str(value))
    return int(found[0]) if found else 0


def _full_name(context: Context, itemtype: str, row: Row) -> str:
    if "name" not in row and "designation" in row:  # devices
        return str(row["designation"] or "")
    if itemtype == "Contact":
        return f"{row['name'] or ''} {row['firstname'] or ''}"
    if itemtype == "Computer" and not row["name"]:
        return f"({row['id']})"
    return dropdown_name(context.database, itemtype, row["id"])


def _name(context: Context, itemtype: str, value: object) -> str:
    """Give the name of what a value points at; nothing where it points at nothing."""
    items_id = _number(value)
    known = itemtype in TABLES and (items_id or itemtype in TREES)
    row = context.database.row(itemtype, items_id) if known else None
    return _full_name(context, itemtype, row) if row else ""


def _counts(key: str, value: object) -> bool:
    """Tell whether a value points at anything: also what stands for inheritance (-2)."""
    return bool(value) or (key == "entities_id" and value == 0)


def parsed(context: Context, fields: Mapping[str, object], wanted: Wanted) -> dict[str, object]:
    """Give fields with names for ids and links to them, down to the last list within."""
    found: dict[str, object] = {}
    links: list[object] = []
    for key, value in fields.items():
        if isinstance(value, dict | list):
            found[key] = _within(context, value, wanted)
            continue
        found[key] = value
        if not _is_foreign_key(key) or not _counts(key, value):
            continue
        itemtype = _pointed_at(fields, key)
        if wanted.links and isinstance(value, int):
            links.append({"rel": itemtype, "href": f"{context.base_url}/{itemtype}/{value}"})
        if wanted.names:
            found[key] = _name(context, itemtype, value)
    return found | {"links": links} if links else found


def _within(context: Context, value: Mapping[str, object] | list[object], wanted: Wanted) -> object:
    if isinstance(value, Mapping):
        return parsed(context, value, wanted)
    return [_within(context, one, wanted) if isinstance(one, dict | list) else one
            for one in value]  # fmt: skip
