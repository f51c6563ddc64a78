"""The fixed directory of the seeded world: branches, places, printers and categories."""

from __future__ import annotations

__all__ = [
    "CATEGORIES",
    "ENTITIES",
    "LOCATIONS",
    "PRINTERS",
    "WEIGHTS",
]

ENTITIES = ("Paris Branch", "Lyon Branch")  # below the root, which is the head office

LOCATIONS = (
    "Head Office",
    "Head Office > Floor 1",
    "Head Office > Floor 2",
    "Paris Branch",
    "Paris Branch > Floor 1",
    "Paris Branch > Floor 2",
    "Lyon Branch",
    "Lyon Branch > Floor 1",
    "Lyon Branch > Workshop",
)

# how often tickets fall into each category, in percent or so
WEIGHTS = {
    "Network > VPN": 8,
    "Network > Wi-Fi": 6,
    "Network > LAN": 4,
    "Network > Internet": 4,
    "Applications > ERP": 9,
    "Applications > Email": 9,
    "Applications > CRM": 5,
    "Applications > Office suite": 6,
    "Hardware > Laptop": 9,
    "Hardware > Printer": 7,
    "Hardware > Screen": 4,
    "Access > Password reset": 11,
    "Access > New account": 6,
    "Access > File share": 6,
    "Security > Phishing": 3,
    "Security > Malware": 2,
    "Legal > Contracts": 1,
}

CATEGORIES = tuple(
    dict.fromkeys(part for path in WEIGHTS for part in (path.partition(" > ")[0], path))
)

PRINTERS = ("IMP-PAR-01", "IMP-PAR-02", "IMP-LYO-01", "IMP-LYO-02", "IMP-SIE-01")
