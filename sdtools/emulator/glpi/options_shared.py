"""Search options that many item types share, in the notation of ``search_options``."""

from __future__ import annotations

__all__ = ["DOCUMENTS", "DROPDOWN", "NOTES", "STAMPS", "TREE", "location_fields"]

DOCUMENTS = "# document Documents\n119|Number of documents|Document_Item.id|count|gh\n"
NOTES = """
# notepad Notes
200|Notes|Notepad.content|text|g
201|Creation date|Notepad.date_creation|datetime|g
202|Writer|Notepad.User.name|dropdown|g
203|Last update|Notepad.date_mod|datetime|g
204|Last updater|Notepad.users_id_lastupdater>User.name|dropdown|g
"""
STAMPS = """
19|Last update|date_mod|datetime|
121|Creation date|date_creation|datetime|
"""
_OWNED = """
16|Comments|comment|text|
80|Entity|Entity.completename|dropdown|
86|Child entities|is_recursive|bool|
"""
# What only models have: an item type without such a column has no such option.
_MODEL = """
3|Product number|product_number||
137|Front picture|picture_front|specific|N
138|Rear picture|picture_rear|specific|N
"""
DROPDOWN = (
    "# common Characteristics\n1|Name|name|itemlink|\n2|ID|id|number|\n" + _OWNED + STAMPS + _MODEL
)
TREE = (
    "# common Characteristics\n1|Complete name|completename|itemlink|\n2|ID|id|number|\n"
    "14|Name|name|itemlink|\n13|Father|{parent}-{self}.completename|dropdown|\n" + _OWNED + STAMPS
)


def location_fields(*, building: int, room: int, comment: int, location: int = 83) -> str:
    """Give the options of an item's place; the numbers that differ are given."""
    return f"""
{location}|Location|Location.completename|dropdown|
101|Address|Location.address|string|
102|Postal code|Location.postcode|string|
103|Town|Location.town|string|
104|State|Location.state|string|
105|Country|Location.country|string|
{building}|Building number|Location.building|string|
{room}|Room number|Location.room|string|
{comment}|Location comments|Location.comment|text|
998|Latitude|Location.latitude|text|
999|Longitude|Location.longitude|text|
"""
