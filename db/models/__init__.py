"""Every table, so that ``Base.metadata`` is whole once this package is imported."""

from db.models.alert import Acknowledgement, AlertEvent, AlertThread, Snooze
from db.models.base import Base
from db.models.census import Bed, BedStay, Encounter, Patient, Ward
from db.models.confirmation import GradeConfirmation
from db.models.evaluation import Evaluation
from db.models.observation import Observation, ObservationSet
from db.models.operations import (
    AuditEvent,
    DataVersion,
    Heartbeat,
    PolicyVersion,
    Quarantine,
    User,
    WatcherLease,
)
from db.models.summary import PatientSummary
from db.models.therapy import Baseline, Therapy, TherapyDose
from db.models.treatment import Attribution, Treatment

__all__ = [
    "Acknowledgement",
    "AlertEvent",
    "AlertThread",
    "Attribution",
    "AuditEvent",
    "Base",
    "Baseline",
    "Bed",
    "BedStay",
    "DataVersion",
    "Encounter",
    "Evaluation",
    "GradeConfirmation",
    "Heartbeat",
    "Observation",
    "ObservationSet",
    "Patient",
    "PatientSummary",
    "PolicyVersion",
    "Quarantine",
    "Snooze",
    "Therapy",
    "TherapyDose",
    "Treatment",
    "User",
    "Ward",
    "WatcherLease",
]
