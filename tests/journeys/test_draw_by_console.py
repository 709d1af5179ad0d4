"""A draw by the command line: each party with token, key and books of its own, a real service."""

from __future__ import annotations

import json
import stat
from datetime import timedelta

import pytest
from draw_stage import BRIDGES, COUNTY, ROADS, offline
from own_chain import CHAIN, chains_file
from pool import csv_file
from service import Service

from bidding.intake.rules import template_header
from oversight.ambient import utc_now
from oversight.keys.signing import SigningKey
from oversight.ledger.notes import make_vkey

ROLES = ("tenderer", "administrative_supervisor")


class Company:
    """The parties of one service: tokens, key files, homes."""

    def __init__(self, service):
        self.service, self.tokens, self.ids, self.keys = service, {}, {}, {}

    def join(self, role, *posts):
        service = self.service
        self.ids[role] = service.party(role, f"the {role}")
        _, self.tokens[role] = service.enter(self.ids[role], *posts)
        if "draw_contributor" not in posts:
            return
        self.keys[role] = service.directory / f"{role}.key"
        service.daylight("key", "new", self.keys[role], token=self.tokens[role])
        service.daylight("key", "register", self.keys[role], token=self.tokens[role])

    def home(self, role):
        return self.service.directory / f"home-{role}"

    def say(self, role, *arguments, check=True):
        return self.service.daylight(*arguments, token=self.tokens[role], check=check)

    def answer(self, role, *arguments):
        return self.service.answer(*arguments, token=self.tokens[role])

    def commit(self, role, draw, check=True):
        return self.say(role, "draw", "commit", draw, "--key", self.keys[role], "--home",
                        self.home(role), check=check)  # fmt: skip

    def reveal(self, role, draw, *more, check=True, trust="trust.json"):
        return self.say(role, "draw", "reveal", draw, "--key", self.keys[role], "--home",
                        self.home(role), "--trust", self.service.directory / trust, *more,
                        check=check)  # fmt: skip

    def countersign(self, role, proposal, *more, check=True):
        return self.say(role, "draw", "countersign", proposal, "--key", self.keys[role], "--home",
                        self.home(role), "--trust", self.service.directory / "trust.json", *more,
                        check=check)  # fmt: skip


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    service = Service(tmp_path_factory.mktemp("draws")).init().start()
    yield assembled(service)
    service.stop()


@pytest.fixture(scope="module")
def waiting(tmp_path_factory):
    """A company whose draws wait for a round."""
    directory = tmp_path_factory.mktemp("rounds")
    chosen = {"beacon_chain": CHAIN.hash, "beacon_chains_file": chains_file(directory)}
    service = Service(directory, **chosen).init().start()
    yield assembled(service)
    service.stop()


def assembled(service):
    company = Company(service)
    company.join("tenderer", "draw_applicant", "draw_contributor")
    company.join("administrative_supervisor", "draw_supervisor", "draw_contributor")
    company.join("audit_office", "auditor")
    home = service.answer("whoami", token=service.token)["party"]["id"]
    for name, posts in {
        "keeper": ["pool_keeper"], "reviewer": ["pool_reviewer"],
        "operator": ["draw_operator"], "opener": ["identity_opener"],
    }.items():  # fmt: skip
        _, company.tokens[name] = service.enter(home, *posts, name=name)
    fill(company)
    service.daylight("trust", "--out", service.directory / "trust.json", token=service.token)
    return company


def fill(company):
    """Import and admit sixty experts of two specialties through the real door."""
    header = template_header()
    field, region = header.index("评标专业"), header.index("行政区划代码")

    def two_specialties(cells):
        for number, line in enumerate(cells):
            line[field], line[region] = (ROADS, BRIDGES)[number % 2], COUNTY

    file = company.service.directory / "experts.csv"
    file.write_bytes(csv_file(60, change=two_specialties).getvalue())
    made = company.answer("keeper", "experts", "import", file)
    company.say("reviewer", "experts", "admit", "--registered-by", made["act"])


def ordered(company, tender):
    form = ("committee", "form", "--tender", tender, "--lot", "1", "--rulebook", "demo", "--size",
            "5", "--representatives", "1", "--budget", "12000000.00")  # fmt: skip
    committee = company.answer("tenderer", *form)["id"]
    day = str((utc_now() + timedelta(days=7)).date())
    order = ["draw", "order", committee, "--stratum", f"{ROADS}@{COUNTY}=2"]
    order += ["--stratum", f"{BRIDGES}@{COUNTY}=2", "--day", day]
    for role in ROLES:
        order += ["--contributor", company.ids[role]]
    return company.answer("tenderer", *order)["draw"]


def sealed(company, tender):
    draw = ordered(company, tender)
    for role in ROLES:
        company.commit(role, draw)
    company.say("operator", "draw", "seal", draw)
    return draw


def test_a_draw_by_the_command_line_is_valid_and_its_books_stay_private(company):
    draw = sealed(company, "t-whole")
    for role in ROLES:
        company.reveal(role, draw)
    company.say("operator", "draw", "run", draw)
    company.say("opener", "draw", "open", draw)
    for role in ROLES:
        kept = company.home(role) / f"{draw}.json"
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
        assert json.loads(kept.read_text())["proof"].startswith("c2sp.org/tlog-proof@v1")
    bundle = company.service.directory / "bundle.json"
    company.say("tenderer", "draw", "bundle", draw, "--out", bundle)
    trust = (company.service.directory / "trust.json").read_bytes()
    report = offline(company.service.directory, bundle.read_bytes(), trust)
    assert (report["exit"], report["verdict"]) == (0, "valid"), report
    assert "identified" in company.say("audit_office", "draw", "show", draw).stdout
    assert draw in company.say("tenderer", "draw", "list").stdout


def test_repeating_a_commitment_or_a_reveal_changes_nothing(company):
    draw = ordered(company, "t-again")
    for _ in range(2):
        company.commit("tenderer", draw)
    company.commit("administrative_supervisor", draw)
    company.say("operator", "draw", "seal", draw)
    for _ in range(2):
        company.reveal("tenderer", draw)
    words = [step["word"] for step in company.answer("tenderer", "draw", "show", draw)["steps"]]
    assert (words.count("committed"), words.count("revealed")) == (2, 1)


def test_a_contributor_never_signs_a_second_request_of_a_draw(company):
    draw = sealed(company, "t-second")
    file = company.home("tenderer") / f"{draw}.json"
    kept = json.loads(file.read_text())
    file.write_text(json.dumps(kept | {"request": "00" * 32}))
    said = company.reveal("tenderer", draw, check=False)
    assert said.returncode == 1
    assert "contributor.one_request_ever" in said.stderr


@pytest.fixture(scope="module")
def once_sealed(company):
    return sealed(company, "t-differs")


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"nonce": "00" * 32}, "own commitment"),
        ({"caps": {}}, "caps"),
        ({"strata": [["A080104@410922", 3]]}, "strata and seats"),
        ({"contributors": ["somebody"]}, "contributors"),
        ({"ordered": 10**6}, "as_of"),
    ],
)
def test_a_seal_that_is_not_what_was_ordered_gets_no_nonce(company, once_sealed, change, differs):
    draw = once_sealed
    file = company.home("tenderer") / f"{draw}.json"
    kept = file.read_text()
    file.write_text(json.dumps(json.loads(kept) | change))
    said = company.reveal("tenderer", draw, check=False)
    file.write_text(kept)
    assert said.returncode == 1
    assert "contributor.reveal_safe" in said.stderr
    assert differs in said.stderr
    assert json.loads(kept)["nonce"] not in said.stdout + said.stderr


def test_a_log_that_the_trust_file_does_not_know_gets_no_nonce(company):
    draw = sealed(company, "t-other-log")
    directory = company.service.directory
    trust = json.loads((directory / "trust.json").read_text())
    trust["log_keys"] = [make_vkey("demo.daylight.invalid/log", SigningKey(bytes(32)).public)]
    (directory / "other-trust.json").write_text(json.dumps(trust))
    said = company.reveal("tenderer", draw, check=False, trust="other-trust.json")
    assert said.returncode == 1
    assert "nothing was given away" in said.stderr
    trust["witnesses"] = {"quorum": 1, "keys": []}
    trust["log_keys"] = json.loads((directory / "trust.json").read_text())["log_keys"]
    (directory / "witnessed-trust.json").write_text(json.dumps(trust))
    said = company.reveal(
        "tenderer", draw, "--wait", "1", check=False, trust="witnessed-trust.json"
    )
    assert said.returncode == 1
    assert "asks for 1; nothing was given away" in said.stderr


def test_a_signed_reveal_may_be_brought_by_another_and_a_supervisor_voids_in_public(company):
    draw = sealed(company, "t-brought")
    company.reveal("administrative_supervisor", draw)
    home = company.home("administrative_supervisor")
    company.say("tenderer", "draw", "reveal", draw, "--signed", home / f"{draw}.reveal.json")
    closing = ("draw", "close", draw, "--void", "--reason", "missing-reveal", "--text",
               "The tenderer gave no nonce.")  # fmt: skip
    key = ("--key", company.keys["administrative_supervisor"])
    company.say("administrative_supervisor", *closing, *key)
    shown = company.answer("tenderer", "draw", "show", draw)
    assert shown["state"] == "voided"
    refused = company.say("administrative_supervisor", *closing, *key, check=False)
    assert refused.returncode == 1
    assert "draw.step_lawful" in refused.stderr


def test_a_seat_is_freed_by_the_command_line_and_who_vouched_keeps_what_it_signed(company):
    draw, supervisor = sealed(company, "t-answered"), "administrative_supervisor"
    for role in ROLES:
        company.reveal(role, draw)
    company.say("operator", "draw", "run", draw)
    seats = company.answer("operator", "draw", "seats", draw)
    assert [one["state"] for one in seats] == ["seated"] * 4
    line = str(seats[1]["line"])
    made = company.answer("operator", "draw", "recuse", draw, "--line", line, "--ground",
                          "close-relative", "--note", "letter 7")  # fmt: skip
    again = company.say("operator", "draw", "recuse", draw, "--line", line, "--ground", "other",
                        check=False)  # fmt: skip
    assert "draw.one_proposal_waits" in again.stderr
    listed = company.say("operator", "draw", "proposals", draw, "--waiting").stdout
    assert made["id"] in listed
    assert "letter 7" not in listed
    stranger = company.countersign("tenderer", made["id"], "--yes", check=False)
    assert "draw.countersigner_independent" in stranger.stderr
    unread = company.countersign(supervisor, made["id"], check=False)
    assert unread.returncode != 0, "nobody said yes"
    book = company.home(supervisor) / f"{draw}.answers.json"
    assert not book.exists()
    said = company.countersign(supervisor, made["id"], "--yes")
    assert "letter 7" in said.stderr
    assert stat.S_IMODE(book.stat().st_mode) == 0o600
    (vouched,) = json.loads(book.read_text())["vouched"]
    assert vouched["answer"]["outcome"] == "recused"
    twice = company.countersign(supervisor, made["id"], "--yes", check=False)
    assert "draw.proposal_waits" in twice.stderr
    assert len(json.loads(book.read_text())["vouched"]) == 1
    shown = company.answer("operator", "draw", "show", draw)
    assert shown["steps"][-1]["word"] == "answered"
    company.say("opener", "draw", "open", draw)
    bundle = company.service.directory / "answered.json"
    company.say("tenderer", "draw", "bundle", draw, "--out", bundle)
    trust = (company.service.directory / "trust.json").read_bytes()
    report = offline(company.service.directory, bundle.read_bytes(), trust)
    assert (report["exit"], report["verdict"]) == (0, "valid"), report


def test_a_contributor_vouches_for_one_answer_behind_an_entry(company):
    draw, supervisor = sealed(company, "t-vouched"), "administrative_supervisor"
    for role in ROLES:
        company.reveal(role, draw)
    company.say("operator", "draw", "run", draw)
    first, second = [
        company.answer("operator", "draw", "recuse", draw, "--line", str(seat["line"]), "--ground",
                       "other")["id"]
        for seat in company.answer("operator", "draw", "seats", draw)[:2]
    ]  # fmt: skip
    company.countersign(supervisor, first, "--yes")
    book = company.home(supervisor) / f"{draw}.answers.json"
    kept = json.loads(book.read_text())
    statement = company.service.request(
        "GET", f"/v1/proposals/{second}/statement", token=company.tokens[supervisor]
    )
    kept["vouched"][0]["answer"]["previous"] = statement.json()["previous"]
    book.write_text(json.dumps(kept))
    said = company.countersign(supervisor, second, "--yes", check=False)
    assert said.returncode == 1
    assert "contributor.answer_vouched_once" in said.stderr
    company.say(supervisor, "draw", "dismiss", second, "--reason", "evidence-insufficient")
    listed = company.answer("operator", "draw", "proposals", draw)
    assert sorted(one["state"] for one in listed) == ["countersigned", "withdrawn"]


def test_the_console_tells_the_round_and_that_a_breach_comes_after_the_time_for_reveals(waiting):
    draw = ordered(waiting, "t-round")
    for role in ROLES:
        waiting.commit(role, draw)
    bound = f"of chain {CHAIN.hash[:16]}… comes at 20"
    assert bound in waiting.say("operator", "draw", "seal", draw).stdout
    waiting.reveal("tenderer", draw)
    assert bound in waiting.say("tenderer", "draw", "show", draw).stdout
    early = waiting.say("operator", "draw", "breach", draw, check=False)
    assert early.returncode == 1
    assert "draw.breach_lawful" in early.stderr
    run = waiting.say("operator", "draw", "run", draw, check=False)
    assert "draw.reveals_complete" in run.stderr
    waiting.reveal("administrative_supervisor", draw)
    assert "0 named" in waiting.say("operator", "draw", "breach", draw).stdout
    run = waiting.say("operator", "draw", "run", draw, check=False)
    assert "beacon.round_due" in run.stderr
