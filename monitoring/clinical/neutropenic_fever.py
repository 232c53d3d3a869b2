"""Fever with neutropenia at each moment, and the clock of the first antibiotic.

Fever is a single temperature at or above 38.3 C, or one at or above 38.0 C that lasted an hour;
neutropenia is an ANC below 500 /uL, or one that a clinician expects within 48 hours (Freifeld,
IDSA 2011; clinical reference 5.1). It runs beside CRS and neither explains the other away. The
limits are those of ``rules/febrile_neutropenia.toml``; the windows are local policy.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.evidence import treatment_evidence
from monitoring.clinical.facts import EncounterFacts
from monitoring.clinical.laboratory import evidence_of, series_of, value_at
from monitoring.clinical.laboratory_policy import LaboratoryPolicy, load_laboratory_policy
from monitoring.clinical.results import InputEvidence, Truth
from monitoring.clinical.scales.scores import febrile_neutropenia_limits
from monitoring.clinical.timeline import NEVER_US, US_PER_S, Series
from monitoring.clinical.turning_columns import mark_turns

ANTIMICROBIAL = "antimicrobial"
PROPHYLAXIS = "prophylaxis"
# "Sustained over 1 h": Freifeld 2011; clinical reference 5.1.
SUSTAINED_US = 3600 * US_PER_S


class AntibioticClock(StrEnum):
    """Where the first antibiotic stands.

    STOPPED: no neutropenic fever. RUNNING: due, not late yet. OVERDUE: due and not charted. GIVEN:
    charted after the fever began. UNKNOWN: this source charts no treatments.
    """

    STOPPED = "stopped"
    RUNNING = "running"
    OVERDUE = "overdue"
    GIVEN = "given"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeverCarried:
    """What must be carried on to date a fever without all history: of the moment ``at_us``.

    ``fever_since_us`` and ``last_fever_us`` are the first and the last reading so far that was
    fever in the same fever; ``since_us`` is when neutropenia was there too.
    """

    at_us: int
    fever_since_us: int | None = None
    last_fever_us: int | None = None
    since_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NeutropenicFever:
    """Fever, neutropenia and the antibiotic clock at one moment.

    ``present`` is yes when both are, and held where the neutropenia is only known from an old
    count. ``fever_by`` is "single" or "sustained". The antibiotic is due at ``due_us``.
    ``recheck_due_us`` is when a temperature from 38.0 C that is no fever yet will have lasted its
    hour. ``antibiotic`` is the first one started in this fever, ``earlier_antibiotic`` one that ran
    when it began: whether that covers is a clinician's to judge.
    """

    present: Truth
    fever: Truth
    fever_by: str | None
    neutropenia: Truth
    recheck_due_us: int | None
    clock: AntibioticClock
    due_us: int | None
    antibiotic: InputEvidence | None
    earlier_antibiotic: InputEvidence | None
    evidence: tuple[InputEvidence, ...]
    missing: tuple[str, ...]
    carried: FeverCarried


def neutropenic_fever(
    facts: EncounterFacts,
    *,
    at_us: NDArray[np.int64],
    prior: FeverCarried | None = None,
    policy: LaboratoryPolicy | None = None,
    anc_expected_low: bool | None = None,
    turns_only: bool = False,
) -> tuple[NeutropenicFever, ...]:
    """The state at each moment, from what was taken up to it; later values are not looked at.

    ``prior`` is the ``carried`` of the moment before the first one, where the facts do not reach
    back to the beginning. ``anc_expected_low`` is a clinician's word that the ANC will be below 500
    /uL within 48 hours. With ``turns_only`` only the moments at which the state is another one than
    right before, its evidence apart; each says in ``carried`` which it is.
    """
    watch = _Watch(facts, prior, policy or load_laboratory_policy(), anc_expected_low)
    if turns_only:
        at_us = at_us[watch.turning(at_us)]
    return tuple(watch.at(moment) for moment in at_us.tolist())


class _Reading(NamedTuple):
    """A temperature: how it is fever, since when it has been from 38.0 C, and this fever so far."""

    by: str | None
    warm_since_us: int | None
    fever_since_us: int | None
    last_fever_us: int | None
    last_by: str | None
    last_row: int


class _Watch:
    """One stay's temperatures and counts, read once for all moments."""

    def __init__(
        self,
        facts: EncounterFacts,
        prior: FeverCarried | None,
        policy: LaboratoryPolicy,
        anc_expected_low: bool | None,
    ) -> None:
        self._valid_us = policy.valid_us
        self._windows = policy.neutropenic_fever
        self._limits = febrile_neutropenia_limits()
        self._expected = anc_expected_low
        self._charted = facts.treatments_charted
        self._prior = prior or FeverCarried(at_us=NEVER_US)
        self._temperatures = series_of(facts.observations, "body_temperature")
        self._counts = series_of(facts.observations, "neutrophils")
        self._readings = self._read_temperatures()
        self._low_since = self._read_counts()
        self._antibiotics = sorted(
            (one for one in facts.treatments if one.kind == ANTIMICROBIAL),
            key=lambda one: (one.started_us, one.row_id),
        )

    def _read_temperatures(self) -> list[_Reading]:
        values = self._temperatures.value[:-1]
        single = self._limits.single_c.holds(values).tolist()
        warm = self._limits.sustained_c.holds(values).tolist()
        readings: list[_Reading] = []
        before_us, warm_since_us = NEVER_US, None
        since_us, last_us = self._prior.fever_since_us, self._prior.last_fever_us
        last_by, last_row = None, -1
        for row, taken_us in enumerate(self._temperatures.taken_us[:-1].tolist()):
            near = taken_us - before_us <= self._windows.sustained_gap_us
            if not warm[row]:
                warm_since_us = None
            elif warm_since_us is None or not near:
                warm_since_us = taken_us
            lasted = warm_since_us is not None and taken_us - warm_since_us >= SUSTAINED_US
            by = "single" if single[row] else "sustained" if lasted else None
            # The facts may reach back to before the fever that is carried on.
            if by is not None and (since_us is None or taken_us >= since_us):
                goes_on = last_us is not None and (
                    taken_us - last_us <= self._windows.same_fever_us
                )
                since_us = since_us if goes_on else taken_us
                last_us = taken_us if last_us is None else max(last_us, taken_us)
                last_by, last_row = by, row
            readings.append(_Reading(by, warm_since_us, since_us, last_us, last_by, last_row))
            before_us = taken_us
        return readings

    def _read_counts(self) -> list[int | None]:
        """For each count, since when it has been low without a break."""
        since: list[int | None] = []
        low = self._limits.anc.holds(self._counts.value[:-1]).tolist()
        for is_low, taken_us in zip(low, self._counts.taken_us[:-1].tolist(), strict=True):
            goes_on = since and since[-1] is not None
            since.append(None if not is_low else since[-1] if goes_on else taken_us)
        return since

    def at(self, at_us: int) -> NeutropenicFever:
        """The state at one moment."""
        place = _newest(self._temperatures, at_us)
        reading = self._readings[place] if place >= 0 else self._carried_reading()
        fever = self._fever(at_us, place, reading)
        count = _newest(self._counts, at_us)
        neutropenia = self._neutropenia(at_us, count)
        present = _both(fever, neutropenia)
        fever_since_us = reading.fever_since_us if fever is Truth.YES else None
        since_us = due_us = None
        if present in {Truth.YES, Truth.HELD} and fever_since_us is not None:
            since_us = self._since_us(at_us, fever_since_us, count)
            due_us = since_us + self._windows.antibiotics_within_us
        given, earlier = self._antibiotics_of(at_us, fever_since_us)
        warm_since_us = reading.warm_since_us
        recheck = fever is not Truth.YES and warm_since_us is not None and reading.by is None
        return NeutropenicFever(
            present=present,
            fever=fever,
            fever_by=reading.last_by if fever is Truth.YES else None,
            neutropenia=neutropenia,
            recheck_due_us=warm_since_us + SUSTAINED_US
            if recheck and warm_since_us is not None
            else None,
            clock=self._clock(at_us, due_us, given),
            due_us=due_us,
            antibiotic=given,
            earlier_antibiotic=earlier,
            evidence=self._evidence(
                at_us, reading.last_row if fever is Truth.YES else place, count
            ),
            missing=tuple(
                name
                for name, truth in (("body_temperature", fever), ("neutrophils", neutropenia))
                if truth in {Truth.UNKNOWN, Truth.HELD}
            ),
            carried=FeverCarried(
                at_us=at_us,
                fever_since_us=fever_since_us,
                last_fever_us=reading.last_fever_us if fever is Truth.YES else None,
                since_us=since_us,
            ),
        )

    def turning(self, at_us: NDArray[np.int64]) -> NDArray[np.bool_]:
        """At which moments anything that ``at`` compares differs from the moment before."""
        temperatures, counts = self._temperatures, self._counts
        readings = [*self._readings, self._carried_reading()]
        place, count = temperatures.latest(at_us), counts.latest(at_us)
        last_us, since_us, warm_us = (
            _times([getattr(one, name) for one in readings])[place]
            for name in ("last_fever_us", "fever_since_us", "warm_since_us")
        )
        low_us = _times([*self._low_since, None])[count]
        begins_us = np.maximum(since_us, NEVER_US if self._expected else low_us)
        columns = [
            at_us - last_us <= self._windows.same_fever_us,
            at_us - temperatures.taken_us[place] <= self._windows.same_fever_us,
            since_us,
            np.array([one.last_by or "" for one in readings])[place],
            warm_us,
            np.array([one.by is None for one in readings])[place],
            low_us,
            counts.taken_us[count] == NEVER_US,
            at_us - counts.taken_us[count] <= self._valid_us,
            at_us > begins_us + self._windows.antibiotics_within_us,
            at_us > self._prior.at_us,
        ]
        columns += [at_us >= one.started_us for one in self._antibiotics]
        turns = np.zeros(len(at_us), dtype=np.bool_)
        turns[:1] = True
        mark_turns(turns, columns)
        return turns

    def _carried_reading(self) -> _Reading:
        prior = self._prior
        return _Reading(None, None, prior.fever_since_us, prior.last_fever_us, None, -1)

    def _fever(self, at_us: int, place: int, reading: _Reading) -> Truth:
        within_us = self._windows.same_fever_us
        if reading.last_fever_us is not None and at_us - reading.last_fever_us <= within_us:
            return Truth.YES
        if place >= 0 and at_us - int(self._temperatures.taken_us[place]) <= within_us:
            return Truth.NO
        return Truth.UNKNOWN

    def _neutropenia(self, at_us: int, count: int) -> Truth:
        """A low count stays low until a newer one says no; a normal one that is old is unknown."""
        if self._expected:
            return Truth.YES
        if count < 0:
            return Truth.UNKNOWN
        fresh = at_us - int(self._counts.taken_us[count]) <= self._valid_us
        if self._low_since[count] is not None:
            return Truth.YES if fresh else Truth.HELD
        return Truth.NO if fresh else Truth.UNKNOWN

    def _since_us(self, at_us: int, fever_since_us: int, count: int) -> int:
        low_since_us = self._low_since[count] if count >= 0 else None
        if self._expected or low_since_us is None:
            return fever_since_us
        prior = self._prior
        same_fever = prior.since_us is not None and prior.fever_since_us == fever_since_us
        if same_fever and prior.since_us is not None and low_since_us <= prior.at_us < at_us:
            return prior.since_us
        return max(fever_since_us, low_since_us)

    def _antibiotics_of(
        self, at_us: int, fever_since_us: int | None
    ) -> tuple[InputEvidence | None, InputEvidence | None]:
        """The first antibiotic of this fever, and the newest that ran when it began."""
        if fever_since_us is None:
            return None, None
        given = earlier = None
        for span in self._antibiotics:
            if span.indication == PROPHYLAXIS or span.started_us > at_us:
                continue
            if span.started_us >= fever_since_us:
                given = given or treatment_evidence(span, at_us)
            elif span.ended_us is None or span.ended_us >= fever_since_us:
                earlier = treatment_evidence(span, at_us)
        return given, earlier

    def _clock(
        self, at_us: int, due_us: int | None, given: InputEvidence | None
    ) -> AntibioticClock:
        if due_us is None:
            return AntibioticClock.STOPPED
        if given is not None:
            return AntibioticClock.GIVEN
        if not self._charted:
            return AntibioticClock.UNKNOWN
        return AntibioticClock.OVERDUE if at_us > due_us else AntibioticClock.RUNNING

    def _evidence(self, at_us: int, temperature: int, count: int) -> tuple[InputEvidence, ...]:
        shown = []
        if temperature >= 0:
            one = value_at(self._temperatures, temperature)
            valid_us = self._windows.same_fever_us
            shown.append(evidence_of("body_temperature", one, at_us=at_us, valid_us=valid_us))
        if count >= 0:
            one = value_at(self._counts, count)
            shown.append(evidence_of("neutrophils", one, at_us=at_us, valid_us=self._valid_us))
        return tuple(shown)


def _times(times_us: list[int | None]) -> NDArray[np.int64]:
    return np.array([NEVER_US if us is None else us for us in times_us], dtype=np.int64)


def _newest(series: Series, at_us: int) -> int:
    return int(series.taken_us[:-1].searchsorted(at_us, side="right")) - 1


def _both(fever: Truth, neutropenia: Truth) -> Truth:
    if Truth.NO in {fever, neutropenia}:
        return Truth.NO
    return Truth.UNKNOWN if Truth.UNKNOWN in {fever, neutropenia} else neutropenia
