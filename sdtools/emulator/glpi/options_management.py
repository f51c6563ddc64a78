"""Search options of contracts, budgets, contacts and lists of values (see ``search_options``).

As in GLPI's src/Contract.php, Budget.php, Contact.php and CommonDropdown.php.
"""

from __future__ import annotations

from collections.abc import Mapping

from sdtools.emulator.glpi.columns_dropdowns import NAMED
from sdtools.emulator.glpi.options_shared import DOCUMENTS, DROPDOWN, NOTES, TREE, location_fields

__all__ = ["MANAGEMENT_OPTIONS"]

_HEAD = "# common Characteristics\n1|Name|name|itemlink|\n2|ID|id|number|\n"
_OWNED = """
19|Last update|date_mod|datetime|
121|Creation date|date_creation|datetime|
16|Comments|comment|text|
80|Entity|Entity.completename|dropdown|
86|Child entities|is_recursive|bool|
"""
_CONTRACT = """
3|Number|num|string|
31|Status|State.completename|dropdown|
4|Type|ContractType.name|dropdown|
5|Start date|begin_date|date|
6|Duration|duration|number|m
20|End date|end_date|date_delay|
7|Notice|notice|number|m
21|Periodicity|periodicity|number|m
22|Invoice period|billing|number|m
10|Account number|accounting_number|string|
23|Renewal|renewal|specific|en
12|Expiration|_virtual_expiration|specific|N
13|Expiration date + notice|expire_notice|date_delay|
59|Email alarms|alert|specific|en
72|Number of items|Contract_Item.id|count|gh
29|Associated suppliers|Contract_Supplier.Supplier.name|itemlink|g
50|Template name|template_name|text|ND
"""
_COSTS = """
# cost Cost
11|Total cost|ContractCost.totalcost|decimal|gh
41|Costs|ContractCost.cost|decimal|g
42|Cost - Begin date|ContractCost.begin_date|date|g
43|Cost - End date|ContractCost.end_date|date|g
44|Cost - Name|ContractCost.name|dropdown|g
45|Cost - Budget|ContractCost.Budget.name|dropdown|g
"""
_BUDGET = """
4|Type|BudgetType.name|dropdown|
5|Start date|begin_date|date|
6|End date|end_date|date|
7|Value|value|decimal|
50|Template name|template_name|text|ND
"""
_CONTACT = """
# common Characteristics
1|Last name|name|itemlink|
11|First name|firstname|string|
2|ID|id|number|
3|Phone|phone|string|
4|Phone 2|phone2|string|
10|Mobile phone|mobile|string|
5|Fax|fax|string|
6|Email|email|email|
82|Address|address||
83|Postal code|postcode|string|
84|City|town|string|
85|State|state|string|
87|Country|country|string|
9|Type|ContactType.name|dropdown|
81|Title|UserTitle.name|dropdown|
8|Associated suppliers|Contact_Supplier.Supplier.name|itemlink|g
70|Administrative number|registration_number|string|
"""
_DROPDOWNS = (
    *NAMED, "AutoUpdateSystem", "ChangeTemplate", "ComputerModel", "DeviceMemoryModel",
    "MonitorModel", "NetworkEquipmentModel", "PeripheralModel", "PhoneModel",
    "PlanningEventCategory", "PrinterModel", "ProblemTemplate", "ProjectState",
    "RecurrentChange", "SolutionTemplate", "TaskTemplate", "TicketRecurrent", "TicketTemplate",
)  # fmt: skip
_TREES = {
    "BusinessCriticity": "businesscriticities_id", "DocumentCategory": "documentcategories_id",
    "SoftwareCategory": "softwarecategories_id", "SoftwareLicenseType": "softwarelicensetypes_id",
}  # fmt: skip
_CONTRACT_PLACE = location_fields(building=91, room=92, comment=93, location=8)
_PLACE = location_fields(building=91, room=92, comment=93, location=3)

MANAGEMENT_OPTIONS: Mapping[str, str] = {
    "Contract": _HEAD + _CONTRACT_PLACE + _CONTRACT + _OWNED + NOTES + _COSTS + DOCUMENTS,
    "Budget": _HEAD + _BUDGET + _OWNED + _PLACE + NOTES + DOCUMENTS,
    "Contact": _CONTACT + _OWNED + NOTES + DOCUMENTS,
    **dict.fromkeys(_DROPDOWNS, DROPDOWN),
    **{itemtype: TREE.format(parent=parent, self=itemtype) for itemtype, parent in _TREES.items()},
}
