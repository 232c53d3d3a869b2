"""The command ``stormwatch`` as a person runs it, on a real store and real files."""

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.engine import Store, create_store
from db.queries import census, policies
from monitoring.cli import main
from monitoring.clinical.policy import load_policy
from monitoring.config import settings
from monitoring.services.not_judged import tell_not_judged
from monitoring.services.policies import PACKAGED
from tests.integration.importing import MIMIC
from tests.integration.test_replay import fall_ill
from tests.stories import bedside, clock

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Done:
    """What a command said and how it ended."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def stormwatch(tmp_path, monkeypatch, capsys):
    """Run the command in a temporary folder with a store there."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, **environment: str) -> Done:
        with monkeypatch.context() as patched:
            patched.setattr(sys, "argv", ["stormwatch", *arguments])
            wanted = {"STORMWATCH_DATABASE_URL": "sqlite:///ward.db", **environment}
            for name, value in wanted.items():
                patched.setenv(name, value)
            settings.cache_clear()
            capsys.readouterr()
            code = 0
            try:
                main()
            except SystemExit as ended:
                code = int(ended.code or 0)
            finally:
                settings.cache_clear()
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return run


@pytest.fixture
def patient_file(tmp_path):
    path = tmp_path / "patient.csv"
    rows = "".join(f"7,2150-01-01 {hour:02}:00:00,TempF,{98 + hour / 2}\n" for hour in range(8))
    path.write_text(MIMIC + rows + "7,2150-01-01 09:00:00,Mood,good\n")
    return path


def in_a_sentence(done, code: int = 2) -> str:
    """The one sentence a command stopped with: no traceback, nothing on standard output."""
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_file_is_imported_into_a_store_that_was_not_there(stormwatch, patient_file):
    done = stormwatch("import", str(patient_file))
    assert done.returncode == 0, done.stderr
    assert re.search(r"8\s+values accepted", done.stdout)
    assert "1 in 1 rows: unknown name, e.g. line 10 (name)" in done.stdout
    assert "good" not in done.stdout + done.stderr

    again = stormwatch("import", str(patient_file))
    assert re.search(r"8\s+values known before", again.stdout)


def test_export_and_import_into_another_store(stormwatch, patient_file, tmp_path):
    stormwatch("import", str(patient_file))
    exported = stormwatch("export", "--patient", "7", "--out", "seven.csv")
    assert exported.returncode == 0, exported.stderr

    other = {"STORMWATCH_DATABASE_URL": "sqlite:///other.db"}
    restored = stormwatch("import", "seven.csv", **other)
    assert "1 stays new" in restored.stdout
    stormwatch("export", "--patient", "7", "--out", "again.csv", **other)
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "seven.csv").read_bytes()

    to_screen = stormwatch("export", "--patient", "7", "--out", "-")
    assert to_screen.stdout.startswith("record,encounter,")

    alerts = stormwatch("export", "--patient", "7", "--alerts", "--out", "alerts.jsonl")
    lines = (tmp_path / "alerts.jsonl").read_text().splitlines()
    assert f"{len(lines)} alerts written" in alerts.stdout
    assert {json.loads(line)["problem"] for line in lines} >= {"fever"}


def test_a_grade_is_explained(stormwatch, patient_file):
    stormwatch("import", str(patient_file))
    done = stormwatch("explain", "--patient", "7")
    assert done.returncode == 0, done.stderr
    assert "A suggestion for a clinician to confirm." in done.stdout
    early = stormwatch("explain", "--patient", "7", "--at", "2001-01-01T00:00Z")
    assert "Choose a later one" in in_a_sentence(early)


def test_one_bad_file_does_not_keep_the_others_out(stormwatch, patient_file, tmp_path):
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    done = stormwatch("import", "bad.csv", str(patient_file))
    said = in_a_sentence(done)
    assert "bad.csv: No mapping fits" in said
    assert "1 of 2 files were not imported" in said
    (tmp_path / "empty.csv").touch()
    assert in_a_sentence(stormwatch("import", "empty.csv")).count("empty.csv") == 1
    assert re.search(r"8\s+values accepted", done.stdout)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("import", "missing.csv"), "There is no missing.csv"),
        (("import", "."), "holds no .csv"),
        (("export", "--patient", "7", "--out", "x.csv"), "Run: stormwatch init"),
        (("export", "--out", "x.csv"), "either --patient"),
        (("explain", "--patient", "7", "--at", "noon"), "Write it as 2026-11-22T10:45+01:00"),
        (("import", "--mapping", "mine.toml", "x.csv"), "There is no x.csv"),
        (("doctor", "--nonsense"), "No such option"),
        (("nonsense",), "No such command"),
        (("backup", "copy.db"), "Run: stormwatch init"),
        (("verify-audit", "--head", "xyz"), "hexadecimal"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(stormwatch, arguments, words):
    assert words in in_a_sentence(stormwatch(*arguments))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("STORMWATCH_DATABASE_URL", "mysql://ward:secret@127.0.0.1/x", "sqlite:///path"),
        ("STORMWATCH_DATABASE_URL", "postgresql://ward:secret@127.0.0.1:9/x", "does not answer"),
        ("STORMWATCH_TICK_S", "soon", "STORMWATCH_TICK_S"),
    ],
)
def test_a_wrong_setting_is_named_without_its_secret(stormwatch, name, value, words):
    said = in_a_sentence(stormwatch("doctor", **{name: value}))
    assert words in said
    assert "secret" not in said


@pytest.mark.parametrize(
    "command",
    [
        ("doctor",),
        ("explain", "--patient", "7"),
        ("export", "--patient", "7", "--out", "seven.csv"),
        ("quarantine", "list"),
        ("verify-audit",),
    ],
)
def test_a_mistyped_address_makes_no_second_store(stormwatch, tmp_path, command):
    said = in_a_sentence(stormwatch(*command, STORMWATCH_DATABASE_URL="sqlite:///wrad.db"))
    assert said.startswith("There is no store at wrad.db. Check STORMWATCH_DATABASE_URL")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_store_is_left_alone(stormwatch, tmp_path):
    junk = tmp_path / "ward.db"
    junk.write_bytes(b"this is a letter to my aunt" * 100)
    assert "not a Stormwatch store" in in_a_sentence(stormwatch("init"))
    assert junk.read_bytes().startswith(b"this is a letter")


def test_a_new_store_keeps_the_limits_that_hold_in_it(stormwatch, patient_file, tmp_path):
    for made in (("init",), ("init",), ("import", str(patient_file))):
        assert stormwatch(*made).returncode == 0
    stormwatch("import", str(patient_file), STORMWATCH_DATABASE_URL="sqlite:///imported.db")

    for name in ("ward.db", "imported.db"):
        store = create_store(f"sqlite:///{tmp_path / name}")
        with store.read() as session:
            (kept,) = policies.versions(session, PACKAGED)
        store.close()
        assert (kept.version, kept.author) == (load_policy().id, "system:init")
    assert "the packaged ones hold" in stormwatch("policy", "show").stdout


def test_the_help_shows_its_example_whole(stormwatch):
    assert "only what differs, e.g. [hypoxia]." in stormwatch("policy", "set", "--help").stdout


def test_members_are_added_once_and_listed(stormwatch):
    assert stormwatch("init").returncode == 0
    add = ("user", "add", "n.amara", "--name", "Amara", "--role", "nurse")
    assert stormwatch(*add).returncode == 0
    assert "taken" in in_a_sentence(stormwatch(*add))
    listed = stormwatch("user", "list")
    assert re.search(r"n\.amara\s+Amara\s+nurse\s+yes", listed.stdout)


def test_the_record_proves_itself_until_somebody_alters_it(stormwatch, patient_file, tmp_path):
    import pysqlite3

    stormwatch("import", str(patient_file))
    whole = stormwatch("verify-audit")
    assert whole.returncode == 0, whole.stderr
    head = re.search(r"head ([0-9a-f]{64})", whole.stdout).group(1)
    assert stormwatch("verify-audit", "--head", head).returncode == 0
    assert "cut off" in stormwatch("verify-audit", "--head", "ab" * 32).stdout

    connection = pysqlite3.connect(str(tmp_path / "ward.db"))
    for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        connection.execute(f'DROP TRIGGER "{trigger}"')
    connection.execute("UPDATE observation SET value_num = 36.6 WHERE id = 1")
    connection.commit()
    connection.close()

    altered = stormwatch("verify-audit")
    assert altered.returncode == 1
    assert "observation 1: altered" in altered.stdout
    assert stormwatch("doctor").returncode == 1


def test_doctor_names_the_row_of_who_cannot_be_judged(stormwatch, patient_file, tmp_path):
    stormwatch("import", str(patient_file))
    assert "ok   patients judged" in stormwatch("doctor").stdout
    store = create_store(f"sqlite:///{tmp_path / 'ward.db'}")
    now = datetime.now(UTC)
    with store.read() as session:
        (lying,) = census.open_encounter_ids(session)
    tell_not_judged(store, encounter_id=lying, failure=KeyError("Okafor"), now=now)
    store.close()

    found = stormwatch("doctor")
    assert found.returncode == 1
    assert f"NOT  patients judged: encounter {lying} since" in found.stdout
    assert "(KeyError)" in found.stdout
    assert "Okafor" not in found.stdout


def test_a_backup_is_a_store(stormwatch, patient_file):
    stormwatch("import", str(patient_file))
    assert stormwatch("backup", "copy.db").returncode == 0
    assert "exists" in in_a_sentence(stormwatch("backup", "copy.db"))
    checked = stormwatch("doctor", STORMWATCH_DATABASE_URL="sqlite:///copy.db")
    assert checked.returncode == 0, checked.stdout


def test_the_watcher_is_a_process_that_stops_when_it_is_asked(stormwatch, tmp_path):
    stormwatch("init")
    watcher = subprocess.Popen(
        [sys.executable, "-c", "from monitoring.cli import main; main()", "watch"],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(PROJECT),
            "STORMWATCH_DATABASE_URL": "sqlite:///ward.db",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert "Watching" in watcher.stdout.readline()
        watcher.send_signal(signal.SIGTERM)
        assert watcher.wait(timeout=30) == 0
    finally:
        watcher.kill()


def test_the_demo_refuses_a_store_that_a_ward_works_with(stormwatch):
    stormwatch("init")
    stormwatch("user", "add", "n.amara", "--name", "Amara", "--role", "nurse")
    said = in_a_sentence(stormwatch("demo", "--port", "8699"))
    assert "Give the demo one of its own" in said


def test_a_fresh_demo_does_not_take_imported_patients_away(stormwatch, patient_file, tmp_path):
    stormwatch("import", str(patient_file))
    said = in_a_sentence(stormwatch("demo", "--fresh", "--port", "8699"))
    assert "Export them" in said
    assert (tmp_path / "ward.db").exists()


def test_the_command_prints_both_policies_side_by_side(
    stormwatch,
    tmp_path,
    sqlite_url: str,
    sqlite_store: Store,
) -> None:
    fall_ill(sqlite_store)
    (tmp_path / "lenient.toml").write_text("[hypoxia]\nspo2_percent = 88.0\n")
    (tmp_path / "usual.toml").write_text("")
    asked = (
        *("replay", "--ward", "T", "--from", clock("00:00").isoformat()),
        *("--to", (clock("00:00") + timedelta(hours=12)).isoformat()),
        *("--policy", "usual.toml", "--against", "lenient.toml"),
    )

    table = stormwatch(*asked, STORMWATCH_DATABASE_URL=sqlite_url)
    document = json.loads(stormwatch(*asked, "--json", STORMWATCH_DATABASE_URL=sqlite_url).stdout)

    assert table.returncode == 0
    assert "1 interruptive alerts only under usual.toml" in table.stdout
    assert "told with their first observation" in table.stdout
    assert document["policies"]["usual.toml"]["timeliness"]["caught"] == 2
    assert [one["problem"] for one in document["only under usual.toml"]] == ["hypoxia"]

    # A file beside itself says the same, and stops nothing.
    same = stormwatch(*asked[:-1], "usual.toml", STORMWATCH_DATABASE_URL=sqlite_url)
    assert same.returncode == 0
    assert same.stdout.count("0 interruptive alerts only under") == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--ward", "X"), "There is no ward X"),
        (("--ward", "T", "--policy", "none.toml"), "cannot be read"),
        (("--ward", "T", "--from", "2030-01-01T00:00+00:00"), "ends before it begins"),
    ],
)
def test_what_cannot_be_played_is_said(
    stormwatch,
    sqlite_url: str,
    sqlite_store: Store,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    bedside(sqlite_store)
    done = stormwatch("replay", *arguments, STORMWATCH_DATABASE_URL=sqlite_url)
    assert done.returncode == 2
    assert message in done.stderr


def test_what_an_import_refused_is_listed_shown_and_closed_by_number(stormwatch, tmp_path) -> None:
    stormwatch("init")
    assert stormwatch("quarantine", "list").stdout == "Nothing waits in quarantine.\n"
    file = tmp_path / "vitals.csv"
    file.write_text(MIMIC + "7,2150-01-01 10:00:00,HR,800\n7,2150-01-01 10:00:00,\x1b[2J,80\n")
    stormwatch("import", str(file))

    listed = stormwatch("quarantine", "list").stdout
    assert "csv:mimic_long   vitals.csv, line 2 (HR)" in listed
    assert "import again" in listed
    assert "7,2150-01-01" not in listed, "what was sent is shown one by one, when asked for"
    assert "7,2150-01-01 10:00:00,HR,800\n" in stormwatch("quarantine", "show", "1").stdout
    hostile = stormwatch("quarantine", "show", "2").stdout
    assert r"7,2150-01-01 10:00:00,\x1b[2J,80" in hostile, "a terminal obeys nothing of it"

    assert stormwatch("quarantine", "resolve", "1", "--reason", " ").returncode == 2
    assert stormwatch("quarantine", "resolve", "9", "--reason", "x").stderr == (
        "Nothing in quarantine has number 9. See: stormwatch quarantine list\n"
    )
    done = stormwatch("quarantine", "resolve", "1", "--reason", "lead was off", "--by", "admin.a")
    assert done.returncode == 0
    assert "vitals.csv, line 2" not in stormwatch("quarantine", "list").stdout
    assert "resolved by admin.a" in stormwatch("quarantine", "list", "--all").stdout
    assert "by admin.a, for a reason" in stormwatch("quarantine", "show", "1").stdout
