"""The scores once more, in the plainest way: each paper as a chain of questions, one record a time.

Every function answers (total, minimum, flags that matter); the total is None when an item is not
known. Values come in the paper's own units, None is not known.
"""

from collections.abc import Callable, Sequence

Known = float | None
Said = bool | None
Parts = list[tuple[float, float]]
Answer = tuple[float | None, float, frozenset[str]]


def yes(met: Said, points: float) -> tuple[float, float]:
    """The fewest and the most points of a question."""
    if met is None:
        return 0, points
    return (points, points) if met else (0, 0)


def any_met(*ways: Said) -> Said:
    """Yes where one is, else not known where one is not known."""
    if any(way is True for way in ways):
        return True
    return None if any(way is None for way in ways) else False


def holds(value: Known, rule: Callable[[float], bool]) -> Said:
    """A limit on a value that may be missing."""
    return None if value is None else rule(value)


def added(parts: Parts, flags: Callable[[float, float], set[str]]) -> Answer:
    """Parts added up."""
    low, high = sum(p[0] for p in parts), sum(p[1] for p in parts)
    complete = all(p[0] == p[1] for p in parts)
    return (low if complete else None), low, frozenset(flags(low, high))


def sirs(
    *,
    temp: Known,
    hr: Known,
    rr: Known,
    paco2: Known,
    wbc: Known,
    bands: Known,
    lymphodepleted: Said,
) -> Answer:
    heat = holds(temp, lambda t: t > 38.0 or t < 36.0)
    pulse = holds(hr, lambda v: v > 90)
    fast = holds(rr, lambda v: v > 20)
    if paco2 is not None and paco2 < 32:
        fast = True
    white = holds(wbc, lambda v: v > 12 or v < 4)
    if bands is not None and bands > 10:
        white = True

    def flags(low: float, high: float) -> set[str]:
        found = {"positive"} if low >= 2 else set()
        if lymphodepleted and wbc is not None and wbc < 4:
            found.add("low_white_cells_after_lymphodepletion")
            if low >= 2 and low - 1 < 2:
                found.add("no_alarm_on_white_cells_alone")
        return found

    return added([yes(heat, 1), yes(pulse, 1), yes(fast, 1), yes(white, 1)], flags)


def qsofa(*, rr: Known, sbp: Known, gcs: Known, altered: Said) -> Answer:
    below = holds(gcs, lambda v: v < 15)
    if below or altered:
        mind: Said = True
    elif below is None and altered is None:
        mind = None
    else:
        mind = False

    def flags(low: float, high: float) -> set[str]:
        found = {"positive"} if low >= 2 else set()
        if None not in {below, altered} and below != altered:
            found.add("mentation_disagrees")
        return found

    return added(
        [
            yes(holds(rr, lambda v: v >= 22), 1),
            yes(holds(sbp, lambda v: v <= 100), 1),
            yes(mind, 1),
        ],
        flags,
    )


def band(value: Known, *rows: tuple[Callable[[float], bool], float]) -> tuple[float, float]:
    """The first row that the value falls into."""
    if value is None:
        points = [p for _, p in rows]
        return min(points), max(points)
    for falls_in, points_of in rows:
        if falls_in(value):
            return points_of, points_of
    message = f"{value} falls into no row"
    raise AssertionError(message)


def counted(met: Sequence[Said], by_count: Sequence[float]) -> tuple[float, float]:
    """Points by how many are met."""
    surely = sum(one is True for one in met)
    perhaps = surely + sum(one is None for one in met)
    return by_count[surely], by_count[perhaps]


def hscore(
    *,
    immunosuppression: Said,
    temp: Known,
    liver: Said,
    spleen: Said,
    hb: Known,
    wbc: Known,
    platelets: Known,
    ferritin: Known,
    triglycerides: Known,
    fibrinogen: Known,
    ast: Known,
    haemophagocytosis: Said,
) -> Answer:
    parts = [
        yes(immunosuppression, 18),
        band(temp, (lambda v: v < 38.4, 0), (lambda v: v <= 39.4, 33), (lambda _: True, 49)),
        counted([liver, spleen], [0, 23, 38]),
        counted(
            [
                holds(hb, lambda v: v <= 9.2),
                holds(wbc, lambda v: v <= 5),
                holds(platelets, lambda v: v <= 110),
            ],
            [0, 0, 24, 34],
        ),
        band(ferritin, (lambda v: v < 2000, 0), (lambda v: v <= 6000, 35), (lambda _: True, 50)),
        band(triglycerides, (lambda v: v < 1.5, 0), (lambda v: v <= 4, 44), (lambda _: True, 64)),
        band(fibrinogen, (lambda v: v <= 2.5, 30), (lambda _: True, 0)),
        band(ast, (lambda v: v < 30, 0), (lambda _: True, 19)),
        yes(haemophagocytosis, 35),
    ]
    return added(parts, lambda low, _: {"cut_off_reached"} if low >= 169 else set())


def car_hematotox(
    *, platelets: Known, anc: Known, hb: Known, crp: Known, ferritin: Known
) -> Answer:
    parts = [
        band(platelets, (lambda v: v > 175, 0), (lambda v: v > 75, 1), (lambda _: True, 2)),
        band(anc, (lambda v: v > 1.2, 0), (lambda _: True, 1)),
        band(hb, (lambda v: v > 9.0, 0), (lambda _: True, 1)),
        band(crp, (lambda v: v < 3.0, 0), (lambda _: True, 1)),
        band(ferritin, (lambda v: v < 650, 0), (lambda v: v < 2000, 1), (lambda _: True, 2)),
    ]
    on_edge = (
        platelets in {75, 175} or anc == 1.2 or hb == 9.0 or crp == 3.0 or ferritin in {650, 2000}
    )

    def flags(low: float, high: float) -> set[str]:
        found = {"boundary_unverified"} if on_edge else set()
        if low >= 2:
            found.add("high_risk")
        if high < 2:
            found.add("low_risk")
        return found

    return added(parts, flags)


def hlh_2004(
    *,
    molecular: Said,
    fever: Said,
    temp: Known,
    spleen: Said,
    hb: Known,
    neonate: Said,
    platelets: Known,
    anc: Known,
    triglycerides: Known,
    fibrinogen: Known,
    haemophagocytosis: Said,
    nk_low: Said,
    ferritin: Known,
    scd25: Known,
) -> Answer:
    hot = holds(temp, lambda v: v >= 38.0)
    either = [one for one in (fever, hot) if one is not None]
    anaemia = holds(hb, lambda v: v < (10 if neonate else 9))
    parts = [
        yes(any(either) if either else None, 1),
        yes(spleen, 1),
        counted(
            [anaemia, holds(platelets, lambda v: v < 100), holds(anc, lambda v: v < 1.0)],
            [0, 0, 1, 1],
        ),
        yes(
            any_met(
                holds(triglycerides, lambda v: v >= 265), holds(fibrinogen, lambda v: v <= 150)
            ),
            1,
        ),
        yes(haemophagocytosis, 1),
        yes(nk_low, 1),
        yes(holds(ferritin, lambda v: v >= 500), 1),
        yes(holds(scd25, lambda v: v >= 2400), 1),
    ]

    def flags(low: float, high: float) -> set[str]:
        found = {"five_of_eight_or_molecular"} if low >= 5 or molecular else set()
        if None not in {fever, hot} and fever != hot:
            found.add("fever_disagrees")
        return found

    return added(parts, flags)


def febrile_neutropenia(*, temp: Known, sustained: Said, anc: Known, expected: Said) -> Answer:
    if temp is None:
        fever: Said = None
    elif temp >= 38.3:
        fever = True
    elif temp >= 38.0:
        fever = sustained
    else:
        fever = False
    low_count = holds(anc, lambda v: v < 0.5)
    if expected:
        low_count = True
    return added(
        [yes(fever, 1), yes(low_count, 1)],
        lambda low, _: {"febrile_neutropenia"} if low >= 2 else set(),
    )


def cartox(
    *,
    peak_ferritin: Known,
    bilirubin: Known,
    ast: Known,
    alt: Known,
    oliguria: Known,
    creatinine: Known,
    lungs: Known,
    haemophagocytosis: Said,
) -> Answer:
    liver, kidney = (
        any_met(*(holds(one, lambda v: v >= 3) for one in grades))
        for grades in ((bilirubin, ast, alt), (oliguria, creatinine))
    )
    parts = [
        yes(liver, 1),
        yes(kidney, 1),
        yes(holds(lungs, lambda v: v >= 3), 1),
        yes(haemophagocytosis, 1),
    ]
    high = holds(peak_ferritin, lambda v: v > 10_000)
    return added(parts, lambda low, _: {"positive"} if low >= 2 and high else set())


def times(value: Known, factor: float, limit: Known, rule: Callable[[float, float], bool]) -> Said:
    """A limit that is a multiple of another number, either of which may be missing."""
    return None if value is None or limit is None else rule(value, factor * limit)


def iec_hs(
    *,
    ferritin: Known,
    ferritin_uln: Known,
    ferritin_baseline: Known,
    rising: Said,
    ast: Known,
    ast_uln: Known,
    alt: Known,
    alt_uln: Known,
    fibrinogen: Known,
    fibrinogen_lln: Known,
    haemophagocytosis: Said,
    platelets: Known,
    anc: Known,
    new_cytopenia: Said,
    ldh: Known,
    ldh_uln: Known,
    temp: Known,
    fever: Said,
    triglycerides: Known,
) -> Answer:
    def over(value: float, limit: float) -> bool:
        return value > limit

    required = any_met(
        times(ferritin, 2, ferritin_uln, over), times(ferritin, 2, ferritin_baseline, over)
    )
    cytopenia = any_met(holds(platelets, lambda v: v < 25), holds(anc, lambda v: v < 0.5))
    hot = holds(temp, lambda v: v >= 38.0)
    said = [one for one in (hot, fever) if one is not None]
    low_fibrinogen = any_met(
        holds(fibrinogen, lambda v: v < 150),
        times(fibrinogen, 1, fibrinogen_lln, lambda v, limit: v < limit),
    )
    parts = [
        yes(True if rising else required, 1),
        yes(any_met(times(ast, 5, ast_uln, over), times(alt, 5, alt_uln, over)), 1),
        yes(low_fibrinogen, 1),
        yes(haemophagocytosis, 1),
        yes(True if new_cytopenia else cytopenia, 1),
        yes(times(ldh, 1, ldh_uln, over), 1),
        *[yes(None, 1)] * 6,  # what this chain of questions never asks
        yes(any(said) if said else None, 1),
        yes(holds(triglycerides, lambda v: v > 265), 1),
    ]
    disagree = None not in {hot, fever} and hot != fever
    return added(parts, lambda _, __: {"fever_disagrees"} if disagree else set())
