"""Columns of the embedded GLPI's assets, their parts and their ports (see tables).

As in GLPI 10.0.12's own schema (install/mysql/glpi-10.0.12-empty.sql), names, order and defaults.
"""

from __future__ import annotations

__all__ = ["ASSETS"]

_CALLED = "name? date_mod@ contact? contact_num? users_id_tech groups_id_tech"
_SERIALS = "serial? otherserial?"
_KEPT = "manufacturers_id is_global is_deleted is_template template_name?"
_USED = "users_id groups_id states_id ticket_tco$ is_dynamic"
_PART = "is_deleted is_dynamic entities_id is_recursive"
_HEAD = "id name? comment? product_number?"
_MODEL = (
    f"{_HEAD} weight required_units=1 depth=1 power_connections power_consumption is_half_rack "
    "picture_front? picture_rear? pictures? date_mod@ date_creation@"
)
_PICTURED = f"{_HEAD} date_mod@ date_creation@ picture_front? picture_rear? pictures?"
_VISIBLE = " ".join(
    f"is_visible_{itemtype}=1"
    for itemtype in (
        "computer", "monitor", "networkequipment", "peripheral", "phone", "printer",
        "softwareversion", "softwarelicense", "line", "certificate", "rack",
        "passivedcequipment", "enclosure", "pdu", "cluster", "contract", "appliance",
        "databaseinstance", "cable", "unmanaged",
    )
)  # fmt: skip

ASSETS = {
    "Printer": (
        f"id entities_id is_recursive {_CALLED} {_SERIALS} have_serial have_parallel have_usb "
        "have_wifi have_ethernet comment? memory_size? locations_id networks_id printertypes_id "
        f"printermodels_id {_KEPT} init_pages_counter last_pages_counter {_USED} uuid? "
        "date_creation@ sysdescr? last_inventory_update@ snmpcredentials_id autoupdatesystems_id"
    ),
    "Monitor": (
        f"id entities_id {_CALLED} comment? {_SERIALS} size!0.00 have_micro have_speaker "
        "have_subd have_bnc have_dvi have_pivot have_hdmi have_displayport locations_id "
        f"monitortypes_id monitormodels_id {_KEPT} {_USED} autoupdatesystems_id uuid? "
        "date_creation@ is_recursive"
    ),
    "NetworkEquipment": (
        f"id entities_id is_recursive name? ram~ {_SERIALS} contact? contact_num? users_id_tech "
        "groups_id_tech date_mod@ comment? locations_id networks_id networkequipmenttypes_id "
        "networkequipmentmodels_id manufacturers_id is_deleted is_template template_name? "
        f"{_USED} uuid? date_creation@ autoupdatesystems_id sysdescr? cpu uptime!0 "
        "last_inventory_update@ snmpcredentials_id"
    ),
    "Phone": (
        f"id entities_id {_CALLED} comment? {_SERIALS} locations_id phonetypes_id phonemodels_id "
        f"brand? phonepowersupplies_id number_line? have_headset have_hp {_KEPT} {_USED} "
        "autoupdatesystems_id uuid? date_creation@ is_recursive last_inventory_update@"
    ),
    "Peripheral": (
        f"id entities_id {_CALLED} comment? {_SERIALS} locations_id peripheraltypes_id "
        f"peripheralmodels_id brand? {_KEPT} {_USED} autoupdatesystems_id uuid? date_creation@ "
        "is_recursive"
    ),
    "State": (
        "id name? entities_id is_recursive comment? states_id completename? level "
        f"ancestors_cache? sons_cache? {_VISIBLE} date_mod@ date_creation@"
    ),
    "DeviceMemory": (
        "id designation? frequence? comment? manufacturers_id size_default devicememorytypes_id "
        "entities_id is_recursive devicememorymodels_id~ date_mod@ date_creation@"
    ),
    "Item_DeviceMemory": (
        f"id items_id itemtype? devicememories_id size serial? {_PART} busID? otherserial? "
        "locations_id states_id"
    ),
    "NetworkPort": (
        "id items_id itemtype? entities_id is_recursive logical_number name? "
        "instantiation_type? mac? comment? is_deleted is_dynamic date_mod@ date_creation@ ifmtu "
        "ifspeed ifinternalstatus? ifconnectionstatus iflastchange? ifinbytes ifinerrors "
        "ifoutbytes ifouterrors ifstatus? ifdescr? ifalias? portduplex? trunk lastup@"
    ),
    "NetworkName": (
        "id entities_id items_id itemtype? name? comment? fqdns_id ipnetworks_id is_deleted "
        "is_dynamic date_mod@ date_creation@"
    ),
    "IPAddress": (
        "id entities_id items_id itemtype? version name? binary_0 binary_1 binary_2 binary_3 "
        "is_deleted is_dynamic mainitems_id mainitemtype?"
    ),
    "Item_Disk": (
        "id entities_id itemtype? items_id name? device? mountpoint? filesystems_id totalsize "
        "freesize is_deleted is_dynamic encryption_status encryption_tool? "
        "encryption_algorithm? encryption_type? date_mod@ date_creation@"
    ),
    "Item_OperatingSystem": (
        "id items_id itemtype? operatingsystems_id operatingsystemversions_id "
        "operatingsystemservicepacks_id operatingsystemarchitectures_id "
        "operatingsystemkernelversions_id license_number? licenseid? company? owner? hostid? "
        "operatingsystemeditions_id date_mod@ date_creation@ is_deleted is_dynamic entities_id "
        "is_recursive install_date@"
    ),
    "Computer_Item": "id items_id computers_id itemtype? is_deleted is_dynamic",
    "ComputerModel": _MODEL,
    "MonitorModel": _MODEL,
    "NetworkEquipmentModel": _MODEL,
    "PeripheralModel": _MODEL,
    "PhoneModel": _PICTURED,
    "PrinterModel": _PICTURED,
    "DeviceMemoryModel": _HEAD,
    "Appliance": (
        "id entities_id is_recursive name' is_deleted appliancetypes_id comment? locations_id "
        "manufacturers_id applianceenvironments_id users_id users_id_tech groups_id "
        "groups_id_tech date_mod@ date_creation@ states_id externalidentifier? serial? "
        "otherserial? contact? contact_num? is_helpdesk_visible=1 pictures?"
    ),
    "Certificate": (
        f"id name? {_SERIALS} entities_id is_recursive comment? is_deleted is_template "
        "template_name? certificatetypes_id dns_name? dns_suffix? users_id_tech groups_id_tech "
        "locations_id manufacturers_id contact? contact_num? users_id groups_id is_autosign "
        "date_expiration@ states_id command? certificate_request? certificate_item? "
        "date_creation@ date_mod@"
    ),
    "Cluster": (
        "id entities_id is_recursive name? uuid? version? users_id_tech groups_id_tech "
        "is_deleted states_id comment? clustertypes_id autoupdatesystems_id date_mod@ "
        "date_creation@"
    ),
    "Line": (
        "id name' entities_id is_recursive is_deleted caller_num' caller_name' users_id "
        "groups_id lineoperators_id locations_id states_id linetypes_id date_creation@ date_mod@ "
        "comment?"
    ),
    "Rack": (
        f"id name? comment? entities_id is_recursive locations_id {_SERIALS} rackmodels_id~ "
        "manufacturers_id racktypes_id states_id users_id_tech groups_id_tech width~ height~ "
        "depth~ number_units is_template template_name? is_deleted dcrooms_id room_orientation "
        "position? bgcolor? max_power mesured_power max_weight date_mod@ date_creation@"
    ),
    "Enclosure": (
        f"id name? entities_id is_recursive locations_id {_SERIALS} enclosuremodels_id~ "
        "users_id_tech groups_id_tech is_template template_name? is_deleted orientation~ "
        "power_supplies states_id comment? manufacturers_id date_mod@ date_creation@"
    ),
}
