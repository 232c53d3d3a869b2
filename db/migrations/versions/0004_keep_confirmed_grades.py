"""Keep what clinicians said of a grade, beside what the rules had computed."""

import sqlalchemy as sa
from alembic import op

from db.types import Identifier, UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLE = "grade_confirmation"


def upgrade() -> None:
    """Make the table, and let the store itself refuse to rewrite it."""
    op.create_table(
        _TABLE,
        sa.Column("id", Identifier, primary_key=True),
        sa.Column("encounter_id", Identifier, sa.ForeignKey("encounter.id"), nullable=False),
        sa.Column("scale", sa.String(), nullable=False),
        sa.Column("grade", Identifier, nullable=False),
        sa.Column("computed_grade", Identifier, nullable=True),
        sa.Column("computed_status", sa.String(), nullable=False),
        sa.Column("rulebook", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("confirmed_by", sa.String(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime, nullable=False),
        sa.Column("recorded_at", UTCDateTime, nullable=False),
        sa.Column("valid_until", UTCDateTime, nullable=False),
        sa.Column("submission", sa.String(), nullable=False),
        sa.CheckConstraint("grade >= 0 AND grade <= 5", name="grade"),
        sa.UniqueConstraint("submission"),
    )
    op.create_index("ix_grade_confirmation_encounter", _TABLE, ["encounter_id", "confirmed_at"])
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        op.execute(
            f"CREATE TRIGGER guard_{_TABLE}_truncate BEFORE TRUNCATE ON {_TABLE} "
            "EXECUTE FUNCTION refuse_rewrite()"
        )
    for act in ("UPDATE", "DELETE"):
        head = f"CREATE TRIGGER guard_{_TABLE}_{act.lower()} BEFORE {act} ON {_TABLE} FOR EACH ROW"
        op.execute(
            f"{head} EXECUTE FUNCTION refuse_rewrite()"
            if is_postgresql
            else f"{head} BEGIN SELECT RAISE(ABORT, '{_TABLE} keeps what was written'); END"
        )
