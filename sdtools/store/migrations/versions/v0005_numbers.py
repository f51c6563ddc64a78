"""Numbers are found by an index only where they are not the tickets' ids."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_NAMED = sa.text("number <> id")


def upgrade() -> None:
    op.drop_index("tickets_number", table_name="tickets")
    op.create_index(
        "tickets_number",
        "tickets",
        ["desk", "number"],
        sqlite_where=_NAMED,
        postgresql_where=_NAMED,
    )
