"""What is typed is checked in words, and nothing is guessed, rounded or lost."""

from datetime import UTC, datetime, timedelta

from dashboard.charting.drafts import KEPT_FOR, Drafts, new_draft
from dashboard.charting.entries import CELSIUS, FAHRENHEIT, Entries, read_entries
from dashboard.charting.formulary import AGENTS, agent_of
from monitoring.clinical.rulebook import load_rulebook
from monitoring.services.treat import KINDS

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
FULL = {
    "body_temperature": "37.1",
    "heart_rate": "88",
    "respiratory_rate": "16",
    "systolic_bp": "118",
    "diastolic_bp": "72",
    "spo2": "97",
    "oxygen_device": "room_air",
    "consciousness": "A",
}


def read(unit: str = CELSIUS, **typed: str | int) -> Entries:
    return read_entries(typed, temperature_unit=unit, site="tympanic")


def test_a_full_set_lacks_nothing() -> None:
    entries = read(**FULL)
    assert entries.missing == ()
    assert len(entries.values) == len(FULL)


def test_fahrenheit_is_kept_as_sent_and_is_fever_at_100_4() -> None:
    (value,) = read(FAHRENHEIT, body_temperature="100.4").values
    assert value.value == 38.0
    assert (value.value_sent, value.unit_sent, value.method) == ("100.4", "[degF]", "tympanic")


def test_an_impossible_value_is_refused_in_words_and_not_among_the_values() -> None:
    entries = read(body_temperature="384", heart_rate="90")
    assert entries.refused["body_temperature"].endswith("Did you mean 38.4?")
    assert [value.concept for value in entries.values] == ["heart_rate"]


def test_an_improbable_value_is_asked_about_until_somebody_says_it_is_right() -> None:
    entries = read(heart_rate="210")
    (question,) = entries.unanswered(frozenset())
    assert "210" in question
    assert entries.unanswered(frozenset({question})) == ()
    assert read(heart_rate="211").unanswered(frozenset({question})) != ()


def test_pressures_that_were_exchanged_are_refused() -> None:
    assert "diastolic_bp" in read(systolic_bp="60", diastolic_bp="90").refused


def test_an_absent_symptom_is_charted_and_an_untouched_one_is_not() -> None:
    entries = read(symptom_chills=0, symptom_cough=2)
    assert {value.concept: value.value for value in entries.values} == {
        "symptom_chills": 0.0,
        "symptom_cough": 2.0,
    }


def test_nothing_typed_is_empty() -> None:
    assert read().is_empty
    assert read(heart_rate="  ").is_empty
    assert not read(heart_rate="abc").is_empty


def test_a_draft_is_its_author_s_alone_and_grows_old() -> None:
    drafts = Drafts()
    draft = new_draft(NOW)
    drafts.keep(draft, author="amara", encounter="e1", form="set")
    assert drafts.find(author="amara", encounter="e1", form="set", now=NOW) == draft
    assert drafts.find(author="bo", encounter="e1", form="set", now=NOW) is None
    assert drafts.find(author="amara", encounter="e2", form="set", now=NOW) is None
    later = NOW + KEPT_FOR + timedelta(seconds=1)
    assert drafts.find(author="amara", encounter="e1", form="set", now=later) is None


def test_every_agent_of_the_formulary_means_something_to_the_services_and_the_rules() -> None:
    assert {agent.kind for agent in AGENTS.values()} <= set(KINDS)
    counted = load_rulebook().crs.counted | load_rulebook().crs.not_multiple
    offered = {name for name, agent in AGENTS.items() if agent.kind == "vasopressor"}
    assert counted <= offered
    assert all(AGENTS[name].runs for name in counted)
    assert agent_of("Norepinephrine").kind == "vasopressor"
    assert agent_of("a herbal tea").kind == "other"
