"""Where a draw finds too few: a supplement, an appointment, by the command line of a service."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from draw_stage import BRIDGES, ROADS, offline
from pool import csv_file
from service import Service

from bidding.intake.rules import template_header
from oversight.ambient import utc_now

NEAR, FAR, PROVINCE = "410922", "411002", "410000"
BUYER, SUPERVISOR = "agent", "administrative_supervisor"


class Office:
    """The parties of one service, each with token, key and books of its own."""

    def __init__(self, service):
        self.service, self.tokens, self.ids = service, {}, {}
        for role, posts in {
            BUYER: ["draw_applicant", "draw_contributor"],
            SUPERVISOR: ["draw_supervisor", "draw_contributor"],
            "audit_office": ["auditor"],
        }.items():
            self.ids[role] = service.party(role, f"the {role}")
            _, self.tokens[role] = service.enter(self.ids[role], *posts)
        for role in (BUYER, SUPERVISOR):
            self.say(role, "key", "new", self.key(role))
            self.say(role, "key", "register", self.key(role))
        home = service.answer("whoami", token=service.token)["party"]["id"]
        for name, posts in {
            "keeper": ["pool_keeper"], "reviewer": ["pool_reviewer"],
            "operator": ["draw_operator"], "opener": ["identity_opener"],
        }.items():  # fmt: skip
            _, self.tokens[name] = service.enter(home, *posts, name=name)
        self.fill()
        self.trust = service.directory / "trust.json"
        service.daylight("trust", "--out", self.trust, token=service.token)

    def key(self, role):
        return self.service.directory / f"{role}.key"

    def say(self, role, *arguments, check=True):
        return self.service.daylight(*arguments, token=self.tokens[role], check=check)

    def answer(self, role, *arguments):
        return self.service.answer(*arguments, token=self.tokens[role])

    def fill(self):
        """Import and admit twelve experts nearby and twelve far away, each of two specialties."""
        header = template_header()
        field, region = header.index("评标专业"), header.index("行政区划代码")
        office, code = header.index("工作单位"), header.index("统一社会信用代码")

        def spread(cells):
            for number, line in enumerate(cells):
                line[field], line[region] = (ROADS, BRIDGES)[number % 2], (NEAR, FAR)[number // 12]
                line[office], line[code] = f"第{number}设计院", ""

        file = self.service.directory / "experts.csv"
        file.write_bytes(csv_file(24, change=spread).getvalue())
        made = self.answer("keeper", "experts", "import", file)
        self.say("reviewer", "experts", "admit", "--registered-by", made["act"])

    def form(self, tender, rulebook="demo"):
        form = ("committee", "form", "--tender", tender, "--lot", "1", "--rulebook", rulebook,
                "--size", "5", "--representatives", "1", "--budget", "1000000.00")  # fmt: skip
        return self.answer(BUYER, *form)["id"]

    def order(self, committee, strata, *more, check=True):
        day = str((utc_now() + timedelta(days=2)).date())
        order = ["draw", "order", committee, "--day", day, *more]
        for stratum in strata:
            order += ["--stratum", stratum]
        for role in (BUYER, SUPERVISOR):
            order += ["--contributor", self.ids[role]]
        if not check:
            return self.say(BUYER, *order, check=False)
        return self.answer(BUYER, *order)["draw"]

    def drawn(self, draw):
        for word, more in (("commit", ()), ("reveal", ("--trust", self.trust))):
            for role in (BUYER, SUPERVISOR):
                home = self.service.directory / f"home-{role}"
                self.say(role, "draw", word, draw, "--key", self.key(role), "--home", home, *more)
            if word == "commit":
                self.say("operator", "draw", "seal", draw)
        self.say("operator", "draw", "run", draw)
        return draw

    def recuse(self, draw, line):
        """Free a line, countersigned by the supervisor's own program."""
        ground = ("--ground", "close-relative", "--note", "page 4")
        self.say("operator", "draw", "recuse", draw, "--line", str(line), *ground)
        (made,) = self.answer(SUPERVISOR, "draw", "proposals", draw, "--waiting")
        home = self.service.directory / f"home-{SUPERVISOR}"
        self.say(SUPERVISOR, "draw", "countersign", made["id"], "--key", self.key(SUPERVISOR),
                 "--home", home, "--trust", self.trust, "--yes")  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    service = Service(tmp_path_factory.mktemp("few"), editions="demo,P-2025").init().start()
    yield Office(service)
    service.stop()


def test_an_exhausted_draw_is_supplemented_by_the_command_line_and_the_bundle_is_valid(office):
    committee = office.form("t-few")
    draw = office.drawn(office.order(committee, [f"{ROADS}@{NEAR}=2", f"{BRIDGES}@{NEAR}=2"]))
    again = ("--of", draw)
    early = office.order(committee, [f"{ROADS}@{PROVINCE}=1"], *again, check=False)
    assert "draw.supplement_needed" in early.stderr
    while True:
        seats = [one for one in office.answer("operator", "draw", "seats", draw)
                 if one["stratum"] == 0]  # fmt: skip
        if any(one["state"] == "exhausted" for one in seats):
            break
        office.recuse(draw, seats[0]["line"])
    supplement = office.drawn(office.order(committee, [f"{ROADS}@{PROVINCE}=1"], *again))
    for one in (draw, supplement):
        office.say("opener", "draw", "open", one)
    bundle = office.service.directory / "bundle.json"
    office.say("audit_office", "draw", "bundle", supplement, "--out", bundle)
    given = bundle.read_bytes()
    assert json.loads(given)["parent"]["request"]["draw"] == draw
    report = offline(office.service.directory, given, office.trust.read_bytes())
    assert (report["exit"], report["verdict"]) == (0, "valid"), report


def test_an_appointment_goes_from_the_buyer_to_the_authority_and_into_the_seats(office):
    committee = office.form("t-complex", "P-2025")
    found = office.answer("keeper", "experts", "list")
    experts = [one["id"] for one in found][:4]
    ask = ["appointment", "ask", committee, "--ground", "technically-complex", "--reason", "Rare."]
    for expert in experts:
        ask += ["--expert", expert]
    made = office.answer(BUYER, *ask)
    shown = office.answer("operator", "appointment", "show", made["id"])
    assert (shown["state"], shown["seats"]) == ("asked", 4)
    assert not [one for one in experts if one in json.dumps(shown)]
    refused = office.say("operator", "appointment", "show", made["id"], "--experts", check=False)
    assert refused.returncode == 1
    read = office.answer(SUPERVISOR, "appointment", "show", made["id"], "--experts")
    assert read["experts"] == experts
    assert office.say(BUYER, "appointment", "approve", made["id"], check=False).returncode == 1
    done = office.answer(SUPERVISOR, "appointment", "approve", made["id"])
    assert done["state"] == "appointed"
    late = office.say(SUPERVISOR, "appointment", "refuse", made["id"], check=False)
    assert "appointment.waits" in late.stderr
    order = office.order(committee, [f"{ROADS}@{PROVINCE}=2", f"{BRIDGES}@{PROVINCE}=2"],
                         check=False)  # fmt: skip
    assert "draw_order.seats_fit" in order.stderr
