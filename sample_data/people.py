"""Invented people for the beds: names from many places, identifiers that say they are not real."""

import hashlib
from base64 import b32encode
from datetime import date, timedelta

import numpy as np

from sample_data.events import Person
from sample_data.physiology import Constitution
from sample_data.scenario import PersonRanges, Range

# Given names (women, men) and family names that go together.
_NAMES = (
    (("Amara", "Ngozi", "Ifeoma"), ("Emeka", "Obinna", "Tunde"), ("Adebayo", "Eze", "Nwosu")),
    (("Lucía", "Carmen", "Inés"), ("Rafael", "Mateo", "Diego"), ("Álvarez", "Ibarra", "Quintero")),
    (("Mei", "Xiulan", "Jing"), ("Wei", "Haoran", "Bo"), ("Zhao", "Lin", "Ouyang")),
    (("Priya", "Ananya", "Kavita"), ("Arjun", "Rohan", "Vikram"), ("Iyer", "Banerjee", "Deshmukh")),
    (("Leila", "Yasmin", "Noor"), ("Omar", "Karim", "Tariq"), ("Mansour", "Al-Amin", "Barakat")),
    (("Ingrid", "Solveig", "Maren"), ("Lars", "Henrik", "Eirik"), ("Halvorsen", "Nygaard", "Berg")),
    (("Siobhán", "Maeve", "Orla"), ("Declan", "Eoin", "Pádraig"), ("O'Dowd", "Gallagher", "Keane")),
    (("Zofia", "Halina", "Ewa"), ("Marek", "Tomasz", "Jan"), ("Wójcik", "Kowal", "Zielińska-Ruta")),
    (("Yuki", "Haruka", "Emi"), ("Kenji", "Sora", "Daichi"), ("Mori", "Fujita", "Hayashi")),
    (("Tavita", "Mele", "Losa"), ("Sione", "Tevita", "Manu"), ("Faleolo", "Tupou", "Vainikolo")),
    (
        ("Thandiwe", "Lindiwe", "Zanele"),
        ("Sipho", "Themba", "Bongani"),
        ("Dlamini", "Mokoena", "Khumalo"),
    ),
    (
        ("Harriet", "Dorothy", "Agnes"),
        ("Alfred", "Wilfred", "Edmund"),
        ("Thistlewood", "Marsh", "Pemberton"),
    ),
    (("Elif", "Zeynep", "Defne"), ("Kerem", "Emre", "Baran"), ("Yıldız", "Aksoy", "Demirtaş")),
    (("Ana", "Jovana", "Milica"), ("Luka", "Nikola", "Stefan"), ("Petrović", "Marković", "Šarić")),
    (("Hoa", "Linh", "Mai"), ("Minh", "Quang", "Duc"), ("Nguyen", "Pham", "Vo")),
    (
        ("Rosalind", "Della", "Odette"),
        ("Jerome", "Marcus", "Clyde"),
        ("Baptiste", "Hollis", "Freeman"),
    ),
)
_FAMILIES = tuple(
    (culture, number)
    for culture, (_, _, families) in enumerate(_NAMES)
    for number in range(len(families))
)

_ALLERGIES = (
    "No known allergies",
    "No known allergies",
    "No known allergies",
    "Penicillin (rash)",
    "Sulfonamides (rash)",
    "Latex",
    "Iodinated contrast (hives)",
    "Ondansetron (headache)",
    "Peanut (anaphylaxis)",
)

IDENTIFIER_SYSTEM = "urn:stormwatch:demo-patient"


def _within(bounds: Range, random: np.random.Generator) -> float:
    return float(random.uniform(bounds[0], bounds[1]))


def draw_constitution(ranges: PersonRanges, random: np.random.Generator) -> Constitution:
    """A person's own values when well, drawn from a story's ranges."""
    return Constitution(
        temp_c=float(random.uniform(36.6, 36.85)),
        heart_rate=_within(ranges.heart_rate, random),
        respiratory_rate=_within(ranges.respiratory_rate, random),
        systolic_mmhg=_within(ranges.systolic_mmhg, random),
        diastolic_mmhg=_within(ranges.diastolic_mmhg, random),
        spo2_percent=_within(ranges.spo2, random),
        susceptibility=float(random.uniform(0.2, 0.8)),
    )


def draw_person(
    ranges: PersonRanges,
    random: np.random.Generator,
    *,
    patient_key: str,
    ordinal: int,
    seed: int,
    admitted_on: date,
) -> Person:
    """The ``ordinal``-th person of a seed's ward; family names repeat only after 48 people."""
    order = np.random.default_rng(seed).permutation(len(_FAMILIES))
    culture, number = _FAMILIES[int(order[ordinal % len(_FAMILIES)])]
    women, men, families = _NAMES[culture]
    sex = ranges.sex or ("female" if random.random() < 0.5 else "male")
    given_names = women if sex == "female" else men
    years = int(random.integers(int(ranges.age_years[0]), int(ranges.age_years[1]) + 1))
    age_days = int(years * 365.25) + int(random.integers(10, 350))
    return Person(
        identifier=_identifier(patient_key),
        family_name=families[number],
        # Two people of one place have two given names; the next round of beds shifts them.
        given_name=given_names[(number + ordinal // len(_FAMILIES)) % len(given_names)],
        birth_date=admitted_on - timedelta(days=age_days),
        sex=sex,
        allergies=_ALLERGIES[int(random.integers(len(_ALLERGIES)))],
        weight_kg=round(_within(ranges.weight_kg, random), 1),
    )


def _identifier(patient_key: str) -> str:
    digest = hashlib.blake2b(patient_key.encode(), digest_size=5).digest()
    return f"DEMO-{b32encode(digest).decode()}"
