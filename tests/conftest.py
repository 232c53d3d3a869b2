"""Stores for the tests: a real SQLite file and a real PostgreSQL database, fresh for every test."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from db.engine import Store, create_store
from db.migrate import upgrade
from tests import postgres_cluster
from tests.property.effort import load_profile

load_profile()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long", action="store_true", help="run the load and fault suites at their full length"
    )


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """Give the program its main module back: a page under test takes its place, and a process
    that is spawned later would run that page again."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before


@pytest.fixture(scope="session")
def is_long(request: pytest.FixtureRequest) -> bool:
    """Whether the load and fault suites run at their full length."""
    return bool(request.config.getoption("--long"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The shared sample files beside the project, which are not part of it."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared sample files are not beside the project (../shared/data)")
    return folder


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite store of the present schema, to be copied."""
    path = tmp_path_factory.mktemp("template") / "stormwatch.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """The address of a fresh SQLite store."""
    path = tmp_path / "stormwatch.db"
    shutil.copy(sqlite_template, path)  # with its permissions
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The tests' own PostgreSQL server with an empty store to be copied."""
    binaries = postgres_cluster.find_binaries()
    if binaries is None:
        reason = "PostgreSQL's server is not installed (Debian: apt-get install postgresql)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with postgres_cluster.running(binaries) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE template_stormwatch")
        upgrade(_database(url, "template_stormwatch"))
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The address of a fresh PostgreSQL store."""
    name = "test_" + os.urandom(6).hex()
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        fresh, template = sql.Identifier(name), sql.Identifier("template_stormwatch")
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(fresh, template))
        yield _database(postgres_server, name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(fresh))


def _database(url: str, name: str) -> str:
    return url.removesuffix("/postgres") + "/" + name


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh store, once on each engine."""
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """A fresh store, once on each engine."""
    opened = create_store(store_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    """A fresh SQLite store, for what does not depend on the engine."""
    opened = create_store(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def postgres_store(postgres_url: str) -> Iterator[Store]:
    """A fresh PostgreSQL store, for what only PostgreSQL has."""
    opened = create_store(postgres_url)
    yield opened
    opened.close()
