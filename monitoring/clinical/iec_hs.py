"""Which IEC-HS criteria are present at each moment: a watch, and never a diagnosis or a grade.

The criteria and their limits are those of ``rules/iec_hs.toml`` (Hines 2023; clinical reference
5.2), judged on a stay's laboratory values over time, its limits of normal and its values before the
therapy. What no laboratory knows (haemophagocytosis, a new splenomegaly, neurotoxicity) is a
clinician's word, and unknown without it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.facts import EncounterFacts
from monitoring.clinical.iec_hs_stay import WatchedStay, criteria_of, read_stay
from monitoring.clinical.laboratory_policy import LaboratoryPolicy, load_laboratory_policy
from monitoring.clinical.results import InputEvidence, Truth
from monitoring.clinical.scales.points_scale import load_points
from monitoring.clinical.scales.points_table import PointsTable, Scored, score_by
from monitoring.clinical.timeline import US_PER_S
from monitoring.clinical.truths import UNKNOWN, WORDS, YES
from monitoring.clinical.turning_columns import mark_turns

REQUIRED = "required"
MOST_COMMON = "most_common"
_US_PER_H = 3600 * US_PER_S


@dataclass(frozen=True, slots=True, kw_only=True)
class IecHsCriterion:
    """One row of the published table at one moment.

    ``group`` is required, most_common or others. ``truth`` is held where it was met by values that
    are no longer valid and nothing newer says otherwise.
    """

    id: str
    group: str
    label: str
    truth: Truth
    inputs: tuple[InputEvidence, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IecHsWatch:
    """The criteria at one moment. ``worth_a_look`` is local policy: ferritin, and as many of the
    most common criteria as it asks for. ``notes`` are sentences for whoever looks.
    """

    at_us: int
    criteria: tuple[IecHsCriterion, ...]
    worth_a_look: Truth
    notes: tuple[str, ...]

    def present(self, group: str | None = None) -> tuple[IecHsCriterion, ...]:
        """The criteria that are met or held, of one group or of all."""
        met = {Truth.YES, Truth.HELD}
        return tuple(
            one for one in self.criteria if one.truth in met and group in {None, one.group}
        )

    @property
    def unknown(self) -> tuple[str, ...]:
        """The criteria that nobody can judge from what is known."""
        return tuple(one.id for one in self.criteria if one.truth is Truth.UNKNOWN)


def iec_hs_watch(
    facts: EncounterFacts,
    *,
    at_us: NDArray[np.int64],
    policy: LaboratoryPolicy | None = None,
    findings: Mapping[str, bool] | None = None,
    turns_only: bool = False,
) -> tuple[IecHsWatch, ...]:
    """The watch at each moment, from what was taken up to it.

    Parameters
    ----------
    facts: must hold the laboratory values since before the first dose, else baselines and rises
        are unknown.
    at_us: n moments, int64.
    findings: a clinician's word by field of ``rules/iec_hs.toml``, such as ``haemophagocytosis``.
    turns_only: only the moments at which a criterion turns, known or held, and the first.

    Raises ``ValueError`` for a finding that the rules do not know.
    """
    policy = policy or load_laboratory_policy()
    table = load_points("iec_hs.toml")
    said = dict(findings or {})
    if unknown := set(said) - set(table.truths):
        message = f"No IEC-HS criterion looks at {', '.join(sorted(unknown))}."
        raise ValueError(message)
    stay = read_stay(facts, table, policy, at_us)
    scored = score_by(table, stay.inputs(table, said))
    places: Sequence[int] = range(len(at_us))
    if turns_only:
        places = np.flatnonzero(_turning(scored, len(at_us))).tolist()
    return tuple(_watch(table, stay, scored, policy, place) for place in places)


def _turning(scored: Scored, n: int) -> NDArray[np.bool_]:
    """At which moments a criterion is another than right before, known or held; the first is."""
    turns = np.zeros(n, dtype=np.bool_)
    turns[:1] = True
    for element in scored.elements.values():
        mark_turns(turns, (element[0, :n], element[0, n:]))
    return turns


def _watch(
    table: PointsTable,
    stay: WatchedStay,
    scored: Scored,
    policy: LaboratoryPolicy,
    place: int,
) -> IecHsWatch:
    criteria = []
    for item in criteria_of(table):
        truth = scored.elements[item.id][0, place]
        last_known = scored.elements[item.id][0, len(stay.at_us) + place]
        held = truth == UNKNOWN and last_known == YES
        criteria.append(
            IecHsCriterion(
                id=item.id,
                group=item.group or "",
                label=item.label,
                truth=Truth.HELD if held else WORDS[truth],
                inputs=stay.evidence(item, place),
                source=item.source,
            )
        )
    return IecHsWatch(
        at_us=int(stay.at_us[place]),
        criteria=tuple(criteria),
        worth_a_look=_worth_a_look(criteria, policy.most_common_from),
        notes=(*_notes(stay, policy, place), *((table.caution,) if table.caution else ())),
    )


def _worth_a_look(criteria: Sequence[IecHsCriterion], most_common_from: int) -> Truth:
    met = {Truth.YES, Truth.HELD}
    required = [one.truth for one in criteria if one.group == REQUIRED]
    common = [one.truth for one in criteria if one.group == MOST_COMMON]
    present = sum(truth in met for truth in common)
    possible = present + common.count(Truth.UNKNOWN)
    if Truth.NO in required or possible < most_common_from:
        return Truth.NO
    if all(truth in met for truth in required) and present >= most_common_from:
        return Truth.YES
    return Truth.UNKNOWN


def _notes(stay: WatchedStay, policy: LaboratoryPolicy, place: int) -> Iterator[str]:
    series, row = stay.series["ferritin"], int(stay.rows["ferritin"][place])
    value = float(series.value[row])
    if value > policy.ferritin_very_high_ng_ml:
        limit = f"{policy.ferritin_very_high_ng_ml:,.0f}"
        yield f"Ferritin {value:,.0f} ng/mL is above {limit}, the limit of CARTOX (Neelapu 2018)."
    before = int(stay.rising[row])
    if before >= 0:
        hours = (int(series.taken_us[row]) - int(series.taken_us[before])) / _US_PER_H
        yield (
            f"Ferritin rose from {float(series.value[before]):,.0f} to {value:,.0f} ng/mL "
            f"in {hours:.0f} h."
        )
