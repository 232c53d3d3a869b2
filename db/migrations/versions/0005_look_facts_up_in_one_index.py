"""Let one index hold all that the rules read of an observation, and another only its corrections.

Judging a patient reads a day of rows: from the index they come in one piece, from the table each
lies on a page of its own. And whether a row was corrected is asked of every one of them, while
hardly any is: an index of the corrections alone is all but empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_UNIQUE = "uq_observation_supersedes_id"


def upgrade() -> None:
    """Change the indexes; SQLite cannot drop a constraint, so there the table is built anew."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(_UNIQUE, "observation")
    else:
        _rebuild_without_constraint()
    corrected = sa.text("supersedes_id IS NOT NULL")
    op.create_index(
        "ix_observation_supersedes_id",
        "observation",
        ["supersedes_id"],
        unique=True,
        sqlite_where=corrected,
        postgresql_where=corrected,
    )
    # Else the newest value of a concept would be looked for in the index below, row after row.
    op.drop_index("ix_observation_latest", "observation")
    op.create_index(
        "ix_observation_latest",
        "observation",
        ["encounter_id", "concept", "taken_at", "id", "status"],
    )
    op.drop_index("ix_observation_time", "observation")
    op.create_index(
        "ix_observation_facts",
        "observation",
        [
            "encounter_id",
            "taken_at",
            "id",
            "concept",
            "value_num",
            "value_code",
            "source",
            "status",
        ],
    )


def _rebuild_without_constraint() -> None:
    """SQLite's own way (sqlite.org/lang_altertable.html, "Making Other Kinds Of Schema Changes").

    Its indexes and the triggers that refuse a rewrite go with the old table and come back as they
    were written.
    """
    connection = op.get_bind()

    def written(kind: str) -> list[str]:
        found = connection.execute(
            sa.text(
                "SELECT sql FROM sqlite_master "
                "WHERE tbl_name = 'observation' AND type = :kind AND sql IS NOT NULL"
            ),
            {"kind": kind},
        )
        return list(found.scalars())

    (old_table,) = written("table")
    others = [*written("index"), *written("trigger")]
    constraint = f"CONSTRAINT {_UNIQUE} UNIQUE (supersedes_id), "
    new_table = old_table.replace("TABLE observation ", "TABLE observation_anew ", 1)
    new_table = new_table.replace(constraint, "", 1)
    if _UNIQUE in new_table or new_table.startswith("CREATE TABLE observation "):
        message = "The table of observations is not as revision 0001 made it; nothing was changed."
        raise RuntimeError(message)
    # Said to the driver: a colon in the text of a trigger would be taken for a parameter.
    connection.exec_driver_sql(new_table)
    connection.exec_driver_sql("INSERT INTO observation_anew SELECT * FROM observation")
    connection.exec_driver_sql("DROP TABLE observation")
    connection.exec_driver_sql("ALTER TABLE observation_anew RENAME TO observation")
    for statement in others:
        connection.exec_driver_sql(statement)
