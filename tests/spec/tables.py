"""Reads the chapters: Markdown whose table rows are tests and lines of the handbook at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "chapters"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table by its column names; ``where`` leads an author back to it."""

    where: str
    cells: dict[str, str]


def chapters() -> list[Path]:
    """The chapters in reading order."""
    return sorted(FOLDER.glob("*.md"))


def rows(chapter: Path) -> list[Row]:
    """Every row of every table of a chapter."""
    found: list[Row] = []
    header: list[str] | None = None
    for number, line in enumerate(chapter.read_text(encoding="utf-8").splitlines(), 1):
        if not line.startswith("|"):
            header = None
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if header is None:
            header = cells
        elif set(line) <= set("|-: "):
            continue
        elif len(cells) != len(header):
            message = f"{chapter.name}, line {number}: {len(cells)} cells under {len(header)}."
            raise ValueError(message)
        else:
            found.append(
                Row(f"{chapter.stem}, line {number}", dict(zip(header, cells, strict=True)))
            )
    return found


def markdown(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as a page holds it."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
