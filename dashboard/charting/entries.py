"""What was typed and pressed, checked: values to save, what is refused, asked about and missing."""

from collections.abc import Mapping
from dataclasses import dataclass

from monitoring.clinical.agreement import check_set
from monitoring.clinical.checking import Checked, Refused, check_value
from monitoring.clinical.concepts import CONCEPTS, SYMPTOMS
from monitoring.services.record import NewValue

CELSIUS, FAHRENHEIT = "Cel", "[degF]"

NUMBER_FIELDS = (
    "body_temperature",
    "heart_rate",
    "respiratory_rate",
    "systolic_bp",
    "diastolic_bp",
    "mean_arterial_pressure",
    "spo2",
    "oxygen_flow",
    "inhaled_oxygen",
    "body_weight",
)
CODE_FIELDS = ("oxygen_device", "oxygen_indication", "consciousness")
SYMPTOM_FIELDS = tuple(concept.code for concept in SYMPTOMS)

# A full set: the seven parameters of NEWS2 (RCP 2017, Chart 1) and the diastolic pressure.
FULL_SET = (
    "body_temperature",
    "heart_rate",
    "respiratory_rate",
    "systolic_bp",
    "diastolic_bp",
    "spo2",
    "oxygen_device",
    "consciousness",
)

PARTIAL_REASONS = (
    "Re-check of one value",
    "Asleep, not to be woken",
    "Patient declined",
    "Device not available",
    "Away from the ward",
    "Emergency, rest follows",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """A set as it stands on the form.

    ``refused`` and ``questions`` are by concept; a question is asked once and its answer holds for
    the same words. ``missing`` are the labels of what a full set lacks.
    """

    values: tuple[NewValue, ...]
    refused: Mapping[str, str]
    questions: Mapping[str, str]
    missing: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was entered at all."""
        return not self.values and not self.refused

    def unanswered(self, confirmed: frozenset[str]) -> tuple[str, ...]:
        """The questions that still need a yes."""
        return tuple(asked for asked in self.questions.values() if asked not in confirmed)


def read_entries(
    typed: Mapping[str, str | int | None], *, temperature_unit: str, site: str | None
) -> Entries:
    """The set that the fields of the form say; nothing is guessed and nothing is rounded.

    ``typed`` holds text for numbers, codes for choices and 0 to 4 for symptoms; an empty or absent
    field is not charted. ``temperature_unit`` is the UCUM unit in which temperature was typed,
    ``site`` where it was measured.
    """
    values: list[NewValue] = []
    refused: dict[str, str] = {}
    questions: dict[str, str] = {}
    canonical: dict[str, float | str] = {}
    for concept in (*NUMBER_FIELDS, *CODE_FIELDS, *SYMPTOM_FIELDS):
        sent = typed.get(concept)
        if sent is None or not str(sent).strip():
            continue
        unit = _unit_of(concept, temperature_unit)
        checked = check_value(concept, str(sent), unit)
        if isinstance(checked, Refused):
            refused[concept] = checked.message
            continue
        if checked.question is not None:
            questions[concept] = checked.question
        canonical[concept] = _canonical(checked)
        values.append(
            NewValue(
                concept=concept,
                value=checked.value,
                code=checked.code,
                value_sent=str(sent).strip(),
                unit_sent=unit,
                method=site if concept == "body_temperature" else None,
                queried=checked.queried,
            )
        )
    for concern in check_set(canonical):
        (refused if concern.refused else questions)[concern.concept] = concern.message
    return Entries(
        values=tuple(values),
        refused=refused,
        questions=questions,
        missing=tuple(
            CONCEPTS[concept].label
            for concept in FULL_SET
            if concept not in canonical and concept not in refused
        ),
    )


def _unit_of(concept: str, temperature_unit: str) -> str | None:
    if concept == "body_temperature":
        return temperature_unit
    return CONCEPTS[concept].unit or None


def _canonical(checked: Checked) -> float | str:
    if checked.code is not None:
        return checked.code
    assert checked.value is not None
    return checked.value
