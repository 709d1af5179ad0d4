"""`daylight audit` beside a service that runs: clean, or every changed row named; exit status."""

from __future__ import annotations

import json
import sqlite3

import pytest


def database_of(service):
    return next((service.directory / "data").glob("*.sqlite3"))


def audit(service, *words, before=(), cold=False):
    return service.spawn(*before, "audit", *words, check=False, cold=cold)


def test_a_fresh_instance_is_clean_and_says_what_the_log_does_not_cover(own_service):
    done = audit(own_service, cold=True)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[-1] == "Database and log say the same."
    listed = lines[lines.index("Not covered by the log:") + 1 :]
    assert any(line.startswith("  session: ") for line in listed)
    assert any(line.startswith("notice: ") and "unwitnessed" in line for line in lines)


def test_a_changed_row_is_named_and_the_exit_status_tells(own_service):
    database = sqlite3.connect(database_of(own_service), timeout=10)
    with database:
        database.execute("DROP TRIGGER party_no_update")
        database.execute("UPDATE party SET name = 'Other Center'")
    done = audit(own_service, before=("--json",))
    assert done.returncode == 1
    report = json.loads(done.stdout)
    (found,) = report["differences"]
    assert (found["table"], found["column"], report["status"]) == ("party", "name", 1)
    assert "Other Center" not in done.stdout + done.stderr


def test_an_audit_changes_nothing_of_the_instance(own_service):
    assert audit(own_service).returncode == 0
    with sqlite3.connect(database_of(own_service), timeout=10) as database:
        before = database.execute("SELECT count(*), max(size) FROM checkpoint").fetchall()
        assert audit(own_service).returncode == 0
        assert database.execute("SELECT count(*), max(size) FROM checkpoint").fetchall() == before


def test_without_the_key_directory_the_audit_is_incomplete(own_service):
    done = audit(own_service, "--key-dir", "elsewhere", "--state", "other-state")
    assert done.returncode == 3
    assert "NOT CHECKED: sealed values and commitments" in done.stdout


@pytest.mark.parametrize("damage", ["table", "pages"])
def test_a_database_that_cannot_be_read_is_told_in_words(own_service, tmp_path, damage):
    file = tmp_path / "damaged.sqlite3"
    with sqlite3.connect(database_of(own_service)) as whole, sqlite3.connect(file) as copy:
        whole.backup(copy)
        if damage == "table":
            copy.execute("DROP TABLE payload")
    if damage == "pages":
        content = file.read_bytes()
        file.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    done = audit(own_service, "--dsn", f"sqlite:///{file}", "--state", "other-state")
    assert done.returncode == 3
    assert "not finished: the database cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_not_there_is_not_made(own_service):
    done = audit(own_service, "--dsn", "sqlite:///nowhere.sqlite3")
    assert done.returncode == 1
    assert "audit.database_found" in done.stderr
    assert not (own_service.directory / "nowhere.sqlite3").exists()


def test_a_database_of_another_version_is_refused_and_left_as_it_is(own_service):
    with sqlite3.connect(own_service.directory / "other.sqlite3") as database:
        database.execute("CREATE TABLE migration (name TEXT, app_name TEXT)")
    done = audit(own_service, "--dsn", "sqlite:///other.sqlite3")
    assert done.returncode == 1
    assert "audit.schema_known" in done.stderr


def test_options_of_one_kind_of_audit_are_not_taken_by_the_other(own_service):
    assert audit(own_service, "--public", "public", "--dsn", "sqlite:///x").returncode == 2
    assert audit(own_service, "--witness-key", "a+b+c").returncode == 2
