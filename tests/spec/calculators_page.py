"""Writes docs/calculators.md: our answers beside public calculators' rules on the truth table.

``python -m tests.spec.calculators_page`` writes the page; a test holds it to be current.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from monitoring.clinical.scales.registry import scale
from tests.spec.public_calculators import CALCULATORS, CASES, Calculator, reason
from tests.spec.tables import markdown

PAGE = Path(__file__).parents[2] / "docs" / "calculators.md"

_INTRODUCTION = """# Our answers beside public calculators

This page is generated: `python -m tests.spec.calculators_page`. Every cell of the table is a test.

The truth table crosses fever (present; treated in an open episode; never there) with five states
of the blood pressure and seven of oxygen. "Ours" is `stormwatch grade --scale astct-crs`; it is
held to the reference's own algorithm (Lee 2019, Table 2; clinical reference 1.5). The others are
encoded from what their page, documentation or code states; what could not be seen is said below and
taken in their favour. A calculator on the web changes: this is its stored copy as it was read on
2026-11-25.
"""

_NOT_COMPARED = """## Not compared

* MDCalc (https://www.mdcalc.com/cytokine-release-syndrome-crs-grading) and MDApp
  (https://www.mdapp.co/cytokine-release-syndrome-crs-grading-398/) grade by Lee 2014 and not by
  ASTCT: vasopressor doses, FiO2 and organ toxicity. `stormwatch grade --scale lee2014` does that.
  Their grades must not be put beside ASTCT ones.
* ClinCalc Pro (https://clincalcpro.com/calculators/rheumatology/crs_grading) names ASTCT 2019 and
  prints bands only, grades 3 and 4 as one; the rule itself was not to be seen.
* medx (https://github.com/lakshay321123/medx, `lib/medical/engine/calculators/astct_crs_icans.ts`)
  answers 0 below 38 C whatever was given, as two of the four above do.
* QxMD and Medscape: no page of theirs with a CRS rule was to be found.
* Reproductions of the table that print a systolic pressure below 90 mmHg into it (PMC8021214
  Table 1, PMC9978889 Table 1) are tables and not calculators. ASTCT has no number (C8); where
  nobody judged the pressure ours uses local policy and says so in the answer.
"""


def page() -> str:
    """The whole page."""
    parts = [_INTRODUCTION, *_summary(), *_cited(), *_whole_table(), _NOT_COMPARED]
    return "\n".join(parts)


def our_grades() -> list[int]:
    """Ours in every cell."""
    answers = scale("astct-crs").of([case.record for case in CASES])
    return [int(answer.value) for answer in answers if answer.value is not None]


def _differences(calculator: Calculator) -> Counter[str]:
    pairs = zip(CASES, our_grades(), strict=True)
    return Counter(
        reason(case, ours, theirs)
        for case, ours in pairs
        if (theirs := calculator.grade(case)) != ours
    )


def _summary() -> Iterator[str]:
    yield f"## Differences in {len(CASES)} cells\n"
    rows = []
    for calculator in CALCULATORS:
        found = _differences(calculator)
        rows.append((calculator.name, str(found.total()), "", ""))
        rows += [("", "", str(count), why) for why, count in found.most_common()]
    yield markdown(("calculator", "cells that differ", "of these", "because of"), rows)


def _cited() -> Iterator[str]:
    yield "## What was read\n"
    yield markdown(
        ("calculator", "where", "what was seen"), ((c.name, c.where, c.seen) for c in CALCULATORS)
    )


def _whole_table() -> Iterator[str]:
    yield "## Every cell\n"
    yield "A grade that differs from ours stands in bold.\n"
    yield markdown(
        ("fever", "hypotension", "oxygen", "ours", *(c.name for c in CALCULATORS)),
        (
            (
                case.fever,
                case.hypotension,
                case.hypoxia,
                ours,
                *(_shown(c.grade(case), ours) for c in CALCULATORS),
            )
            for case, ours in zip(CASES, our_grades(), strict=True)
        ),
    )


def _shown(theirs: int, ours: int) -> str:
    return str(theirs) if theirs == ours else f"**{theirs}**"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
