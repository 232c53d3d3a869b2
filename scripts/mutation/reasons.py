"""Why a survivor makes no difference, said by hand in docs/mutants-reasons.md.

A line that begins with ``*`` is a survivor as the page and ``--show`` print it; the lines below it,
up to the next such line, say why. Several survivors in a row share the reason below them.
"""

from pathlib import Path

PAGE = Path("docs/mutants-reasons.md")


def read() -> dict[str, str]:
    """The reasons by the survivor's line."""
    found: dict[str, str] = {}
    waiting: list[str] = []
    said: list[str] = []
    for line in [*PAGE.read_text(encoding="utf-8").splitlines(), "* "]:
        if line.startswith("* "):
            if said:
                found |= dict.fromkeys(waiting, " ".join(said))
                waiting, said = [], []
            waiting.append(line.removeprefix("* "))
        elif waiting and line.strip():
            said.append(line.strip())
    return found
