"""Keep of every patient the little that a board shows, so that a board reads nothing else."""

import sqlalchemy as sa
from alembic import op

from db.types import Identifier, JsonDocument, UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; a patient judged before it is summarised at the next look."""
    op.create_table(
        "patient_summary",
        sa.Column(
            "encounter_id",
            Identifier,
            sa.ForeignKey("encounter.id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("ward_id", Identifier, sa.ForeignKey("ward.id"), nullable=False),
        sa.Column("ward_version", Identifier, nullable=False),
        sa.Column("at", UTCDateTime, nullable=True),
        sa.Column("document", JsonDocument, nullable=True),
        sa.Column("alerts", JsonDocument, nullable=True),
    )
    op.create_index("ix_patient_summary_ward_feed", "patient_summary", ["ward_id", "ward_version"])
    # Whose alerts are open already is looked up in the threads until one of them moves.
    op.execute(
        "INSERT INTO patient_summary (encounter_id, ward_id, ward_version) "
        "SELECT encounter_id, max(ward_id), 0 FROM alert_thread "
        "WHERE closed_at IS NULL GROUP BY encounter_id"
    )
