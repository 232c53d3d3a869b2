"""A fall of ICE against the best of the last day, to the minute (clinical reference 2.1, 8.2)."""

import numpy as np
import pytest

from monitoring.clinical.evidence import EvidenceBook
from monitoring.clinical.ice_fall import ice_chart, ice_fall_condition
from monitoring.clinical.policy import load_policy
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.timeline import build
from tests.spec import bedside


@pytest.mark.parametrize(
    ("story", "said", "label", "rows"),
    [
        ("0 ICE 43111; 8 ICE 41110", "active 3", "ICE fell by 3: 10 to 7", ["ICE 10", "ICE 7"]),
        ("0 ICE 43111; 8 ICE 41111", "normal 0", "ICE 8, not falling", ["ICE 10", "ICE 8"]),
        ("0 ICE 43111; 8 ICE 00000", "active 10", "ICE fell by 10: 10 to 0", ["ICE 10", "ICE 0"]),
        ("0 ICE 41111; 8 ICE 43111", "normal 0", "ICE 10, not falling", ["ICE 10"]),
        ("0 ICE 43111", "normal 0", "ICE 10, not falling", ["ICE 10"]),
        # Of a day ago to the minute it still counts, a minute later no more.
        ("0 ICE 43111; 24 ICE 40000", "active 6", "ICE fell by 6: 10 to 4", ["ICE 10", "ICE 4"]),
        ("0 ICE 43111; 24:01 ICE 40000", "normal 0", "ICE 4, not falling", ["ICE 4"]),
        ("0 ICE 43111; 24 look", "normal 0", "ICE 10, not falling", ["ICE 10"]),
        ("0 ICE 43111; 24:01 look", "no_data 0", "No whole ICE of the last day yet", []),
        # Items within half an hour are one assessment.
        (
            "0 ICE 43111; 8 ICE 4????; 8:30 ICE ?0000",
            "active 6",
            "ICE fell by 6: 10 to 4",
            ["ICE 10", "ICE 4"],
        ),
        ("0 ICE 43111; 8 ICE 4????; 8:31 ICE ?0000", "normal 0", "ICE 10, not falling", ["ICE 10"]),
        # A total counts as items do; of both the lower.
        ("0 ICE 10; 8 ICE 5", "active 5", "ICE fell by 5: 10 to 5", ["ICE 10", "ICE 5"]),
        ("0 ICE 10; 8 ICE 43111, ICE 6", "active 4", "ICE fell by 4: 10 to 6", ["ICE 10", "ICE 6"]),
        ("0 ICE 10; 8 ICE 30000, ICE 6", "active 7", "ICE fell by 7: 10 to 3", ["ICE 10", "ICE 3"]),
        ("0 look", "no_data 0", "No whole ICE of the last day yet", []),
        ("0 ICE 4????", "no_data 0", "No whole ICE of the last day yet", []),
    ],
)
def test_a_fall(story: str, said: str, label: str, rows: list[str]) -> None:
    case = bedside.read(story)
    timeline = build(case.facts(), np.array(case.moments_us, dtype=np.int64))
    book = EvidenceBook(timeline, load_rulebook().crs)

    found = ice_fall_condition(
        timeline,
        ice_chart(timeline),
        len(case.moments_us) - 1,
        policy=load_policy(),
        book=book,
    )

    assert (found.problem, found.priority.value) == ("ice_fall", "medium")
    assert f"{found.state.value} {found.severity}" == said
    assert found.label == label
    assert [one.display for one in found.evidence] == rows
    assert all(one.concept == "ice_total" for one in found.evidence)
    assert found.criteria == (("ice_fall",) if found.state.value == "active" else ())
    if found.state.value == "active":
        assert found.action == (
            "Repeat ICE; assess consciousness and seizures; tell the physician."
        )
