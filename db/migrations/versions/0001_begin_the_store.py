"""Begin the store: every table of the first version."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from db.types import Identifier, JsonDocument, UTCDateTime, VerbatimText

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "app_user",
        sa.Column("id", Identifier, primary_key=True),
        _required("username", sa.String, unique=True),
        _required("display_name", sa.String),
        _required("role", sa.String),
        _required("active", sa.Boolean),
        _required("created_at", UTCDateTime),
    )
    op.create_table(
        "audit_event",
        sa.Column("id", Identifier, primary_key=True),
        _required("at", UTCDateTime),
        _required("actor", sa.String),
        _required("action", sa.String),
        _required("entity", sa.String),
        _required("entity_id", sa.String),
        _required("detail", JsonDocument),
        _required("previous_hash", sa.LargeBinary(length=32), unique=True),
        _required("hash", sa.LargeBinary(length=32), unique=True),
    )
    op.create_table(
        "patient",
        sa.Column("id", Identifier, primary_key=True),
        _required("identifier_system", sa.String),
        _required("identifier", sa.String),
        _required("family_name", sa.String),
        _required("given_name", sa.String),
        sa.Column("birth_date", sa.Date),
        sa.Column("age_years_stated", sa.Double),
        sa.Column("sex", sa.String),
        sa.Column("allergies", sa.String),
        sa.UniqueConstraint("identifier_system", "identifier"),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", Identifier, primary_key=True),
        _required("source", sa.String),
        _required("source_id", sa.String),
        _required("received_at", UTCDateTime),
        _required("reason_code", sa.String),
        _required("reason", sa.String),
        _required("raw", VerbatimText),
        sa.Column("resolved_at", UTCDateTime),
        sa.Column("resolved_by", sa.String),
        sa.UniqueConstraint("source", "source_id"),
    )
    op.create_table(
        "ward",
        sa.Column("id", Identifier, primary_key=True),
        _required("code", sa.String, unique=True),
        _required("name", sa.String),
        _required("time_zone", sa.String),
        _required("is_demo", sa.Boolean),
    )
    op.create_table(
        "watcher_lease",
        sa.Column("name", sa.String, primary_key=True),
        _required("holder", sa.String),
        _required("acquired_at", UTCDateTime),
        _required("expires_at", UTCDateTime),
    )
    op.create_table(
        "bed",
        sa.Column("id", Identifier, primary_key=True),
        _required("ward_id", Identifier, sa.ForeignKey("ward.id")),
        _required("label", sa.String),
        _required("position", Identifier),
        sa.UniqueConstraint("ward_id", "label"),
    )
    op.create_table(
        "data_version",
        sa.Column("ward_id", Identifier, sa.ForeignKey("ward.id"), primary_key=True),
        _required("version", Identifier),
        _required("changed_at", UTCDateTime),
    )
    op.create_table(
        "encounter",
        sa.Column("id", Identifier, primary_key=True),
        _required("public_id", sa.String, unique=True),
        _required("patient_id", Identifier, sa.ForeignKey("patient.id")),
        _required("ward_id", Identifier, sa.ForeignKey("ward.id")),
        _required("admitted_at", UTCDateTime),
        sa.Column("discharged_at", UTCDateTime),
        _required("care_setting", sa.String),
        _required("treatments_charted", sa.Boolean),
        sa.Column("time_shift_seconds", Identifier),
    )
    op.create_index("ix_encounter_patient_id", "encounter", ["patient_id"])
    op.create_index("ix_encounter_ward_id", "encounter", ["ward_id"])
    op.create_table(
        "alert_thread",
        sa.Column("id", Identifier, primary_key=True),
        _required("public_id", sa.String, unique=True),
        _required("encounter_id", Identifier, sa.ForeignKey("encounter.id")),
        _required("ward_id", Identifier, sa.ForeignKey("ward.id")),
        _required("problem", sa.String),
        _required("priority", sa.String),
        _required("condition", sa.String),
        _required("acknowledgement", sa.String),
        _required("visibility", sa.String),
        _required("raised_at", UTCDateTime),
        sa.Column("closed_at", UTCDateTime),
        sa.Column("owner", sa.String),
        _required("snapshot", JsonDocument),
        _required("state", JsonDocument),
    )
    op.create_index("ix_alert_thread_encounter", "alert_thread", ["encounter_id", "closed_at"])
    op.create_index("ix_alert_thread_open", "alert_thread", ["ward_id", "closed_at"])
    op.create_index(
        "uq_alert_thread_problem_open",
        "alert_thread",
        ["encounter_id", "problem"],
        unique=True,
        **_while("closed_at IS NULL"),
    )
    op.create_table(
        "attribution",
        sa.Column("id", Identifier, primary_key=True),
        _required("encounter_id", Identifier, sa.ForeignKey("encounter.id")),
        _required("element", sa.String),
        _required("other_cause", sa.String),
        sa.Column("note", sa.String),
        _required("from_at", UTCDateTime),
        sa.Column("until_at", UTCDateTime),
        _required("attributed_by", sa.String),
        _required("recorded_at", UTCDateTime),
        sa.Column("supersedes_id", Identifier, sa.ForeignKey("attribution.id"), unique=True),
    )
    op.create_index("ix_attribution_encounter", "attribution", ["encounter_id", "from_at"])
    op.create_table(
        "baseline",
        sa.Column("id", Identifier, primary_key=True),
        _required("encounter_id", Identifier, sa.ForeignKey("encounter.id")),
        _required("effective_from", UTCDateTime),
        sa.Column("systolic_mmhg", sa.Double),
        sa.Column("diastolic_mmhg", sa.Double),
        sa.Column("mean_mmhg", sa.Double),
        sa.Column("home_oxygen_device", sa.String),
        sa.Column("home_oxygen_lpm", sa.Double),
        _required("spo2_scale", Identifier),
        _required("set_by", sa.String),
        _required("recorded_at", UTCDateTime),
    )
    op.create_index("ix_baseline_encounter", "baseline", ["encounter_id", "effective_from"])
    op.create_table(
        "bed_stay",
        sa.Column("id", Identifier, primary_key=True),
        _required("encounter_id", Identifier, sa.ForeignKey("encounter.id")),
        _required("ward_id", Identifier, sa.ForeignKey("ward.id")),
        _required("bed_id", Identifier, sa.ForeignKey("bed.id")),
        _required("from_at", UTCDateTime),
        sa.Column("until_at", UTCDateTime),
        _required("recorded_at", UTCDateTime),
        _required("recorded_by", sa.String),
    )
    op.create_index("ix_bed_stay_encounter_id", "bed_stay", ["encounter_id"])
    op.create_index("ix_bed_stay_open", "bed_stay", ["ward_id", "until_at"])
    op.create_index(
        "uq_bed_stay_bed_open", "bed_stay", ["bed_id"], unique=True, **_while("until_at IS NULL")
    )
    op.create_index(
        "uq_bed_stay_encounter_open",
        "bed_stay",
        ["encounter_id"],
        unique=True,
        **_while("until_at IS NULL"),
    )
    op.create_table(
        "evaluation",
        sa.Column("id", Identifier, primary_key=True),
        _required("encounter_id", Identifier, sa.ForeignKey("encounter.id")),
        _required("ward_id", Identifier, sa.ForeignKey("ward.id")),
        _required("at", UTCDateTime),
        _required("recorded_at", UTCDateTime),
        _required("rulebook", sa.String),
        sa.Column("crs_grade", Identifier),
        _required("crs_status", sa.String),
        sa.Column("crs_peak", Identifier),
        sa.Column("news2_total", Identifier),
        sa.Column("news2_minimum", Identifier),
        _required("document", JsonDocument),
    )
    op.create_index("ix_evaluation_encounter", "evaluation", ["encounter_id", "at", "id"])
    op.create_index("ix_evaluation_ward_feed", "evaluation", ["ward_id", "id"])
    op.create_table(
        "heartbeat",
        sa.Column("id", Identifier, primary_key=True),
        _required("kind", sa.String),
        _required("name", sa.String),
        sa.Column("ward_id", Identifier, sa.ForeignKey("ward.id")),
        sa.Column("encounter_id", Identifier, sa.ForeignKey("encounter.id")),
        _required("beat_at", UTCDateTime),
        _required("expected_every_s", sa.Double),
        sa.Column("closed_at", UTCDateTime),
        sa.UniqueConstraint("kind", "name"),
    )
    op.create_table(
        "observation_set",
        sa.Column("id", Identifier, primary_key=True),
        _required("encounter_id", Identifier, sa.ForeignKey("encounter.id")),
        _required("source", sa.String),
        _required("source_id", sa.String),
        _required("taken_at", UTCDateTime),
        _required("recorded_at", UTCDateTime),
        _required("recorded_by", sa.String),
        sa.Column("partial_reason", sa.String),
        sa.UniqueConstraint("source", "source_id"),
    )
    op.create_index("ix_observation_set_encounter_id", "observation_set", ["encounter_id"])
    op.create_table(
        "policy_version",
        sa.Column("id", Identifier, primary_key=True),
        _required("kind", sa.String),
        _required("version", sa.String),
        sa.Column("ward_id", Identifier, sa.ForeignKey("ward.id")),
        sa.Column("encounter_id", Identifier, sa.ForeignKey("encounter.id")),
        _required("content", JsonDocument),
        _required("author", sa.String),
        _required("reason", sa.String),
        _required("effective_from", UTCDateTime),
        _required("recorded_at", UTCDateTime),
    )
    op.create_index("ix_policy_version_encounter_id", "policy_version", ["encounter_id"])
    op.create_table(
        "therapy",
        sa.Column("id", Identifier, primary_key=True),
        _required("encounter_id", Identifier, sa.ForeignKey("encounter.id")),
        _required("product", sa.String),
        _required("therapy_class", sa.String),
        _required("recorded_at", UTCDateTime),
        _required("recorded_by", sa.String),
    )
    op.create_index("ix_therapy_encounter_id", "therapy", ["encounter_id"])
    op.create_table(
        "treatment",
        sa.Column("id", Identifier, primary_key=True),
        _required("encounter_id", Identifier, sa.ForeignKey("encounter.id")),
        _required("kind", sa.String),
        _required("agent", sa.String),
        sa.Column("dose_value", sa.Double),
        sa.Column("dose_unit", sa.String),
        sa.Column("route", sa.String),
        sa.Column("indication", sa.String),
        _required("started_at", UTCDateTime),
        sa.Column("ended_at", UTCDateTime),
        _required("recorded_at", UTCDateTime),
        _required("recorded_by", sa.String),
        _required("source", sa.String),
        _required("source_id", sa.String),
        _required("status", sa.String),
        sa.Column("supersedes_id", Identifier, sa.ForeignKey("treatment.id"), unique=True),
        sa.Column("reason", sa.String),
        sa.UniqueConstraint("source", "source_id"),
    )
    op.create_index("ix_treatment_encounter", "treatment", ["encounter_id", "started_at"])
    op.create_table(
        "acknowledgement",
        sa.Column("id", Identifier, primary_key=True),
        _required("thread_id", Identifier, sa.ForeignKey("alert_thread.id")),
        _required("by", sa.String),
        _required("at", UTCDateTime),
        sa.Column("note", sa.String),
        sa.Column("valid_until", UTCDateTime),
    )
    op.create_index("ix_acknowledgement_thread_id", "acknowledgement", ["thread_id"])
    op.create_table(
        "alert_event",
        sa.Column("id", Identifier, primary_key=True),
        _required("thread_id", Identifier, sa.ForeignKey("alert_thread.id")),
        _required("sequence", Identifier),
        _required("at", UTCDateTime),
        _required("kind", sa.String),
        _required("actor", sa.String),
        _required("detail", JsonDocument),
        sa.UniqueConstraint("thread_id", "sequence"),
    )
    op.create_table(
        "observation",
        sa.Column("id", Identifier, primary_key=True),
        _required("encounter_id", Identifier, sa.ForeignKey("encounter.id")),
        _required("ward_id", Identifier, sa.ForeignKey("ward.id")),
        _required("set_id", Identifier, sa.ForeignKey("observation_set.id")),
        _required("concept", sa.String),
        _required("category", sa.String),
        sa.Column("value_num", sa.Double),
        sa.Column("value_code", sa.String),
        _required("value_sent", sa.String),
        sa.Column("unit_sent", sa.String),
        _required("taken_at", UTCDateTime),
        sa.Column("taken_at_sent", sa.String),
        _required("recorded_at", UTCDateTime),
        _required("recorded_by", sa.String),
        _required("source", sa.String),
        _required("source_id", sa.String),
        _required("status", sa.String),
        sa.Column("method", sa.String),
        _required("queried", sa.Boolean),
        sa.Column("supersedes_id", Identifier, sa.ForeignKey("observation.id"), unique=True),
        sa.Column("reason", sa.String),
        _required("checksum", sa.LargeBinary(length=16)),
        sa.CheckConstraint(
            "status IN ('preliminary', 'final', 'amended', 'corrected', 'entered-in-error')",
            name="status",
        ),
        sa.UniqueConstraint("source", "source_id"),
    )
    op.create_index(
        "ix_observation_latest", "observation", ["encounter_id", "concept", "taken_at", "id"]
    )
    op.create_index("ix_observation_set_id", "observation", ["set_id"])
    op.create_index("ix_observation_time", "observation", ["encounter_id", "taken_at"])
    op.create_index("ix_observation_ward_feed", "observation", ["ward_id", "id"])
    op.create_table(
        "snooze",
        sa.Column("id", Identifier, primary_key=True),
        _required("thread_id", Identifier, sa.ForeignKey("alert_thread.id")),
        _required("by", sa.String),
        _required("at", UTCDateTime),
        _required("reason", sa.String),
        _required("until_at", UTCDateTime),
    )
    op.create_index("ix_snooze_thread_id", "snooze", ["thread_id"])
    op.create_table(
        "therapy_dose",
        sa.Column("id", Identifier, primary_key=True),
        _required("therapy_id", Identifier, sa.ForeignKey("therapy.id")),
        _required("encounter_id", Identifier, sa.ForeignKey("encounter.id")),
        _required("infused_at", UTCDateTime),
        sa.Column("dose_text", sa.String),
        _required("recorded_at", UTCDateTime),
        _required("recorded_by", sa.String),
        sa.UniqueConstraint("therapy_id", "infused_at"),
    )
    op.create_index("ix_therapy_dose_encounter_id", "therapy_dose", ["encounter_id"])


def _required(name: str, type_: Any, *constraints: Any, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, type_, *constraints, nullable=False, **options)


def _while(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
