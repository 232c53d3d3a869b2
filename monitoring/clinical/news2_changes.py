"""The nearest single changes that would move NEWS2 into another row of its response (Chart 2).

RCP 2017, Charts 1 and 2; clinical reference 4.1, 4.2. As with the grades nothing is said that was
not tried: the standing set is charted again with one value changed, and scored.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from monitoring.clinical.changes import charted
from monitoring.clinical.concepts import CONCEPTS, CONSCIOUSNESS
from monitoring.clinical.early_warning import news2_score, set_columns
from monitoring.clinical.evidence import EvidenceBook
from monitoring.clinical.explain_news2 import parameter_name
from monitoring.clinical.facts import EncounterFacts
from monitoring.clinical.oxygen import support_columns
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.results import Evaluation, News2Score
from monitoring.clinical.rulebook_types import Band, BandedParameter, Rulebook
from monitoring.clinical.schedule import crs_state
from monitoring.clinical.timeline import Timeline, build
from monitoring.clinical.units import ward_words

_OXYGEN = "supplemental_oxygen"
_RISKS = ("low", "low_medium", "medium", "high")
_Values = Mapping[str, float | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class News2Change:
    """With this one value NEWS2 would ask for another response.

    ``total`` and ``risk`` are what came out, ``complete`` is False where ``total`` is a minimum;
    ``words`` complete "NEWS2 ... if". ``values`` are what was charted for the trial.
    """

    parameter: str
    words: str
    total: int
    complete: bool
    risk: str
    values: _Values


@dataclass(frozen=True, slots=True, kw_only=True)
class News2Changes:
    """What would raise and what would lower the response, the nearest row first."""

    raising: tuple[News2Change, ...] = ()
    lowering: tuple[News2Change, ...] = ()

    def lines(self) -> list[str]:
        """A line a row: "NEWS2 high risk if respiratory rate is >= 25 /min (7) or ..."."""
        found = []
        for side in (self.raising, self.lowering):
            for risk in dict.fromkeys(one.risk for one in side):
                ways = [f"{one.words} ({_total(one)})" for one in side if one.risk == risk]
                found.append(f"NEWS2 {risk.replace('_', '-')} risk if {' or '.join(ways)}.")
        return found


def news2_changes(
    facts: EncounterFacts, evaluation: Evaluation, *, rulebook: Rulebook, policy: Policy
) -> News2Changes:
    """What would move the response that ``evaluation`` found in ``facts``, both ways.

    ``facts`` are what the rules need for its moment. Of each parameter the nearest band that moves
    it is told, a missing one included: it may be worse than normal. Nothing is lowered while the
    score is incomplete.
    """
    standing = evaluation.news2
    if not standing.applicable:
        return News2Changes()
    trial = _Trial(facts, evaluation, rulebook, policy)
    again = trial.score({})
    if (again.total, again.minimum, again.risk) != (
        standing.total,
        standing.minimum,
        standing.risk,
    ):
        return News2Changes()
    rank = _rank(standing.risk)
    raising: list[News2Change] = []
    lowering: list[News2Change] = []
    for outward in trial.ways():
        for parameter, words, values in outward:
            score = trial.score(values)
            told = News2Change(
                parameter=parameter,
                words=words,
                total=score.minimum,
                complete=score.complete,
                risk=score.risk,
                values=values,
            )
            if _rank(score.risk) > rank:
                raising.append(told)
                break
            if score.complete and standing.complete and _rank(score.risk) < rank:
                lowering.append(told)
                break
    return News2Changes(
        raising=tuple(sorted(raising, key=lambda one: _rank(one.risk))),
        lowering=tuple(sorted(lowering, key=lambda one: -_rank(one.risk))),
    )


def _rank(risk: str) -> int:
    """How urgent; what is incomplete may be low and is never lower."""
    return _RISKS.index(risk) if risk in _RISKS else 0


def _total(one: News2Change) -> str:
    return str(one.total) if one.complete else f"at least {one.total}"


_Way = tuple[str, str, _Values]


class _Trial:
    """The standing set, charted again just after its moment with something changed."""

    def __init__(
        self, facts: EncounterFacts, evaluation: Evaluation, rulebook: Rulebook, policy: Policy
    ) -> None:
        self._facts = facts
        self._at_us = evaluation.at_us + 1
        self._rulebook = rulebook
        self._policy = policy
        self._parts = {part.parameter: part for part in evaluation.news2.parts}
        state = crs_state(evaluation.crs.grade, is_open=evaluation.episode.is_open)
        interval_s = policy.schedule.states[state].interval_s
        self._limit_s = policy.freshness.expected_intervals * interval_s
        before = build(facts, np.array([evaluation.at_us], dtype=np.int64))
        self._standing = self._known(before)
        row = int(before.baseline_rows[0])
        self._scale = 1 if row < 0 else facts.baselines[row].spo2_scale

    def score(self, values: _Values) -> News2Score:
        """NEWS2 of the standing set with these values in it."""
        facts = charted({**self._standing, **values})(self._facts, self._at_us)
        timeline = build(facts, np.array([self._at_us], dtype=np.int64))
        sets = set_columns(
            timeline,
            support_columns(timeline, self._rulebook.crs, self._policy.freshness),
            self._rulebook.news2,
            self._policy,
            np.array([self._limit_s]),
        )
        return news2_score(
            sets,
            0,
            rules=self._rulebook.news2,
            book=EvidenceBook(timeline, self._rulebook.crs),
            age_years=facts.age_years,
            limit_s=self._limit_s,
        )

    def ways(self) -> Iterator[list[_Way]]:
        """From the value that stands outward, a list a direction; the nearest first."""
        for name, part in self._parts.items():
            if name == _OXYGEN:
                if part.band != "oxygen":
                    given: _Values = {"oxygen_device": "nasal_cannula", "oxygen_flow": 2.0}
                    yield [(name, "oxygen is given, the saturation being the same", given)]
                if part.band != "air":
                    air = {"oxygen_device": "room_air"}
                    yield [(name, "the saturation is the same without oxygen", air)]
            elif name == "consciousness":
                if part.band != "A":
                    yield [(name, "consciousness is A of ACVPU", {name: "A"})]
                if part.band is None or part.band == "A":
                    yield [(name, "consciousness is C, V, P or U of ACVPU", {name: "C"})]
            else:
                yield from self._banded(name, self._chart(name), part.band)

    def _chart(self, name: str) -> BandedParameter:
        banded = self._rulebook.news2.banded
        if name != "spo2":
            return banded[name]
        if self._scale == 1:
            return banded["spo2_scale_1"]
        on_air = self._parts[_OXYGEN].band == "air"
        return banded["spo2_scale_2_on_air" if on_air else "spo2_scale_2_on_oxygen"]

    def _banded(
        self, name: str, chart: BandedParameter, stands: str | None
    ) -> Iterator[list[_Way]]:
        texts = [band.text for band in chart.bands]
        if stands is None:
            # Nobody knows where it lies: each band alone, as none is nearer.
            yield from ([self._way(name, chart, band)] for band in chart.bands)
            return
        place = texts.index(stands)
        below, above = chart.bands[:place][::-1], chart.bands[place + 1 :]
        for outward in (below, above):
            yield [self._way(name, chart, band) for band in outward]

    def _way(self, name: str, chart: BandedParameter, band: Band) -> _Way:
        edge = band.low if band.low is not None else band.high
        assert edge is not None, "a band has an edge"
        words = f"{parameter_name(name)} is {band.text} {ward_words(CONCEPTS[name].unit)}"
        return name, words, {name: round(edge * chart.step, 6)}

    def _known(self, timeline: Timeline) -> dict[str, float | str]:
        """What of the standing set is known, as it would be charted again."""
        found: dict[str, float | str] = {}
        for name, part in self._parts.items():
            if part.points is None:
                continue
            if name == "consciousness":
                found[name] = CONSCIOUSNESS[int(timeline.value(name)[0])]
            elif name != _OXYGEN:
                found[name] = float(timeline.value(name)[0])
            elif part.evidence is not None and part.evidence.concept == "inhaled_oxygen":
                found["inhaled_oxygen"] = float(timeline.value("inhaled_oxygen")[0])
        return found
