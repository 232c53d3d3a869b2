"""Writes docs/rules.md: the rules as they are loaded, then the chapters that test them.

``python -m tests.spec.rules_page`` writes the page; a test holds it to be current.
"""

from collections.abc import Iterator
from pathlib import Path

from monitoring.clinical.ctcae import load_ctcae
from monitoring.clinical.guidance import load_guidelines
from monitoring.clinical.laboratory_policy import load_laboratory_policy
from monitoring.clinical.policy import load_policy
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.results import Priority
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.rulebook_types import CrsRules, News2Rules
from monitoring.clinical.scales import limit_grades
from monitoring.clinical.scales.astct_icans import IcansRules, load_icans
from monitoring.clinical.scales.ctcae_terms import load_terms
from monitoring.clinical.scales.lee_2014 import load_lee
from monitoring.clinical.symptom_triggers import load_symptom_triggers
from monitoring.clinical.tocilizumab import load_tocilizumab
from tests.spec import also_page, score_page, tables
from tests.spec.tables import markdown

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"

_INTRODUCTION = """# The rules

This page is generated from the rule files and from the chapters in `tests/spec/chapters`; every
table row of a chapter is a test. To change it, change those and run
`python -m tests.spec.rules_page`.

Every grade is a suggestion for a clinician to confirm. ASTCT is Lee DW et al., Biol Blood Marrow
Transplant 2019;25:625-638. NEWS2 is Royal College of Physicians, London 2017. Numbers under "Local
policy" belong to neither and can be changed by ward and by patient.
"""


def page() -> str:
    """The whole page."""
    rulebook, policy = load_rulebook(), load_policy()
    parts = [
        _INTRODUCTION,
        f"Rulebook `{rulebook.id}`, policy `{policy.id}`.\n",
        *_crs(rulebook.crs),
        *_icans(load_icans()),
        *_news2(rulebook.news2),
        *also_page.lee(load_lee()),
        *also_page.ctcae(load_ctcae(), load_terms()),
        *also_page.triggers(load_symptom_triggers()),
        *also_page.tocilizumab(load_tocilizumab()),
        *also_page.guidelines(load_guidelines()),
        *score_page.scores(),
        *score_page.indices(),
        also_page.criteria_page(limit_grades.load_limit_grades("icaht.toml").table),
        also_page.criteria_page(limit_grades.load_limit_grades("ctcae_laboratory.toml").table),
        *score_page.laboratory(load_laboratory_policy()),
        *_policy(policy),
        "# How to read the stories\n",
        (
            "A story is told in hours. `0 set, T 38.4` charts a full normal set at hour 0 with a "
            "temperature of 38.4 C: BP 118/70, heart rate 80, respiration 16, SpO2 97 % on room "
            "air, alert. `start` and `stop` are infusions, `give` a single dose, `bolus` fluid for "
            "hypotension. The expectation holds at the last moment of the story.\n"
        ),
        (
            "A record is a line of JSON without its quotation marks, as `stormwatch grade` reads "
            "it; what it leaves out is unknown. The answer is a grade or a total, or none.\n"
        ),
        *(chapter.read_text(encoding="utf-8") for chapter in tables.chapters()),
    ]
    return "\n".join(parts)


def _crs(rules: CrsRules) -> Iterator[str]:
    yield "# ASTCT 2019 grade of CRS\n"
    yield markdown(
        ("grade", "domain", "criterion", "source"),
        ((c.grade, c.domain, c.label, c.source) for c in rules.criteria),
    )
    yield f"Oxygen devices; low flow is at most {rules.low_flow_to_lpm:g} L/min.\n"
    yield markdown(
        ("device", "no flow", "low flow", "high flow", "flow unknown", "source"),
        (
            (
                d.label,
                _grade(d.zero),
                _grade(d.low),
                _grade(d.high),
                f"at least {d.unknown}" if d.could_be else _grade(d.unknown),
                d.source,
            )
            for d in rules.devices.values()
        ),
    )
    groups = (
        ("counts towards multiple", rules.counted),
        ("a vasopressor, never multiple", rules.not_multiple),
        ("not counted, noted", rules.noted),
    )
    yield "What is written for a device; SNOMED CT codes among it.\n"
    yield markdown(
        ("device", "also written"),
        (
            (d.label, ", ".join(name.replace("_", " ") for name in d.names))
            for d in rules.devices.values()
        ),
    )
    yield markdown(
        ("drugs", "how they count"),
        ((", ".join(sorted(d.replace("_", " ") for d in drugs)), how) for how, drugs in groups),
    )


def _icans(rules: IcansRules) -> Iterator[str]:
    yield "# ASTCT 2019 grade of ICANS\n"
    yield also_page.criteria(rules.table)
    yield (
        f"ICE from {rules.ice_from_years:g} years on, CAPD below. Excluded from the grade: "
        f"{', '.join(one.replace('_', ' ') for one in rules.excluded)}.\n"
    )


def _grade(grade: int) -> str:
    return f"grade {grade}" if grade else "none"


def _news2(rules: News2Rules) -> Iterator[str]:
    yield "# NEWS2 chart\n"
    yield markdown(
        ("parameter", "bands (points)", "source"),
        (
            (
                p.name.replace("_", " "),
                ", ".join(f"{b.text} ({b.points})" for b in p.bands),
                p.source,
            )
            for p in rules.banded.values()
        ),
    )
    yield markdown(
        ("parameter", "answers (points)", "source"),
        (
            (
                c.name.replace("_", " "),
                ", ".join(f"{option} ({points})" for option, points in c.points.items()),
                c.source,
            )
            for c in rules.choices.values()
        ),
    )
    yield markdown(
        ("risk", "when", "response", "source"),
        (
            (
                t.risk.replace("_", " "),
                "3 in a single parameter" if t.total_from is None else f"total {t.total_from} on",
                t.response,
                t.source,
            )
            for t in rules.thresholds
        ),
    )


def _policy(policy: Policy) -> Iterator[str]:
    low, spo2, fresh = policy.hypotension, policy.hypoxia, policy.freshness
    yield "# Local policy\n"
    yield markdown(
        ("what", "default"),
        (
            (
                "hypotension",
                (
                    f"SBP below {low.systolic_mmhg:g} or MAP below {low.mean_mmhg:g} mmHg, "
                    "unless the person's own pressure is that low"
                ),
            ),
            (
                "hypotension by baseline",
                (
                    f"SBP below {low.baseline_fraction:.0%} of the person's "
                    f"own and below {low.baseline_cap_mmhg:g} mmHg"
                ),
            ),
            ("severe hypotension", f"SBP below {low.severe_systolic_mmhg:g} mmHg"),
            (
                "low SpO2",
                (
                    f"below {spo2.spo2_percent:g} %, on scale 2 below "
                    f"{spo2.spo2_scale_2_percent:g} %, severe below {spo2.severe_percent:g} %"
                ),
            ),
            ("high fever", f"from {policy.fever.high_c:g} C"),
            ("fever looked for", _hours(policy.grading.fever_lookback_s)),
            ("a fluid bolus counts", _hours(policy.grading.fluids_for_hypotension_s)),
            ("an episode is over after", _hours(policy.grading.resolution_s)),
            (
                "a value is known for",
                (
                    f"{fresh.expected_intervals:g} expected intervals, oxygen "
                    f"support at least {_hours(fresh.oxygen_support_s_at_least)}"
                ),
            ),
            ("one set", f"values within {fresh.set_window_s / 60:g} min"),
        ),
    )
    yield markdown(
        ("frequency", "source"), ((f.label, f.source) for f in policy.schedule.states.values())
    )
    yield markdown(
        ("priority", "escalates to", "speaks again", "acknowledgement counts"),
        (
            (
                priority.value,
                ", ".join(
                    f"{step.role.replace('_', ' ')} after {step.after_s / 60:g} min"
                    for step in policy.escalation[priority]
                )
                or "shift review",
                _again(policy.repeat_after_s[priority]),
                f"{policy.acknowledgement_valid_s[priority] / 60:g} min",
            )
            for priority in Priority
        ),
    )


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:g} h"


def _again(seconds: float | None) -> str:
    return "only when worse" if seconds is None else f"after {seconds / 60:g} min"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
