"""The house stands as its plan says: directions, sizes, names, decisions, pins."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("dashboard", "monitoring", "db", "sample_data")
SOURCES = sorted(
    path
    for folder in (*ROOMS, "tests", "scripts")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".js", ".css", ".html", ".toml"}
)


def test_imports_point_in_one_direction() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_over_400_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


def test_no_file_is_a_drawer_for_anything() -> None:
    names = {path.stem for path in SOURCES}
    assert not names & {"utils", "util", "helpers", "helper", "common", "misc"}


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        path
        for path in SOURCES
        if path.suffix == ".py"
        and path.read_text().strip()
        and not path.read_text().lstrip().startswith(('"""', "#!"))
    ]
    assert silent == []


def test_decisions_have_numbers_of_their_own() -> None:
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    numbers = Counter(path.name[:4] for path in records)
    assert all(count == 1 for count in numbers.values()), numbers
    for path in records:
        first = path.read_text().splitlines()[0]
        assert re.match(rf"# {int(path.name[:4])}\. ", first), path.name


def test_requirements_are_pinned_exactly() -> None:
    for path in ROOT.glob("requirements*.txt"):
        for line in path.read_text().splitlines():
            if line and not line.startswith("#"):
                assert re.fullmatch(r"[A-Za-z0-9._\[\]-]+==[^\s=]+", line), (path.name, line)


def test_no_unsafe_html_and_no_script_from_data() -> None:
    # A name is markdown in most elements; only text sinks take data.
    for path in (ROOT / "dashboard").rglob("*"):
        if path.suffix == ".py":
            assert "unsafe_allow_html" not in path.read_text(), path
        if path.suffix == ".js":
            text = path.read_text()
            assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", text), (
                path
            )


def test_frames_and_arrays_are_never_cache_keys() -> None:
    # Large frames are hashed by sample, so a cached answer can be another patient's.
    for path in (ROOT / "dashboard").rglob("*.py"):
        for match in re.finditer(
            r"@st\.cache_(?:data|resource)[^\n]*\n(?:@[^\n]*\n)*def \w+\((.*?)\)\s*(?:->|:)",
            path.read_text(),
            re.DOTALL,
        ):
            assert not re.search(r"DataFrame|Series|NDArray|ndarray", match[1]), path
