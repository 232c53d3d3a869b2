"""Guard the facts: the store itself refuses to rewrite what was known, whoever asks."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Rows of these only come; a correction is a new row.
_APPEND_ONLY = (
    "observation_set",
    "observation",
    "treatment",
    "attribution",
    "therapy",
    "therapy_dose",
    "baseline",
    "evaluation",
    "alert_event",
    "acknowledgement",
    "policy_version",
    "audit_event",
)
# Rows of these stay, and these columns of theirs keep what was first written.
_FROZEN_COLUMNS = {
    "alert_thread": ("public_id", "encounter_id", "problem"),
    "snooze": ("thread_id", "by", "at", "reason"),
    "bed_stay": ("encounter_id", "ward_id", "bed_id", "from_at", "recorded_at", "recorded_by"),
    "quarantine": ("source", "source_id", "received_at", "reason_code", "reason", "raw"),
    "encounter": ("public_id", "patient_id"),
}


def upgrade() -> None:
    """Let the store itself refuse to rewrite what was known, whoever asks."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION '% keeps what was written', TG_TABLE_NAME "
            "USING ERRCODE = 'integrity_constraint_violation', TABLE = TG_TABLE_NAME; END $$"
        )
        for name in (*_APPEND_ONLY, *_FROZEN_COLUMNS):
            op.execute(
                f"CREATE TRIGGER guard_{name}_truncate BEFORE TRUNCATE ON {name} "
                "EXECUTE FUNCTION refuse_rewrite()"
            )
    for name in _APPEND_ONLY:
        _guard_against("UPDATE", name)
        _guard_against("DELETE", name)
    for name, columns in _FROZEN_COLUMNS.items():
        _guard_against("UPDATE", name, when=_any_changed(columns))
        _guard_against("DELETE", name)
    # The evidence of an alert is gathered when it is raised, and from then on it stands.
    _guard_against(
        "UPDATE",
        "alert_thread",
        when=f"OLD.condition <> 'pending' AND ({_any_changed(('snapshot',))})",
        suffix="_snapshot",
    )


def _any_changed(columns: tuple[str, ...]) -> str:
    differs = "IS NOT" if op.get_bind().dialect.name == "sqlite" else "IS DISTINCT FROM"
    return " OR ".join(f'NEW."{column}" {differs} OLD."{column}"' for column in columns)


def _guard_against(act: str, name: str, *, when: str | None = None, suffix: str = "") -> None:
    head = f"CREATE TRIGGER guard_{name}_{act.lower()}{suffix} BEFORE {act} ON {name} FOR EACH ROW"
    if when is not None:
        head += f" WHEN ({when})"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"{head} EXECUTE FUNCTION refuse_rewrite()")
    else:
        op.execute(f"{head} BEGIN SELECT RAISE(ABORT, '{name} keeps what was written'); END")
