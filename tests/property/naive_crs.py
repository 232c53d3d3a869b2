"""The ASTCT CRS grade once more, in the plainest way: hour by hour, one question after another.

Every hour of a naive stay has its full set, so nothing is stale; None was never charted.
"""

from dataclasses import dataclass

PRESSORS = {"norepinephrine", "epinephrine", "phenylephrine", "dopamine", "angiotensin_ii"}
MASKS = {
    "simple_face_mask",
    "face_tent",
    "aerosol_mask",
    "tracheostomy_mask",
    "venturi_mask",
    "partial_rebreather_mask",
    "nonrebreather_mask",
}
POSITIVE = {"cpap", "bipap", "invasive_ventilation", "ecmo"}


@dataclass(frozen=True)
class Hour:
    """What was charted in an hour and what runs in it."""

    temp_c: float | None
    sbp: float | None
    device: str | None
    flow_lpm: float | None
    pressors: frozenset[str]
    bolus: bool
    antipyretic: bool
    reason: str | None = None


@dataclass(frozen=True)
class Answer:
    """What a grader says of an hour."""

    grade: int | None
    status: str
    peak: int | None
    episode: int
    is_open: bool


def device_grade(device: str, flow_lpm: float | None) -> int:
    """The hypoxia grade of a device with a known flow, or one whose flow does not matter."""
    if device == "room_air":
        return 0
    if device in POSITIVE:
        return 4
    if device in MASKS:
        return 3
    if device == "blow_by":
        return 2
    if device == "high_flow_nasal_cannula" and flow_lpm is None:
        return 3
    assert flow_lpm is not None
    if flow_lpm > 6:
        return 3
    if flow_lpm == 0 and device != "high_flow_nasal_cannula":
        return 0
    return 2


def needs_flow(device: str | None) -> bool:
    return device in ("nasal_cannula", "reservoir_cannula")


def low(sbp: float, baseline: float | None) -> bool:
    """Low by the local limits: 90, or the person's own."""
    if sbp < 90 and (baseline is None or baseline >= 90):
        return True
    return baseline is not None and sbp < 0.8 * baseline - 1e-9 and sbp < 100


def walk(
    hours: list[Hour], baseline: float | None, *, icu: bool, charts_treatments: bool
) -> list[Answer]:
    """What is to be said of each hour."""
    answers: list[Answer] = []
    episode = 0
    fevers: list[int] = []
    is_open = False
    onset = -1
    treated_at: int | None = None
    quiet_since: int | None = None
    resolved_at = -1
    peak: int | None = None
    pressor_known = charts_treatments and not icu
    bolus_at = -100
    was_low = False
    for now, hour in enumerate(hours):
        is_fever = hour.temp_c is not None and hour.temp_c >= 38.0 - 1e-6
        if is_fever:
            fevers.append(now)
        if hour.bolus:
            bolus_at = now
        if hour.pressors:
            pressor_known = True

        # Hypotension: the grade that is known, and the grade that might be.
        counted = len(hour.pressors & PRESSORS)
        fluids = now - bolus_at < 6
        pressure_grade = 0
        if counted >= 2:
            pressure_grade = 4
        elif hour.pressors:
            pressure_grade = 3
        if hour.sbp is not None:
            # A normal pressure where nobody charts fluids may be held up by them.
            was_low = fluids or low(hour.sbp, baseline) or (was_low and not charts_treatments)
        elif fluids:
            was_low = True
        # Without a pressure, what was low when last known is still taken as low.
        if was_low:
            pressure_grade = max(pressure_grade, 2)
        might = pressure_grade
        if hour.sbp is None or not charts_treatments:
            might = max(might, 2)
        if not pressor_known:
            might = 4

        # Hypoxia.
        if hour.device is None:
            oxygen_grade, oxygen_might = 0, 4
        elif hour.reason is not None and hour.reason != "hypoxia":
            oxygen_grade, oxygen_might = 0, 0
        elif needs_flow(hour.device) and hour.flow_lpm is None:
            oxygen_grade, oxygen_might = 2, 3
        else:
            oxygen_grade = oxygen_might = device_grade(hour.device, hour.flow_lpm)

        # Resolution: a day without any sign.
        if is_open:
            quiet = hour.temp_c is not None and not is_fever and max(might, oxygen_might) == 0
            if not quiet:
                quiet_since = None
            elif quiet_since is None:
                quiet_since = now
            if quiet_since is not None and now - quiet_since >= 24:
                is_open, resolved_at, quiet_since, treated_at = False, now, None, None

        recent = [at for at in fevers if at > resolved_at and now - at <= 24]
        if not is_open and recent:
            is_open, onset, treated_at, peak, quiet_since = True, recent[0], None, None, None
            episode += 1
        if is_open and treated_at is None:
            given = [at for at in range(onset, now + 1) if hours[at].antipyretic]
            treated_at = given[0] if given else None

        febrile: bool | None
        if is_open and treated_at is not None and hour.temp_c is not None and now > treated_at:
            febrile = is_fever
        elif recent:
            febrile = True
        else:
            febrile = False if hour.temp_c is not None else None

        waived = is_open and treated_at is not None
        # Where nobody charts treatments, one that hides the fever may have been given.
        may_be_waived = is_open and not waived and not charts_treatments
        grade: int | None
        if not febrile and may_be_waived:
            known_least = max(pressure_grade, oxygen_grade)
            hidden = not pressor_known and known_least < 4
            grade, status = None, "cannot_grade" if hidden else "unknown"
        elif febrile is False and not waived:
            grade, status = 0, "graded"
        elif febrile is None and not waived:
            grade, status = None, "unknown"
        else:
            grade = max(pressure_grade, oxygen_grade, 1 if febrile else 0)
            highest = max(might, oxygen_might)
            if not pressor_known and grade < 4:
                status = "cannot_grade"
            elif highest > grade:
                status = "at_least"
            else:
                status = "graded"
            if grade == 0 and highest > 0:
                grade, status = None, status if status == "cannot_grade" else "unknown"
        if is_open and grade is not None:
            peak = max(grade, peak or 0)
        answers.append(Answer(grade, status, peak, episode, is_open))
    return answers
