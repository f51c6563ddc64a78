"""Search options that only printers, screens or network devices have (see ``search_options``).

As in GLPI's src/Printer.php, Monitor.php and NetworkEquipment.php; State.php for what a status
may be given to.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["EQUIPMENT_OPTIONS", "VISIBILITY"]

_PRINTER = """
42|Serial|have_serial|bool|
43|Parallel|have_parallel|bool|
44|USB|have_usb|bool|
45|Ethernet|have_ethernet|bool|
46|Wifi|have_wifi|bool|
13|Memory|memory_size|integer|
11|Initial page counter|init_pages_counter|number|N
12|Current counter of pages|last_pages_counter|number|
9|Cartridges|_virtual|specific|N
17|Number of used cartridges|Cartridge.id|count|gh
18|Number of worn cartridges|Cartridge.id|count|gh
32|Network|Network.name|dropdown|
61|Template name|template_name|text|ND
82|Global management|is_global|bool|
"""
_MONITOR = """
10|UUID|uuid|string|
11|Size|size|decimal|
41|Microphone|have_micro|bool|
42|Speakers|have_speaker|bool|
43|Sub-D|have_subd|bool|
44|BNC|have_bnc|bool|
45|DVI|have_dvi|bool|
46|Pivot|have_pivot|bool|
47|HDMI|have_hdmi|bool|
48|DisplayPort|have_displayport|bool|
61|Template name|template_name|text|ND
82|Global management|is_global|bool|
"""
_NETWORK_DEVICE = """
11|Firmware|Item_DeviceFirmware.DeviceFirmware.version|dropdown|gh
14|Memory (Mio)|ram|number|
32|Network|Network.name|dropdown|
65|Template name|template_name|text|ND
"""
EQUIPMENT_OPTIONS: Mapping[str, str] = {
    "Printer": _PRINTER,
    "Monitor": _MONITOR,
    "NetworkEquipment": _NETWORK_DEVICE,
}
VISIBILITY = """
21|Visibility - Computers|is_visible_computer|bool|
23|Visibility - Monitors|is_visible_monitor|bool|
24|Visibility - Printers|is_visible_printer|bool|
25|Visibility - Devices|is_visible_peripheral|bool|
26|Visibility - Phones|is_visible_phone|bool|
27|Visibility - Network devices|is_visible_networkequipment|bool|
28|Visibility - Licenses|is_visible_softwarelicense|bool|
29|Visibility - Certificates|is_visible_certificate|bool|
30|Visibility - Racks|is_visible_rack|bool|
31|Visibility - Lines|is_visible_line|bool|
32|Visibility - Enclosures|is_visible_enclosure|bool|
"""
