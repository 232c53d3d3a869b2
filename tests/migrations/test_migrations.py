"""The migrations end where the models are, from nothing and from every earlier store."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine

from db.engine import Store
from db.migrate import head_revision, schema_revision
from db.models import Base


def differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def test_a_migrated_store_is_what_the_models_say(store: Store) -> None:
    assert differences(store.engine) == []
    assert schema_revision(store) == head_revision()
