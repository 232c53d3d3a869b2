"""Tries mutants: one process collects the tests once and is copied for every mutant.

The copy switches its mutant on, forgets what was read before where the changed function had a part
in it, and runs the tests that reach the changed line: first those that found its neighbours, then
the module's own, then the fastest of each way through the module. It ends at the first failure. So
a mutant costs the tests it needs and no collection.
"""

import functools
import gc
import os
import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from mutmut.utils.format_utils import mangled_name_from_mutant_name

from scripts.mutation import switch
from scripts.mutation.reach import Reach, measure

_MEMORY_BYTES = 6 * 2**30
# The first time a slower test is left out, and who outlives so many seconds of tests is let go:
# both may call a mutant a survivor that the whole suite would find, never the other way round.
_SLOWEST_S = 2.0
_ENOUGH_S = 3.0
# Who is tried again meets nearly all that reaches it.
_SLOWEST_AGAIN_S = 20.0
_ENOUGH_AGAIN_S = 10.0
# The whole of them, in a process that begins with nothing imported.
_AFRESH_S = 300
_NOTICED, _UNNOTICED = 1, 0
# What found so many mutants anywhere looks close, and goes before what found none.
_PROVEN = 3
# Every so manieth test is run once before any copy is made, so that no copy reads the rules anew.
_WARM_STEP = 25


class Trials:
    """A plugin that tries mutants where pytest would run its tests.

    ``mutants`` says of each in which file and line it differs first, and where its function begins.
    """

    def __init__(
        self,
        mutants: Mapping[str, tuple[str, int, int]],
        *,
        workers: int,
        told: Callable[[str, str], None],
        again: bool = False,
    ) -> None:
        self._mutants = list(mutants)
        self._places = mutants
        self._workers = workers
        self._told = told
        self._is_again = again
        self._slowest_s = _SLOWEST_AGAIN_S if again else _SLOWEST_S
        self._enough_s = _ENOUGH_AGAIN_S if again else _ENOUGH_S
        self._found: dict[str, Counter[str]] = defaultdict(Counter)
        self._ever: Counter[str] = Counter()
        self._running: dict[int, tuple[str, int]] = {}
        self._items: dict[str, pytest.Item] = {}
        self._caches: list[functools._lru_cache_wrapper[object]] = []
        self._reach = Reach({}, {}, {}, {}, frozenset())

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[object]
    ) -> pytest.TestReport:
        """Say whether it failed and nothing more: a traceback is dear and nobody reads it."""
        excused = call.excinfo is None or call.excinfo.errisinstance(pytest.skip.Exception)
        outcome = "passed" if excused else "failed"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try every mutant and run no test in this process."""
        at_import = frozenset(switch.reached())
        self._items = {item.nodeid: item for item in session.items}
        self._caches = [
            one
            for one in gc.get_objects()
            if isinstance(one, functools._lru_cache_wrapper)
            and str(one.__module__).startswith(("monitoring", "tests"))
        ]
        gc.freeze()
        self._reach = measure(session.items, self._caches, at_import, copies=self._workers)
        passing = {test for tests in self._reach.tests.values() for test in tests}
        for item in session.items[::_WARM_STEP]:
            if item.nodeid in passing and self._reach.seconds[item.nodeid] <= _SLOWEST_S:
                item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
        if session.testsfailed:
            # Every copy would begin with a failure, and find its mutant whatever it is.
            session.shouldfail = "A test fails without a mutant: no verdict would mean anything."
            return True
        gc.collect()
        gc.freeze()
        for mutant in self._mutants:
            tests = self._tests(mutant)
            is_afresh = not tests and mangled_name_from_mutant_name(mutant) in self._reach.at_import
            if not tests and not is_afresh:
                self._told(mutant, "unreached")
                continue
            while len(self._running) >= self._workers:
                self._end_one()
            self._begin(mutant, tests, session.config.invocation_params.args)
        while self._running:
            self._end_one()
        return True

    def _tests(self, mutant: str) -> list[str]:
        function = mangled_name_from_mutant_name(mutant)
        found = self._found[function]
        near = self._found[function.rpartition(".")[0]]
        seconds = self._reach.seconds
        file, line, first = self._places[mutant]
        near_line = set(self._reach.of(function, file, line, first))
        reaching = sorted(
            (
                test
                for test in (self._reach.tests.get(function, ()) if self._is_again else near_line)
                if seconds[test] <= self._slowest_s
            ),
            key=seconds.__getitem__,
        )
        # One of each way through the module before another that takes the same: rare ways first.
        ways = self._reach.ways.get(file, {})
        alike = Counter(ways.get(test, 0) for test in reaching)
        seen: Counter[int] = Counter()
        turn = {}
        for test in reaching:
            turn[test] = seen[way := ways.get(test, 0)], alike[way]
            seen[way] += 1
        # The module's own tests look closer than those that only pass through it.
        own = f"/test_{Path(file).stem}.py::"
        return sorted(
            reaching,
            key=lambda test: (
                test not in near_line,
                -found[test],
                -near[test],
                own not in test,
                -min(self._ever[test], _PROVEN),
                turn[test],
            ),
        )

    def _begin(self, mutant: str, tests: Sequence[str], arguments: Sequence[str]) -> None:
        reading, writing = os.pipe()
        child = os.fork()
        if child:
            os.close(writing)
            self._running[child] = (mutant, reading)
            return
        if tests:
            os._exit(self._try(mutant, tests, writing))
        _be_silent()
        signal.alarm(_AFRESH_S)
        afresh = [sys.executable, "-m", "scripts.mutation.afresh", mutant, *arguments]
        os.execv(sys.executable, afresh)

    def _try(self, mutant: str, tests: Sequence[str], writing: int) -> int:
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        _be_silent()
        switch.turn_on(mutant)
        function = mangled_name_from_mutant_name(mutant)
        if function in self._reach.remembered:
            self._forget()
        is_kept = function in self._reach.remembered
        began_s = time.process_time()
        for test in tests:
            if time.process_time() - began_s > self._enough_s:
                break
            # Of the processor's time, so that a busy machine ends nobody's trial; the mutant that
            # never comes back is ended by the signal.
            signal.setitimer(signal.ITIMER_PROF, 3 + 10 * self._reach.seconds[test])
            item = self._items[test]
            try:
                switch.reached()
                item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
                if not is_kept and function not in switch.reached():
                    # What a cache holds may know itself what the function once said.
                    self._forget()
                    item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
            except BaseException:  # noqa: BLE001 - whatever ends a test has noticed the mutant
                item.session.testsfailed += 1
            if item.session.testsfailed:
                os.write(writing, test.encode())
                return _NOTICED
        return _UNNOTICED

    def _forget(self) -> None:
        for one in self._caches:
            one.cache_clear()

    def _end_one(self) -> None:
        child, status = os.wait()
        mutant, reading = self._running.pop(child)
        with os.fdopen(reading, "rb") as told:
            test = told.read().decode()
        code = os.waitstatus_to_exitcode(status)
        if code == _NOTICED:
            function = mangled_name_from_mutant_name(mutant)
            self._found[function][test] += 1
            self._found[function.rpartition(".")[0]][test] += 1
            self._ever[test] += 1
            self._told(mutant, "killed")
        elif code == _UNNOTICED:
            self._told(mutant, "survived")
        else:
            self._told(mutant, "ended")


def _be_silent() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
