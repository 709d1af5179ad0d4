"""Experts are rung by a real gateway and answer; and nobody's name, number or id gets out."""

from __future__ import annotations

import sqlite3
import time
from datetime import timedelta
from pathlib import Path

import pytest
from contact_stage import code_in, link_in
from draw_stage import BRIDGES, COUNTY, ROADS
from gateway_server import gateway_running
from pool import csv_file
from service import Service

from bidding.intake.rules import template_header
from oversight.ambient import utc_now
from oversight.values.instants import SHANGHAI

ROLES = ("tenderer", "administrative_supervisor")
KEY = bytes(range(32))
HEADER = template_header()


class Town:
    """A service, its parties, its gateway, and everything that anybody was answered."""

    def __init__(self, service, gateway):
        self.service, self.gateway, self.heard = service, gateway, []
        self.tokens, self.ids, self.files = {}, {}, service.directory.parent / "own"
        self.files.mkdir()
        self.marked = {"name": set(), "id number": set(), "telephone": set()}

    def say(self, who, *arguments, check=True):
        done = self.service.daylight(*arguments, token=self.tokens.get(who, ""), check=check)
        self.heard.append(done.stdout + done.stderr)
        return done

    def answer(self, who, *arguments):
        made = self.service.answer(*arguments, token=self.tokens[who])
        self.heard.append(str(made))
        return made

    def ask(self, who, method, path, body=None, **more):
        got = self.service.request(method, path, body, token=self.tokens.get(who), **more)
        self.heard.append(got.text + str(got.headers))
        return got

    def join(self, role, *posts):
        self.ids[role] = self.service.party(role, f"the {role}")
        _, self.tokens[role] = self.service.enter(self.ids[role], *posts)
        if role in ROLES:
            self.say(role, "key", "new", self.files / f"{role}.key")
            self.say(role, "key", "register", self.files / f"{role}.key")

    def assemble(self):
        self.join("tenderer", "draw_applicant", "draw_contributor")
        self.join("administrative_supervisor", "draw_supervisor", "draw_contributor")
        self.join("audit_office", "auditor")
        home = self.service.answer("whoami", token=self.service.token)["party"]["id"]
        for name, post in {
            "keeper": "pool_keeper", "reviewer": "pool_reviewer", "operator": "draw_operator",
        }.items():  # fmt: skip
            _, self.tokens[name] = self.service.enter(home, post, name=name)
        self.fill()
        self.trust = self.files / "trust.json"
        self.service.daylight("trust", "--out", self.trust, token=self.service.token)
        return self

    def fill(self):
        """Import and admit experts whose every personal datum is marked."""
        columns = {n: HEADER.index(n) for n in ("姓名", "证件号码", "手机号码")}

        def mark(cells):
            for number, line in enumerate(cells):
                line[HEADER.index("评标专业")] = (ROADS, BRIDGES)[number % 2]
                line[HEADER.index("行政区划代码")] = COUNTY
                line[columns["姓名"]] = f"龘靐{chr(0x9F00 + number)}"
                for kind, column in zip(self.marked, columns.values(), strict=True):
                    self.marked[kind].add(line[column])

        file = self.files / "experts.csv"
        file.write_bytes(csv_file(60, change=mark).getvalue())
        made = self.answer("keeper", "experts", "import", file)
        self.say("reviewer", "experts", "admit", "--registered-by", made["act"])

    def drawn(self, tender, day):
        form = ("committee", "form", "--tender", tender, "--lot", "1", "--rulebook", "demo",
                "--size", "5", "--representatives", "1", "--budget", "12000000.00")  # fmt: skip
        committee = self.answer("tenderer", *form)["id"]
        order = ["draw", "order", committee, "--day", str(day)]
        order += ["--stratum", f"{ROADS}@{COUNTY}=2", "--stratum", f"{BRIDGES}@{COUNTY}=2"]
        for role in ROLES:
            order += ["--contributor", self.ids[role]]
        draw = self.answer("tenderer", *order)["draw"]
        for role in ROLES:
            self.say(role, "draw", "commit", draw, *self.books(role))
        self.say("operator", "draw", "seal", draw)
        for role in ROLES:
            self.say(role, "draw", "reveal", draw, *self.books(role), "--trust", self.trust)
        self.say("operator", "draw", "run", draw)
        return draw

    def books(self, role):
        return "--key", self.files / f"{role}.key", "--home", self.files / f"home-{role}"

    def vouch(self, draw):
        """Countersign what waits."""
        (one,) = [
            each
            for each in self.ask("operator", "GET", f"/v1/draws/{draw}/proposals").json()["items"]
            if each["state"] == "waiting"
        ]
        role = "administrative_supervisor"
        order = ("draw", "countersign", one["id"], "--yes", "--trust", self.trust)
        self.say(role, *order, *self.books(role))
        return one

    def seats(self, draw):
        return {
            one["seat"]: one for one in self.answer("operator", "contact", "show", draw)["seats"]
        }

    def seen(self, draw, condition, seconds=20):
        """Wait until the seats are as they should be."""
        end = time.monotonic() + seconds
        while not condition(found := self.seats(draw)):
            assert time.monotonic() < end, found
            time.sleep(0.2)
        return found


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    directory = tmp_path_factory.mktemp("contact") / "center"
    directory.mkdir()
    shared = directory.parent / "shared"
    shared.mkdir(mode=0o700)
    (shared / "gateway.key").write_text(KEY.hex() + "\n")
    (shared / "gateway.key").chmod(0o600)
    with gateway_running(KEY) as (gateway, address):
        settings = {"gateway": address, "gateway_key": str(shared / "gateway.key")}
        settings |= {"contact_seconds": "0.2", "answer_url": "https://answers.invalid/"}
        service = Service(directory, **settings).init().start()
        yield Town(service, gateway).assemble()
        service.stop()


@pytest.fixture(scope="module")
def told(town):
    """Tell the whole story once: two draws, one for another day, one for today."""
    later = utc_now().astimezone(SHANGHAI).date() + timedelta(days=7)
    first = town.drawn("t-later", later)
    by_text(town, first)
    second = town.drawn("t-today", utc_now().astimezone(SHANGHAI).date())
    by_telephone(town, second)
    return first, second


def by_text(town, draw):
    """Text messages: accepted by code, by link; declined, vouched for, replaced; leave asked."""
    opened = town.answer("operator", "contact", "open", draw, "--hour", "9", "--hours", "4",
                         "--region", COUNTY)  # fmt: skip
    assert opened["invited"] == 4
    one, two, three, _ = town.gateway.wait_for(4)
    assert {each["channel"] for each in (one, two, three)} == {"message"}
    offered = town.ask("", "POST", "/v1/answers/offers", {"secret": link_in(one)}).json()
    assert (offered["hour"], offered["answers"]) == (9, ["accepted", "declined"])
    town.say("", "contact", "answer", "accepted", "--secret", code_in(one))
    accepted = {"secret": link_in(two), "answer": "accepted"}
    assert town.ask("", "POST", "/v1/answers", accepted).status_code == 201
    town.say("", "contact", "answer", "declined", "--reason", "time-conflict", "--secret",
             code_in(three))  # fmt: skip
    assert town.vouch(draw)["outcome"] == "declined"
    messages = town.gateway.wait_for(7)  # two confirmations, one replacement
    assert len({each["to"] for each in messages}) == 5
    confirmed = [each for each in messages[4:] if "请假" in each["zh"]]
    town.say("", "contact", "answer", "withdrew", "--reason", "illness", "--secret",
             code_in(confirmed[0]))  # fmt: skip
    states = sorted(one["state"] for one in town.seats(draw).values())
    assert states == ["accepted", "ringing", "ringing", "withdrew"]


def by_telephone(town, draw):
    """Calls on the day itself: keys pressed, one call in vain, a replay, a forgery."""
    before = set(town.gateway.messages)
    town.answer("operator", "contact", "open", draw, "--hour", "23", "--hours", "1", "--region",
                COUNTY)  # fmt: skip
    town.gateway.wait_for(len(before) + 4)
    calls = [one for ident, one in list(town.gateway.messages.items()) if ident not in before]
    assert {each["channel"] for each in calls} == {"voice"}
    url, gateway = town.service.url, town.gateway
    forged = gateway.report(url, calls[0]["id"], "key", "2", shared=bytes(32))
    assert forged.status_code == 422
    pressed = gateway.report(url, calls[0]["id"], "key", "1", once="the-first-key")
    assert pressed.json()["answer"] == "accepted"
    again = gateway.report(url, calls[0]["id"], "key", "1", once="the-first-key")
    assert again.json() == pressed.json()
    assert gateway.report(url, calls[0]["id"], "key", "1").status_code == 409
    assert gateway.report(url, calls[1]["id"], "key", "4").json()["answer"] == "declined"
    assert gateway.report(url, calls[2]["id"], "no-answer").status_code == 201
    assert gateway.report(url, calls[3]["id"], "delivered").status_code == 201
    town.heard += [forged.text, pressed.text, again.text]
    states = town.seen(draw, lambda seats: sum(s["tries"] for s in seats.values()) == 4)
    assert sorted(one["state"] for one in states.values()) == [
        "accepted", "declined", "delivered", "ringing",
    ]  # fmt: skip
    refused = town.say("operator", "contact", "unreachable", draw, "2", check=False)
    assert refused.returncode == 1


def test_a_message_that_was_not_taken_is_sent_again_and_all_are_signed(town, told):
    assert town.gateway.refusals == 0
    assert len(town.gateway.heard) == len(town.gateway.messages) + 1


def test_messages_name_no_project_no_person_and_no_expert(town, told):
    numbers = town.marked["telephone"]
    for headers, body in town.gateway.heard:
        said = body.decode() + str(headers)
        assert sum(said.count(number) for number in numbers) == 1
        for hidden in (*town.marked["name"], *town.marked["id number"], "t-later", "t-today"):
            assert hidden not in said
        assert not any(expert in said for expert in experts(town))
        assert not any(party in said for party in town.ids.values())


def experts(town):
    with sqlite3.connect(f"file:{database(town)}?mode=ro", uri=True) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM expert")]


def database(town):
    return town.service.directory / "data" / "daylight.sqlite3"


def test_nothing_marked_stands_in_any_file_name_log_row_or_answer(town, told):
    for draw in told:
        for who in ("operator", "tenderer", "administrative_supervisor", "audit_office"):
            for door in ("", "/contact", "/seats", "/proposals", "/order"):
                town.ask(who, "GET", f"/v1/draws/{draw}{door}")
    kept = [path for path in town.service.directory.rglob("*") if path.is_file()]
    assert database(town) in kept
    assert any("public" in path.parts for path in kept)
    written = {str(path): path.read_bytes() for path in kept}
    said = "\n".join(town.heard)
    for kind, values in town.marked.items():
        for value in values:
            places = [name for name, data in written.items() if value.encode() in data]
            assert (kind, places) == (kind, [])
            assert value not in said, kind
            assert not any(value in name for name in written), kind


def test_what_the_service_keeps_of_a_message_leads_to_nobody(town, told):
    ids = set(experts(town))
    with sqlite3.connect(f"file:{database(town)}?mode=ro", uri=True) as connection:
        connection.row_factory = sqlite3.Row
        rows = {
            table: [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
            for table in ("gateway_message", "contact", "invitation", "invitation_try",
                          "answer_secret", "draw_proposal")
        }  # fmt: skip
        entries = connection.execute(
            "SELECT body FROM entry WHERE kind LIKE 'bidding.contact.%'"
            " OR kind LIKE 'bidding.answer.%' OR kind LIKE 'bidding.draw.%'"
        ).fetchall()
    taken = [row for row in rows["gateway_message"] if row["state"] == "taken"]
    assert len(taken) == len(town.gateway.messages)
    assert {row["body"] for row in taken} == {b""}
    assert len(entries) > 20
    told_here = str(rows) + str([bytes(row[0]) for row in entries])
    assert not any(expert in told_here for expert in ids)
    secrets = [code_in(one) for one in town.gateway.messages.values() if one["channel"] != "voice"]
    assert not any(secret in told_here for secret in secrets)


def test_what_experts_caused_has_nobody_as_actor(town, told):
    with sqlite3.connect(f"file:{database(town)}?mode=ro", uri=True) as connection:
        rows = connection.execute(
            "SELECT body FROM entry WHERE kind = 'bidding.contact.responded'"
        ).fetchall()
    assert len(rows) == 6  # two accepted, one declined, one withdrew; two keys
    assert all(b'"actor":"expert"' in row[0] and b'"role":"expert"' in row[0] for row in rows)


def test_the_server_said_nothing_of_anybody(town, told):
    said = town.service.said()
    assert "fault" not in said
    assert not any(value in said for values in town.marked.values() for value in values)
    assert not any(expert in said for expert in experts(town))
    assert Path(town.service.directory, "data", "outbox").exists() is False
