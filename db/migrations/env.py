"""Alembic's entry: runs the steps inside the connection and transaction it was handed."""

from alembic import context

from db.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
    transactional_ddl=True,
)
context.run_migrations()
