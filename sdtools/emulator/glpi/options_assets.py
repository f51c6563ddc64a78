"""Search options of computers and other assets, in the notation of ``search_options``."""

from __future__ import annotations

from collections.abc import Mapping

from sdtools.emulator.glpi.options_equipment import EQUIPMENT_OPTIONS
from sdtools.emulator.glpi.options_shared import DOCUMENTS, NOTES, location_fields

__all__ = ["ASSET_OPTIONS"]

_PLACE = location_fields(building=91, room=92, comment=93, location=3)
_NAMED = """
# common Characteristics
1|Name|name|itemlink|
86|Child entities|is_recursive|bool|e
450|Project|Item_Project.Project.name|dropdown|gen
2|ID|id|number|
"""
_COMPUTER = """
4|Type|ComputerType.name|dropdown|
40|Model|ComputerModel.name|dropdown|
31|Status|State.completename|dropdown|
42|Update Source|AutoUpdateSystem.name|dropdown|
47|UUID|uuid|string|
5|Serial number|serial|string|
6|Inventory number|otherserial|string|
9|Last inventory date|last_inventory_update|datetime|
10|Last boot date|last_boot|datetime|
16|Comments|comment|text|
7|Alternate username|contact|string|
8|Alternate username number|contact_num|string|
70|User|User.name|dropdown|
71|Group|Group.completename|dropdown|
19|Last update|date_mod|datetime|
121|Creation date|date_creation|datetime|
32|Network|Network.name|dropdown|
23|Manufacturer|Manufacturer.name|dropdown|
24|Technician in charge|users_id_tech>User.name|dropdown|
49|Group in charge|groups_id_tech>Group.completename|dropdown|
65|Template name|template_name|text|ND
80|Entity|Entity.completename|dropdown|
"""
_OPERATING_SYSTEM = """
# operatingsystem Operating System
45|Name|Item_OperatingSystem.OperatingSystem.name|dropdown|g
46|Version|Item_OperatingSystem.OperatingSystemVersion.name|dropdown|g
41|Service pack|Item_OperatingSystem.OperatingSystemServicePack.name|dropdown|g
43|Serial number|Item_OperatingSystem.license_number|string|g
44|Product ID|Item_OperatingSystem.licenseid|string|g
66|Installation date|Item_OperatingSystem.install_date|datetime|g
61|Architecture|Item_OperatingSystem.OperatingSystemArchitecture.name|dropdown|g
64|Kernel|Item_OperatingSystem.OperatingSystemKernelVersion.OperatingSystemKernel.name|dropdown|g
48|Kernel version|Item_OperatingSystem.OperatingSystemKernelVersion.name|dropdown|g
63|Edition|Item_OperatingSystem.OperatingSystemEdition.name|dropdown|g
"""
_COMPONENTS = """
# devices Components
14|System board|Item_DeviceMotherboard.DeviceMotherboard.designation|string|g
1313|Firmware|Item_DeviceFirmware.DeviceFirmware.designation|string|g
1314|Firmware: Version|Item_DeviceFirmware.DeviceFirmware.version|string|g
1315|Firmware: Type|Item_DeviceFirmware.DeviceFirmware.DeviceFirmwareType.name|dropdown|g
1316|Firmware: Model|Item_DeviceFirmware.DeviceFirmware.DeviceFirmwareModel.name|dropdown|g
1317|Firmware: Manufacturer|Item_DeviceFirmware.DeviceFirmware.Manufacturer.name|dropdown|g
1318|Firmware: Serial Number|Item_DeviceFirmware.serial|string|g
1319|Firmware: Inventory number|Item_DeviceFirmware.otherserial|string|g
17|Processor|Item_DeviceProcessor.DeviceProcessor.designation|string|g
18|processor: number of cores|Item_DeviceProcessor.nbcores|number|g
34|processor: number of threads|Item_DeviceProcessor.nbthreads|number|g
36|Processor frequency (MHz)|Item_DeviceProcessor.frequency|number|g
110|Memory type|Item_DeviceMemory.DeviceMemory.designation|string|g
111|Memory|Item_DeviceMemory.size|mio|g
114|Hard drive type|Item_DeviceHardDrive.DeviceHardDrive.designation|string|g
115|Hard drive size|Item_DeviceHardDrive.capacity|number|g
112|Network interface|Item_DeviceNetworkCard.DeviceNetworkCard.designation|string|g
113|MAC address|Item_DeviceNetworkCard.mac|string|g
13|Graphics card|Item_DeviceGraphicCard.DeviceGraphicCard.designation|string|g
12|Soundcard|Item_DeviceSoundCard.DeviceSoundCard.designation|string|g
39|Power supply|Item_DevicePowerSupply.DevicePowerSupply.designation|string|g
"""
_VOLUMES = """
# disk Volumes
156|Name|Item_Disk.name|dropdown|g
150|Global size|Item_Disk.totalsize|number|g
151|Free size|Item_Disk.freesize|number|g
152|Free percentage|Item_Disk.freepercent|progressbar|g
153|Mount point|Item_Disk.mountpoint|string|g
154|Partition|Item_Disk.device|string|g
155|File system|Item_Disk.Filesystem.name|dropdown|g
174|Encryption status|Item_Disk.encryption_status|specific|ge
175|Encryption tool|Item_Disk.encryption_tool|string|g
176|Encryption algorithm|Item_Disk.encryption_algorithm|string|g
177|Encryption type|Item_Disk.encryption_type|string|g
"""
_MACHINES = """
# virtualmachine Virtual machines
160|Name|ComputerVirtualMachine.name|dropdown|g
161|State|ComputerVirtualMachine.VirtualMachineState.name|dropdown|g
162|Virtualization model|ComputerVirtualMachine.VirtualMachineSystem.name|dropdown|g
163|Virtualization system|ComputerVirtualMachine.VirtualMachineType.name|dropdown|g
164|processor number|ComputerVirtualMachine.vcpu|number|g
165|Memory|ComputerVirtualMachine.ram|string|g
166|UUID|ComputerVirtualMachine.uuid||g
179|Virtual machine Comment|ComputerVirtualMachine.comment|string|g
# antivirus Antiviruses
167|Name|ComputerAntivirus.name|dropdown|gc
168|Version|ComputerAntivirus.antivirus_version|text|g
169|Active|ComputerAntivirus.is_active|bool|ge
170|Is up to date|ComputerAntivirus.is_uptodate|bool|ge
171|Signature database version|ComputerAntivirus.signature_version|text|g
172|Expiration date|ComputerAntivirus.date_expiration|date|g
# monitor Monitors
1429|Number of monitors|Computer_Item.id|count|gh
# peripheral Devices
1430|Number of peripherals|Computer_Item.id|count|gh
# printer Printers
1431|Number of printers|Computer_Item.id|count|gh
# phone Phones
1432|Number of phones|Computer_Item.id|count|gh
"""
_HOUSED = """
# datacenter Data centers
178|Data center position|_virtual_datacenter_position|specific|N
# rack Racks
180|Name|Item_Rack.Rack.name|dropdown|
181|Position|Item_Rack.position|number|
# socket Sockets
1310|Sockets|Glpi\\Socket.name|itemlink|e
1311|Socket models|Glpi\\Socket.Glpi\\SocketModel.name|dropdown|e
1312|Wiring side|Glpi\\Socket.wiring_side|specific|e
# agent Agent
900|Name|Agent.name|itemlink|
901|Tag|Agent.tag|text|
902|Last contact|Agent.last_contact|datetime|
903|Version|Agent.version|text|
904|Device id|Agent.deviceid|text|
905|Public contact address|Agent.remote_addr|text|
906|Useragent|Agent.useragent|text|
# dcroom Server room
1450|Server room|Item_Rack.Rack.DCRoom.name|itemlink|
# tracking Assistance
60|Number of tickets|Item_Ticket.Ticket.id|count|gh
140|Number of problems|Item_Problem.Problem.id|count|gh
"""
_NETWORK = """
# network Networking
21|MAC address|NetworkPort.mac|mac|g
87|Network port type|NetworkPort.instantiation_type|itemtypename|g
126|IP|IPAddress.name||g
127|Network names|NetworkPort.NetworkName.name||g
128|Network aliases|NetworkPort.NetworkName.NetworkAlias.name||g
22|Ethernet socket|NetworkPort.NetworkPortEthernet.Glpi\\Socket.name|dropdown|g
157|Wifi network|NetworkPort.NetworkPortWifi.WifiNetwork.name||g
158|ESSID|NetworkPort.NetworkPortWifi.WifiNetwork.essid||g
62|Network fiber socket|NetworkPort.NetworkPortFiberchannel.Glpi\\Socket.name|dropdown|g
88|VLAN|Vlan.name|dropdown|g
"""
_CONTRACTS = """
# contract Contracts
139|Location|Contract_Item.Contract.Location.completename|dropdown|g
29|Name|Contract_Item.Contract.name|itemlink|g
30|Number|Contract_Item.Contract.num|string|g
129|Type|Contract_Item.Contract.ContractType.name|dropdown|g
130|Duration|Contract_Item.Contract.duration|number|gm
131|Periodicity|Contract_Item.Contract.periodicity|number|gm
132|Start date|Contract_Item.Contract.begin_date|date|g
133|Account number|Contract_Item.Contract.accounting_number|string|g
134|End date|Contract_Item.Contract.end_date|date_delay|g
135|Notice|Contract_Item.Contract.notice|number|gm
136|Cost|Contract_Item.Contract.ContractCost.totalcost|decimal|g
137|Invoice period|Contract_Item.Contract.billing|number|gm
138|Renewal|Contract_Item.Contract.renewal|specific|g
"""
_FINANCIAL = """
# financial Financial and administrative information
25|Immobilization number|Infocom.immo_number|string|
26|Order number|Infocom.order_number|string|
27|Delivery form|Infocom.delivery_number|string|
28|Invoice number|Infocom.bill|string|
37|Date of purchase|Infocom.buy_date|date|
38|Startup date|Infocom.use_date|date|
142|Delivery date|Infocom.delivery_date|date|
124|Order date|Infocom.order_date|date|
123|Start date of warranty|Infocom.warranty_date|date|
125|Date of last physical inventory|Infocom.inventory_date|date|
50|Budget|Budget.name|dropdown|
51|Warranty duration|Infocom.warranty_duration|number|m
52|Warranty information|Infocom.warranty_info|string|
120|Warranty expiration date|Infocom.end_warranty|date_delay|
53|Supplier|Supplier.name|dropdown|
54|Value|Infocom.value|decimal|
55|Warranty extension value|Infocom.warranty_value|decimal|
56|Amortization duration|Infocom.sink_time|number|m
57|Amortization type|Infocom.sink_type|specific|en
58|Amortization coefficient|Infocom.sink_coeff|decimal|
59|Email alarms|Infocom.alert|specific|
122|Comments on financial and administrative information|Infocom.comment|text|
173|Business criticity|BusinessCriticity.completename|dropdown|
159|Decommission date|Infocom.decommission_date|date|
"""
_MORE = """
# domain Domains
205|Name|Domain_Item.Domain.name|itemlink|g
206|Domain type|Domain_Item.Domain.DomainType.name|dropdown|g
# appliance Appliances
1210|Name|Appliance_Item.Appliance.name|itemlink|g
1211|Appliance type|Appliance_Item.Appliance.ApplianceType.name||g
1212|User|Appliance_Item.Appliance.User.name|dropdown|g
1213|Group|Appliance_Item.Appliance.Group.name|dropdown|g
# link External links
145|External links|Link_Itemtype.Link._virtual|specific|gN
# manuallink Manual links
146|Manual links|ManualLink._virtual|specific|N
"""
_ASSET = """
16|Comments|comment|text|
5|Serial number|serial|string|
6|Inventory number|otherserial|string|
7|Alternate username|contact|string|
8|Alternate username number|contact_num|string|
31|Status|State.completename|dropdown|
4|Type|{self}Type.name|dropdown|
40|Model|{self}Model.name|dropdown|
70|User|User.name|dropdown|
71|Group|Group.completename|dropdown|
19|Last update|date_mod|datetime|
121|Creation date|date_creation|datetime|
23|Manufacturer|Manufacturer.name|dropdown|
24|Technician in charge|users_id_tech>User.name|dropdown|
49|Group in charge|groups_id_tech>Group.completename|dropdown|
80|Entity|Entity.completename|dropdown|
"""
_ASSETS = ("Monitor", "NetworkEquipment", "Peripheral", "Phone", "Printer")
# What can be searched in all assets at once.
_ALL = """
# common Characteristics
1|Name|name|itemlink|
2|ID|id|number|
31|Status|State.completename|dropdown|
5|Serial number|serial|string|
6|Inventory number|otherserial|string|
16|Comments|comment|text|
70|User|User.name|dropdown|
7|Alternate username|contact|string|
8|Alternate username number|contact_num|string|
71|Group|Group.completename|dropdown|
19|Last update|date_mod|datetime|
23|Manufacturer|Manufacturer.name|dropdown|
24|Technician in charge|users_id_tech>User.name|dropdown|
80|Entity|Entity.completename|dropdown|
"""
_SOFTWARE = """
# common Characteristics
1|Name|name|itemlink|
86|Child entities|is_recursive|bool|e
2|ID|id|number|
16|Comments|comment|text|
62|Category|SoftwareCategory.completename|dropdown|
19|Last update|date_mod|datetime|
23|Manufacturer|Manufacturer.name|dropdown|
24|Technician in charge|users_id_tech>User.name|dropdown|
49|Group in charge|groups_id_tech>Group.completename|dropdown|
70|User|User.name|dropdown|
71|Group|Group.completename|dropdown|
61|Associable to a ticket|is_helpdesk_visible|bool|
63|Valid licenses|is_valid|bool|
80|Entity|Entity.completename|dropdown|
"""

ASSET_OPTIONS: Mapping[str, str] = {
    "Computer": "\n".join(
        (
            _NAMED, _PLACE, _COMPUTER, _OPERATING_SYSTEM, NOTES, _COMPONENTS, _VOLUMES, _MACHINES,
            _HOUSED, _NETWORK, _CONTRACTS, DOCUMENTS, _FINANCIAL, _MORE,
        )
    ),
    "AllAssets": _ALL,
    "Software": _SOFTWARE + NOTES + DOCUMENTS,
    **{
        itemtype: "\n".join(
            (
                _NAMED, _PLACE, _ASSET.replace("{self}", itemtype),
                EQUIPMENT_OPTIONS.get(itemtype, ""), NOTES,
                "" if itemtype == "Monitor" else _NETWORK, _CONTRACTS, DOCUMENTS, _FINANCIAL, _MORE,
            )
        )
        for itemtype in _ASSETS
    },
}  # fmt: skip
