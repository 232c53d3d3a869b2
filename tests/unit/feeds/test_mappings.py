"""Mappings are data that fail closed: whoever writes one wrongly is told where."""

from pathlib import Path

import pytest

from monitoring.clinical.concepts import CONCEPTS
from monitoring.feeds.mapping_file import packaged_mappings, parse_mapping
from monitoring.feeds.problems import FeedError

SOUND = """
title = "Ward file"
layout = "long"
identifier_system = "ward"
patient_label = "Patient"
required = ["patient", "time", "name", "value"]
[columns]
patient = ["id"]
time = ["at"]
name = ["what"]
value = ["value"]
[clock]
kind = "calendar"
[encounter]
care_setting = "ward"
treatments_charted = false
[names.Puls]
concept = "heart_rate"
unit = "/min"
also = ["Herzfrequenz"]
"""


def test_every_packaged_mapping_can_be_read():
    assert {mapping.id for mapping in packaged_mappings()} >= {
        "mimic_long",
        "physionet2019",
        "crs_synth",
        "plain_long",
        "nhsr_news",
    }


def test_what_a_mapping_leaves_out_as_unwatched_is_not_in_the_dictionary():
    watched = {word.casefold() for one in CONCEPTS.values() for word in (one.code, one.label)}
    for mapping in packaged_mappings():
        left_out = {name for name, why in mapping.not_used.items() if "no such concept" in why}
        assert not {name.casefold() for name in left_out} & watched


def test_a_mapping_of_one_s_own_is_read():
    mapping = parse_mapping("ward", SOUND)
    assert mapping.names["herzfrequenz"].concept == "heart_rate"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"heart_rate"', '"hart_rate"', "unknown concept hart_rate"),
        ('"/min"', '"mm[Hg]"', "cannot be in"),
        ('layout = "long"', 'layout = "tall"', "wrong entry"),
        ("[clock]", "[clok]", "unknown keys"),
        ('care_setting = "ward"', 'care_setting = "home"', "ward, icu"),
        ('title = "Ward file"', "", "lacks the key"),
        ('title = "Ward file"', "title = ", "not valid TOML"),
        ('also = ["Herzfrequenz"]', 'also = ["Puls"]', "twice"),
        ('also = ["Herzfrequenz"]', 'units = "x"', "wrong entry"),
        ('also = ["Herzfrequenz"]', 'values = {"x" = "y"}', "no code"),
        ('kind = "calendar"', 'kind = "calendar"\ntime_zone = "Mars"', "Mars"),
        ('patient = ["id"]', 'patiant = ["id"]', "unknown keys"),
    ],
)
def test_a_fault_in_a_mapping_is_named(old, new, words):
    with pytest.raises(FeedError, match=words):
        parse_mapping("ward", SOUND.replace(old, new))


def test_the_documentation_names_every_mapping_and_its_example_can_be_read():
    text = (Path(__file__).parents[3] / "docs" / "import-mappings.md").read_text()
    for mapping in packaged_mappings():
        assert f"`{mapping.id}`" in text
    example = text.split("```toml\n")[1].split("```")[0]
    assert parse_mapping("example", example).names["puls"].concept == "heart_rate"
