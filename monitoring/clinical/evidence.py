"""The rows a conclusion rests on, each with its value as the ward writes it and its age."""

from collections.abc import Sequence
from dataclasses import replace

from monitoring.clinical.concepts import CONCEPTS, OXYGEN_DEVICES
from monitoring.clinical.facts import BaselineRecord, TreatmentSpan
from monitoring.clinical.results import CriterionEvidence, InputEvidence, Truth
from monitoring.clinical.rulebook_types import Criterion, CrsRules
from monitoring.clinical.timeline import US_PER_S, Timeline
from monitoring.clinical.units import ward_words


def number_as_written(concept: str, value: float) -> str:
    """A value with its unit, never rounded over a limit: 37.95 C stays 37.95 C (rule C1)."""
    known = CONCEPTS[concept]
    if concept == "oxygen_flow":
        return f"{value:g} {known.unit}"
    whole = text = f"{value:.{known.decimals}f}"
    if abs(float(whole) - value) > 1e-6:
        finer = f"{value:.{known.decimals + 1}f}"
        text = f"{value:.6g}" if float(finer) == float(whole) else finer
    unit = ward_words(known.unit)
    return f"{text} {unit}" if unit else text


def treatment_evidence(span: TreatmentSpan, at_us: int) -> InputEvidence:
    """A treatment as evidence at a moment, as old as its beginning."""
    return InputEvidence(
        concept=span.kind,
        display=span.agent.replace("_", " "),
        value=None,
        taken_us=span.started_us,
        age_s=(at_us - span.started_us) / US_PER_S,
        table="treatment",
        row_id=span.row_id,
        stale=False,
    )


def as_old_as_now(inputs: Sequence[InputEvidence], at_us: int) -> tuple[InputEvidence, ...]:
    """The rows that a criterion rested on when it was last known, as old as they are at a moment.

    A criterion that is held was met by these; whatever came after them leaves it open.
    """
    return tuple(
        replace(one, age_s=(at_us - one.taken_us) / US_PER_S, stale=True) for one in inputs
    )


def judged_criterion(
    criterion: Criterion,
    truth: Truth,
    inputs: tuple[InputEvidence, ...] = (),
    note: str | None = None,
) -> CriterionEvidence:
    """A row of a grade table as it was judged, with what it rests on and a word on that."""
    return CriterionEvidence(
        id=criterion.id,
        domain=criterion.domain,
        grade=criterion.grade,
        label=criterion.label,
        truth=truth,
        source=criterion.source,
        inputs=inputs,
        note=note,
    )


class EvidenceBook:
    """Evidence of one timeline, by concept and moment."""

    def __init__(self, timeline: Timeline, rules: CrsRules) -> None:
        """``rules`` give the devices their names."""
        self._timeline = timeline
        self._at_us = timeline.at_us.tolist()
        self._seen: dict[tuple[str, int, float], InputEvidence] = {}
        self._seen_at: int | None = None
        self._labels = [rules.devices[device].label for device in OXYGEN_DEVICES]

    def newest(self, concept: str, place: int, limit_s: float) -> InputEvidence | None:
        """The newest value at a moment, or None where there is none yet."""
        row = int(self._timeline.rows[concept][place])
        return None if row < 0 else self.row(concept, row, place, limit_s)

    def row(self, concept: str, row: int, place: int, limit_s: float) -> InputEvidence:
        """A given row of a series, as seen from a moment."""
        # Grade, score and flags of one moment rest on the same few rows.
        if place != self._seen_at:
            self._seen, self._seen_at = {}, place
        known = self._seen.get((concept, row, limit_s))
        if known is None:
            known = self._seen[concept, row, limit_s] = self._row(concept, row, place, limit_s)
        return known

    def _row(self, concept: str, row: int, place: int, limit_s: float) -> InputEvidence:
        series = self._timeline.series[concept]
        value = float(series.value[row])
        taken_us = int(series.taken_us[row])
        age_s = (self._at_us[place] - taken_us) / US_PER_S
        is_coded = CONCEPTS[concept].is_coded
        return InputEvidence(
            concept=concept,
            display=self._code(concept, int(value))
            if is_coded
            else number_as_written(concept, value),
            value=None if is_coded else value,
            taken_us=taken_us,
            age_s=age_s,
            table="observation",
            row_id=int(series.row_id[row]),
            stale=age_s > limit_s,
        )

    def computed_mean(self, mean_mmhg: float, place: int, limit_s: float) -> InputEvidence | None:
        """A mean pressure by the formula; it points at the diastolic value it was made with."""
        diastolic = self.newest("diastolic_bp", place, limit_s)
        if diastolic is None:
            return None
        return replace(
            diastolic,
            concept="mean_arterial_pressure",
            display=f"{round(mean_mmhg, 1):g} mmHg by the formula",
            value=mean_mmhg,
        )

    def treatment(self, span: TreatmentSpan, place: int) -> InputEvidence:
        """A treatment, as old as its beginning; while it runs it is never stale."""
        return treatment_evidence(span, self._at_us[place])

    def baseline(self, record: BaselineRecord, place: int) -> InputEvidence | None:
        """The person's own systolic pressure, or None where it was not set."""
        if record.systolic_mmhg is None:
            return None
        return InputEvidence(
            concept="baseline_systolic_bp",
            display=number_as_written("systolic_bp", record.systolic_mmhg),
            value=record.systolic_mmhg,
            taken_us=record.effective_us,
            age_s=(self._at_us[place] - record.effective_us) / US_PER_S,
            table="baseline",
            row_id=record.row_id,
            stale=False,
        )

    def _code(self, concept: str, place: int) -> str:
        if concept == "oxygen_device":
            return self._labels[place]
        return CONCEPTS[concept].codes[place].replace("_", " ")
