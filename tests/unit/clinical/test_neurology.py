"""What is known of the brain at the last moment of a story (clinical reference 2.1 to 2.3)."""

from math import isnan
from pathlib import Path

import numpy as np
import pytest

from monitoring.clinical.concepts import AROUSAL, SEIZURES, TEST_OBSTACLES
from monitoring.clinical.neurology import NOT_KNOWN, NeurologyColumns, neurology_columns
from monitoring.clinical.policy import load_policy
from monitoring.clinical.timeline import NEVER_US, build
from tests.spec import bedside, tables
from tests.spec.bedside import HOUR_US, MIDNIGHT_US

ROWS = tables.rows(Path(__file__).parent / "tables" / "neurology.md")
TEST_S, SET_S = 16 * 3600.0, 8 * 3600.0


def columns(story: str, person: str) -> NeurologyColumns:
    """An assessment counts 16 hours, a set of observations 8."""
    case = bedside.read(story, person)
    n = len(case.moments_us)
    timeline = build(case.facts(), np.array(case.moments_us, dtype=np.int64))
    return neurology_columns(
        timeline,
        load_policy(),
        test_limits_s=np.full(n, TEST_S),
        set_limits_s=np.full(n, SET_S),
    )


def told(story: str, person: str) -> dict[str, str]:
    """The columns of the table, without its story."""
    found = columns(story, person)
    test = found.test
    bounds = [float(one[-1]) for one in (test.mildest, test.worst)]
    flags = {
        "disagrees": test.disagrees[-1],
        "sedated": found.sedated[-1],
        "by ACVPU": found.from_acvpu[-1],
    }
    return {
        "test": f"{test.tool} {' to '.join('?' if isnan(one) else f'{one:g}' for one in bounds)}",
        "tested": _hour(int(test.test_us[-1])),
        "lacking": str(test.lacking[-1]),
        "obstacle": _code(TEST_OBSTACLES, int(test.obstacle[-1])),
        "arousal": " to ".join(_code(AROUSAL, int(one[-1])) for one in found.arousal),
        "seizure": _code(SEIZURES, int(found.seizure[-1])),
        "signs": ", ".join(name for name, sign in found.signs.items() if sign[-1] == 1),
        "unknown": str(sum(int(sign[-1] == NOT_KNOWN) for sign in found.signs.values())),
        "confused": _hour(int(found.confused_us[-1])),
        "also": ", ".join(name for name, is_so in flags.items() if is_so),
    }


def _code(codes: tuple[str, ...], place: int) -> str:
    return codes[place] if place >= 0 else "?"


def _hour(us: int) -> str:
    return "never" if us == NEVER_US else f"{(us - MIDNIGHT_US) / HOUR_US:g}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.where)
def test_what_is_known(row: tables.Row) -> None:
    asked = dict(row.cells)

    found = told(asked.pop("story"), asked.pop("person"))

    assert found == asked


def test_some_of_the_moments_alone_are_as_among_all() -> None:
    whole = columns("0 set, ICE 43111, no other sign; 1 set, V; 2 set, ICE 40???, sedated", "")
    places = np.array([2, 0])

    some = whole.at(places)

    assert some.test.tool == whole.test.tool
    for name in ("test_us", "mildest", "worst", "obstacle", "lacking", "disagrees"):
        own, other = getattr(some.test, name), getattr(whole.test, name)
        assert np.array_equal(own, other[places], equal_nan=True), name
    for name in ("from_acvpu", "seizure", "sedated", "confused_us"):
        assert np.array_equal(getattr(some, name), getattr(whole, name)[places]), name
    for own, other in zip(some.arousal, whole.arousal, strict=True):
        assert np.array_equal(own, other[places])
    for own, other in ((some.signs, whole.signs), (some.test.in_set, whole.test.in_set)):
        assert {name: mask.tolist() for name, mask in own.items()} == {
            name: mask[places].tolist() for name, mask in other.items()
        }
