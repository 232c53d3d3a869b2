"""The concept dictionary: what can be observed, in which unit, how precisely, within which limits.

Codes and units: clinical reference, section 5.4 and 5.5 (LOINC, UCUM). Ranges: section 8.4. A value
outside the possible range is refused (its raw text is kept); one in the improbable range is asked
about, scored and marked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf, isfinite
from types import MappingProxyType


class Category(StrEnum):
    """The kind of an observation, after FHIR's observation categories."""

    VITAL = "vital"
    LABORATORY = "laboratory"
    SYMPTOM = "symptom"
    ASSESSMENT = "assessment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One thing that can be observed.

    ``possible`` is the closed range outside which a value is refused; ``probable`` the closed range
    outside which it is asked about. Both are in ``unit`` (UCUM). ``codes`` lists the values of a
    coded concept. ``decimals`` is the precision of the bedside chart; ``whole`` refuses a part of a
    point.
    """

    code: str
    label: str
    category: Category
    unit: str
    loinc: str | None = None
    decimals: int = 0
    possible: tuple[float, float] | None = None
    probable: tuple[float, float] | None = None
    codes: tuple[str, ...] = ()
    whole: bool = False

    @property
    def is_coded(self) -> bool:
        """Whether its values are codes and not numbers."""
        return bool(self.codes)

    def can_be(self, value: float | None, code: str | None) -> bool:
        """Whether a value in the concept's own unit, or a code of it, is possible at all (8.4)."""
        if self.is_coded:
            return value is None and code in self.codes
        if value is None or code is not None or not isfinite(value):
            return False
        low, high = self.possible or (-inf, inf)
        return low <= value <= high and (not self.whole or value == int(value))


OXYGEN_DEVICES = (
    "room_air",
    "nasal_cannula",
    "blow_by",
    "high_flow_nasal_cannula",
    "simple_face_mask",
    "face_tent",
    "aerosol_mask",
    "tracheostomy_mask",
    "venturi_mask",
    "partial_rebreather_mask",
    "nonrebreather_mask",
    "reservoir_cannula",
    "cpap",
    "bipap",
    "invasive_ventilation",
    "ecmo",
)

CONSCIOUSNESS = ("A", "C", "V", "P", "U")

# Why oxygen or ventilation is given; only what corrects hypoxia counts (rules C13, C15, C16).
OXYGEN_INDICATIONS = ("hypoxia", "comfort", "home_therapy", "procedure", "neurologic")

ABSENT_OR_PRESENT = ("absent", "present")

# Why ICE or CAPD gave no points. Unarousable and unable to perform is a finding (grade 4); the
# others say that nobody can know (clinical reference 2.1, 2.3).
TEST_OBSTACLES = ("unable_to_perform", "sedation", "language", "hearing")

# To what the person awakens (ASTCT 2019, ICANS, depressed level of consciousness; 2.2).
AROUSAL = ("spontaneous", "voice", "tactile", "unarousable")

# Seizures since the assessment before (2.2): resolves rapidly; on EEG only and resolves with
# treatment; longer than 5 min and life-threatening; repetitive without return to baseline.
SEIZURES = ("none", "brief", "eeg_resolved", "prolonged", "repetitive_no_recovery")

_JUST_ABOVE_ZERO = 1e-9
# Nothing that a laboratory or a bedside counts is larger in any unit; arithmetic stays exact.
LARGEST_NUMBER = 1e9


def _vital(
    code: str,
    label: str,
    unit: str,
    loinc: str,
    possible: tuple[float, float],
    probable: tuple[float, float],
    decimals: int = 0,
) -> Concept:
    return Concept(
        code=code,
        label=label,
        category=Category.VITAL,
        unit=unit,
        loinc=loinc,
        possible=possible,
        probable=probable,
        decimals=decimals,
    )


def _laboratory(code: str, label: str, unit: str, loinc: str, decimals: int = 1) -> Concept:
    # The reference gives no plausible range for laboratory values: only what is negative or beyond
    # any laboratory is refused.
    return Concept(
        code=code,
        label=label,
        category=Category.LABORATORY,
        unit=unit,
        loinc=loinc,
        decimals=decimals,
        possible=(0.0, LARGEST_NUMBER),
    )


def _symptom(code: str, label: str, highest: int) -> Concept:
    return Concept(
        code=code,
        label=label,
        category=Category.SYMPTOM,
        unit="{grade}",
        possible=(0.0, float(highest)),
        probable=(0.0, float(highest)),
        whole=True,
    )


def _points(code: str, label: str, highest: int) -> Concept:
    return Concept(
        code=code,
        label=label,
        category=Category.ASSESSMENT,
        unit="{score}",
        possible=(0.0, float(highest)),
        probable=(0.0, float(highest)),
        whole=True,
    )


def _finding(code: str, label: str) -> Concept:
    return Concept(
        code=code, label=label, category=Category.ASSESSMENT, unit="", codes=ABSENT_OR_PRESENT
    )


_VITALS = (
    _vital("body_temperature", "Temperature", "Cel", "8310-5", (25.0, 45.0), (34.0, 41.5), 1),
    _vital("heart_rate", "Heart rate", "/min", "8867-4", (_JUST_ABOVE_ZERO, 300.0), (35.0, 200.0)),
    _vital(
        "respiratory_rate",
        "Respiratory rate",
        "/min",
        "9279-1",
        (_JUST_ABOVE_ZERO, 70.0),
        (6.0, 50.0),
    ),
    _vital(
        "systolic_bp", "Systolic BP", "mm[Hg]", "8480-6", (_JUST_ABOVE_ZERO, 300.0), (60.0, 220.0)
    ),
    _vital(
        "diastolic_bp", "Diastolic BP", "mm[Hg]", "8462-4", (_JUST_ABOVE_ZERO, 200.0), (25.0, 130.0)
    ),
    _vital("mean_arterial_pressure", "MAP", "mm[Hg]", "8478-0", (14.0, 330.0), (40.0, 160.0)),
    _vital("spo2", "SpO2", "%", "59408-5", (_JUST_ABOVE_ZERO, 100.0), (60.0, 100.0)),
    _vital("oxygen_flow", "Oxygen flow", "L/min", "3151-8", (0.0, 80.0), (0.0, 60.0), 1),
    _vital("inhaled_oxygen", "Inhaled oxygen", "%", "3150-0", (21.0, 100.0), (21.0, 100.0)),
    Concept(
        code="oxygen_device",
        label="Oxygen device",
        category=Category.VITAL,
        unit="",
        loinc="107117-4",
        codes=OXYGEN_DEVICES,
    ),
)

_ASSESSMENTS = (
    Concept(
        code="consciousness",
        label="Consciousness (ACVPU)",
        category=Category.ASSESSMENT,
        unit="",
        codes=CONSCIOUSNESS,
    ),
    Concept(
        code="oxygen_indication",
        label="Reason for oxygen",
        category=Category.ASSESSMENT,
        unit="",
        codes=OXYGEN_INDICATIONS,
    ),
    Concept(
        code="body_weight",
        label="Weight",
        category=Category.ASSESSMENT,
        unit="kg",
        loinc="29463-7",
        decimals=1,
        possible=(0.3, 400.0),
        probable=(2.0, 250.0),
    ),
)

# Neurology after immune effector cells (clinical reference, section 2). The items of ICE and CAPD
# are stored, their totals computed; ``ice_total`` and ``capd_total`` are for a total without items.
ICE_ITEMS = (
    _points("ice_orientation", "ICE orientation", 4),
    _points("ice_naming", "ICE naming", 3),
    _points("ice_commands", "ICE following commands", 1),
    _points("ice_writing", "ICE writing", 1),
    _points("ice_attention", "ICE attention", 1),
)
# CAPD (Traube 2014; clinical reference 2.3). Points, and not how often: the first four give 4 for
# never and 0 for always, the last four 0 for never and 4 for always.
CAPD_WHEN_WELL = (
    _points("capd_eye_contact", "CAPD eye contact", 4),
    _points("capd_purposeful", "CAPD purposeful actions", 4),
    _points("capd_aware", "CAPD aware of surroundings", 4),
    _points("capd_communicates", "CAPD communicates needs", 4),
)
CAPD_WHEN_ILL = (
    _points("capd_restless", "CAPD restless", 4),
    _points("capd_inconsolable", "CAPD inconsolable", 4),
    _points("capd_underactive", "CAPD underactive", 4),
    _points("capd_slow", "CAPD slow to respond", 4),
)
CAPD_ITEMS = (*CAPD_WHEN_WELL, *CAPD_WHEN_ILL)
BEDSIDE_SIGNS = (
    _finding("deep_focal_weakness", "Deep focal weakness"),
    _finding("posturing", "Posturing"),
    _finding("sixth_nerve_palsy", "Cranial nerve VI palsy"),
    _finding("cushings_triad", "Cushing's triad"),
)
EXAMINATION_FINDINGS = (
    _finding("focal_brain_oedema", "Focal oedema on imaging"),
    _finding("diffuse_brain_oedema", "Diffuse oedema on imaging"),
    _finding("papilloedema", "Papilloedema"),
    _finding("intracranial_haemorrhage", "Intracranial haemorrhage"),
)
_NEUROLOGY = (
    *ICE_ITEMS,
    _points("ice_total", "ICE total", 10),
    *CAPD_ITEMS,
    _points("capd_total", "CAPD total", 32),
    Concept(
        code="test_obstacle",
        label="ICE or CAPD not scored because",
        category=Category.ASSESSMENT,
        unit="",
        codes=TEST_OBSTACLES,
    ),
    Concept(code="arousal", label="Awakens", category=Category.ASSESSMENT, unit="", codes=AROUSAL),
    Concept(code="seizure", label="Seizure", category=Category.ASSESSMENT, unit="", codes=SEIZURES),
    *BEDSIDE_SIGNS,
    *EXAMINATION_FINDINGS,
    _finding("sedation", "Under sedation"),
)

_LABORATORY = (
    _laboratory("crp", "CRP", "mg/L", "1988-5"),
    _laboratory("ferritin", "Ferritin", "ng/mL", "2276-4", 0),
    _laboratory("interleukin_6", "IL-6", "pg/mL", "26881-3"),
    _laboratory("ldh", "LDH", "U/L", "2532-0", 0),
    _laboratory("fibrinogen", "Fibrinogen", "mg/dL", "3255-7", 0),
    _laboratory("platelets", "Platelets", "10*3/uL", "777-3", 0),
    _laboratory("leukocytes", "WBC", "10*3/uL", "6690-2"),
    _laboratory("neutrophils", "ANC", "10*3/uL", "751-8", 2),
    _laboratory("haemoglobin", "Hb", "g/dL", "718-7"),
    _laboratory("creatinine", "Creatinine", "mg/dL", "2160-0", 2),
    _laboratory("bilirubin_total", "Bilirubin", "mg/dL", "1975-2"),
    _laboratory("ast", "AST", "U/L", "1920-8", 0),
    _laboratory("alt", "ALT", "U/L", "1742-6", 0),
    _laboratory("lactate", "Lactate", "mmol/L", "2524-7"),
    _laboratory("procalcitonin", "Procalcitonin", "ng/mL", "33959-8", 2),
    _laboratory("lymphocytes", "ALC", "10*3/uL", "731-0", 2),
    _laboratory("triglycerides", "Triglycerides", "mg/dL", "2571-8", 0),
    # The two ways to report it differ by about twofold and are never converted into each other.
    _laboratory("d_dimer", "D-dimer (FEU)", "ug/mL{FEU}", "48065-7", 2),
    _laboratory("d_dimer_ddu", "D-dimer (DDU)", "ng/mL{DDU}", "48066-5", 0),
    _laboratory("inr", "INR", "{INR}", "6301-6"),
    _laboratory("aptt", "aPTT", "s", "14979-9"),
    _laboratory("sodium", "Sodium", "mmol/L", "2951-2", 0),
    _laboratory("potassium", "Potassium", "mmol/L", "2823-3"),
    _laboratory("phosphate", "Phosphate", "mg/dL", "2777-1"),
    _laboratory("urate", "Urate", "mg/dL", "3084-1"),
    _laboratory("albumin", "Albumin", "g/dL", "1751-7"),
    _laboratory("nt_probnp", "NT-proBNP", "pg/mL", "33762-6", 0),
    _laboratory("troponin_t", "hs-Troponin T", "ng/L", "67151-1", 0),
    _laboratory("creatine_kinase", "CK", "U/L", "2157-6", 0),
)

# CTCAE v5.0 (clinical reference, section 6): the highest severity short of death that is defined.
# Fever and low blood pressure are shown from the vitals and never asked.
_SYMPTOMS = (
    _symptom("symptom_chills", "Chills", 3),
    _symptom("symptom_fatigue", "Tiredness", 3),
    _symptom("symptom_nausea_vomiting", "Nausea and vomiting", 4),
    _symptom("symptom_diarrhoea", "Diarrhoea", 4),
    _symptom("symptom_headache", "Headache", 3),
    _symptom("symptom_cough", "Cough", 3),
    _symptom("symptom_joint_pain", "Joint pain", 3),
    _symptom("symptom_muscle_pain", "Muscle pain", 3),
    _symptom("symptom_rash", "Skin rash", 3),
    _symptom("symptom_dyspnoea", "Shortness of breath", 4),
    _symptom("symptom_confusion", "Confusion", 4),
    _symptom("symptom_dizziness", "Dizziness", 3),
    _symptom("symptom_dysphagia", "Difficulty swallowing", 4),
    _symptom("symptom_oedema", "Swelling", 4),
)

CONCEPTS: Mapping[str, Concept] = MappingProxyType(
    {c.code: c for c in (*_VITALS, *_ASSESSMENTS, *_NEUROLOGY, *_LABORATORY, *_SYMPTOMS)}
)
SYMPTOMS: tuple[Concept, ...] = _SYMPTOMS
NEUROLOGY: tuple[Concept, ...] = _NEUROLOGY
