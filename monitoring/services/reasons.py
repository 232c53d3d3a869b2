"""Why each grade and score of a patient is what it is, and what would make it another."""

from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import census
from db.queries.census import EncounterRow
from monitoring.clinical.confirmation import CRS, ICANS
from monitoring.clinical.counterfactuals import Counterfactuals, counterfactuals
from monitoring.clinical.explain import sentence
from monitoring.clinical.explain_icans import icans_criteria, icans_sentence
from monitoring.clinical.explain_news2 import news2_sentence
from monitoring.clinical.news2_changes import News2Change, News2Changes, news2_changes
from monitoring.clinical.results import Evaluation
from monitoring.clinical.rulebook import load_rulebook
from monitoring.services.evaluate import load_facts
from monitoring.services.instants import from_us
from monitoring.services.policies import policy_for


def what_would_change(
    session: Session, encounter: EncounterRow, evaluation: Evaluation
) -> dict[str, Counterfactuals]:
    """By scale, the single changes that would move a grade; from the facts as they were known."""
    at = from_us(evaluation.at_us)
    return counterfactuals(
        load_facts(session, encounter, from_at=at, to_at=at),
        evaluation,
        rulebook=load_rulebook(),
        policy=policy_for(session, encounter, at),
    )


def what_would_change_news2(
    session: Session, encounter: EncounterRow, evaluation: Evaluation
) -> News2Changes:
    """The single values that would move the response of NEWS2; from the same facts."""
    at = from_us(evaluation.at_us)
    return news2_changes(
        load_facts(session, encounter, from_at=at, to_at=at),
        evaluation,
        rulebook=load_rulebook(),
        policy=policy_for(session, encounter, at),
    )


def changes_of(
    store: Store, *, encounter_id: int, evaluation: Evaluation
) -> dict[str, Counterfactuals]:
    """``what_would_change`` in a read of its own."""
    with store.read() as session:
        encounter = census.encounter(session, encounter_id)
        return what_would_change(session, encounter, evaluation)


def reasons_document(
    evaluation: Evaluation, changes: dict[str, Counterfactuals], news2: News2Changes
) -> dict[str, Any]:
    """Every grade and score as plain JSON: its sentence, evidence, what was missing and changes."""
    document = asdict(evaluation)
    crs, icans = evaluation.crs, evaluation.icans
    scales: dict[str, Any] = {
        CRS: {
            **document["crs"],
            "title": "CRS, ASTCT 2019",
            "sentence": sentence(evaluation),
            **_changes(changes.get(CRS)),
            "confirmed": _word(evaluation, CRS),
        },
        "news2": {
            **document["news2"],
            "title": "NEWS2, RCP 2017",
            "sentence": news2_sentence(evaluation.news2),
            "would_raise": _of_news2(news2.raising),
            "would_lower": _of_news2(news2.lowering),
        },
    }
    if icans is not None:
        scales[ICANS] = {
            **document["icans"],
            "title": "ICANS, ASTCT 2019",
            "sentence": icans_sentence(evaluation),
            "criteria": [asdict(one) for one in icans_criteria(icans)],
            **_changes(changes.get(ICANS)),
            "confirmed": _word(evaluation, ICANS),
        }
    return {
        "at": from_us(evaluation.at_us).isoformat(),
        "rulebook": evaluation.rulebook,
        "policy": evaluation.policy,
        "episode": document["episode"],
        "peak": crs.peak,
        "scales": scales,
    }


def _changes(found: Counterfactuals | None) -> dict[str, list[dict[str, Any]]]:
    if found is None:
        return {"would_raise": [], "would_lower": []}
    return {
        name: [{"grade": one.grade, "if": one.change.words} for one in side]
        for name, side in (("would_raise", found.raising), ("would_lower", found.lowering))
    }


def _of_news2(side: tuple[News2Change, ...]) -> list[dict[str, Any]]:
    return [
        {
            "risk": one.risk,
            "total": one.total if one.complete else None,
            "minimum": one.total,
            "parameter": one.parameter,
            "if": one.words,
        }
        for one in side
    ]


def _word(evaluation: Evaluation, scale: str) -> dict[str, Any] | None:
    word = evaluation.word_on(scale)
    return None if word is None else asdict(word)
