"""How the hot questions are answered: by descending an index, whatever the length of the history.

Nothing here measures time. SQLite is asked how many steps its machine took, PostgreSQL how many
pages it touched.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Select, text
from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import evaluations, facts, observations, patient
from tests.contract.ward import NIGHT, Ward, a_set, a_value, an_evaluation, open_ward

CONCEPTS = ("body_temperature", "heart_rate", "spo2", "systolic_bp", "oxygen_device")


def grow(store: Store, ward: Ward, *, from_minute: int, to_minute: int) -> None:
    """A set a minute, each with a value of every concept, and its evaluation."""
    minutes = [NIGHT + timedelta(minutes=n) for n in range(from_minute, to_minute)]
    batch = [
        (
            a_set(ward, str(minute), taken_at=minute, recorded_at=minute),
            [a_value(ward, one, 37.0, taken_at=minute, recorded_at=minute) for one in CONCEPTS],
        )
        for minute in minutes
    ]
    store.write(lambda session: observations.insert_sets(session, batch))
    store.write(
        lambda session: evaluations.insert_many(
            session, [an_evaluation(ward, at=minute, recorded_at=minute) for minute in minutes]
        )
    )


@contextmanager
def counted_steps(session: Session) -> Iterator[list[int]]:
    """The steps that SQLite's machine takes within the block."""
    driver = session.connection().connection.driver_connection
    steps = [0]

    def count() -> int:
        steps[0] += 1
        return 0

    driver.set_progress_handler(count, 1)
    yield steps
    driver.set_progress_handler(None, 1)


def work_of(store: Store, ward: Ward) -> dict[str, int]:
    """What each hot question costs, in the engine's own unit."""
    newest = NIGHT + timedelta(days=300)
    hour_ago = newest - timedelta(hours=1)
    questions: dict[str, Any] = {
        "latest": lambda s: observations.latest_per_concept(s, [ward.encounter_id]),
        "latest then": lambda s: observations.latest_per_concept(
            s, [ward.encounter_id], at=NIGHT + timedelta(hours=1), as_known_at=newest
        ),
        "facts": lambda s: facts.within(s, ward.encounter_id, from_at=hour_ago, to_at=newest),
        "stream": lambda s: facts.recent(
            s, ward.encounter_id, ("heart_rate",), from_at=hour_ago, at=newest, to_at=newest
        ),
        "evaluation": lambda s: evaluations.latest(s, [ward.encounter_id]),
        "mark": lambda s: patient.mark(s, ward.encounter_id, ward.ward_id),
    }
    work = {}
    for name, ask in questions.items():
        with store.read() as session:
            ask(session)
            with counted_steps(session) as steps:
                ask(session)
            work[name] = steps[0]
    return work


def test_the_cost_of_the_newest_values_does_not_grow(sqlite_store: Store) -> None:
    ward = sqlite_store.write(open_ward)
    grow(sqlite_store, ward, from_minute=0, to_minute=100)
    short = work_of(sqlite_store, ward)
    grow(sqlite_store, ward, from_minute=100, to_minute=4_000)
    assert work_of(sqlite_store, ward) == short


def test_sqlite_descends_indexes_and_sorts_nothing(sqlite_store: Store) -> None:
    for as_known in (False, True):
        for statement in (
            observations._latest_rows(bounded=True, as_known=as_known),
            observations._latest_rows(bounded=False, as_known=as_known),
            facts._latest(as_known=as_known).statement,
            evaluations._latest(bounded=True, as_known=as_known),
        ):
            plan = sqlite_plan(sqlite_store, statement)
            scans = [step for step in plan if step.startswith("SCAN") and step != "SCAN names"]
            assert scans == []
            assert not any("TEMP B-TREE" in step for step in plan)
    plan = sqlite_plan(sqlite_store, observations._latest_rows(bounded=True, as_known=True))
    descent = "ix_observation_latest (encounter_id=? AND concept=? AND taken_at<?)"
    assert f"SEARCH seen USING INDEX {descent}" in plan


def test_a_day_of_facts_is_read_from_one_index(sqlite_store: Store) -> None:
    for statement in (
        facts._latest(as_known=False).statement,
        observations.window_of(facts._FACT, as_known=False).statement,
    ):
        plan = sqlite_plan(sqlite_store, statement)
        assert not any("TEMP B-TREE" in step for step in plan)
        assert any("later USING COVERING INDEX ix_observation_supersedes_id" in x for x in plan)
    assert (
        "SEARCH observation USING COVERING INDEX ix_observation_facts "
        "(encounter_id=? AND taken_at>? AND taken_at<?)"
    ) in plan


def test_a_stream_is_read_by_seeks_in_the_index_of_its_concept(sqlite_store: Store) -> None:
    plan = sqlite_plan(sqlite_store, facts._each_since(("heart_rate",)).statement)

    own = "ix_observation_latest (encounter_id=? AND concept=? AND taken_at>? AND taken_at<?)"
    assert f"SEARCH own USING COVERING INDEX {own}" in plan
    assert "SEARCH observation USING INTEGER PRIMARY KEY (rowid=?)" in plan
    assert not any("TEMP B-TREE" in step for step in plan)


def sqlite_plan(store: Store, statement: Select[Any]) -> list[str]:
    asked = {"encounters": [1], "encounter": 1, "at": NIGHT, "as_known_at": NIGHT}
    asked |= {"from": NIGHT, "to": NIGHT, "since_heart_rate": NIGHT}
    with store.read() as session:
        connection = session.connection()
        compiled = statement.params(asked).compile(
            connection, compile_kwargs={"render_postcompile": True}
        )
        explained = connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {compiled}", tuple([1] * str(compiled).count("?"))
        )
        return [row[3] for row in explained]


@pytest.mark.postgres
def test_postgresql_touches_a_handful_of_pages(postgres_store: Store) -> None:
    store, ward = postgres_store, postgres_store.write(open_ward)
    grow(store, ward, from_minute=0, to_minute=4_000)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    questions = {
        "latest": observations._latest_rows(bounded=False, as_known=False),
        "latest then": observations._latest_rows(bounded=True, as_known=True),
    }
    asked = {
        "encounters": [ward.encounter_id],
        "at": NIGHT + timedelta(days=2),
        "as_known_at": NIGHT + timedelta(days=2),
    }
    for name, statement in questions.items():
        with store.read() as session:
            plan = explained(session, statement, asked)
        assert "Seq Scan on observation" not in str(plan), name
        touched = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        assert touched < 30 * len(CONCEPTS), (name, touched)


def explained(session: Session, statement: Select[Any], asked: dict[str, Any]) -> dict[str, Any]:
    compiled = statement.compile(session.connection())
    expanded = compiled.construct_expanded_state(asked)
    answer = session.connection().exec_driver_sql(
        f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {expanded.statement}", expanded.parameters
    )
    plan: dict[str, Any] = answer.scalar_one()[0]["Plan"]
    return plan
