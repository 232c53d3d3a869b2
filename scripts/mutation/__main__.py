"""Try mutants of ``monitoring/clinical`` and say which ones no test noticed."""

import argparse
import os
import random
import sys
import time
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

import pytest
from mutmut.configuration import config

from scripts.mutation import switch
from scripts.mutation.making import leave_for_the_mutants, make
from scripts.mutation.report import show, write_report
from scripts.mutation.trials import Trials
from scripts.mutation.types_first import refused
from scripts.mutation.verdicts import ALIVE, Module, modules, save


def main() -> int:
    """Try what was asked for; 0 when it could be tried, whatever survived."""
    parser = argparse.ArgumentParser(prog="scripts/mutants", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="MODULE", help="as in episodes or scales.news2")
    parser.add_argument("--each", type=int, metavar="N", help="try N of each module, by lot")
    parser.add_argument("--seed", type=int, default=2019, help="which lot (default 2019)")
    parser.add_argument("--again", action="store_true", help="try longer those that survived")
    parser.add_argument("--show", action="store_true", help="print what survived")
    parser.add_argument("--report", action="store_true", help="only write docs/mutants.md")
    chosen = parser.parse_args()
    if not (chosen.report or chosen.show):
        make(_workers())
    every = modules()
    asked = [one for one in every if not chosen.only or one.name in chosen.only]
    if not asked:
        parser.error("no module of that name")
    if chosen.show:
        show(asked)
        return 0
    if not chosen.report:
        _note_the_refused(every)
        # One of each module in turn, so that wherever this is stopped each has its share.
        turns = zip_longest(*(_wanted(one, chosen) for one in asked))
        _try([name for turn in turns for name in turn if name], every, again=chosen.again)
    write_report(every)
    return 0


def _note_the_refused(every: Sequence[Module]) -> None:
    said = refused()
    for one in every:
        one.verdicts = {name: end for name, end in one.verdicts.items() if end != "types"}
        one.verdicts |= {name: "types" for name in one.mutants if name in said}
    save(every)


def _wanted(one: Module, chosen: argparse.Namespace) -> list[str]:
    if chosen.again:
        return one.ended(ALIVE)
    let_through = [name for name in one.mutants if one.verdicts.get(name) != "types"]
    # The first of one order, so that whoever asks for more goes on from what was tried.
    lot = random.Random(f"{chosen.seed} {one.name}")
    drawn = lot.sample(let_through, len(let_through))[: chosen.each]
    return [name for name in drawn if name not in one.verdicts]


def _try(wanted: Sequence[str], every: Sequence[Module], *, again: bool) -> None:
    module_of = {name: one for one in every for name in one.mutants}
    began = told_last = time.monotonic()
    done = 0

    def told(mutant: str, end: str) -> None:
        nonlocal done, told_last
        module_of[mutant].verdicts[mutant] = end
        done += 1
        if time.monotonic() - told_last > 20 or done == len(wanted):
            told_last = time.monotonic()
            save(every)
            a_second = done / (time.monotonic() - began)
            print(f"{done} of {len(wanted)} tried, {a_second:.1f} a second", file=sys.stderr)

    places = {name: module_of[name].place(name) for name in wanted}
    trials = Trials(places, workers=_workers(), told=told, again=again)
    selection = config().pytest_add_cli_args_test_selection
    home = Path.cwd()
    leave_for_the_mutants()
    switch.install()
    os.chdir("mutants")
    code = pytest.main(
        ["--rootdir=.", "-q", "--capture=sys", *config().pytest_add_cli_args, *selection], [trials]
    )
    os.chdir(home)
    save(every)
    if code != pytest.ExitCode.OK:
        sys.exit(f"The tests stopped with {code!r}.")


def _workers() -> int:
    return int(os.environ.get("STORMWATCH_TEST_WORKERS", os.cpu_count() or 1))


if __name__ == "__main__":
    raise SystemExit(main())
