"""Say of input in quarantine which observation it would have been, and which one resolved it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TABLE = "quarantine"
_FROZEN = ("source", "source_id", "received_at", "reason_code", "reason", "raw", "value_id")


def upgrade() -> None:
    """Add the two columns; what is kept already does not say its value and waits for a person."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    row_id = "BIGINT" if is_postgresql else "INTEGER"
    op.add_column(_TABLE, sa.Column("value_id", sa.String(), nullable=True))
    # In one statement: SQLite gives a table that exists no constraint by another one.
    op.execute(
        f"ALTER TABLE {_TABLE} ADD COLUMN resolved_observation_id {row_id} "
        "REFERENCES observation (id)"
    )
    op.execute(f"DROP TRIGGER guard_{_TABLE}_update" + (f" ON {_TABLE}" if is_postgresql else ""))
    differs = "IS DISTINCT FROM" if is_postgresql else "IS NOT"
    changed = " OR ".join(f'NEW."{column}" {differs} OLD."{column}"' for column in _FROZEN)
    head = (
        f"CREATE TRIGGER guard_{_TABLE}_update BEFORE UPDATE ON {_TABLE} "
        f"FOR EACH ROW WHEN ({changed})"
    )
    op.execute(
        f"{head} EXECUTE FUNCTION refuse_rewrite()"
        if is_postgresql
        else f"{head} BEGIN SELECT RAISE(ABORT, '{_TABLE} keeps what was written'); END"
    )
