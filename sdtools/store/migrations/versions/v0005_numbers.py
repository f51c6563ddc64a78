"""On SQLite, numbers are in their index only where they are not the tickets' ids."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.drop_index("tickets_number", table_name="tickets")
    named = sa.text("number <> id")
    op.create_index("tickets_number", "tickets", ["desk", "number"], sqlite_where=named)
