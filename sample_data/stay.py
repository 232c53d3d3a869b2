"""Who is in which bed, from when to when, and through which story."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from sample_data.plan import ward_plan
from sample_data.scenario import Scenario, scenarios

# Patients of one bed after another step through the stories by this much; with 24 stories a number
# prime to 24 brings every story to every bed.
_STORY_STEP = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientKey:
    """Which invented patient: the ward's seed and anchor, the bed, and the how-manieth in it.

    As text it starts every identifier that this patient's rows carry, so that a ward that was
    stored can be taken up again from the store alone.
    """

    seed: int
    anchor: datetime
    bed: int
    generation: int

    def __str__(self) -> str:
        return f"{self.seed}-{self.anchor:%Y%m%dT%H%MZ}-{self.bed:02d}-{self.generation}"

    @classmethod
    def parse(cls, text: str) -> "PatientKey":
        """The key again; raises ``ValueError`` on anything else."""
        seed, anchor, bed, generation = text.split("-")
        return cls(
            seed=int(seed),
            anchor=datetime.strptime(f"{anchor}+0000", "%Y%m%dT%H%MZ%z"),
            bed=int(bed),
            generation=int(generation),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A patient in a bed: who, which story, and when the first dose is or was."""

    key: PatientKey
    bed_label: str
    story: Scenario
    first_dose_at: datetime
    ordinal: int

    def at(self, h: float) -> datetime:
        """The instant ``h`` hours after the first dose, to the minute as on a chart."""
        return self.first_dose_at + timedelta(minutes=round(h * 60))

    @property
    def admitted_at(self) -> datetime:
        """When the patient comes."""
        return self.at(self.story.admitted_h)

    @property
    def discharged_at(self) -> datetime:
        """When the patient goes home."""
        return self.at(self.story.discharge_h)


def story_of(bed: int, generation: int) -> Scenario:
    """The story that the ``generation``-th patient of the ``bed``-th occupied bed lives through."""
    beds = ward_plan().occupied
    name = beds[(bed + _STORY_STEP * generation) % len(beds)].story
    return scenarios()[str(name)]


def first_stay(seed: int, anchor: datetime, bed: int) -> Stay:
    """The stay that is under way in a bed at the anchor."""
    story = story_of(bed, 0)
    return Stay(
        key=PatientKey(seed=seed, anchor=anchor, bed=bed, generation=0),
        bed_label=ward_plan().occupied[bed].label,
        story=story,
        first_dose_at=anchor - timedelta(minutes=round(story.now_h * 60)),
        ordinal=bed,
    )


def next_stay(stay: Stay) -> Stay:
    """Who comes into the bed when it is free, a few hours later."""
    key = stay.key
    generation = key.generation + 1
    story = story_of(key.bed, generation)
    random = np.random.default_rng([key.seed, key.bed, generation, 1])
    admitted_at = stay.discharged_at + timedelta(minutes=int(random.integers(100, 320)))
    return Stay(
        key=PatientKey(seed=key.seed, anchor=key.anchor, bed=key.bed, generation=generation),
        bed_label=stay.bed_label,
        story=story,
        first_dose_at=admitted_at - timedelta(minutes=round(story.admitted_h * 60)),
        ordinal=stay.ordinal + len(ward_plan().occupied),
    )
