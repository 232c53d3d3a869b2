"""All that the rules say of the handbook's rows, held word for word and part for part.

A chapter's row names the claims that matter; here everything else beside them is held too.
``golden/words.txt`` has every text with its numbers left out, to be read; ``golden/parts.txt`` has
one short sum for each part of each row, so that a change shows which parts of which rows it moves.
Which version of a rule file or policy spoke is left out: that a file was changed moves nothing
here, what it changes does.
``python -m tests.spec.told`` writes both; read what changed in them before it is committed.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from monitoring.clinical import explain, explain_icans, explain_news2
from monitoring.clinical.alert_history import state_after
from monitoring.clinical.alert_state import AlertState, Transition
from monitoring.clinical.alerts import next_due_us, step
from monitoring.clinical.also_grades import also_grades
from monitoring.clinical.by_the_clock import clock_conditions
from monitoring.clinical.counterfactuals import counterfactuals
from monitoring.clinical.news2_changes import news2_changes
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import Evaluation
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.scales import registry
from monitoring.clinical.scales.fields import RecordError
from monitoring.clinical.schedule import next_due, next_ice_due
from monitoring.clinical.symptom_triggers import all_asked, asked_for
from monitoring.clinical.timeline import build
from tests.spec import bedside, records, tables

FOLDER = Path(__file__).parent / "golden"
PARTS, WORDS = FOLDER / "parts.txt", FOLDER / "words.txt"
_LIMIT_S = 4 * 3600.0
# From the moment itself to beyond every interval and grace.
_LATER_H = (0, 0.3, 1.3, 2.6, 5.1, 15.5, 24.1)
_VERSION = re.compile(rb"@\d[\d.]*")
Parts = dict[str, object]


def rows(chapter: Path) -> dict[str, tables.Row]:
    """The rows of a chapter that are judged whole, by what they say."""
    found: dict[str, tables.Row] = {}
    for row in tables.rows(chapter):
        cells = row.cells
        if "story" in cells:
            found[f"{chapter.stem}: {cells['story']} [{cells.get('person', '')}]"] = row
        elif "record" in cells:
            found[f"{chapter.stem}: {cells['scale']} {cells['record']}"] = row
    return found


def of(asked: dict[str, tables.Row]) -> dict[str, Parts]:
    """What the rules say of each of the rows, in parts."""
    return {name: _of(row.cells) for name, row in asked.items()}


def _of(cells: dict[str, str]) -> Parts:
    if "story" in cells:
        return _of_story(cells["story"], cells.get("person", ""))
    return {"answer": _of_record(cells["scale"], cells["record"])}


def lines(parts: dict[str, Parts]) -> list[str]:
    """A line for each row: the row, then every part's name and sum."""
    return [
        " | ".join([row, *(f"{name} {_sum(part)}" for name, part in one.items())])
        for row, one in parts.items()
    ]


def words(parts: dict[str, Parts]) -> set[str]:
    """Every text in it, the numbers left out."""
    return {re.sub(r"\d+(\.\d+)?", "#", text) for text in _texts(_plain(parts))}


def _of_story(story: str, person: str) -> Parts:
    told = bedside.read(story, person)
    facts, policy, rulebook = told.facts(), load_policy(), load_rulebook()
    whole = bedside.judge(told)
    last = whole[-1]
    parts: Parts = {name: [] for name in ("crs", "icans", "news2", "conditions", "rest")}
    for one in whole:
        document = _plain(one)
        for name, part in parts.items():
            part.append(document if name == "rest" else document.pop(name))  # type: ignore[attr-defined]
    parts["said"] = [_said(one) for one in whole]
    parts["due"] = [(next_due(one, one.at_us, policy), next_ice_due(one, policy)) for one in whole]
    ways = counterfactuals(facts, last, rulebook=rulebook, policy=policy)
    parts["ways"] = {
        scale: (one.lines(nearest=True), one.lines(nearest=False)) for scale, one in ways.items()
    }
    parts["news2 ways"] = news2_changes(facts, last, rulebook=rulebook, policy=policy).lines()
    timeline = build(facts, np.array(told.moments_us, dtype=np.int64))
    also = also_grades(timeline, len(whole) - 1, rulebook=rulebook, policy=policy, limit_s=_LIMIT_S)
    parts["also"] = [
        (one.text, one.short, one.needs, registry.scale(one.scale).to_document(one.answer))
        for one in also
    ]
    parts["clock"] = _by_the_clock(whole, told)
    parts["asked"] = asked_for(facts.observations, at_us=last.at_us)
    parts["alerts"] = _alerts(whole)
    return parts


def _by_the_clock(whole: list[Evaluation], told: bedside.Bedside) -> list[object]:
    """What time alone brings after each moment: overdue sets and ICE, symptoms not looked into."""
    asked, policy = all_asked(told.facts().observations), load_policy()
    return [
        clock_conditions(
            one,
            last_set_us=one.at_us,
            asked=asked,
            now_us=one.at_us + round(later_h * bedside.HOUR_US),
            policy=policy,
        )
        for one in whole
        for later_h in _LATER_H
    ]


def _said(one: Evaluation) -> list[object]:
    said: list[object] = [explain.sentence(one), explain.may_be_already(one), explain.table(one)]
    said.append(explain_news2.news2_sentence(one.news2))
    if one.icans is not None:
        said += [explain_icans.icans_sentence(one), explain_icans.icans_criteria(one.icans)]
        said.append(explain_icans.missing_words(one.icans))
        if one.icans.grade is None:
            said.append(explain_icans.why_not_graded(one.icans))
    return said


def _alerts(whole: list[Evaluation]) -> list[object]:
    """Every problem's alert through the story, where nobody answers.

    The state is read from its document and from its events too: all three are the same.
    """
    policy = load_policy()
    told: list[object] = []
    open_ones: dict[str, AlertState] = {}
    events: dict[str, list[Transition]] = {}
    for one in whole:
        for condition in one.conditions:
            problem = condition.problem
            timing = policy.timing(problem, condition.priority)
            before = open_ones.pop(problem, None)
            after, changes = step(before, condition, now_us=one.at_us, timing=timing)
            if before is None or before.closed:
                events[problem] = []
            events[problem] += changes
            told.append((problem, changes, after))
            if after is None:
                continue
            document = _plain(after)
            assert AlertState.from_document(document) == after
            from_events = state_after(problem, events[problem])
            assert from_events is not None
            told.append((from_events, next_due_us(after, timing=timing)))
            open_ones[problem] = after
    return told


def _of_record(scale: str, record: str) -> object:
    asked = registry.scale(scale)
    try:
        (answer,) = asked.of([records.read(record)])
    except RecordError as error:
        return str(error)
    return asked.to_document(answer)


def _sum(part: object) -> str:
    text = _VERSION.sub(b"@#", orjson.dumps(_plain(part)))
    return hashlib.sha256(text).hexdigest()[:8]


def _plain(part: object) -> Any:
    return orjson.loads(orjson.dumps(part, default=_in_order))


def _in_order(value: object) -> list[str]:
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(type(value).__name__)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _write() -> None:
    told = of({name: row for chapter in tables.chapters() for name, row in rows(chapter).items()})
    PARTS.write_text("\n".join(lines(told)) + "\n", encoding="utf-8")
    WORDS.write_text("\n".join(sorted(words(told))) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _write()
