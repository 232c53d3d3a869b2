"""What became of each mutant, kept by the content of its module."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

_RULES = Path("monitoring/clinical")
_KEPT = Path("var/mutants/verdicts").absolute()


@dataclass(frozen=True)
class Verdict:
    """How a mutant ended: killed (by which test), types, ended, survived or unreached."""

    end: str
    by: str = ""


class Module:
    """A module of the rules, its mutants and what is known of them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = ".".join(path.relative_to(_RULES).with_suffix("").parts)
        self.content = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        made = Path("mutants") / f"{path}.meta"
        known = json.loads(made.read_text(encoding="utf-8"))["exit_code_by_key"]
        self.mutants: list[str] = list(known)
        self.verdicts: dict[str, Verdict] = {}
        self._file = _KEPT / f"{self.name}.json"
        if self._file.is_file():
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            if kept["content"] == self.content:
                self.verdicts = {name: Verdict(*one) for name, one in kept["verdicts"].items()}

    def save(self) -> None:
        """Keep the verdicts; a change of the module's content makes them void."""
        _KEPT.mkdir(parents=True, exist_ok=True)
        verdicts = {name: list(asdict(one).values()) for name, one in self.verdicts.items()}
        text = json.dumps({"content": self.content, "verdicts": verdicts})
        self._file.write_text(text, encoding="utf-8")

    def ended(self, ends: Iterable[str]) -> list[str]:
        """The mutants that ended so."""
        return [
            name
            for name in self.mutants
            if name in self.verdicts and self.verdicts[name].end in set(ends)
        ]


def modules() -> list[Module]:
    """Every module of the rules with a mutant, by name."""
    found = [
        path for path in sorted(_RULES.rglob("*.py")) if Path(f"mutants/{path}.meta").is_file()
    ]
    return [one for one in map(Module, found) if one.mutants]
