"""Run mutants of ``monitoring/clinical`` and say which ones no test noticed."""

import argparse
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from scripts.mutation.report import write_report

MUTANTS = Path("mutants")


def main() -> int:
    """Run what was asked for; 0 when it could be run, whatever survived."""
    parser = argparse.ArgumentParser(prog="scripts/mutants", description=__doc__)
    parser.add_argument("--sample", type=int, metavar="N", help="try N mutants drawn by lot")
    parser.add_argument("--seed", type=int, default=2019, help="which lot (default 2019)")
    parser.add_argument("--only", metavar="PATTERN", help="a mutant's name, * for any letters")
    parser.add_argument("--report", action="store_true", help="only write docs/mutants.md")
    chosen = parser.parse_args()
    if not chosen.report:
        _run(chosen.sample, chosen.seed, chosen.only)
    verdicts = _verdicts()
    write_report(verdicts)
    tried = sum(code is not None for code in verdicts.values())
    print(f"{tried} of {len(verdicts)} mutants tried; see docs/mutants.md.")
    return 0


def _run(sample: int | None, seed: int, only: str | None) -> None:
    if sample is None:
        _mutmut([only] if only else [])
        return
    if not _verdicts():
        # The tool writes the mutants down before it tries the first one.
        _mutmut(["monitoring.clinical.vasopressors*"])
    names = sorted(name for name, code in _verdicts().items() if code is None)
    _mutmut(sorted(random.Random(seed).sample(names, min(sample, len(names)))))


def _mutmut(names: Iterable[str]) -> None:
    log = Path("var/mutants/run.log")
    print(f"Running; what the tool says goes to {log}.", file=sys.stderr)
    with log.open("w", encoding="utf-8") as writing:
        done = subprocess.run(
            [sys.executable, "-m", "mutmut", "run", "--max-children", _workers(), *names],
            stdout=writing,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        sys.exit(f"The tool stopped with code {done.returncode}; read {log}.")


def _workers() -> str:
    return os.environ.get("STORMWATCH_TEST_WORKERS", str(os.cpu_count() or 1))


def _verdicts() -> dict[str, int | None]:
    """Exit code of the tests by mutant; None where it was not tried."""
    found: dict[str, int | None] = {}
    for path in sorted(MUTANTS.glob("monitoring/clinical/**/*.meta")):
        found |= json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    return found


if __name__ == "__main__":
    raise SystemExit(main())
