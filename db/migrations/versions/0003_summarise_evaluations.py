"""Summarise evaluations: what a board of thirty beds reads, without thirty whole documents."""

import sqlalchemy as sa
from alembic import op

from db.types import JsonDocument

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the summary; evaluations of before have none and are read whole."""
    op.add_column("evaluation", sa.Column("summary", JsonDocument, nullable=True))
