"""The policy of rules.yaml as a plain script with glpi-api, as a service desk would write it.

Usage: python glpi_script.py STATE_FILE, with GLPI_URL, GLPI_APP_TOKEN and GLPI_USER_TOKEN set.
The state file remembers on which tickets it has commented, so that it does so once.
"""

from __future__ import annotations

import json
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import glpi_api

PAGE = 1000
TITLE, ID, REQUESTER, TECHNICIAN, CATEGORY, GROUP = "1", "2", "4", "5", "7", "8"
URGENCY, STATUS, KIND, OPENED = "10", "12", "14", "15"
COLUMNS = [1, 2, 4, 5, 7, 8, 10, 12, 14, 15]  # what the policy looks at
NEW, ASSIGNED, INCIDENT, HIGH = 1, 2, 1, 4
OUTAGE = re.compile(r"\boutages?\b", re.IGNORECASE)
STALE = "Urgent and nobody's for more than ten days: who takes it?"


def open_tickets(glpi: glpi_api.GLPI) -> list[dict[str, object]]:
    """Read all tickets that are not solved, page by page."""
    found: list[dict[str, object]] = []
    while True:
        page = glpi.search(
            "Ticket",
            criteria=[{"field": 12, "searchtype": "equals", "value": "notold"}],
            forcedisplay=COLUMNS,
            range=f"{len(found)}-{len(found) + PAGE - 1}",
            sort=2,
        )
        found += page
        if len(page) < PAGE:
            return found


def named(glpi: glpi_api.GLPI, itemtype: str, name: str) -> int:
    """Return the id of the item with this name."""
    rows = glpi.get_all_items(itemtype, searchText={"name": f"^{name}$"}, range="0-50")
    return next(int(row["id"]) for row in rows if row["name"] == name)


def people(value: object) -> set[str]:
    """Return the ids in an actor column: nothing, one or several."""
    if not value:
        return set()
    return {str(one) for one in value} if isinstance(value, list) else {str(value)}


def main() -> None:  # noqa: PLR0915 - a script from top to bottom
    """Read, decide, write."""
    state = Path(sys.argv[1])
    commented = set(json.loads(state.read_text())) if state.exists() else set()
    with glpi_api.connect(
        os.environ["GLPI_URL"], os.environ["GLPI_APP_TOKEN"], os.environ["GLPI_USER_TOKEN"]
    ) as glpi:
        group = named(glpi, "Group", "N2 Network")
        directors = named(glpi, "Group", "Directors")
        members = glpi.get_sub_items("Group", directors, "Group_User", range="0-999")
        urgent_people = {str(row["users_id"]) for row in members}
        old = datetime.now(tz=UTC) - timedelta(days=10)  # noqa: TID251
        changed = 0
        for ticket in open_tickets(glpi):
            update: dict[str, object] = {}
            urgency = int(ticket[URGENCY])
            if int(ticket[KIND]) == INCIDENT and urgency < HIGH:
                director = people(ticket[REQUESTER]) & urgent_people
                if director or OUTAGE.search(str(ticket[TITLE])):
                    update["urgency"] = urgency = HIGH
            path = str(ticket[CATEGORY] or "").replace("&#62;", ">")
            network = path == "Network" or path.startswith("Network >")
            if ticket[STATUS] == NEW and not ticket[GROUP] and network:
                update["_groups_id_assign"] = group
            if update:
                glpi.update("Ticket", {"id": ticket[ID], **update})
            opened = datetime.fromisoformat(str(ticket[OPENED])).replace(tzinfo=UTC)
            free = ticket[STATUS] == ASSIGNED and not people(ticket[TECHNICIAN])
            stale = free and urgency >= HIGH and opened <= old and ticket[ID] not in commented
            if stale:
                said = {"itemtype": "Ticket", "items_id": ticket[ID], "is_private": 1}
                glpi.add("ITILFollowup", {**said, "content": STALE})
                commented.add(ticket[ID])
            changed += bool(update or stale)
    state.write_text(json.dumps(sorted(commented)))
    print(json.dumps({"changed": changed}))


if __name__ == "__main__":
    main()
