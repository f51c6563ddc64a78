"""Run migrations on the connection that ``sdtools.store.database`` hands over."""

from __future__ import annotations

from alembic import context

from sdtools.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter most of a table in place
)
with context.begin_transaction():
    context.run_migrations()
