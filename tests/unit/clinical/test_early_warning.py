"""What counts by columns, which a replay asks for, is what the bedside tells.

RCP 2017, Chart 2; clinical reference 4.2.
"""

import numpy as np
import pytest

from monitoring.clinical.early_warning import (
    counting_columns,
    deadbands_of,
    oxygen_given,
    risks_of,
)
from monitoring.clinical.episode_walk import walk
from monitoring.clinical.results import EpisodeState
from monitoring.clinical.rulebook import load_rulebook
from tests.property.test_crs_episodes import POLICY, RULES, laid_out
from tests.spec import bedside, tables

NEWS2 = load_rulebook().news2
ROWS = [row.cells for chapter in tables.chapters() for row in tables.rows(chapter)]
RISKS = ("low_medium", "medium", "high")
STORIES = [(row["story"], row.get("person", "")) for row in ROWS if "story" in row]
BLOCKS = [STORIES[begin : begin + 20] for begin in range(0, len(STORIES), 20)]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block[0][0][:40])
def test_what_counts_at_every_moment_is_what_is_told(block: list[tuple[str, str]]) -> None:
    for story, person in block:
        case = bedside.read(story, person)
        timeline, columns = laid_out(case)
        moments = walk(timeline, columns, RULES, POLICY, prior=EpisodeState(), before=None)
        limits_s = np.array([one.limit_s for one in moments])

        given = oxygen_given(columns.support, POLICY.freshness, limits_s)
        counting = counting_columns(timeline, given, NEWS2, POLICY, limits_s)

        names = ("incomplete", *(one.risk for one in NEWS2.thresholds))
        risks = [names[place] for place in risks_of(counting, NEWS2).tolist()]
        deadbands = [
            {0: 0, 1: 3, 2: 2, 3: 1}[row]
            for row in deadbands_of(counting, NEWS2, points=1).tolist()
        ]
        judged = bedside.judge(case)
        if not judged[0].news2.applicable:
            continue
        for risk, deadband, shown in zip(risks, deadbands, judged, strict=True):
            told = next(one for one in shown.conditions if one.problem == "news2")
            severity = RISKS.index(risk) + 1 if risk in RISKS else 0
            assert told.severity == severity, (story, person)
            assert told.deadband_severity == max(severity, deadband), (story, person)
            if "monitor" not in story:
                assert risk == shown.news2.risk, (story, person)
