"""Drop the indexes that nobody asks.

Each set pays for every index of its rows, in time and in pages that go to the disk with its
commit. The boards follow the patients' summaries and not the rows of a ward, and nothing is looked
up by the set it came in.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_DROPPED = {
    "ix_observation_ward_feed": "observation",
    "ix_observation_set_id": "observation",
    "ix_evaluation_ward_feed": "evaluation",
}


def upgrade() -> None:
    """Nothing that is kept changes."""
    for index, table in _DROPPED.items():
        op.drop_index(index, table)
