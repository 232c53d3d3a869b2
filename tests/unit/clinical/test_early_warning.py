"""The risk by columns, which a replay asks for, is the one of the score shown at the bedside.

RCP 2017, Chart 2; clinical reference 4.2.
"""

import numpy as np
import pytest

from monitoring.clinical.early_warning import deadbands_of, news2_columns, oxygen_given, risks_of
from monitoring.clinical.episode_walk import walk
from monitoring.clinical.grade_flags import news2_deadband
from monitoring.clinical.results import EpisodeState
from monitoring.clinical.rulebook import load_rulebook
from tests.property.test_crs_episodes import POLICY, RULES, laid_out
from tests.spec import bedside, tables

NEWS2 = load_rulebook().news2
ROWS = [row.cells for chapter in tables.chapters() for row in tables.rows(chapter)]
STORIES = [(row["story"], row.get("person", "")) for row in ROWS if "story" in row]
BLOCKS = [STORIES[begin : begin + 20] for begin in range(0, len(STORIES), 20)]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block[0][0][:40])
def test_the_risk_of_every_moment_is_that_of_its_score(block: list[tuple[str, str]]) -> None:
    for story, person in block:
        case = bedside.read(story, person)
        timeline, columns = laid_out(case)
        moments = walk(timeline, columns, RULES, POLICY, prior=EpisodeState(), before=None)
        limits_s = np.array([one.limit_s for one in moments])

        given = oxygen_given(columns.support, POLICY.freshness, limits_s)
        scored = news2_columns(timeline, given, NEWS2, POLICY.freshness, limits_s)

        names = ("incomplete", *(one.risk for one in NEWS2.thresholds))
        shown = [one.news2 for one in bedside.judge(case)]
        risks = [names[place] for place in risks_of(scored, NEWS2).tolist()]
        deadbands = [
            {0: 0, 1: 3, 2: 2}[row] for row in deadbands_of(scored, NEWS2, points=1).tolist()
        ]
        if shown[0].applicable:
            assert risks == [one.risk for one in shown], (story, person)
            by_score = [news2_deadband(one.minimum, one.complete, NEWS2, POLICY) for one in shown]
            assert deadbands == by_score, (story, person)
