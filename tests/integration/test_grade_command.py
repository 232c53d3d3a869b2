"""``stormwatch grade`` as a person and a pipeline run it: a real process, real files."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "monitoring.cli", "grade"]


def grade(*arguments: str, lines: str | bytes = "") -> subprocess.CompletedProcess[bytes]:
    given = lines.encode() if isinstance(lines, str) else lines
    return subprocess.run([*COMMAND, *arguments], input=given, capture_output=True, check=False)


def documents(done: subprocess.CompletedProcess[bytes]) -> list[dict]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_lines_come_back_graded_in_their_order() -> None:
    done = grade(
        "--scale",
        "astct-crs",
        lines='{"temp_c": 38.4, "vasopressors": ["Levophed"]}\n\n  \n{"temp_f": 98.6}\n',
    )

    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    first, second = documents(done)
    assert (first["grade"], second["grade"]) == (3, 0)
    assert {"reason", "evidence", "flags", "missing", "would_raise", "would_lower"} <= set(first)
    assert first["scale"] == "astct-crs"
    assert first["version"].startswith("astct_crs@")
    assert first["evidence"][1] == {
        "id": "one_vasopressor",
        "label": "Requiring a vasopressor, with or without vasopressin",
        "grade": 3,
        "inputs": {"vasopressors": ["norepinephrine"]},
        "source": "Lee 2019, Table 2, hypotension; clinical reference C10, C11",
    }


def test_a_file_is_read_and_a_dash_is_the_input(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + b'{"ice": 5}\r\n{"ice": 10}')

    by_file = grade("--scale", "astct-icans", str(path))
    by_dash = grade("--scale", "astct-icans", "-", lines=path.read_bytes())

    assert [one["grade"] for one in documents(by_file)] == [2, 0]
    assert by_dash.stdout == by_file.stdout


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("38.4", "This is not an object. Write one object of fields and values a line."),
        ("{oops", "This is not JSON"),
        ('{"temp_c": NaN}', "temp_c takes a number, and this is none. Write null where"),
        ('{"sbp": 90, "dbp": -Infinity}', "dbp takes a number, and this is none"),
        ('{"temp_c": 1e400}', "temp_c takes a number, and this is none"),
        ('{"temp_c": 38.5, "sbp": NaN', "This is not JSON"),
        ('{"temp_c": 38.5, "temp_c": 36.8}', "temp_c stands more than once"),
        ('{"temp_c": 38.5, "temp\\u005fc": 38.5}', "temp_c stands more than once"),
        ('{"temp_c" : 38.5, "sbp":80, "sbp": 120}', "sbp stands more than once"),
        ('{"fever": 38.4}', "Unknown field 'fever'. Known are: temp_c, temp_f, sbp"),
        ('{"temp_c": 100.4}', "temp_c takes a number in Cel from 25 to 45; check value and unit."),
        ('{"temp_c": "38.4"}', "temp_c takes a number in Cel"),
        ('{"o2_device": "snorkel"}', "Unknown value 'snorkel' for o2_device. It takes: room_air"),
        ('{"o2_device": "425447009"}', "Bag-valve-mask is ventilation by hand and no oxygen mask"),
        ('{"o2_device": "trach"}', "tracheostomy_mask or invasive_ventilation"),
        ('{"vasopressors": "dopamine"}', "vasopressors takes a list, [] for none"),
        ('{"vasopressors": ["water"]}', "Unknown value 'water' for vasopressors. It takes:"),
        ('{"sbp": 90, "dbp": 90}', "dbp must be below sbp"),
        ('{"fio2": 5}', "fio2 takes a fraction from 0.21 to 1 or per cent from 21 to 100"),
        ('{"temp_c": 37.0, "temp_f": 101.0}', "temp_c and temp_f disagree. Give one of them"),
        ('{"premedicated": 1}', "premedicated takes true or false"),
    ],
)
def test_a_bad_line_says_what_to_do_and_the_others_are_graded(line: str, message: str) -> None:
    done = grade("--scale", "astct-crs", lines=f'{{"temp_c": 38.0}}\n{line}\n{{"temp_c": 39.0}}\n')

    assert done.returncode == 2
    before, bad, after = documents(done)
    assert (before["grade"], after["grade"]) == (1, 1)
    assert bad["line"] == 2
    assert message in bad["error"]
    assert done.stderr.decode().strip() == f"Line 2: {bad['error']}"


def test_a_line_that_is_no_utf8_text_is_told_and_the_others_are_graded() -> None:
    done = grade("--scale", "astct-crs", lines=b'{"temp_c": 38.0}\n{"o2_device": "\xe9"}\n')

    assert done.returncode == 2
    good, bad = documents(done)
    assert good["grade"] == 1
    assert bad == {"line": 2, "error": "This is not UTF-8 text. Save the records as UTF-8."}


@pytest.mark.parametrize("depth", [900, 1000, 100_000])
def test_a_line_of_values_deep_in_one_another_stops_no_other(depth: int) -> None:
    deep = '{"temp_c": 38.0, "x": ' + '{"a": ' * depth + "1" + "}" * depth + "}"

    done = grade("--scale", "astct-crs", lines=f'{{"temp_c": 38.0}}\n{deep}\n{{"temp_c": 39.0}}\n')

    assert done.returncode == 2, done.stderr
    before, bad, after = documents(done)
    assert (before["grade"], bad["line"], after["grade"]) == (1, 2, 1)
    assert "Unknown field 'x'" in bad["error"] or "Write one object" in bad["error"]


def test_a_closed_input_is_told() -> None:
    done = subprocess.run(
        ["sh", "-c", '"$@" <&-', "sh", *COMMAND, "--scale", "news2"],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.decode().startswith("The input is closed. Name a file")


def test_a_full_disk_is_told() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, "--scale", "news2"],
            input=b'{"rr": 18}\n',
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.decode().startswith("A file or the output cannot be used (No space left")


def test_more_lines_than_are_held_at_once_keep_order_and_numbers() -> None:
    lines = [json.dumps({"temp_c": 38.0 if n % 3 else 37.0}) for n in range(20_000)]
    lines[9_000] = "no"
    lines[17_000] = "{}"

    done = grade("--scale", "astct-crs", lines="\n".join(lines))

    found = documents(done)
    assert len(found) == len(lines)
    assert found[9_000]["line"] == 9_001
    assert found[17_000]["grade"] is None
    assert [one["grade"] for one in found[17_001:]] == [
        1 if n % 3 else 0 for n in range(17_001, 20_000)
    ]


def test_a_line_graded_alone_is_graded_the_same_among_others() -> None:
    lines = [
        '{"temp_c": 38.0, "sbp": 84}',
        '{"vasopressors": ["dopamine"]}',
        '{"o2_device": "NRB"}',
    ]

    together = grade("--scale", "astct-crs", lines="\n".join(lines)).stdout
    alone = b"".join(grade("--scale", "astct-crs", lines=line).stdout for line in lines)

    assert together == alone


def test_nothing_in_is_nothing_out() -> None:
    done = grade("--scale", "astct-crs")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_an_unknown_scale_is_refused_with_those_that_are_known() -> None:
    done = grade("--scale", "astct")
    assert done.returncode == 2
    assert b"Unknown scale 'astct'. Known are: astct-crs, astct-icans" in done.stderr


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    done = grade("--scale", "astct-crs", str(tmp_path / "none.jsonl"))
    assert done.returncode == 2
    assert done.stderr.decode().startswith("none.jsonl cannot be read (No such file or directory).")


def test_the_fields_of_a_scale_are_shown_with_what_they_take() -> None:
    text = grade("--scale", "astct-crs", "--fields").stdout.decode()

    assert "temp_c: Temperature\n  number in Cel from 25 to 45" in text
    assert "number in Cel from 25 to 45" in text
    assert "nonrebreather_mask = nrb, " in text
    assert "norepinephrine = noradrenaline" in text
    assert "a list of any of; [] is none" in text


def test_grading_needs_neither_the_store_nor_tables_of_data() -> None:
    program = (
        "import sys; sys.argv = ['stormwatch', 'grade', '--scale', 'astct-crs', '--fields']\n"
        "from monitoring.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print([one for one in ('pandas', 'sqlalchemy', 'streamlit') if one in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().endswith("[]")
