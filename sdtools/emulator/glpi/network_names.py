"""The name and the addresses that a new network port brings along (GLPI 10.0, NetworkPort)."""

from __future__ import annotations

import ipaddress

from sdtools.emulator.glpi.casting import Given
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.history import log_created
from sdtools.emulator.glpi.query import as_list

__all__ = ["name_port"]

_PREFIX = "NetworkName_"
_IPV4_WITHIN_IPV6 = 0xFFFF  # how GLPI keeps the last but one of four numbers


def name_port(context: Context, ports_id: int, given: Given) -> None:
    """Add what a port is called in the network, if the input says ``_create_children``."""
    asked = {
        key.removeprefix(_PREFIX): value for key, value in given.items() if key.startswith(_PREFIX)
    }
    addresses = [str(one) for one in as_list(asked.get("_ipaddresses")) if one]
    named = asked.get("name") or asked.get("fqdns_id") or addresses
    if not given.get("_create_children") or not named:
        return
    now = context.now()
    name = {
        "items_id": ports_id,
        "itemtype": "NetworkPort",
        "entities_id": given.get("entities_id") or 0,
        "name": asked.get("name"),
        "fqdns_id": asked.get("fqdns_id") or 0,
        "date_mod": now,
        "date_creation": now,
    }
    names_id = context.database.insert("NetworkName", name)
    for address in addresses:
        _add_address(context, names_id, address, given)
    log_created(context, "NetworkName", names_id)


def _add_address(context: Context, names_id: int, text: str, given: Given) -> None:
    """Add an address as GLPI keeps it: its text, its version, and four numbers of 32 bits."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return
    whole = int(address)
    if address.version == 4:  # noqa: PLR2004 - the version of the protocol
        whole |= _IPV4_WITHIN_IPV6 << 32
    words = [(whole >> shift) & 0xFFFFFFFF for shift in (96, 64, 32, 0)]
    row = {
        "items_id": names_id,
        "itemtype": "NetworkName",
        "entities_id": given.get("entities_id") or 0,
        "version": address.version,
        "name": text,
        "mainitems_id": given.get("items_id") or 0,
        "mainitemtype": given.get("itemtype"),
    }
    row |= {f"binary_{place}": word for place, word in enumerate(words)}
    log_created(context, "IPAddress", context.database.insert("IPAddress", row))
