"""Pauses by people, what observing rules would have done, and what each rule found in a run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "pauses",
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("desk", "rule"),
    )
    op.create_table(
        "observations",
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("ticket", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("desk", "key"),
    )
    op.create_index("observations_at", "observations", ["desk", "at"])
    op.add_column("runs", sa.Column("rules", sa.Text(), nullable=False, server_default=""))
