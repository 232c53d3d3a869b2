"""Indices and laboratory grades agree with the plain second reading, on limits and beside them."""

from math import isclose
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.clinical.scales import registry
from monitoring.clinical.scales.fields import RecordError
from tests.property import naive_indices as naive

TRUTH = st.sampled_from([None, True, False])
LDH = st.sampled_from([None, 0.0, 1.0, 250.0, 400.0, 3999.5])
CREATININE = st.sampled_from([None, 0.0, 0.4, 1.0, 7.25])
CRP = st.sampled_from([None, 0.0, 0.3, 30.0, 120.0, 455.5])
PLATELETS = st.sampled_from([None, 0.0, 1.0, 50.0, 175.0])


def without_unknown(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def same(found: float | None, expected: float | None) -> bool:
    if found is None or expected is None:
        return found is expected
    return isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)


@given(st.lists(st.tuples(LDH, CREATININE, CRP, PLATELETS), min_size=1, max_size=20))
def test_easix_and_its_kin(rows: list[tuple]) -> None:
    records = [
        without_unknown(ldh=ldh, creatinine=creatinine, crp_mg_l=crp, platelets=platelets)
        for ldh, creatinine, crp, platelets in rows
    ]
    for name, main in (("easix", "easix"), ("s-easix", "s_easix"), ("m-easix", "m_easix")):
        for row, answer in zip(rows, registry.scale(name).of(records), strict=True):
            expected = naive.easix(*row)
            assert answer.parts is not None
            assert all(same(answer.parts[part], value) for part, value in expected.items()), row
            assert same(answer.value, expected[main])
            assert ("undefined" in answer.flags) == (row[3] == 0)
            assert answer.value is not None or answer.missing or "undefined" in answer.flags


PRESSURE = st.none() | st.integers(40, 200)


@given(st.none() | st.integers(20, 220), PRESSURE, PRESSURE, st.none() | st.integers(30, 180))
def test_shock_index_and_map(hr: Any, sbp: Any, dbp: Any, measured: Any) -> None:
    if sbp is not None and dbp is not None and dbp >= sbp:
        dbp = None
    record = without_unknown(sbp=sbp, dbp=dbp, map_mmhg=measured)
    expected = naive.pressures(hr, sbp, dbp, measured)

    (shock,) = registry.scale("shock-index").of([{**record, **without_unknown(hr=hr)}])
    (mean,) = registry.scale("map").of([record])

    assert shock.parts is not None
    assert all(same(shock.parts[part], value) for part, value in expected.items())
    assert same(shock.value, expected["shock_index"])
    assert same(mean.value, expected["map_mmhg"])
    index = expected["shock_index"]
    assert ("concerning" in shock.flags) == (index is not None and index >= 0.9 - 1e-9)
    assert ("high" in shock.flags) == (index is not None and index >= 1.0 - 1e-9)


ULN = st.sampled_from([None, 1.0, 1.1, 40.0])
MULTIPLE = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 3.0, 5.0, 6.0, 10.0, 20.0])
STEP = st.sampled_from([-0.01, 0.0, 0.01])
COUNT = st.sampled_from(
    [None, 0.0, *(limit + step for limit in (24.9, 25, 49.9, 50, 74.9, 75) for step in (0, 0.1))]
)


@st.composite
def beside(draw: st.DrawFn, limit: float | None) -> float | None:
    """A value on a multiple of its limit or a step beside it."""
    base = 1.0 if limit is None else limit
    value = draw(st.none() | st.builds(lambda m, s: round(m * base + s, 6), MULTIPLE, STEP))
    return None if value is None or value < 0 else min(value, 40.0 * max(1.0, base))


@given(data=st.data())
def test_ctcae_laboratory_grades(data: st.DataObject) -> None:
    uln = data.draw(st.sampled_from([None, 1.0, 1.1, 1.3]))
    baseline = data.draw(st.sampled_from([None, 0.6, 1.0]))
    creatinine = data.draw(beside(data.draw(st.sampled_from([uln, baseline]))))
    creatinine = None if creatinine is None else min(creatinine, 40.0)
    alt_uln = data.draw(ULN)
    alt = data.draw(beside(alt_uln))
    bilirubin = data.draw(beside(uln))
    bilirubin = None if bilirubin is None else min(bilirubin, 40.0)
    lln = data.draw(st.sampled_from([None, 60.0, 150.0]))
    platelets = data.draw(COUNT)
    anc_lln = data.draw(st.sampled_from([None, 1.2, 2.0]))
    anc = data.draw(st.sampled_from([None, 0.0, 0.49, 0.5, 0.99, 1.0, 1.49, 1.5, 2.0]))
    hb_lln = data.draw(st.sampled_from([None, 9.0, 12.0]))
    hb = data.draw(st.sampled_from([None, 5.0, 7.9, 8.0, 9.9, 10.0, 12.0]))
    threat = data.draw(TRUTH)
    fib_lln = data.draw(st.sampled_from([None, 150.0, 200.0]))
    fib = data.draw(
        st.none() | st.sampled_from([37.4, 37.5, 49.9, 50, 75, 99, 100, 112.5, 150, 200])
    )
    record = without_unknown(
        creatinine=creatinine,
        creatinine_uln=uln,
        creatinine_baseline=baseline,
        alt=alt,
        alt_uln=alt_uln,
        bilirubin=bilirubin,
        bilirubin_uln=uln,
        platelets=platelets,
        platelets_lln=lln,
        anc=anc,
        anc_lln=anc_lln,
        hb=hb,
        hb_lln=hb_lln,
        anaemia_life_threatening=threat,
        fibrinogen_mg_dl=fib,
        fibrinogen_lln_mg_dl=fib_lln,
    )

    (answer,) = registry.scale("ctcae-labs").of([record])

    expected = {
        "creatinine": naive.creatinine(creatinine, uln, baseline),
        "alt": naive.transaminase(alt, alt_uln),
        "ast": None,
        "bilirubin": naive.bilirubin(bilirubin, uln),
        "platelets": naive.counts(platelets, lln, 75, 50, 25),
        "anc": naive.counts(anc, anc_lln, 1.5, 1.0, 0.5),
        "hb": naive.haemoglobin(hb, hb_lln, threat),
        "fibrinogen": naive.fibrinogen(fib, fib_lln),
    }
    assert answer.parts == expected, record
    known = [grade for grade in expected.values() if grade is not None]
    if any(known):
        assert answer.value == max(known)
    else:
        assert answer.value in {None, 0}
    assert "ast" in answer.missing or answer.value == 4


DAYS = st.none() | st.sampled_from([0.0, 1.0, 6.0, 6.9, 7.0, 13.0, 14.0, 30.0])


@given(DAYS, DAYS, TRUTH)
def test_icaht(days_500: Any, days_100: Any, never: Any) -> None:
    record = without_unknown(
        days_anc_500_or_less=days_500, days_anc_100_or_less=days_100, never_above_500=never
    )
    if days_500 is not None and days_100 is not None and days_100 > days_500:
        with pytest.raises(RecordError, match="days_anc_100_or_less is at most"):
            registry.scale("icaht").of([record])
        return

    (answer,) = registry.scale("icaht").of([record])

    expected = naive.icaht(days_500, days_100, never)
    assert answer.parts == {"early": expected}
    if expected:
        assert answer.value == expected
    elif not record:
        assert answer.value is None
    else:
        assert answer.value == 0
