"""The policy of rules.yaml as a plain script with pysnow, as a service desk would write it.

Usage: python servicenow_script.py STATE_FILE, with SNOW_URL, SNOW_USER and SNOW_PASSWORD set.
The state file remembers on which tickets it has commented, so that it does so once.
"""

from __future__ import annotations

import json
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pysnow

PAGE = 10_000  # the most that the desk gives at a time if nobody asks for less
FIELDS = (
    *("sys_id", "short_description", "caller_id", "category", "assignment_group"),
    *("assigned_to", "urgency", "state", "opened_at"),
)
HIGH, NEW, ASSIGNED = "1", "1", "2"
OUTAGE = re.compile(r"\boutages?\b", re.IGNORECASE)
STALE = "Urgent and nobody's for more than ten days: who takes it?"


def connect() -> pysnow.Client:
    """Return a client; values come as stored, references without a link."""
    url = urlsplit(os.environ["SNOW_URL"])
    client = pysnow.Client(
        host=url.netloc,
        user=os.environ["SNOW_USER"],
        password=os.environ["SNOW_PASSWORD"],
        use_ssl=url.scheme == "https",
    )
    client.parameters.display_value = False
    client.parameters.exclude_reference_link = True
    return client


def open_tickets(incidents: pysnow.Resource) -> list[dict[str, str]]:
    """Read all incidents that are new, in progress or on hold, page by page."""
    found: list[dict[str, str]] = []
    while True:
        query = "stateIN1,2,3^ORDERBYsys_id"
        page = incidents.get(query=query, fields=list(FIELDS), limit=PAGE, offset=len(found)).all()
        found += page
        if len(page) < PAGE:
            return found


def main() -> None:  # noqa: PLR0915 - a script from top to bottom
    """Read, decide, write."""
    state = Path(sys.argv[1])
    commented = set(json.loads(state.read_text())) if state.exists() else set()
    client = connect()
    groups = client.resource(api_path="/table/sys_user_group")
    group = groups.get(query={"name": "N2 Network"}).one()["sys_id"]
    members = client.resource(api_path="/table/sys_user_grmember")
    rows = members.get(query="group.name=Directors", fields=["user"]).all()
    directors = {row["user"] for row in rows}
    incidents = client.resource(api_path="/table/incident")
    old = datetime.now(tz=UTC) - timedelta(days=10)  # noqa: TID251
    changed = 0
    writing = client.resource(api_path="/table/incident")
    for ticket in open_tickets(incidents):
        update: dict[str, str] = {}
        if ticket["urgency"] != HIGH and (
            ticket["caller_id"] in directors or OUTAGE.search(ticket["short_description"])
        ):
            update["urgency"] = HIGH
        network = ticket["category"] == "network"
        if ticket["state"] == NEW and not ticket["assignment_group"] and network:
            update["assignment_group"] = group
        opened = datetime.fromisoformat(ticket["opened_at"]).replace(tzinfo=UTC)
        urgent = update.get("urgency", ticket["urgency"]) == HIGH
        free = ticket["state"] == ASSIGNED and not ticket["assigned_to"]
        stale = free and urgent and opened <= old
        if stale and ticket["sys_id"] not in commented:
            update["work_notes"] = STALE
            commented.add(ticket["sys_id"])
        if update:
            writing.update(query={"sys_id": ticket["sys_id"]}, payload=update)
            changed += 1
    state.write_text(json.dumps(sorted(commented)))
    print(json.dumps({"changed": changed}))


if __name__ == "__main__":
    main()
