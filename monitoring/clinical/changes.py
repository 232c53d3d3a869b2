"""A single change of what is charted, in words and as it would stand among the facts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from monitoring.clinical.facts import UNSAVED_ROW, EncounterFacts, TreatmentSpan

Apply = Callable[[EncounterFacts, int], EncounterFacts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that would be different: ``words`` complete "Grade 3 if ...".

    ``apply`` gives the facts in which it is so, from the moment of its second argument on
    (microseconds since the epoch). ``worsens`` says which way the words read: what would be said of
    a patient who gets better is not said of one who gets worse by it.
    """

    words: str
    worsens: bool
    apply: Apply


def worse(words: str, apply: Apply) -> Change:
    """A change for the worse."""
    return Change(words=words, worsens=True, apply=apply)


def better(words: str, apply: Apply) -> Change:
    """A change for the better."""
    return Change(words=words, worsens=False, apply=apply)


def charted(values: Mapping[str, float | str]) -> Apply:
    """The facts with values charted at the moment."""

    def apply(facts: EncounterFacts, at_us: int) -> EncounterFacts:
        numbers = [one if isinstance(one, float) else None for one in values.values()]
        codes = [one if isinstance(one, str) else None for one in values.values()]
        columns = facts.observations.appended(
            taken_us=at_us, concepts=list(values), values=numbers, codes=codes
        )
        return replace(facts, observations=columns)

    return apply


def without(concept: str, values: Mapping[str, float | str]) -> Apply:
    """The facts as if a concept had never been charted, and these values now."""

    def apply(facts: EncounterFacts, at_us: int) -> EncounterFacts:
        columns = facts.observations
        kept = columns.concept != concept
        left = replace(
            columns,
            row_id=columns.row_id[kept],
            concept=columns.concept[kept],
            taken_us=columns.taken_us[kept],
            value=columns.value[kept],
            code=columns.code[kept],
            streamed=None if columns.streamed is None else columns.streamed[kept],
        )
        return charted(values)(replace(facts, observations=left), at_us)

    return apply


def given(kind: str, agent: str, *, indication: str | None = None, runs: bool = False) -> Apply:
    """The facts with a treatment given at the moment, or running from it on."""

    def apply(facts: EncounterFacts, at_us: int) -> EncounterFacts:
        span = TreatmentSpan(
            row_id=UNSAVED_ROW,
            kind=kind,
            agent=agent,
            indication=indication,
            started_us=at_us,
            ended_us=None if runs else at_us,
        )
        return replace(facts, treatments=(*facts.treatments, span))

    return apply


def stopped(agent: str) -> Apply:
    """The facts with every running span of an agent ended at the moment."""

    def apply(facts: EncounterFacts, at_us: int) -> EncounterFacts:
        spans = tuple(
            replace(span, ended_us=at_us)
            if span.agent == agent and (span.ended_us is None or span.ended_us > at_us)
            else span
            for span in facts.treatments
        )
        return replace(facts, treatments=spans)

    return apply


def without_treatment(kind: str) -> Apply:
    """The facts as if no treatment of a kind had been given."""

    def apply(facts: EncounterFacts, _at_us: int) -> EncounterFacts:
        spans = tuple(span for span in facts.treatments if span.kind != kind)
        return replace(facts, treatments=spans)

    return apply
