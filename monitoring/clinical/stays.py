"""Many stays laid one after the other, so that whole histories are judged in a few column steps.

Every stay is shifted in time until it lies further from the one before than any window of the
policy. What looks back over the end of a stay then finds it too long ago, and the same rules that
judge one stay judge all of them at once.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.charted_turns import CRS_CONCEPTS, turning_rows
from monitoring.clinical.criteria import criteria_columns
from monitoring.clinical.episodes import (
    Axis,
    Before,
    StayColumns,
    StayGrades,
    follow_columns,
    limits_of_policy,
    pass_rules,
    stay_columns,
)
from monitoring.clinical.facts import BaselineRecord, EncounterFacts, TreatmentSpan
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.pressure import child_limit_mmhg
from monitoring.clinical.results import EpisodeState
from monitoring.clinical.rulebook_types import CrsRules
from monitoring.clinical.timeline import MISSING, US_PER_S, WATCHED, Charted, build
from monitoring.clinical.turning_columns import Limits
from monitoring.clinical.turning_moments import breaks_of

# So many moments are judged in one go, and looked at while they are in the processor's cache.
_TOGETHER = 1_000_000
_SLICE = 64_000
_NOTHING = Charted(np.empty(0, dtype=np.int64), np.empty(0))
# Of these the rules ask since when, where a reason for the oxygen may excuse it.
_FOLLOWED = frozenset({"oxygen_device", "oxygen_flow"})
_NO_BASELINE = BaselineRecord(
    row_id=-1,
    effective_us=0,
    systolic_mmhg=None,
    diastolic_mmhg=None,
    mean_mmhg=None,
    home_oxygen_device=None,
    home_oxygen_lpm=None,
    spo2_scale=1,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stay:
    """A stay as columns: ``facts`` without observations, these in ``charted`` by concept.

    ``at_us`` are the moments to judge, ascending; ``prior`` and ``before`` stood before the first.
    """

    facts: EncounterFacts
    at_us: NDArray[np.int64]
    charted: dict[str, Charted]
    prior: EpisodeState | None = None
    before: Before | None = None


def grade_stays(
    stays: Sequence[Stay], rules: CrsRules, policy: Policy
) -> Iterator[tuple[tuple[int, ...], StayGrades]]:
    """The CRS grade at every moment of many stays, some stays at a time.

    Each answer says which of ``stays`` it holds. Raises ``ValueError`` as ``timeline.build`` does.
    """
    limits = limits_of_policy(policy)
    for places in _alike(stays, rules):
        chosen = [stays[place] for place in places]
        joint = _joined(chosen, _apart_us(policy))
        parts = [
            joint.columns(first, until, rules, policy, limits) for first, until in joint.slices()
        ]
        yield (
            places,
            follow_columns(
                parts,
                joint.at_us,
                Axis(joint.begins, np.array(joint.shifts_us)),
                rules,
                policy,
                charts_treatments=chosen[0].facts.treatments_charted,
                priors=[one.prior or EpisodeState() for one in chosen],
                befores=[one.before for one in chosen],
            ),
        )


def _alike(stays: Sequence[Stay], rules: CrsRules) -> Iterator[tuple[int, ...]]:
    """Stays that the same limits hold for, not too many at once."""
    groups: dict[object, list[int]] = defaultdict(list)
    moments: dict[object, int] = defaultdict(int)
    for place, stay in enumerate(stays):
        facts = stay.facts
        key: object = child_limit_mmhg(facts.age_years, rules.children)
        if facts.care_setting != "ward" or not facts.treatments_charted:
            # What silence about vasopressors means depends on what this stay has charted (C23).
            key = ("alone", place)
        groups[key].append(place)
        moments[key] += len(stay.at_us)
        if moments[key] >= _TOGETHER:
            yield tuple(groups.pop(key))
            del moments[key]
    yield from (tuple(places) for places in groups.values())


def _apart_us(policy: Policy) -> int:
    """Longer than all windows together."""
    local = pass_rules(policy)
    freshness, grading = policy.freshness, policy.grading
    other_s = (
        freshness.oxygen_flow_s_at_most
        + freshness.oxygen_indication_s_at_most
        + freshness.set_window_s
        + grading.fluids_for_hypotension_s
        + grading.vasopressor_push_s
        + grading.weaning_overlap_s
    )
    limits_us = int(local.limit_us.max()) + local.oxygen_at_least_us + local.gap_us
    return limits_us + local.lookback_us + local.resolution_us + int(other_s * US_PER_S)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Joint:
    """Stays on one axis of time: each lies ``shifts_us`` later than it was, from ``begins`` on.

    From ``bases_us`` on everything is charted as missing, before the first moment of each.
    """

    stays: Sequence[Stay]
    at_us: NDArray[np.int64]
    begins: NDArray[np.intp]
    shifts_us: list[int]
    bases_us: list[int]

    def slices(self) -> Iterator[tuple[int, int]]:
        """Stays that are looked at in one go, from which up to which."""
        first = 0
        for until in range(1, len(self.stays) + 1):
            moments = self.begins[until] - self.begins[first]
            if moments >= _SLICE or until == len(self.stays):
                yield first, until
                first = until

    def columns(
        self, first: int, until: int, rules: CrsRules, policy: Policy, limits: Limits
    ) -> StayColumns:
        """What the pass takes of some of the stays, looked at where it can turn."""
        stays, own = self.stays[first:until], slice(first, until)
        shifts_us, bases_us = self.shifts_us[own], self.bases_us[own]
        begin, end = int(self.begins[first]), int(self.begins[until])
        at_us = self.at_us[begin:end]
        breaks = breaks_of(at_us, pass_rules(policy).gap_us)
        charted = {
            concept: _joined_values(stays, concept, shifts_us, bases_us, at_us)
            for concept in CRS_CONCEPTS
            if any(concept in stay.charted for stay in stays)
        }
        facts = _joined_facts(stays, shifts_us, bases_us)
        rows = turning_rows(at_us, breaks, charted, facts, limits=limits, policy=policy)
        places: NDArray[np.intp] | int = begin
        if rows is not None:
            at_us, breaks, places = at_us[rows], rows.searchsorted(breaks), rows + begin
        timeline = build(facts, at_us, charted)
        columns = criteria_columns(timeline, rules, policy)
        return stay_columns(timeline, columns, limits, breaks=breaks, places=places)


def _joined(stays: Sequence[Stay], apart_us: int) -> _Joint:
    """Lay the stays one after the other."""
    begins = np.cumsum([0, *(len(stay.at_us) for stay in stays)])
    at_us = np.empty(begins[-1], dtype=np.int64)
    shifts_us, bases_us = [], []
    base_us = None
    for stay, begin, end in zip(stays, begins.tolist(), begins[1:].tolist(), strict=False):
        first_us = _first_us(stay)
        base_us = first_us - apart_us if base_us is None else base_us
        bases_us.append(base_us)
        shifts_us.append(base_us + apart_us - first_us)
        base_us = int(stay.at_us[-1]) + shifts_us[-1] + apart_us
        np.add(stay.at_us, shifts_us[-1], out=at_us[begin:end])
    return _Joint(stays=stays, at_us=at_us, begins=begins, shifts_us=shifts_us, bases_us=bases_us)


def _first_us(stay: Stay) -> int:
    """The earliest time that matters for a stay."""
    first_us = int(stay.at_us[0])
    if stay.prior is not None and stay.prior.onset_us is not None:
        first_us = min(first_us, stay.prior.onset_us)
    taken = [int(one.taken_us[0]) for one in stay.charted.values() if len(one.taken_us)]
    return min([first_us, *taken])


def _joined_values(
    stays: Sequence[Stay],
    concept: str,
    shifts_us: list[int],
    bases_us: list[int],
    at_us: NDArray[np.int64],
) -> Charted:
    missing = float(MISSING[WATCHED.index(concept)])
    every = [stay.charted.get(concept, _NOTHING) for stay in stays]
    is_followed = concept in _FOLLOWED and any("oxygen_indication" in s.charted for s in stays)
    if not is_followed and all(
        one.taken_us is stay.at_us for one, stay in zip(every, stays, strict=True)
    ):
        values = [*(one.value for one in every), np.array([missing])]
        return Charted(at_us, np.concatenate(values), ends=True)
    taken_us: list[NDArray[np.int64]] = []
    values = []
    unknown: list[int] = []
    rows = 0
    for stay, one, shift_us, base_us in zip(stays, every, shifts_us, bases_us, strict=True):
        known = one.taken_us.searchsorted(stay.at_us[-1], side="right")
        # A stay's first value is no rise and no change from the last one of somebody else.
        unknown.append(rows)
        taken_us.append(np.array([base_us]))
        values.append(np.array([missing]))
        rows += 1
        taken_us.append(one.taken_us[:known] + shift_us)
        values.append(one.value[:known])
        rows += int(known)
    return Charted(
        np.concatenate(taken_us), np.concatenate(values), unknown=np.array(unknown, dtype=np.intp)
    )


def _joined_facts(
    stays: Sequence[Stay], shifts_us: list[int], bases_us: list[int]
) -> EncounterFacts:
    treatments, attributions, baselines = [], [], []
    has_baselines = any(stay.facts.baselines for stay in stays)
    for stay, shift_us, base_us in zip(stays, shifts_us, bases_us, strict=True):
        last_us = int(stay.at_us[-1]) + shift_us

        def until(us: int | None, shift_us: int = shift_us, last_us: int = last_us) -> int:
            """An end is not included, so the last moment needs one behind it."""
            return last_us + 1 if us is None else min(us + shift_us, last_us + 1)

        for span in stay.facts.treatments:
            started_us = span.started_us + shift_us
            ended_us = until(span.ended_us)
            if started_us <= last_us:
                is_moment = span.started_us == span.ended_us
                # One of long ago runs no more, but says that this stay's drugs are charted (C23).
                started_us = max(started_us, base_us)
                # No dose counts for anything here (C9).
                ended_us = started_us if is_moment else ended_us
                treatments.append(
                    TreatmentSpan(
                        row_id=span.row_id,
                        kind=span.kind,
                        agent=span.agent,
                        indication=span.indication,
                        started_us=started_us,
                        ended_us=ended_us,
                    )
                )
        for word in stay.facts.attributions:
            from_us, until_us = word.from_us + shift_us, until(word.until_us)
            if from_us <= last_us and until_us > base_us:
                attributions.append(replace(word, from_us=from_us, until_us=until_us))
        if has_baselines:
            baselines.append(replace(_NO_BASELINE, effective_us=base_us))
            baselines += [
                replace(own, effective_us=max(own.effective_us + shift_us, base_us))
                for own in stay.facts.baselines
                if own.effective_us + shift_us <= last_us
            ]
    return replace(
        stays[0].facts,
        treatments=tuple(treatments),
        attributions=tuple(attributions),
        baselines=tuple(baselines),
    )
