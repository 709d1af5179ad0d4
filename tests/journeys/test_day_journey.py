"""The day over HTTP, each post with its own token; nobody learns a name before the list is opened.

Names, identity numbers and telephone numbers are marked; everything that anybody is answered
before the opening is searched for them, and for the ids of experts. Every door is asked as every
post.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from datetime import timedelta
from pathlib import Path

import pytest
from contact_stage import code_in
from day_stage import card_number
from draw_stage import BRIDGES, COUNTY, ROADS
from pool import csv_file
from service import Service

from bidding.intake.rules import template_header
from oversight.ambient import utc_now
from oversight.values.digests import sha256
from oversight.values.instants import SHANGHAI

HEADER = template_header()
DIGEST = sha256(b"paper").hex()
STRANGER, DELEGATE, DELEGATE_NAME = "11010519491231002X", card_number(999), "龘靐代表"
ROOT = Path(__file__).resolve().parents[2]
OF_THE_CENTER = {
    "operator": "draw_operator", "clerk": "sign_in_clerk", "clerk2": "sign_in_clerk",
    "keeper": "pool_keeper", "reviewer": "pool_reviewer", "opener": "identity_opener",
    "archive": "archive_reader",
}  # fmt: skip


class Day:
    """A service, its posts, and everything that they were answered."""

    def __init__(self, service):
        self.service, self.tokens, self.ids, self.heard = service, {}, {}, []
        self.marked, self.cards = set(), {}

    def say(self, who, *arguments):
        done = self.service.daylight(*arguments, token=self.tokens[who])
        self.heard.append((who, " ".join(map(str, arguments)), done.stdout + done.stderr))
        return done

    def answer(self, who, *arguments):
        made = self.service.answer(*arguments, token=self.tokens[who])
        self.heard.append((who, str(arguments), str(made)))
        return made

    def ask(self, who, method, path, body=None, status=None):
        got = self.service.request(method, path, body, token=self.tokens.get(who))
        self.heard.append((who, f"{method} {path}", got.text + str(got.headers)))
        assert status is None or got.status_code == status, got.text
        return got.json() if "json" in got.headers.get("content-type", "") else None

    def join(self, role, *posts):
        self.ids[role] = self.service.party(role, f"the {role}")
        _, self.tokens[role] = self.service.enter(self.ids[role], *posts)
        if "draw_contributor" in posts:
            self.keys(role)

    def keys(self, role):
        file = self.service.directory.parent / f"{role}.key"
        self.say(role, "key", "new", file)
        self.say(role, "key", "register", file)

    def assemble(self):
        self.join("tenderer", "draw_applicant", "draw_contributor")
        self.join("administrative_supervisor", "draw_supervisor", "draw_contributor")
        self.join("audit_office", "auditor")
        self.join("discipline_inspection", "auditor")
        self.home = self.service.answer("whoami", token=self.service.token)["party"]["id"]
        for name, post in OF_THE_CENTER.items():
            _, self.tokens[name] = self.service.enter(self.home, post, name=name)
        self.tokens["administrator"] = self.service.token
        self.fill()
        self.service.daylight("trust", "--out", self.trust, token=self.service.token)
        return self

    @property
    def trust(self):
        return self.service.directory.parent / "trust.json"

    def fill(self):
        names, numbers = HEADER.index("姓名"), HEADER.index("证件号码")
        phones = HEADER.index("手机号码")

        def mark(cells):
            for number, line in enumerate(cells):
                line[HEADER.index("评标专业")] = (ROADS, BRIDGES)[number % 2]
                line[HEADER.index("行政区划代码")] = COUNTY
                line[names] = f"龘靐{chr(0x9F00 + number)}"
                self.marked |= {line[names], line[numbers], line[phones]}
                self.cards[line[phones]] = (line[numbers], line[names])

        file = self.service.directory.parent / "experts.csv"
        file.write_bytes(csv_file(60, change=mark).getvalue())
        made = self.answer("keeper", "experts", "import", file)
        self.say("reviewer", "experts", "admit", "--registered-by", made["act"])

    def books(self, role):
        place = self.service.directory.parent
        return "--key", place / f"{role}.key", "--home", place / f"home-{role}"

    def drawn(self):
        form = ("committee", "form", "--tender", "t-day", "--lot", "1", "--rulebook", "demo",
                "--size", "5", "--representatives", "1", "--budget", "12000000.00")  # fmt: skip
        committee = self.answer("tenderer", *form)["id"]
        day = utc_now().astimezone(SHANGHAI).date() + timedelta(days=7)
        order = ["draw", "order", committee, "--day", str(day)]
        order += ["--stratum", f"{ROADS}@{COUNTY}=2", "--stratum", f"{BRIDGES}@{COUNTY}=2"]
        roles = ("tenderer", "administrative_supervisor")
        for role in roles:
            order += ["--contributor", self.ids[role]]
        self.draw = self.answer("tenderer", *order)["draw"]
        for role in roles:
            self.say(role, "draw", "commit", self.draw, *self.books(role))
        self.say("operator", "draw", "seal", self.draw)
        for role in roles:
            self.say(role, "draw", "reveal", self.draw, *self.books(role), "--trust", self.trust)
        self.say("operator", "draw", "run", self.draw)
        return self

    def accepted(self):
        """Everybody accepts; keep the cards of those who did."""
        order = {"hour": 9, "hours": 4, "region": COUNTY}
        self.ask("operator", "POST", f"/v1/draws/{self.draw}/contact", order, 201)
        outbox, end = self.service.directory / "data" / "outbox", time.monotonic() + 20
        while len(files := list(outbox.glob("*.json"))) < 4:
            assert time.monotonic() < end, "nobody was rung"
            time.sleep(0.2)
        messages = [json.loads(file.read_text()) for file in files]
        for one in messages:
            accepted = {"secret": code_in(one), "answer": "accepted"}
            self.ask("", "POST", "/v1/answers", accepted, 201)
        self.members = [self.cards[one["to"]] for one in messages]

    def card(self, who, number, own=True):
        sent = {"id_number": number, "method": "card-reader", "own": own}
        return self.ask(who, "POST", f"/v1/draws/{self.draw}/sign-ins", sent, 200)

    def screen(self, who, post):
        return self.ask(who, "GET", f"/v1/draws/{self.draw}/screens/{post}", status=200)

    def doors(self):
        """Yield every door for reading, and every one that works on this draw.

        Left out are the two that open names lawfully: the reveal of identities, and the release
        of the auditor's file.
        """
        description = json.loads((ROOT / "api_spec" / "openapi.json").read_text())
        nobody = "019a5c7e-6f00-7000-8000-00000000dead"
        for path, item in description["paths"].items():
            for method, operation in item.items():
                lawful = path.endswith(("/identities", "/auditor-file/release"))
                if lawful or (method != "get" and "{draw}" not in path):
                    continue
                filled = path.replace("{draw}", self.draw)
                filled = re.sub(r"\{(number|line|index)\}", "1", filled)
                filled = re.sub(r"\{\w+\}", nobody, filled)
                content = operation.get("requestBody", {}).get("content", {})
                yield method.upper(), filled, content.get("application/json", {}).get("example")


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    directory = tmp_path_factory.mktemp("day") / "center"
    directory.mkdir()
    service = Service(directory, contact_seconds="0.2").init().start()
    yield Day(service).assemble().drawn()
    service.stop()


@pytest.fixture(scope="module")
def told(day):
    """Tell the day up to the moment before the opening; then ask every door as every post."""
    draw = f"/v1/draws/{day.draw}"
    day.accepted()
    room = {"name": "3", "seats": [1, 2, 3, 4], "representatives": True}
    site = {"name": "home", "party": day.home, "home": True, "rooms": [room]}
    day.ask("operator", "POST", f"{draw}/venue", {"sites": [site]}, 201)
    papers = {"letter": DIGEST, "declaration": DIGEST}
    form = {"name": DELEGATE_NAME, "id_number": DELEGATE, **papers}
    day.ask("tenderer", "POST", f"{draw}/representatives", form, 201)
    day.marked |= {DELEGATE_NAME, DELEGATE}
    day.ask("operator", "POST", f"{draw}/sealed-lists", None, 201)
    day.answers = [day.card("clerk", number) for number, _ in day.members[:3]]
    day.answers.append(day.card("clerk2", DELEGATE))
    day.answers.append(day.card("clerk2", STRANGER))
    for method, path, body in day.doors():
        for who in day.tokens:
            day.ask(who, method, path, body)
    day.experts = experts(day)
    return draw


def experts(day):
    file = day.service.directory / "data" / "daylight.sqlite3"
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        return {row[0] for row in connection.execute("SELECT id FROM expert")}


def test_a_clerk_hears_yes_and_a_room_or_no(day, told):
    assert [(one["told"], one["room"]) for one in day.answers] == [
        *[("yes", "3")] * 4,
        ("no", ""),
    ]


def test_before_the_opening_no_door_told_any_post_a_name_a_number_or_an_expert(day, told):
    assert len(day.heard) > 800
    # Entries and lists of the pool itself name the ids of all its people, drawn or not.
    lists = ("/v1/roster/", "experts import", "/v1/ledger/entries")
    for who, asked, said in day.heard:
        for value in day.marked:
            assert value not in said, (who, asked)
        if not any(own in asked for own in lists):
            assert not any(expert in said for expert in day.experts), (who, asked)


def test_no_entry_but_the_pools_own_names_an_expert(day, told):
    file = day.service.directory / "data" / "daylight.sqlite3"
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        rows = connection.execute(
            "SELECT kind, body FROM entry WHERE kind NOT LIKE 'bidding.roster.%'"
        ).fetchall()
    assert {"bidding.sign_in.arrived", "bidding.sealed_list.sealed"} <= {kind for kind, _ in rows}
    for kind, body in rows:
        assert not any(expert.encode() in bytes(body) for expert in day.experts), kind


def test_a_clerk_passes_no_other_door_about_the_draw(day, told):
    mine = ("/sign-ins", "/sign-outs")
    for method, path, body in day.doors():
        if day.draw in path and not path.endswith(mine):
            got = day.service.request(method, path, body, token=day.tokens["clerk"])
            public = path in (f"/v1/draws/{day.draw}", f"/v1/draws/{day.draw}/openings")
            assert got.status_code == 403 or public, path


def test_every_post_sees_its_own_screen_and_no_other(day, told):
    seen = day.screen("operator", "operator")
    assert (seen["expected"], seen["arrived"]) == (5, 4)
    assert [one["task"] for one in seen["waits"]] == ["sign-in"]
    assert day.screen("administrative_supervisor", "supervisor")["turned_away"]
    assert day.screen("tenderer", "applicant")["turned_away"] == []
    for who, post in (("operator", "supervisor"), ("tenderer", "operator")):
        day.ask(who, "GET", f"{told}/screens/{post}", status=403)


def test_once_all_came_the_list_is_opened_and_shown_to_whom_the_edition_names(day, told):
    day.ask("operator", "POST", f"{told}/sealed-lists/openings", {}, 409)
    last, _ = day.members[3]
    assert day.card("clerk", last)["told"] == "yes"
    day.say("operator", "ceremony", "open-list", day.draw)
    shown = day.ask("operator", "GET", f"{told}/sealed-lists/1", status=200)
    names = {one["name"] for one in shown["members"]}
    assert names == {name for _, name in day.members} | {DELEGATE_NAME}
    for who in ("clerk", "tenderer"):
        day.ask(who, "GET", f"{told}/sealed-lists/1", status=403)
    readings = day.ask("audit_office", "GET", "/v1/roster/readings", status=200)
    assert len(readings["items"]) == len(names)
    assert (
        "signed in: 5 of 5"
        in day.say("operator", "ceremony", "screen", day.draw, "--as", "operator").stdout
    )


def test_nothing_marked_stands_in_the_database_the_files_or_what_the_server_said(day, told):
    kept = [path for path in day.service.directory.rglob("*") if path.is_file()]
    outbox = day.service.directory / "data" / "outbox"
    for path in kept:
        if outbox in path.parents:
            continue  # handed over to the gateway: numbers, and nothing else
        data = path.read_bytes()
        assert not any(value.encode() in data or value in path.name for value in day.marked), path


def test_the_clerks_request_is_remembered_by_a_digest_that_needs_the_key(day, told):
    file = day.service.directory / "data" / "daylight.sqlite3"
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        rows = connection.execute(
            "SELECT body_digest FROM answered_request WHERE route LIKE '%sign-ins'"
        ).fetchall()
    assert len(rows) >= 5
    digests = {bytes(row[0]) for row in rows}
    for number, _ in day.members:
        body = {"id_number": number, "method": "card-reader", "own": True}
        address = sha256(f"/v1/draws/{day.draw}/sign-ins?".encode())
        assert sha256(address + json.dumps(body, separators=(",", ":")).encode()) not in digests
