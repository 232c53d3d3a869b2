"""The migrations end where the models are: from nothing, and from the store of every version."""

import gzip
import multiprocessing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.orm import Session

from db.doctor import examine
from db.engine import Store, create_store
from db.errors import SchemaTooNewError
from db.migrate import upgrade
from db.models import Base
from db.queries import alerts, census, evaluations, observations, treatments
from db.revision import head_revision, schema_revision
from tests.contract.ward import stored_rows

ASSETS = Path(__file__).parent / "assets"


def test_a_migrated_store_is_what_the_models_say(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert schema_revision(store) == head_revision()


def test_checks_and_the_conditions_of_indexes_are_those_of_the_models(
    sqlite_store: Store, tmp_path: Path
) -> None:
    """What the comparison above does not look at."""
    from_models = create_engine(f"sqlite:///{tmp_path}/models.db")
    Base.metadata.create_all(from_models)

    def conditions(engine: Engine) -> tuple[dict[str, str], dict[str, object]]:
        with engine.connect() as connection:
            indexes = connection.execute(
                text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
            )
            seen = inspect(connection)
            checks = {name: seen.get_check_constraints(name) for name in Base.metadata.tables}
            return {name: " ".join(sql.split()) for name, sql in indexes}, checks

    assert conditions(sqlite_store.engine) == conditions(from_models)
    from_models.dispose()


def test_an_upgraded_store_is_upgraded_once(store_url: str) -> None:
    upgrade(store_url)
    upgrade(store_url)
    store = create_store(store_url)
    assert schema_revision(store) == head_revision()
    store.close()


def _upgrade_at_once(url: str, start: "multiprocessing.Barrier") -> None:
    start.wait()
    upgrade(url)


@pytest.mark.parametrize(
    "engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def test_two_processes_that_start_at_once_upgrade_once(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if engine == "sqlite":
        url = f"sqlite:///{tmp_path}/new.db"
    else:
        url = request.getfixturevalue("empty_postgres_url")
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(2)
    processes = [context.Process(target=_upgrade_at_once, args=(url, start)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    store = create_store(url)
    assert schema_revision(store) == head_revision()
    store.close()


def test_the_store_of_a_newer_stormwatch_is_not_touched(store_url: str) -> None:
    store = create_store(store_url)
    store.write(lambda s: s.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(SchemaTooNewError, match=r"schema revision 9999.*Install"):
        upgrade(store_url)
    assert schema_revision(store) == "9999"
    store.close()


def test_a_step_that_fails_leaves_the_store_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something else in the store has the name of one of our tables."""
    url = f"sqlite:///{tmp_path}/ward.db"
    store = create_store(url)
    store.write(lambda session: session.execute(text("CREATE TABLE treatment (x)")))
    with pytest.raises(Exception, match="already exists"):
        upgrade(url)
    with store.engine.connect() as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master")).scalars().all()
    assert names == ["treatment"]
    assert schema_revision(store) is None
    store.close()


@pytest.mark.parametrize("asset", sorted(ASSETS.glob("*.db.gz")), ids=lambda path: path.name)
def test_the_store_of_every_version_is_brought_to_the_present(asset: Path, tmp_path: Path) -> None:
    """One small real ward: a value amended, one struck out, a treatment, an alert taken."""
    path = tmp_path / "ward.db"
    path.touch(0o600)
    path.write_bytes(gzip.decompress(asset.read_bytes()))
    upgrade(f"sqlite:///{path}")
    store = create_store(f"sqlite:///{path}")
    assert [finding for finding in examine(store) if not finding.ok] == []
    with store.read() as session:
        tell_the_story(session)
    store.close()


def tell_the_story(session: Session) -> None:
    (ward,) = census.wards(session)
    (encounter_id,) = census.open_encounter_ids(session, ward.id)
    latest = {
        row.concept: row.value_num
        for row in observations.latest_per_concept(session, [encounter_id])
    }
    assert latest == {"body_temperature": 39.2, "heart_rate": 80.0}
    assert [row.status for row in stored_rows(session, ward.id)] == [
        "final",
        "final",
        "final",
        "amended",
        "entered-in-error",
    ]
    (running,) = treatments.current(session, encounter_id)
    assert running.agent == "norepinephrine"
    (evaluation,) = evaluations.latest(session, [encounter_id])
    assert evaluation.document["crs"] == {"grade": 1}
    (thread,) = alerts.threads(session, encounter_id)
    (taken,) = alerts.acknowledgements(session, thread.id)
    assert (thread.owner, taken.by) == ("nurse.adeyemi", "nurse.adeyemi")


def test_the_present_version_has_its_store_among_the_assets() -> None:
    """A new revision needs ``python -m tests.migrations.make_asset``, run before it."""
    assert (ASSETS / f"{head_revision()}.db.gz").exists()
