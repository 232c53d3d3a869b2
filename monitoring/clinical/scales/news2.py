"""NEWS2 asked of records: the total with its parts, its risk and the response to it.

Royal College of Physicians 2017, Charts 1, 2 and 4; clinical reference, section 4. An incomplete
set has no total: what is known of it is a minimum.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.concepts import CONCEPTS, CONSCIOUSNESS
from monitoring.clinical.early_warning import risk_of
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.rulebook_types import BandedParameter, News2Rules
from monitoring.clinical.scales.answer import Answer, Finding, Scale
from monitoring.clinical.scales.crs_fields import vital_field
from monitoring.clinical.scales.fields import Columns, Field, FieldKind
from monitoring.clinical.scales.patterns import same_findings
from monitoring.clinical.scales.quantities import QUANTITIES, disagreements, fields_of
from monitoring.clinical.scoring import (
    NOT_ASSESSED,
    ON_AIR,
    ON_OXYGEN,
    OXYGEN_UNKNOWN,
    PARAMETERS,
    News2Columns,
    points_and_band,
    score_news2_columns,
)
from monitoring.clinical.truths import NO, YES

_SCALE_1, _SCALE_2 = 1, 2
# A saturation written as a fraction would score as the worst one there is (8.4).
_FRACTION = 1.0
# The field each parameter is read from.
_FIELD_OF = {
    "respiratory_rate": "rr",
    "spo2": "spo2",
    "supplemental_oxygen": "on_o2",
    "systolic_bp": "sbp",
    "heart_rate": "pulse",
    "consciousness": "acvpu",
    "body_temperature": "temp_c",
}


def scale() -> Scale:
    """The scale "news2" by the packaged rules; raises ``RuleFileError``."""
    rules = load_rulebook().news2
    return Scale(
        id="news2",
        title="NEWS2, not under 16 years and not in pregnancy",
        version=rules.id,
        answers="total",
        source=rules.source,
        fields=_FIELDS,
        of_columns=lambda columns: _answers(columns, rules),
        check=_check,
    )


def score_records(columns: Columns, rules: News2Rules) -> News2Columns:
    """NEWS2 of n records by the bedside's own scorer; SpO2 scale 1 where none is said."""
    on_oxygen = np.select(
        [columns.truth["on_o2"] == NO, columns.truth["on_o2"] == YES],
        [ON_AIR, ON_OXYGEN],
        default=OXYGEN_UNKNOWN,
    )
    conscious = columns.choice["acvpu"]
    return score_news2_columns(
        rules,
        respiratory_rate=columns.number["rr"],
        spo2=columns.number["spo2"],
        on_oxygen=on_oxygen,
        systolic_bp=columns.number["sbp"],
        heart_rate=columns.number["pulse"],
        consciousness=np.where(conscious < 0, NOT_ASSESSED, conscious),
        body_temperature=QUANTITIES["temp"].read(columns, "Cel"),
        spo2_scale=np.where(columns.number["scale"] == _SCALE_2, _SCALE_2, _SCALE_1),
    )


_FIELDS = (
    vital_field("rr", CONCEPTS["respiratory_rate"].label, "respiratory_rate"),
    vital_field("spo2", CONCEPTS["spo2"].label, "spo2"),
    Field(name="on_o2", label="Supplemental oxygen", kind=FieldKind.TRUTH),
    Field(
        name="scale",
        label="SpO2 scale, 1 where left out; 2 only for a set target of 88-92 %",
        kind=FieldKind.NUMBER,
        lowest=_SCALE_1,
        highest=_SCALE_2,
        whole=True,
    ),
    vital_field("sbp", CONCEPTS["systolic_bp"].label, "systolic_bp"),
    vital_field("pulse", CONCEPTS["heart_rate"].label, "heart_rate"),
    Field(
        name="acvpu",
        label="Consciousness; C is new confusion, or confusion not known to be old",
        kind=FieldKind.CHOICE,
        choices=CONSCIOUSNESS,
        synonyms={
            "alert": "A",
            "confusion": "C",
            "confused": "C",
            "new_confusion": "C",
            "voice": "V",
            "pain": "P",
            "unresponsive": "U",
        },
    ),
    *fields_of(("temp",)),
)


def _check(columns: Columns) -> Mapping[int, str]:
    """What is wrong with a record whose values cannot stand, by place (8.4)."""
    fraction = np.flatnonzero(columns.number["spo2"] <= _FRACTION)
    message = "spo2 is per cent: give 97 and not 0.97."
    return {**{int(place): message for place in fraction}, **disagreements(("temp",), columns)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    """What sets with the same bands share; ``scored`` are parameter, points and band of the points
    that count.
    """

    shared: Answer
    scored: tuple[tuple[str, int, Finding], ...]


def _answers(columns: Columns, rules: News2Rules) -> list[Answer]:
    scored = score_records(columns, rules)
    cells = scored.cells
    scales = np.where(columns.number["scale"] == _SCALE_2, _SCALE_2, _SCALE_1).astype(np.uint8)
    known = {name: columns.is_known(name) for name in ("rr", "spo2", "on_o2", "scale")}
    firsts, pattern_of = same_findings([*cells, scales, known["spo2"], known["scale"]])
    patterns = [
        _pattern(columns, rules, place, cells[:, place], int(scales[place])) for place in firsts
    ]
    return [
        _answer(columns, patterns[number], place)
        for place, number in enumerate(pattern_of.tolist())
    ]


def _pattern(
    columns: Columns, rules: News2Rules, place: int, cells: NDArray[np.uint8], scale_of: int
) -> _Pattern:
    parts: dict[str, float | None] = {}
    scored = []
    for parameter, cell in zip(PARAMETERS, cells.tolist(), strict=True):
        name = _FIELD_OF[parameter]
        hit = points_and_band(cell)
        parts[name] = None if hit is None else hit[0]
        if hit is not None and hit[0] > 0:
            finding = _finding(rules, parameter, hit, scale_of)
            scored.append((name, hit[0], finding))
    return _Pattern(shared=_shared(columns, rules, place, parts, scale_of), scored=tuple(scored))


def _shared(
    columns: Columns,
    rules: News2Rules,
    place: int,
    parts: dict[str, float | None],
    scale_of: int,
) -> Answer:
    minimum = int(sum(one for one in parts.values() if one is not None))
    complete = None not in parts.values()
    any_three = 3 in parts.values()
    risk = risk_of(rules, minimum=minimum, any_three=any_three, complete=complete)
    responses = {one.risk: one.response for one in rules.thresholds}
    # A saturation that waits for the oxygen to be known was measured: the oxygen is missing.
    missing = tuple(
        name
        for name, points in parts.items()
        if points is None and not (name == "spo2" and columns.is_known("spo2")[place])
    )
    flags = []
    if not columns.is_known("scale")[place]:
        flags.append("spo2_scale_1_assumed")
    if any_three:
        flags.append("single_parameter_3")
    details: dict[str, Any] = {
        "minimum": minimum,
        "risk": risk,
        "response": responses.get(risk, "Complete the set; the score is not known."),
        "spo2_scale": scale_of,
    }
    verdict = f"NEWS2 {minimum}, {risk.replace('_', '-')} risk"
    if not complete:
        verdict = f"NEWS2 incomplete, at least {minimum}; missing: {', '.join(missing)}"
    return Answer(
        value=minimum if complete else None,
        reason=verdict,
        flags=tuple(flags),
        missing=missing,
        parts=parts,
        details=details,
    )


def _finding(rules: News2Rules, parameter: str, hit: tuple[int, int], scale_of: int) -> Finding:
    points, number = hit
    # Oxygen that is given is charted as a device, and no concept of its own.
    label = CONCEPTS[parameter].label if parameter in CONCEPTS else "Supplemental oxygen"
    table = parameter
    if parameter == "spo2":
        # Whatever scores on air by scale 2 lies in a band that is the same on oxygen.
        table = "spo2_scale_2_on_oxygen" if scale_of == _SCALE_2 else "spo2_scale_1"
        label = f"SpO2 scale {scale_of}"
    if table in rules.choices:
        choice = rules.choices[table]
        return Finding(
            id=parameter,
            label=label,
            weight=points,
            inputs={},
            source=choice.source,
        )
    banded: BandedParameter = rules.banded[table]
    return Finding(
        id=parameter,
        label=f"{label} {banded.bands[number].text}",
        weight=points,
        inputs={},
        source=banded.source,
    )


def _answer(columns: Columns, pattern: _Pattern, place: int) -> Answer:
    shared = pattern.shared
    evidence = []
    words: list[str] = []
    for name, points, finding in pattern.scored:
        names = ("temp_c", "temp_f") if name == "temp_c" else (name,)
        given = columns.given(place, (*names, *(("scale",) if name == "spo2" else ())))
        evidence.append(
            Finding(
                id=finding.id,
                label=finding.label,
                weight=finding.weight,
                inputs=given,
                source=finding.source,
            )
        )
        words.append(f"{_word(name, given)} ({points})")
    return Answer(
        value=shared.value,
        reason=f"{', '.join(words)}: {shared.reason}." if words else f"{shared.reason}.",
        evidence=tuple(evidence),
        flags=shared.flags,
        missing=shared.missing,
        parts=shared.parts,
        details=shared.details,
    )


def _word(name: str, given: Mapping[str, Any]) -> str:
    if name == "on_o2":
        return "on oxygen"
    said, value = next(iter(given.items()))
    return f"{said} {value:g}" if isinstance(value, float) else f"{said} {value}"
