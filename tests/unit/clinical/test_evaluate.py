"""The CRS grade of a story's last moment with all that is said beside it, and its episode."""

from pathlib import Path

import pytest

from monitoring.clinical.facts import Dose
from monitoring.clinical.results import CrsGrade, EpisodeState, Truth
from tests.spec import bedside, tables
from tests.spec.bedside import HOUR_US, MIDNIGHT_US

ROWS = tables.rows(Path(__file__).parent / "tables" / "evaluate.md")


def told(story: str, person: str) -> dict[str, str]:
    """The columns of the table, without its story."""
    last = bedside.judge(bedside.read(story, person))[-1]
    since_h = last.hours_since_dose
    return {
        "grade": _grade(last.crs),
        "missing": ", ".join(last.crs.missing),
        "criteria": "; ".join(
            f"{one.id} {one.truth.value} ({', '.join(row.display for row in one.inputs)})"
            for one in last.crs.criteria
            if one.truth is not Truth.NO
        ),
        "notes": " ".join(last.crs.notes),
        "dose": "none" if since_h is None else f"{since_h:g} h, {last.therapy_class}",
        "atypical": "yes" if last.atypical_timing else "no",
        "episode": _episode(last.episode),
    }


def _grade(crs: CrsGrade) -> str:
    also = [
        name
        for name, is_so in (("resolving", crs.resolving), ("waived", crs.fever_waived))
        if is_so
    ]
    words = (f"{crs.grade} {crs.status.value}", f"at most {crs.at_most}", f"peak {crs.peak}")
    return ", ".join((*words, crs.direction, *also))


def _episode(episode: EpisodeState) -> str:
    times = {
        "onset": episode.onset_us,
        "waived": episode.waived_since_us,
        "quiet": episode.quiet_since_us,
        "last quiet": episode.last_quiet_us,
        "resolved": episode.resolved_us,
    }
    told = [f"{name} {_hour(us)}" for name, us in times.items() if us is not None]
    return ", ".join((f"{episode.number} {'open' if episode.is_open else 'closed'}", *told))


def _hour(us: int) -> str:
    return f"{(us - MIDNIGHT_US) / HOUR_US:g}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.where)
def test_grade_and_episode(row: tables.Row) -> None:
    asked = dict(row.cells)

    found = told(asked.pop("story"), asked.pop("person"))

    assert found == asked


def test_what_is_held_says_so_and_what_is_known_needs_no_word() -> None:
    story = "0 set, T 38.5, BP 84/60, nasal cannula 2; 5 T 38.5"

    last = bedside.judge(bedside.read(story))[-1]

    held = "Met when last known, nothing newer decides it."
    assert {one.id: one.note for one in last.crs.criteria if one.truth is not Truth.NO} == {
        "fever": None,
        "hypotension_no_vasopressor": held,
        "low_flow_oxygen": held,
        "high_flow_oxygen": None,
        "positive_pressure": None,
    }


def test_an_onset_before_any_recorded_dose_is_not_called_late() -> None:
    case = bedside.read("0 set, T 38.5; 3 look")
    dose = Dose(
        row_id=1,
        product="axi-cel",
        therapy_class="car_t",
        infused_us=MIDNIGHT_US + 2 * HOUR_US,
    )
    case.doses.append(dose)

    last = bedside.judge(case)[-1]

    assert last.crs.notes == ("Onset before any recorded dose: check the doses.",)
    assert (last.hours_since_dose, last.atypical_timing) == (1.0, False)
