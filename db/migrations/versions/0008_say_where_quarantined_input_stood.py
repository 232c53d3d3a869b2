"""Say of input in quarantine where it stood: the file or message, the line and the column."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLE = "quarantine"
_FROZEN = (
    *("source", "source_id", "received_at", "reason_code", "reason", "raw", "value_id", "place"),
)


def upgrade() -> None:
    """Add the column; what is kept already does not say where it stood."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    op.add_column(_TABLE, sa.Column("place", sa.String(), nullable=True))
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
