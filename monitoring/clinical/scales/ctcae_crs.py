"""CTCAE v5.0, cytokine release syndrome: the registry grade of toxicity, shown as "also".

US National Cancer Institute, 27 November 2017; clinical reference 3.1. The rows stand in
``rules/ctcae_v5.toml``.
"""

import numpy as np

from monitoring.clinical.ctcae import CtcaeRules, load_ctcae
from monitoring.clinical.scales import also_fields as ask
from monitoring.clinical.scales.answer import Answer, Scale
from monitoring.clinical.scales.criteria_answer import Judged, answers
from monitoring.clinical.scales.fields import Columns, Field
from monitoring.clinical.truths import NO, UNKNOWN, YES

NAME = "ctcae-crs"


def build() -> Scale:
    """The scale as it is asked; raises ``RuleFileError`` where its file cannot be trusted."""
    rules = load_ctcae()
    return Scale(
        id=NAME,
        title=rules.crs.title,
        version=rules.crs.id,
        answers="grade",
        source=rules.crs.source,
        fields=_fields(),
        of_columns=lambda columns: grade(columns, rules),
        check=ask.contradictions,
    )


def grade(columns: Columns, rules: CtcaeRules) -> list[Answer]:
    """Grade n records that do not contradict themselves."""
    oxygen = ask.oxygen_need(columns, high_from_fraction=rules.oxygen_high_from_fraction)
    places = [ask.vasopressors_field().choices.index(agent) for agent in ask.pressors()]
    count = columns.chosen["vasopressors"][:, places].sum(axis=1)
    listed = columns.listed["vasopressors"]
    runs = np.where(count > 0, YES, np.where(listed, NO, UNKNOWN))
    judged = {
        "fever": ask.fever(columns, rules.fever.grade_1_from_c),
        "fluids": ask.stated(columns, "fluids_for_hypotension"),
        "oxygen_below_40": oxygen.below,
        "one_vasopressor": Judged(truth=runs, lacking={"vasopressors": ~listed}),
        "oxygen_from_40": oxygen.high,
        "life_threatening": ask.stated(columns, "life_threatening"),
        "death": ask.death(columns),
    }
    inotropes = [name for name in ask.vasopressors_field().choices if name not in ask.pressors()]
    flags = {
        "fio2_unknown": oxygen.fraction_unknown,
        # The text of grade 3 says one pressor and that of grade 4 none: a clinician has to say.
        "multiple_vasopressors_review": count > 1,
        # No row names it: whether it is life-threatening has to be said.
        "positive_pressure_review": ask.pressure_for_hypoxia(columns),
        "positive_pressure_not_counted": ask.pressure_not_counted(columns),
        "hypotension_untreated": ask.untreated(columns, judged["fluids"].truth, runs),
        "inotrope_not_counted": ask.any_chosen(columns, inotropes),
    }
    return answers(rules.crs, judged, columns, flags)


def _fields() -> tuple[Field, ...]:
    return (
        *ask.shared_fields(),
        ask.truth_field("life_threatening", "Life-threatening; urgent intervention indicated"),
    )
