"""Search options: the numbered columns of ``search`` and ``listSearchOptions`` (FACTS 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.names import TREES, target_of
from sdtools.emulator.glpi.query import Parameters
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.wire import Answer, plain

__all__ = ["Option", "list_search_options", "options_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One numbered column: where its value comes from and how it may be searched."""

    number: int
    name: str
    table: str
    field: str
    datatype: str
    uid: str
    source: str  # "column:status", "actor:User:2", "link:Problem_Ticket:name", "count:..."

    @property
    def hidden(self) -> bool:
        """Tell whether it can be shown and not searched."""
        return self.number in {13, 45, 142, 151, 158, 181, 186} and self.table != "glpi_users"

    @property
    def searchtypes(self) -> list[str]:
        """Give what GLPI advertises."""
        if self.datatype == "specific":
            return ["equals"]
        if self.datatype == "datetime":
            return ["equals", "notequals", "lessthan", "morethan", "contains", "notcontains"]
        if self.datatype == "bool":
            return ["equals", "notequals", "contains", "notcontains"]
        found = ["contains", "notcontains"]
        if self.datatype == "dropdown":
            found += ["equals", "notequals"]
            found += ["under", "notunder"] if self.field == "completename" else []
        return found

    def wire(self) -> dict[str, object]:
        """Give what listSearchOptions tells."""
        return {
            "name": self.name,
            "table": self.table,
            "field": self.field,
            "datatype": self.datatype,
            "nosearch": self.hidden,
            "nodisplay": False,
            "available_searchtypes": self.searchtypes,
            "uid": self.uid,
        }


# number|label|column|datatype of what tickets, problems and changes share
_ITIL = """
1|Title|name|itemlink
21|Description|content|text
2|ID|id|number
12|Status|status|specific
10|Urgency|urgency|specific
11|Impact|impact|specific
3|Priority|priority|specific
15|Opening date|date|datetime
16|Closing date|closedate|datetime
18|Time to resolve|time_to_resolve|datetime
17|Resolution date|solvedate|datetime
19|Last update|date_mod|datetime
7|Category|itilcategories_id|dropdown
80|Entity|entities_id|dropdown
45|Total duration|actiontime|timestamp
64|Last edit by|users_id_lastupdater|dropdown
83|Location|locations_id|dropdown
155|Time to own|time_to_own|datetime
180|Internal time to resolve|internal_time_to_resolve|datetime
185|Internal time to own|internal_time_to_own|datetime
14|Type|type|specific
9|Request source|requesttypes_id|dropdown
22|Writer|users_id_recipient|dropdown
37|SLA Time to own|slas_id_tto|dropdown
30|SLA Time to resolve|slas_id_ttr|dropdown
190|OLA Internal time to own|olas_id_tto|dropdown
191|OLA Internal time to resolve|olas_id_ttr|dropdown
52|Approval|global_validation|specific
51|Minimum validation required|validation_percent|number
154|Resolution time|solve_delay_stat|timestamp
152|Closing time|close_delay_stat|timestamp
153|Waiting time|waiting_duration|timestamp
150|Take into account time|takeintoaccount_delay_stat|timestamp
"""
_ACTORS = """
4|Requester|User|1
71|Requester group|Group|1
66|Watcher|User|3
65|Watcher group|Group|3
5|Technician|User|2
6|Assigned to a supplier|Supplier|2
8|Technician group|Group|2
"""
# number|label|item type that hangs on a ticket|column or "count"|datatype
_HANGING = """
82|Time to resolve exceeded|Ticket|late:time_to_resolve|bool
159|Time to own exceeded|Ticket|late:time_to_own|bool
25|Description|ITILFollowup|content|text
27|Number of followups|ITILFollowup|count|count
26|Description|TicketTask|content|text
28|Number of tasks|TicketTask|count|count
24|Solution|ITILSolution|content|text
39|Last solution status|ITILSolution|status|specific
62|Satisfaction|TicketSatisfaction|satisfaction|number
200|Number of problems|Problem_Ticket|count|count
201|Problem|Problem_Ticket|Problem:name|dropdown
202|Status|Problem_Ticket|Problem:status|specific
119|Number of documents|Document_Item|count|count
131|Associated item types|Item_Ticket|itemtype|itemtypename
400|Pending reason|PendingReason_Item|PendingReason:name|dropdown
"""
_PLAIN = {
    "User": "1|Login|name|itemlink\n2|ID|id|number\n34|Last name|realname|string\n"
    "9|First name|firstname|string\n5|Email addresses|UserEmail:email|email\n"
    "13|Groups|Group_User:Group|itemlink\n20|Profile|Profile_User:Profile|dropdown\n"
    "80|Entity|Profile_User:Entity|dropdown\n82|Category|usercategories_id|dropdown\n"
    "81|Title|usertitles_id|dropdown\n8|Active|is_active|bool\n19|Last update|date_mod|datetime",
    "KnowbaseItem": "2|ID|id|number\n6|Subject|name|itemlink\n7|Content|answer|text\n"
    "8|FAQ item|is_faq|bool\n9|View|view|integer\n10|Visibility start date|begin_date|datetime\n"
    "11|Visibility end date|end_date|datetime\n19|Last update|date_mod|datetime",
}
_NAMED = (
    "1|Name|name|itemlink\n2|ID|id|number\n19|Last update|date_mod|datetime\n"
    "80|Entity|entities_id|dropdown"
)


def _column_option(itemtype: str, number: int, label: str, column: str, datatype: str) -> Option:
    target = target_of(column)
    if ":" in column:
        through, _, rest = column.partition(":")
        table, field = TABLES[through].sql_name, rest
        uid, source = f"{itemtype}.{through}.{rest}", f"through:{column}"
    elif target:
        field = "completename" if target in TREES else "name"
        table, uid = TABLES[target].sql_name, f"{itemtype}.{target}.{field}"
        if target == "User" and column != "users_id":
            uid = f"{itemtype}.{column}.User.name"
        source = f"column:{column}"
    else:
        table, field = TABLES[itemtype].sql_name, column
        uid, source = f"{itemtype}.{column}", f"column:{column}"
    return Option(number=number, name=label, table=table, field=field, datatype=datatype,
                  uid=uid, source=source)  # fmt: skip


def _read(itemtype: str, notation: str) -> list[Option]:
    columns = TABLES[itemtype].columns
    found = []
    for line in notation.strip().splitlines():
        number, label, column, datatype = line.split("|")
        if column in columns or ":" in column:
            found.append(_column_option(itemtype, int(number), label, column, datatype))
    return found


def _actor_options(itemtype: str) -> list[Option]:
    found = []
    for line in _ACTORS.strip().splitlines():
        number, label, kind, role = line.split("|")
        link = {"User": "Ticket_User", "Group": "Group_Ticket", "Supplier": "Supplier_Ticket"}[kind]
        field = "completename" if kind in TREES else "name"
        found.append(
            Option(
                number=int(number),
                name=label,
                table=TABLES[kind].sql_name,
                field=field,
                datatype="dropdown",
                uid=f"{itemtype}.{link}.{kind}.{field}",
                source=f"actor:{kind}:{role}",
            )
        )
    return found


def _hanging_options() -> list[Option]:
    found = []
    for line in _HANGING.strip().splitlines():
        number, label, child, column, datatype = line.split("|")
        late = column.startswith("late:")
        target, _, field = column.rpartition(":")
        field = "is_late" if late else field
        shown = "id" if column == "count" else field
        path = f"{child}.{target}" if target and not late else child
        table = TABLES[target].sql_name if target and not late else TABLES[child].sql_name
        uid = f"Ticket.{field}" if late else f"Ticket.{path}.{shown}"
        source = column if late else f"hanging:{child}:{column}"
        found.append(
            Option(
                number=int(number),
                name=label,
                table=table,
                field=shown,
                datatype=datatype,
                uid=uid,
                source=source,
            )
        )
    return found


def _build(itemtype: str) -> Mapping[int, Option]:
    if itemtype in {"Ticket", "Problem", "Change"}:
        found = _read(itemtype, _ITIL) + _actor_options(itemtype)
        found += _hanging_options() if itemtype == "Ticket" else []
    else:
        found = _read(itemtype, _PLAIN.get(itemtype, _NAMED))
    return MappingProxyType({option.number: option for option in found})


_OPTIONS = MappingProxyType({itemtype: _build(itemtype) for itemtype in TABLES})


def options_of(itemtype: str) -> Mapping[int, Option]:
    """Give an item type's options by number."""
    return _OPTIONS[itemtype]


def list_search_options(context: Context, itemtype: str, parameters: Parameters) -> Answer:
    """Answer listSearchOptions."""
    del context, parameters
    found: dict[str, object] = {"common": {"name": "Characteristics"}}
    found |= {str(number): option.wire() for number, option in options_of(itemtype).items()}
    return plain(found)
