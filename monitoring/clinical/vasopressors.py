"""Drugs and fluids that hold up the blood pressure: what runs at each moment, and what it counts.

Clinical reference C8 (fluids), C9 (dose is irrelevant), C10-C12 (counting) and C23 (unknown).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.everywhere import everywhere, is_everywhere
from monitoring.clinical.facts import TreatmentSpan
from monitoring.clinical.policy_types import GradingWindows
from monitoring.clinical.rulebook_types import CrsRules
from monitoring.clinical.timeline import US_PER_S, Timeline
from monitoring.clinical.truths import UNKNOWN

# A bolus without a stated reason counts: an unknown cause is counted (C17).
_FLUID_REASONS = frozenset({None, "hypotension"})

_NO = np.zeros(1, dtype=np.bool_)

NOTE_VASOPRESSIN_ALONE = "Vasopressin is the only vasopressor: grade 3 by local reading, review."
NOTE_PUSH = "A vasopressor was given as a push within the last hour: counted as one vasopressor."
NOTE_OVERLAP = "Two vasopressors overlap for less than an hour: a switch is not multiple, review."
NOTE_UNLISTED = "A vasopressor that the rules do not list is running: counted as one."
NOTE_NOT_COUNTED = "An inotrope or another drug that is not counted is running: review."
NOTE_FLUIDS_WITHOUT_REASON = "A fluid bolus without a charted reason counts as for hypotension."


@dataclass(frozen=True, slots=True, eq=False)
class VasopressorColumns:
    """Vasopressors and fluids at each of n moments; ``running`` and ``boluses`` name the spans.

    ``one`` and ``multiple`` are the truths of the two criteria; ``fluids`` whether a bolus for
    hypotension was given within the window; ``fluids_known`` is False where none could be known.
    """

    one: NDArray[np.int8]
    multiple: NDArray[np.int8]
    fluids: NDArray[np.bool_]
    fluids_known: bool
    running: tuple[tuple[TreatmentSpan, NDArray[np.bool_]], ...]
    boluses: tuple[tuple[TreatmentSpan, NDArray[np.bool_]], ...]
    noted: dict[str, NDArray[np.bool_]]


def own_name(agent: str, rules: CrsRules) -> str:
    """The drug's own name in the rules, or the name as it was written where they do not list it."""
    name = agent.strip().lower().replace(" ", "_").replace("-", "_")
    return rules.agents.get(name, name)


def vasopressor_columns(
    timeline: Timeline, rules: CrsRules, windows: GradingWindows
) -> VasopressorColumns:
    """What runs at each moment. A span covers its start and not its end, so that stopping one drug
    and starting another at the same minute is a switch and not "multiple" (C12).
    """
    at_us = timeline.at_us
    n = len(at_us)
    infusions: dict[str, NDArray[np.bool_]] = {}
    started_us: dict[str, NDArray[np.int64]] = {}
    nowhere = everywhere(_NO, n)
    vasopressin = pushes = unlisted = others = nowhere
    running: list[tuple[TreatmentSpan, NDArray[np.bool_]]] = []
    first_us: int | None = None
    for span in timeline.facts.treatments:
        agent = own_name(span.agent, rules)
        is_listed = agent in rules.counted or agent in rules.not_multiple
        if agent in rules.noted or not (is_listed or span.kind == "vasopressor"):
            if agent in rules.noted or span.kind == "inotrope":
                others = others | _during(at_us, span, 0)
            continue
        first_us = span.started_us if first_us is None else min(first_us, span.started_us)
        if span.started_us > at_us[-1]:
            continue
        is_push = span.ended_us == span.started_us
        mask = _during(at_us, span, int(windows.vasopressor_push_s * US_PER_S) if is_push else 0)
        if not mask.any():
            continue
        running.append((span, mask))
        if agent in rules.not_multiple:
            vasopressin = vasopressin | mask
        elif is_push:
            pushes = pushes | mask
        else:
            infusions[agent] = infusions.get(agent, np.zeros(n, dtype=np.bool_)) | mask
            since = np.where(mask, span.started_us, np.iinfo(np.int64).max)
            started_us[agent] = np.minimum(started_us.get(agent, since), since)
            if not is_listed:
                unlisted = unlisted | mask
    boluses = _boluses(timeline, windows)
    known = _status_known(timeline, first_us)
    count: NDArray[np.int8] = everywhere(_NO.view(np.int8), n)
    if infusions:
        count = np.sum(list(infusions.values()), axis=0, dtype=np.int8)
    one = multiple = count
    if running or not is_everywhere(known):
        any_running = vasopressin | pushes | (count > 0)
        unknown = (~(any_running | known)).view(np.int8) * UNKNOWN
        # As a number, True is yes and False is no.
        one = any_running.view(np.int8) + unknown
        multiple = (count > 1).view(np.int8) + unknown
    return VasopressorColumns(
        one=one,
        multiple=multiple,
        fluids=_any([mask for _, mask in boluses], nowhere),
        fluids_known=timeline.facts.treatments_charted,
        running=tuple(running),
        boluses=boluses,
        noted={
            NOTE_VASOPRESSIN_ALONE: vasopressin & (count == 0) & ~pushes if running else nowhere,
            NOTE_PUSH: pushes,
            NOTE_OVERLAP: _young_overlap(at_us, infusions, started_us, windows),
            NOTE_UNLISTED: unlisted,
            NOTE_NOT_COUNTED: others,
            NOTE_FLUIDS_WITHOUT_REASON: _any(
                [mask for span, mask in boluses if span.indication is None], nowhere
            ),
        },
    )


def _any(masks: list[NDArray[np.bool_]], nowhere: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.logical_or.reduce(masks) if masks else nowhere


def _during(at_us: NDArray[np.int64], span: TreatmentSpan, longer_us: int) -> NDArray[np.bool_]:
    mask = at_us >= span.started_us
    if span.ended_us is not None:
        mask &= at_us < span.ended_us + longer_us
    return mask


def _status_known(timeline: Timeline, first_us: int | None) -> NDArray[np.bool_]:
    """Whether silence about vasopressors means none (C23).

    It does on a ward that charts treatments. In intensive care, or where none are charted, it does
    only from the first charted vasopressor on: who charts one, charts its end and the next.
    """
    facts = timeline.facts
    if facts.treatments_charted and facts.care_setting == "ward":
        return everywhere(~_NO, len(timeline.at_us))
    if first_us is None:
        return np.zeros(len(timeline.at_us), dtype=np.bool_)
    return timeline.at_us >= first_us


def _boluses(
    timeline: Timeline, windows: GradingWindows
) -> tuple[tuple[TreatmentSpan, NDArray[np.bool_]], ...]:
    """Fluid boluses for hypotension, each from its start until the window after its end."""
    at_us = timeline.at_us
    window_us = int(windows.fluids_for_hypotension_s * US_PER_S)
    found = []
    for span in timeline.facts.treatments:
        if span.kind == "fluid_bolus" and span.indication in _FLUID_REASONS:
            mask = _during(at_us, span, window_us)
            if mask.any():
                found.append((span, mask))
    return tuple(found)


def _young_overlap(
    at_us: NDArray[np.int64],
    infusions: dict[str, NDArray[np.bool_]],
    started_us: dict[str, NDArray[np.int64]],
    windows: GradingWindows,
) -> NDArray[np.bool_]:
    """Where exactly the youngest infusion makes it multiple, and it is younger than the window."""
    if len(infusions) < 2:  # one drug cannot overlap
        return everywhere(_NO, len(at_us))
    masks = np.array(list(infusions.values()))
    starts = np.where(masks, np.array(list(started_us.values())), -1)
    youngest_s = (at_us - starts.max(axis=0)) / US_PER_S
    result: NDArray[np.bool_] = (masks.sum(axis=0) == 2) & (youngest_s < windows.weaning_overlap_s)
    return result
