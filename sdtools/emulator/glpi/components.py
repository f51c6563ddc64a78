"""What belongs to an asset: its devices, software and network ports, as ``with_*`` shows them."""

from __future__ import annotations

from collections.abc import Mapping

from sdtools.emulator.glpi.casting import Values
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.profiles import READ
from sdtools.emulator.glpi.settings import is_on
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.wire import NO_RIGHT

__all__ = ["NOT_KEPT", "devices", "located", "network_ports", "softwares"]

# Which item types have them (GLPI 10.0, define.php).
_WITH_DISKS = frozenset({"Computer", "Peripheral", "NetworkEquipment", "Printer", "Phone"})
_WITH_DEVICES = _WITH_DISKS | {"Enclosure"}
_WITH_SOFTWARE = _WITH_DISKS | {"Monitor"}
# What some item types have and none is kept of: it is always empty.
NOT_KEPT: Mapping[str, frozenset[str]] = {
    "disks": _WITH_DISKS,
    "connections": frozenset({"Computer"}),
}
_FOLLOWS = "is_location_autoupdate"
_OF_ITEM = "itemtype = ? AND items_id = ?"
# Ports of each kind have a table of their own, which the API leaves empty: its columns are null.
_OF_A_PORT = ("netport_id", "entities_id", "is_recursive", "logical_number", "name", "mac",
              "comment", "is_dynamic")  # fmt: skip
_KINDS: Mapping[str, tuple[str, ...]] = {
    "NetworkPortAggregate": ("networkports_id_list",),
    "NetworkPortAlias": ("networkports_id_alias",),
    "NetworkPortDialup": (),
    "NetworkPortEthernet": ("items_devicenetworkcards_id", "type", "speed"),
    "NetworkPortLocal": (),
    "NetworkPortWifi": (
        "items_devicenetworkcards_id", "wifinetworks_id", "networkportwifis_id", "version", "mode",
    ),
}  # fmt: skip


def devices(context: Context, itemtype: str, row: Row) -> object:
    """Give the devices in an asset by kind and id; None for what holds none."""
    if itemtype not in _WITH_DEVICES:
        return None
    found = {}
    for kind in (name for name in TABLES if name.startswith("Item_Device")):
        where = f"{_OF_ITEM} AND is_deleted = 0"
        held = context.database.rows(kind, where, (itemtype, row["id"]))
        if held:
            found[kind] = {str(one["id"]): _bare(one, "items_id", "itemtype", "is_deleted")
                           for one in held}  # fmt: skip
    return found or []


def located(context: Context, values: Values) -> Values:
    """Give a new device's place: that of its item (Item_Devices::prepareInputForAdd)."""
    if values.get("itemtype") not in TABLES or not is_on(context.database, _FOLLOWS):
        return {}
    item = context.database.row(str(values["itemtype"]), values.get("items_id"))
    return {"locations_id": item["locations_id"]} if item and "locations_id" in item else {}


def _bare(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def softwares(context: Context, itemtype: str, row: Row) -> object:
    """Give the software installed on an asset, by name and version."""
    if itemtype not in _WITH_SOFTWARE:
        return None
    if not context.session.may("software", READ):
        return {"error": 401, "message": NO_RIGHT}
    where = f"{_OF_ITEM} AND is_deleted = 0"
    found = []
    for link in context.database.rows("Item_SoftwareVersion", where, (itemtype, row["id"])):
        version = context.database.row("SoftwareVersion", link["softwareversions_id"]) or {}
        software = context.database.row("Software", version.get("softwares_id")) or {}
        found.append((str(software.get("name")), str(version.get("name")),
                      _installed(link, version, software)))  # fmt: skip
    return [one for *_, one in sorted(found, key=lambda each: each[:2])]


def _installed(link: Row, version: Row, software: Row) -> Row:
    return {
        "softwarecategories_id": software.get("softwarecategories_id"),
        "softwares_id": software.get("id"),
        "softwareversions_id": version.get("id"),
        "is_dynamic": link["is_dynamic"],
        "states_id": version.get("states_id"),
        "is_valid": software.get("is_valid"),
    }


def network_ports(context: Context, itemtype: str, row: Row) -> object:
    """Give the network ports of any item by kind (API::getNetworkPorts)."""
    if not context.session.may("networking", READ):
        return {"error": 401, "message": NO_RIGHT}
    found: dict[str, list[object]] = {}
    where = f"{_OF_ITEM} AND is_deleted = 0"
    for port in context.database.rows("NetworkPort", where, (itemtype, row["id"])):
        kind = str(port["instantiation_type"])
        if kind in _KINDS:
            found.setdefault(kind, []).append(_port(context, port, kind))
    return found or []


def _port(context: Context, port: Row, kind: str) -> dict[str, object]:
    own: dict[str, object] = {name: port.get(name) for name in _OF_A_PORT}
    own["netport_id"] = port["id"]
    of_kind = ("id", "networkports_id", *_KINDS[kind], "date_mod", "date_creation")
    return own | dict.fromkeys(of_kind) | _named(context, port)


def _named(context: Context, port: Row) -> dict[str, object]:
    """Give a port's name in the network with its addresses."""
    names = context.database.rows("NetworkName", _OF_ITEM, ("NetworkPort", port["id"]))
    if not names:
        return {}
    name = names[0]
    addresses = context.database.rows("IPAddress", _OF_ITEM, ("NetworkName", name["id"]))
    shown: list[object] = [
        {"id": str(one["id"]), "name": one["name"], "IPNetwork": []} for one in addresses
    ]
    domain = {"id": name["fqdns_id"], "name": None, "fqdn": None}
    told = {"id": name["id"], "name": name["name"], "fqdns_id": name["fqdns_id"]}
    return {"NetworkName": {**told, "FQDN": domain, "IPAddress": shown}}
