"""The fairness laboratory by the command line: over a file, over an instance, over its draws."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
from pool import csv_file

from bidding.intake.rules import template_header

ROADS, BRIDGES, COUNTY = "A080104", "A080105", "410922"
STRATA = ("--stratum", f"{ROADS}@{COUNTY}=2", "--stratum", f"{BRIDGES}@410900=2")


@pytest.fixture
def pool(tmp_path):
    """A pool file that anybody may have made."""
    file = tmp_path / "pool.csv"
    rows = [f"p{n},Employer {n % 9},{COUNTY},{(ROADS, BRIDGES)[n % 2]}" for n in range(60)]
    file.write_text("\n".join(["expert,employer,region,specialties", *rows]) + "\n")
    return file


def simulate(service, *words, draws=500, check=False):
    return service.spawn("draw", "simulate", *STRATA, "--draws", draws, *words, check=check)


def test_a_run_over_a_file_needs_no_instance_and_can_be_repeated(founded, tmp_path, pool):
    reports = []
    for name, processes in (("one", 1), ("two", 2)):
        done = simulate(
            founded, "--pool", pool, "--cap", "employer=1", "--out", tmp_path / name,
            "--processes", processes, draws=4_000,
        )  # fmt: skip
        assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "Nothing suspicious.")
        reports.append((tmp_path / name / "report.json").read_bytes())
    assert reports[0] == reports[1]
    said = json.loads(reports[0])
    assert (said["draws"], said["seed"], said["caps"]) == (4_000, "daylight", {"employer": 1})
    assert [one["size"] for one in said["strata"]] == [30, 30]
    assert {one["name"] for one in said["tests"]} == {
        "seats", "first-places", "pairs", "employers", "runs", "pairs-across",
    }  # fmt: skip
    for chart in ("exposure.svg", "quantiles.svg", "employers.svg"):
        ElementTree.parse(tmp_path / "two" / chart)
        assert (tmp_path / "two" / chart).stat().st_mode & 0o077 == 0


def test_another_seed_is_another_run(founded, pool):
    answers = [
        json.loads(
            founded.spawn(
                "--json", "draw", "simulate", *STRATA, "--pool", pool, "--draws", 300,
                "--seed", seed, check=False,
            ).stdout
        )
        for seed in ("a", "a", "b")
    ]  # fmt: skip
    assert answers[0] == answers[1]
    assert answers[0]["tests"] != answers[2]["tests"]


def test_a_run_below_the_level_is_suspicious_and_the_exit_status_tells(founded, pool):
    """At a level of 0.99 even chance is suspicious now and then; this seed is such a one."""
    done = simulate(founded, "--pool", pool, "--level", "0.99", "--seed", "a")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "Suspicious.")


def test_what_cannot_be_drawn_is_refused_in_words(founded, tmp_path, pool):
    (tmp_path / "there").mkdir()
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"\xff\xfe")
    for words, status, said in (
        (("--pool", pool, "--out", tmp_path / "there"), 2, "exists"),
        (("--pool", broken), 1, "simulation.pool_readable"),
        (("--pool", pool, "--stratum", f"{ROADS}@{COUNTY}=99"), 1, "simulation.stratum_filled"),
        (("--pool", pool, "--cap", "name=1"), 2, "employer or region"),
        (("--pool", pool, "--cap", "employer=0"), 2, "at least 1"),
        (("--pool", tmp_path / "nowhere.csv"), 2, "does not exist"),
        (("--dsn", "sqlite:///nowhere.sqlite3"), 1, "audit.database_found"),
        (("--day", "tomorrow"), 2, "no day"),
    ):
        done = simulate(founded, *words)
        assert (done.returncode, said in done.stderr) == (status, True), done.stderr
        assert "Traceback" not in done.stderr


def filled(service):
    """Import and admit sixty experts of two specialties; return their names."""
    home = service.answer("whoami", token=service.token)["party"]["id"]
    keeper, reviewer = (
        service.enter(home, post, name=post)[1] for post in ("pool_keeper", "pool_reviewer")
    )
    header, names = template_header(), []
    field, region = header.index("评标专业"), header.index("行政区划代码")

    def two_specialties(cells):
        for number, line in enumerate(cells):
            line[field], line[region] = (ROADS, BRIDGES)[number % 2], COUNTY
            names.append(line[header.index("姓名")])

    file = service.directory / "experts.csv"
    file.write_bytes(csv_file(60, change=two_specialties).getvalue())
    made = service.answer("experts", "import", file, token=keeper)
    service.daylight("experts", "admit", "--registered-by", made["act"], token=reviewer)
    return names


def test_a_running_instances_pool_is_simulated_and_its_draws_audited_naming_nobody(own_service):
    own_service.start()
    names = filled(own_service)
    out = own_service.directory / "report"
    done = own_service.spawn("draw", "simulate", *STRATA, "--draws", "500", "--out", out, cold=True)
    assert "Nothing suspicious." in done.stdout
    written = done.stdout + done.stderr + "".join(one.read_text() for one in out.iterdir())
    assert [one["size"] for one in json.loads((out / "report.json").read_text())["strata"]] == [
        30,
        30,
    ]
    assert [name for name in names if name in written] == []

    audited = own_service.spawn("--json", "draw", "audit")
    said = json.loads(audited.stdout)
    assert (said["status"], said["draws"], said["figures"]) == (0, 0, [])
    assert said["notices"] == ["pairs of expert and winner were not asked about: no --winners"]


def test_an_audit_without_keys_says_what_it_could_not_check(own_service):
    done = own_service.spawn("draw", "audit", "--key-dir", "elsewhere", check=False)
    assert done.returncode == 3
    assert "NOT CHECKED: experts" in done.stdout


def test_a_file_of_winners_that_is_not_whole_is_refused(own_service, tmp_path):
    (tmp_path / "winners.csv").write_text("winner\nA\n")
    winners = ("--winners", tmp_path / "winners.csv")
    done = own_service.spawn("draw", "audit", *winners, check=False)
    assert (done.returncode, "fairness.winners_readable" in done.stderr) == (1, True)
