"""What became of each mutant, kept by the content of its function in docs/mutants.json.

A function's verdicts are void once the function changed, and only then; one letter stands for each
of its mutants in mutmut's order.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from pathlib import Path

RECORD = Path("docs/mutants.json").absolute()
ENDS = {"t": "types", "k": "killed", "e": "ended", "s": "survived", "u": "unreached"}
ALIVE = ("survived", "unreached")
_LETTERS = {end: letter for letter, end in ENDS.items()}
_UNTRIED = "-"
_RULES = Path("monitoring/clinical")
_MADE = Path("mutants").absolute()


@dataclass
class Module:
    """A module of the rules, its mutants by name and how each one that was tried ended."""

    path: Path
    mutants: list[str]
    verdicts: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As in ``scales.news2``."""
        return ".".join(self.path.relative_to(_RULES).with_suffix("").parts)

    def ended(self, ends: Iterable[str]) -> list[str]:
        """The mutants that ended so."""
        return [name for name in self.mutants if self.verdicts.get(name) in set(ends)]

    def counts(self) -> Counter[str]:
        """How many ended how."""
        return Counter(self.verdicts.values())

    def functions(self) -> dict[str, list[str]]:
        """The mutants by the name of their function as it is read."""
        found: dict[str, list[str]] = {}
        for mutant in self.mutants:
            found.setdefault(function_of(mutant), []).append(mutant)
        return found

    def change(self, mutant: str) -> tuple[Sequence[str], Sequence[str]]:
        """The lines of a function and those of its mutant."""
        name = mutant.rpartition(".")[2]
        original = f"{name.partition('__mutmut_')[0]}__mutmut_orig"
        return self._lines(original), self._lines(name)

    def place(self, mutant: str) -> tuple[str, int, int]:
        """The file, the line at which a mutant first differs, and the function's first line."""
        original = f"{mutant.rpartition('.')[2].partition('__mutmut_')[0]}__mutmut_orig"
        old, new = self.change(mutant)
        # The first line names the function, so it differs in every mutant; blank ones stand before.
        head = next(number for number, line in enumerate(old) if original in line)
        same = takewhile(
            lambda pair: pair[0] == pair[1], zip(old[head + 1 :], new[head + 1 :], strict=False)
        )
        first = self._spans[original][0] + head
        return str(self.path), first + 1 + sum(1 for _ in same), first

    def content(self, mutant: str) -> str:
        """A short sum of the function that a mutant changes."""
        text = "\n".join(self.change(mutant)[0])
        return hashlib.sha256(text.encode()).hexdigest()[:10]

    def _lines(self, name: str) -> Sequence[str]:
        first, last = self._spans[name]
        return self._text[first - 1 : last]

    @cached_property
    def _spans(self) -> dict[str, tuple[int, int]]:
        made = (_MADE / f"{self.path}.spans").read_text(encoding="utf-8")
        found: dict[str, tuple[int, int]] = json.loads(made)["spans"]
        return found

    @cached_property
    def _text(self) -> list[str]:
        return (_MADE / self.path).read_text(encoding="utf-8").split("\n")


def function_of(mutant: str) -> str:
    """A mutant's function as it is read: ``Walk._next``."""
    name = mutant.rpartition(".")[2].partition("__mutmut_")[0]
    return name.removeprefix("x").lstrip("ǁ").removeprefix("_").replace("ǁ", ".")


def modules() -> list[Module]:
    """Every module of the rules with a mutant, by name, with the verdicts that still hold."""
    record = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.is_file() else {}
    found = []
    for path in sorted(_RULES.rglob("*.py")):
        made = _MADE / f"{path}.meta"
        if made.is_file():
            known = json.loads(made.read_text(encoding="utf-8"))["exit_code_by_key"]
            one = Module(path, list(known))
            _recall(one, record.get(one.name, {}))
            found.append(one)
    return [one for one in found if one.mutants]


def _recall(one: Module, kept: dict[str, str]) -> None:
    for function, mutants in one.functions().items():
        content, _, letters = kept.get(function, "").partition(" ")
        if content == one.content(mutants[0]) and len(letters) == len(mutants):
            one.verdicts |= {
                mutant: ENDS[letter]
                for mutant, letter in zip(mutants, letters, strict=True)
                if letter != _UNTRIED
            }


def save(modules: Iterable[Module]) -> None:
    """Keep all verdicts."""
    record = {
        one.name: {
            function: " ".join(
                (
                    one.content(mutants[0]),
                    "".join(_LETTERS.get(one.verdicts.get(name, ""), _UNTRIED) for name in mutants),
                )
            )
            for function, mutants in one.functions().items()
        }
        for one in modules
    }
    RECORD.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
