"""Which tables only grow, and which columns of the others may never change.

The migrations hold this with triggers, so that no statement of ours or of anyone else can
rewrite what was known. ``db.doctor`` checks that the triggers are there.
"""

from collections.abc import Mapping
from types import MappingProxyType

# Rows of these are never updated or deleted; a correction is a new row.
APPEND_ONLY = frozenset(
    {
        "observation_set",
        "observation",
        "treatment",
        "attribution",
        "therapy",
        "therapy_dose",
        "baseline",
        "evaluation",
        "grade_confirmation",
        "alert_event",
        "acknowledgement",
        "policy_version",
        "audit_event",
    }
)

# Rows of these are never deleted, and these columns keep what was first written. The snapshot of
# an alert thread is frozen too, once it was raised.
FROZEN_COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "alert_thread": ("public_id", "encounter_id", "problem"),
        "snooze": ("thread_id", "by", "at", "reason"),
        "bed_stay": ("encounter_id", "ward_id", "bed_id", "from_at", "recorded_at", "recorded_by"),
        "quarantine": (
            *("source", "source_id", "received_at", "reason_code", "reason", "raw"),
            *("value_id", "place"),
        ),
        "encounter": ("public_id", "patient_id"),
    }
)
