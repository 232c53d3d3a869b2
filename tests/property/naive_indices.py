"""Indices and laboratory grades once more, in the plainest way; None is not known."""

from math import log2

Known = float | None
Said = bool | None


def index(product: list[Known], divisor: Known) -> Known:
    """A product over a number; not known without one of them, undefined over 0."""
    if divisor is None or divisor == 0:
        return None
    result = 1.0
    for one in product:
        if one is None:
            return None
        result *= one
    return result / divisor


def easix(ldh: Known, creatinine: Known, crp_mg_l: Known, platelets: Known) -> dict[str, Known]:
    parts = {
        "easix": index([ldh, creatinine], platelets),
        "s_easix": index([ldh], platelets),
        "m_easix": index([ldh, None if crp_mg_l is None else crp_mg_l / 10], platelets),
    }
    for name in list(parts):
        value = parts[name]
        parts[f"log2_{name}"] = log2(value) if value is not None and value > 0 else None
    return parts


def pressures(hr: Known, sbp: Known, dbp: Known, measured: Known) -> dict[str, Known]:
    mean = measured
    if mean is None and sbp is not None and dbp is not None:
        mean = (sbp + 2 * dbp) / 3
    return {
        "shock_index": index([hr], sbp),
        "modified_shock_index": index([hr], mean),
        "map_mmhg": mean,
        "pulse_pressure_mmhg": None if sbp is None or dbp is None else sbp - dbp,
    }


def worst(*rows: tuple[int, Said]) -> Known:
    """The highest grade met; not known where none is and one could be."""
    met = [grade for grade, truth in rows if truth]
    if met:
        return max(met)
    return None if any(truth is None for _, truth in rows) else 0


def above(value: Known, times: float, limit: Known) -> Said:
    return None if value is None or limit is None else value > round(times * limit, 9)


def below(value: Known, times: float, limit: Known) -> Said:
    return None if value is None or limit is None else value < round(times * limit, 9)


def either(*ways: Said) -> Said:
    if any(way is True for way in ways):
        return True
    return None if None in ways else False


def both(*ways: Said) -> Said:
    if any(way is False for way in ways):
        return False
    return None if None in ways else True


def creatinine(value: Known, uln: Known, baseline: Known) -> Known:
    return worst(
        (1, above(value, 1, uln)),
        (2, either(above(value, 1.5, baseline), above(value, 1.5, uln))),
        (3, either(above(value, 3, baseline), above(value, 3, uln))),
        (4, above(value, 6, uln)),
    )


def transaminase(value: Known, uln: Known) -> Known:
    return worst(*((grade, above(value, n, uln)) for grade, n in ((1, 1), (2, 3), (3, 5), (4, 20))))


def bilirubin(value: Known, uln: Known) -> Known:
    return worst(
        *((grade, above(value, n, uln)) for grade, n in ((1, 1), (2, 1.5), (3, 3), (4, 10)))
    )


def counts(value: Known, lln: Known, *limits: float) -> Known:
    rows = [(1, below(value, 1, lln))]
    rows += [(grade, below(value, 1, limit)) for grade, limit in enumerate(limits, 2)]
    return worst(*rows)


def haemoglobin(value: Known, lln: Known, life_threatening: Said) -> Known:
    return worst(
        (1, below(value, 1, lln)),
        (2, below(value, 1, 10)),
        (3, below(value, 1, 8)),
        (4, both(below(value, 1, 8), life_threatening)),
    )


def fibrinogen(value: Known, lln: Known) -> Known:
    return worst(
        (1, below(value, 1, lln)),
        (2, below(value, 0.75, lln)),
        (3, below(value, 0.5, lln)),
        (4, either(below(value, 0.25, lln), below(value, 1, 50))),
    )


def icaht(days_500: Known, days_100: Known, never: Said) -> Known:
    return worst(
        (1, above(days_500, 1, 0)),
        (2, None if days_500 is None else days_500 >= 7),
        (3, None if days_500 is None else days_500 >= 14),
        (3, None if days_100 is None else days_100 >= 7),
        (4, None if days_100 is None else days_100 >= 14),
        (4, never),
    )
