"""Run benchmarks by name, or all: one JSON line each on standard output, remarks on the other."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from importlib import import_module

from scripts.benchmarks.line import Line

# Name on the command line -> module and function; each yields one line or more.
BENCHMARKS = {
    "news2_columns": ("news2", "news2_columns"),
    "crs_timeline": ("crs", "crs_timeline"),
    "grade_records": ("records", "grade_records"),
    "evaluate_one_value": ("evaluating", "evaluate_one_value"),
    "evaluate_turns": ("turning", "evaluate_turns"),
    "patient_figure": ("figure", "patient_figure_lines"),
    "replay_month": ("replay_month", "replay_month"),
    "latest": ("latest", "latest"),
    "board": ("board", "board"),
    "record_set": ("recording", "recording"),
    "viewers": ("viewers", "viewers"),
    "commit_to_pixel": ("pixel", "commit_to_pixel"),
}


def main() -> int:
    """Run what was asked for; 0 when every line could be measured, whatever its figures."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    names = parser.parse_args().names or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no benchmark is called {unknown[0]}; there are {', '.join(BENCHMARKS)}")
    for name in names:
        for line in _benchmark(name)():
            print(line.to_json(), flush=True)
            if line.within is False:
                print(f"{line.name}: the limit is not met.", file=sys.stderr)
    load = os.getloadavg()[0]
    print(
        f"Load average over the last minute: {load:.2f} on {os.cpu_count()} cores.", file=sys.stderr
    )
    return 0


def _benchmark(name: str) -> Callable[[], Iterator[Line]]:
    module, function = BENCHMARKS[name]
    found: Callable[[], Iterator[Line]] = getattr(
        import_module(f"scripts.benchmarks.{module}"), function
    )
    return found


if __name__ == "__main__":
    raise SystemExit(main())
