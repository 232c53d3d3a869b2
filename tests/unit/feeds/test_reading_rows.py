"""What a row of a file becomes: an observation, unusable with a reason, or absent."""

import gzip

import pytest

from monitoring.feeds.problems import FeedError
from tests.unit.feeds.conftest import BERLIN, MIMIC, PLAIN


def reasons(readings):
    return [found.reason_code for reading in readings for found in reading.unusable]


def values(readings):
    return [
        (raw.concept, raw.value, raw.unit) for reading in readings for raw in reading.observations
    ]


def test_fahrenheit_and_celsius_of_one_patient_keep_their_units(read):
    readings = read(MIMIC + "7,2150-01-01 10:00:00,TempF,100.4\n7,2150-01-01 11:00:00,TempC,38.0\n")
    assert values(readings) == [
        ("body_temperature", "100.4", "[degF]"),
        ("body_temperature", "38.0", "Cel"),
    ]


@pytest.mark.parametrize(
    ("label", "concept", "method"),
    [
        ("Heart Rate", "heart_rate", None),
        ("heart rate", "heart_rate", None),
        ("Temperature Celsius", "body_temperature", None),
        ("Temperature Fahrenheit", "body_temperature", None),
        ("Non Invasive Blood Pressure systolic", "systolic_bp", "cuff"),
        ("ABPs", "systolic_bp", "arterial_line"),
        ("Arterial Blood Pressure mean", "mean_arterial_pressure", "arterial_line"),
        ("O2 saturation pulseoxymetry", "spo2", None),
        ("O2 Flow", "oxygen_flow", None),
        ("Inspired O2 Fraction", "inhaled_oxygen", None),
        ("Respiratory Rate (Total)", "respiratory_rate", "ventilator"),
    ],
)
def test_the_charted_labels_of_mimic_are_known(read, label, concept, method):
    (reading,) = read(MIMIC + f"7,2150-01-01 10:00:00,{label},37\n")
    (raw,) = reading.observations
    assert (raw.concept, raw.method) == (concept, method)


def test_a_device_is_translated_and_kept_as_sent(read):
    (reading,) = read(MIMIC + "7,2150-01-01 10:00:00,O2 Delivery Device(s),Non-rebreather \n")
    (raw,) = reading.observations
    assert raw.value == "nonrebreather_mask"
    assert raw.value_sent == "Non-rebreather"


def test_an_unknown_name_goes_to_quarantine_whole(read):
    (reading,) = read(MIMIC + "7,2150-01-01 10:00:00,Mood,good\n")
    (found,) = reading.unusable
    assert found.reason_code == "unknown_name"
    assert found.raw == "7,2150-01-01 10:00:00,Mood,good"
    assert found.line == 2


def test_a_unit_that_contradicts_the_name_is_not_guessed(read):
    header = "subject_id,time,vital,value,unit\n"
    readings = read(
        header + "7,2150-01-01 10:00:00,TempF,38.4,°C\n7,2150-01-01 10:00:00,TempF,100.4,°F\n"
    )
    assert reasons(readings) == ["unit_contradicts"]
    assert values(readings) == [("body_temperature", "100.4", "°F")]


def test_the_unit_column_decides_where_the_name_says_nothing(read):
    header = "subject_id,charttime,label,valuenum,valueuom\n"
    readings = read(header + "7,2150-01-01 10:00:00,Temperature,100.4,°F\n")
    assert values(readings) == [("body_temperature", "100.4", "°F")]


def test_wide_rows_count_what_is_absent_apart(read):
    readings = read("HR|Temp|Resp|ICULOS\n61|NaN|17.5|1\nNaN|NaN|NaN|2\n", "p42.psv")
    assert values(readings) == [
        ("heart_rate", "61", "/min"),
        ("respiratory_rate", "17.5", "/min"),
    ]
    assert [reading.absent for reading in readings] == [1, 3]
    assert {reading.identifier for reading in readings} == {"p42"}


def test_many_patients_in_one_wide_table_are_told_apart(read):
    readings = read(",Hour,HR,ICULOS,Patient_ID\n0,0,61,1,17\n1,0,62,1,18\n", "all.csv")
    assert [reading.identifier for reading in readings] == ["17", "18"]


def test_a_wide_file_without_a_temperature_column_is_read(read):
    assert values(read("HR|ICULOS\n61|1\n", "p42.psv")) == [("heart_rate", "61", "/min")]


def test_age_and_sex_come_with_the_row(read):
    (reading,) = read("HR|Age|Gender|ICULOS\n61|75.91|0|1\n", "p42.psv")
    assert (reading.age_years, reading.sex) == (75.91, "female")


def test_an_age_that_is_none_is_told(read):
    (reading,) = read("HR|Age|Gender|ICULOS\n61|old|7|1\n", "p42.psv")
    assert reasons([reading]) == ["age_not_possible", "unknown_code"]
    assert len(reading.observations) == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("7,2150-01-01 10:00:00,HR", "too_few_cells"),
        ("7,2150-01-01 10:00:00,HR,80,81", "too_many_cells"),
        (",2150-01-01 10:00:00,HR,80", "patient_missing"),
        (f"{'7' * 200},2150-01-01 10:00:00,HR,80", "patient_missing"),
        ("7,,HR,80", "time_missing"),
        ("7,yesterday,HR,80", "time_unreadable"),
        ("7,01/02/2150 10:00,HR,80", "time_unreadable"),
        ("7,2150-02-30 10:00:00,HR,80", "time_unreadable"),
        ("7,2150-01-01,HR,80", "time_unreadable"),
        ("7,2999-01-01 10:00:00,HR,80", "time_not_possible"),
        ("7,0001-01-01 10:00:00,HR,80", "time_not_possible"),
        ('7,2150-01-01 10:00:00,"HR,80', "open_quote"),
        ('7,2150-01-01 10:00:00,"HR"x"",80', "bad_quotes"),
        ("7,2150-01-01 10:00:00,H\x00R,80", "not_text"),
    ],
)
def test_a_row_that_cannot_be_read_does_not_stop_the_others(read, row, reason):
    good = "7,2150-01-01 11:00:00,HR,81\n"
    readings = read(MIMIC + good + row + "\n" + good.replace("11:00", "12:00"))
    assert reasons(readings) == [reason]
    assert len(values(readings)) == 2


def test_bytes_that_are_no_text_are_kept_as_their_escapes(read):
    readings = read(MIMIC.encode() + b"7,2150-01-01 10:00:00,HR,8\xff0\n")
    (found,) = readings[0].unusable
    assert found.reason_code == "not_text"
    assert found.raw.endswith("8\\xff0")


def test_byte_order_mark_windows_line_ends_and_blank_lines_do_no_harm(read):
    content = "\ufeff" + MIMIC.replace("\n", "\r\n") + "\r\n7,2150-01-01 10:00:00,HR,80\r\n\r\n"
    assert values(read(content)) == [("heart_rate", "80", "/min")]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_usual_separator_is_found(read, separator):
    content = MIMIC + "7,2150-01-01 10:00:00,HR,80\n"
    assert values(read(content.replace(",", separator))) == [("heart_rate", "80", "/min")]


def test_a_packed_file_and_utf_16_are_read(read):
    content = MIMIC + "7,2150-01-01 10:00:00,HR,80\n"
    assert values(read(gzip.compress(content.encode()), "file.csv.gz")) == values(read(content))
    assert values(read(content.encode("utf-16"))) == values(read(content))


def test_a_packed_psv_names_its_patient_as_the_plain_one(read):
    packed = gzip.compress(b"HR|ICULOS\n61|1\n")
    (reading,) = read(packed, "p42.psv.gz")
    assert reading.identifier == "p42"


def test_quoted_cells_and_a_spreadsheet_s_first_line_are_read(read):
    content = 'sep=,\n"subject_id","time","vital","value"\n"7","2150-01-01 10:00","HR","80"\n'
    assert values(read(content)) == [("heart_rate", "80", "/min")]


def test_a_trailing_separator_is_no_cell(read):
    assert values(read(MIMIC + "7,2150-01-01 10:00:00,HR,80,\n")) == [("heart_rate", "80", "/min")]


def test_a_decimal_comma_is_read_only_when_the_person_says_so(read):
    from dataclasses import replace

    content = MIMIC.replace(",", ";") + "7;2150-01-01 10:00:00;TempC;38,4\n"
    assert values(read(content)) == [("body_temperature", "38,4", "Cel")]
    (reading,) = read(content, choices=replace(BERLIN, decimal_comma=True))
    (raw,) = reading.observations
    assert (raw.value, raw.value_sent) == ("38.4", "38,4")


def test_the_same_moment_in_another_spelling_is_the_same_observation(read):
    readings = read(MIMIC + "7,2150-01-01 10:00:00,HR,80\n7,2150-01-01T10:00,heart rate,80\n")
    first, second = (reading.observations[0].source_id for reading in readings)
    assert first == second


def test_two_patients_whose_names_hold_separators_stay_apart(read):
    readings = read(
        PLAIN + "a/b,2026-01-01 10:00,heart_rate,80,\na%2Fb,2026-01-01 10:00,heart_rate,80,\n"
    )
    first, second = (reading.observations[0].source_id for reading in readings)
    assert first != second


def test_concept_codes_and_loinc_codes_are_names_in_a_plain_file(read):
    readings = read(
        PLAIN + "7,2026-01-01 10:00,heart_rate,80,/min\n7,2026-01-01 10:00,8310-5,101.3,[degF]\n"
    )
    assert values(readings) == [
        ("heart_rate", "80", "/min"),
        ("body_temperature", "101.3", "[degF]"),
    ]


NO_TABLES = {
    "empty": (b"", "is empty"),
    "blank": (b"\n\n", "is empty"),
    "spreadsheet": (b"PK\x03\x04rest", "spreadsheet"),
    "no gzip": (b"\x1f\x8bbroken", "cannot be unpacked"),
    "gzip cut off": (gzip.compress(MIMIC.encode() * 50)[:-10], "cannot be unpacked"),
    "another table": (b"a,b\n1,2\n", "No mapping fits"),
    "binary": (b"\x00\x01\x02\x03", "No mapping fits"),
    "column not known": ((MIMIC.strip() + ",mood\n").encode(), "not known: mood"),
    "column not named": ((MIMIC.strip() + ",\n").encode(), "without a name"),
    "column twice": ((MIMIC.strip() + ",value\n").encode(), "twice: value"),
    "one endless line": (b"x" * 2_000_000, "too long"),
}


@pytest.mark.parametrize(("content", "words"), NO_TABLES.values(), ids=NO_TABLES.keys())
def test_a_file_that_is_no_known_table_is_an_error_that_says_what_it_is(read, content, words):
    with pytest.raises(FeedError, match=words):
        read(content)


def test_a_file_without_a_header_repeats_nothing_of_its_first_patient(read):
    with pytest.raises(FeedError, match="not the names of columns") as told:
        read("Alvarez,2026-01-01T10:00:00Z,heart_rate,80,/min\n")
    assert "Alvarez" not in str(told.value)


def test_a_file_with_a_header_alone_holds_nothing(read):
    assert read(MIMIC) == []


def test_known_files_that_hold_no_course_are_refused_with_the_reason(read):
    news = "male,age,NEWS,syst,dias,temp,pulse,resp,sat,sup,alert,died\n"
    with pytest.raises(FeedError, match="neither a time nor a patient identifier"):
        read(news)
    outcomes = "patient_id,trial,crs_occurred,crs_max_grade\n"
    with pytest.raises(FeedError, match="not what was observed"):
        read(outcomes)


def test_an_unclosed_quotation_mark_gives_up_one_line_only(read):
    rows = "".join(f"7,2150-01-01 {hour:02}:00:00,HR,80\n" for hour in range(24))
    readings = read(MIMIC + '7,2150-01-02 10:00:00,"HR,80\n' + rows)
    assert reasons(readings) == ["open_quote"]
    assert len(values(readings)) == 24


def test_a_quoted_cell_may_run_over_lines(read):
    header = "subject_id,time,vital,value,warning\n"
    readings = read(
        header + '7,2150-01-01 10:00:00,HR,80,"one\ntwo"\n7,2150-01-01 11:00:00,HR,81,\n'
    )
    assert len(values(readings)) == 2
