"""One day as each post: marked people are looked for in all that is answered and written.

At every stage each post asks every door of the published description that only answers, with
identifiers from earlier answers. What a post may see by design is listed in `BY_DESIGN`, each with
its reason, and each is met; anything else that is found fails.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import msgspec
import pytest
from contact_stage import code_in, link_in
from day_stage import DECLARATION, LETTER, REPRESENTATIVE, STRANGER
from doors import Doors, Search
from draw_stage import BRIDGES, COUNTY, ROADS, ROOT
from gateway_server import gateway_running
from paper_text import read_aloud, unpacked
from service import Service
from town import ROLES, Town

from oversight.ambient import utc_now
from oversight.values.digests import sha256
from oversight.values.instants import SHANGHAI, to_text

KEY = bytes(range(32))
SENT_NAME = "龘龘龘代表"
SUPERVISOR, AUDITOR = "administrative_supervisor", "audit_office"
CENTER = {
    "keeper": "pool_keeper", "reviewer": "pool_reviewer", "operator": "draw_operator",
    "opener": "identity_opener", "clerk": "sign_in_clerk", "archive": "archive_reader",
}  # fmt: skip
STAGES = (
    "ordered", "drawn", "rung", "answered", "listed", "arrived", "opened", "concluded",
    "identified",
)  # fmt: skip
EVERYBODY = frozenset(
    {"anybody", "administrator", "tenderer", "applicant", "contributor", SUPERVISOR, AUDITOR,
     "expert", "stranger", *CENTER}
)  # fmt: skip
POOL = frozenset({"keeper", "reviewer", AUDITOR})


class Shown(msgspec.Struct, frozen=True):
    """What may be seen by design."""

    doors: str  # pattern of templates
    posts: frozenset[str]
    since: str  # stage
    what: str  # "id": of an expert; "name"; "both"
    why: str


BY_DESIGN = (
    Shown(r"/v1/roster/experts(/\{expert\}(/declarations)?)?", POOL, "ordered", "id",
          "whoever keeps the pool finds experts by their opaque id, the drawn and the others"),
    Shown(r"/v1/roster/readings", frozenset({AUDITOR}), "opened", "id",
          "the auditor sees whose names were shown to whom"),
    Shown(r"/v1/ledger/.*|/log/.*", EVERYBODY, "ordered", "id",
          "entries about the pool have an opaque id as subject; those of a draw have none, which "
          "test_no_entry_but_the_pools_own_holds_the_id_of_an_expert shows"),
    Shown(r"/v1/identity/parties/\{party\}/people", frozenset({"administrator"}), "ordered",
          "name", "whoever gives experts their accounts knows whom he gave them"),
    Shown(r"/v1/identity/me", frozenset({"expert"}), "ordered", "name", "his own name"),
    Shown(r"/v1/draws/\{draw\}/sealed-lists/\{number\}",
          frozenset({"operator", SUPERVISOR, AUDITOR}), "opened", "name",
          "an opened list is read by the posts that the edition names, and by the auditor"),
    Shown(r"/v1/draws/\{draw\}/fees/\{number\}", frozenset({AUDITOR}), "concluded", "name",
          "the auditor reads the opened list; the buyer reads fees by line, without names"),
    Shown(r"/v1/draws/\{draw\}/bundle",
          frozenset({"tenderer", "applicant", "contributor", SUPERVISOR, AUDITOR}), "identified",
          "both", "the edition opens identities to the parties and the auditor, not to operators"),
    Shown(r"/v1/draws/\{draw\}/auditor-file", frozenset({AUDITOR}), "identified", "both",
          "after the reveal the auditor recounts the rosters"),
)  # fmt: skip


class Found(msgspec.Struct, frozen=True):
    """Something marked in an answer."""

    stage: str
    who: str
    door: str
    value: str

    def allowed_by(self, search):
        """Return the exceptions that cover it."""
        kind = "id" if self.value in search.ids else "name"
        return [
            one
            for one in BY_DESIGN
            if re.fullmatch(one.doors, self.door)
            and self.who in one.posts
            and STAGES.index(self.stage) >= STAGES.index(one.since)
            and one.what in (kind, "both")
        ]


class SecretDay(Town):
    """A town on the day before an evaluation, and everything that its doors gave away."""

    def assemble(self):
        super().assemble()
        self.tokens["administrator"] = self.service.token
        home = self.ask("administrator", "GET", "/v1/identity/me").json()["party"]["id"]
        for name, post in CENTER.items():
            _, self.tokens[name] = self.service.enter(home, post, name=name)
        self.home = home
        buyers = self.ids["tenderer"]
        for name, post in {
            "applicant": "draw_applicant",
            "contributor": "draw_contributor",
        }.items():
            _, self.tokens[name] = self.service.enter(buyers, post, name=name)
        self.join("agent", "draw_applicant", "draw_contributor")
        self.tokens["stranger"] = self.tokens["agent"]
        self.read_pool()
        self.give_account()
        self.doors = Doors(msgspec.json.decode((ROOT / "api_spec" / "openapi.json").read_bytes()))
        self.found, self.asked, self.stages = [], defaultdict(int), []
        self.lock = threading.Lock()
        return self

    def read_pool(self):
        """Learn from the file that was imported who has which telephone; ids from the database."""
        lines = (self.files / "experts.csv").read_text(encoding="utf-8-sig").splitlines()
        cells = [line.split(",") for line in lines[1:]]
        self.people = {one[2]: one for one in cells}  # telephone → cells
        values = set().union(*self.marked.values()) | {SENT_NAME, REPRESENTATIVE}
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as connection:
            ids = {row[0] for row in connection.execute("SELECT id FROM expert")}
        assert len(ids) == len(self.people) == 60
        self.search = Search(values, ids)

    @property
    def database(self):
        return self.service.directory / "data" / "daylight.sqlite3"

    def give_account(self):
        """Give one expert an account under his own name."""
        name = next(iter(self.people.values()))[0]
        wanted = {"name": name}
        got = self.service.request(
            "POST", "/v1/roster/searches", wanted, token=self.tokens["keeper"]
        )
        assert not self.search.values_in(got.content)
        (one,) = got.json()["items"]
        self.ids["expert"] = self.service.party("expert", "experts")
        person, self.tokens["expert"] = self.service.enter(self.ids["expert"], "expert", name=name)
        door = f"/v1/roster/experts/{one['id']}/account"
        linked = self.service.request("POST", door, {"person": person}, token=self.tokens["keeper"])
        assert linked.status_code == 201, linked.text

    def look(self, stage):
        """Let every post ask every door that only answers."""
        self.stages.append(stage)
        paths = list(self.doors.paths())
        with ThreadPoolExecutor(3) as several:
            list(several.map(lambda who: self.look_as(stage, who, paths), sorted(EVERYBODY)))

    def look_as(self, stage, who, paths):
        token = self.tokens.get(who)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with httpx.Client(base_url=self.service.url, headers=headers, timeout=60) as client:
            for template, path in paths:
                if self.is_due(stage, who, template):
                    self.one_door(client, stage, who, template, path)

    def is_due(self, stage, who, template):
        """Tell whether a door is asked: a public one knows no posts, which the last stage shows."""
        return who == "anybody" or template not in self.doors.public or stage == STAGES[-1]

    def one_door(self, client, stage, who, template, path):
        got = client.get(path)
        assert got.status_code < 500, (stage, who, path, got.text)
        with self.lock:
            self.asked[template, got.status_code < 300] += 1
            if got.headers.get("content-type", "").startswith("application/json"):
                self.doors.learn(path.partition("?")[0], got.json())
        said = got.content + str(got.headers).encode()
        if said.startswith(b"%PDF"):
            said = unpacked(got.content) + (read_aloud(got.content) or b"")
        self.found += [Found(stage, who, template, value) for value in self.search.found_in(said)]

    def act(self, who, door, body=None, status=201):
        got = self.ask(who, "POST", f"/v1/draws/{self.draw}{door}", body)
        assert got.status_code == status, (door, got.text)
        return got.json()

    def live(self):
        """Tell the whole day."""
        self.order()
        self.draw_them()
        self.invite()
        self.meet()
        self.end()
        return self

    def order(self):
        form = {
            "tender": "t-marked", "lots": ["1"], "rulebook": "demo", "size": 5,
            "representatives": 1,
        }  # fmt: skip
        body = self.ask("tenderer", "POST", "/v1/committees", form).json()
        self.day = utc_now().astimezone(SHANGHAI).date() + timedelta(days=1)
        order = {
            "subject": body["id"],
            "strata": [
                {"specialty": code, "region": COUNTY, "seats": 2} for code in (ROADS, BRIDGES)
            ],
            "contributors": [self.ids[role] for role in ROLES],
            "evaluation_day": str(self.day),
        }
        ordered = self.ask("tenderer", "POST", "/v1/draws", order)
        assert ordered.status_code == 201, ordered.text
        self.draw = ordered.json()["draw"]
        self.doors.learn("/v1/draws", {"id": self.draw, "subject": body["id"]})
        self.look("ordered")

    def draw_them(self):
        for role in ROLES:
            self.say(role, "draw", "commit", self.draw, *self.books(role))
        self.act("operator", "/seal", {})
        for role in ROLES:
            self.say(role, "draw", "reveal", self.draw, *self.books(role), "--trust", self.trust)
        self.act("operator", "/run")
        self.look("drawn")

    def invite(self):
        self.act("operator", "/contact", {"hour": 9, "hours": 4, "region": COUNTY})
        first = self.gateway.wait_for(4)
        self.look("rung")
        refuses, *others = first
        self.answer_it(refuses, "declined", "illness")
        self.vouch(self.draw)
        taken = {one["to"] for one in first}
        while not (new := [one for one in self.gateway.wait_for(5) if one["to"] not in taken]):
            pass
        for message in (*others, new[0]):
            self.answer_it(message, "accepted")
        self.gone = refuses["to"]
        self.members = [one["to"] for one in (*others, new[0])]
        self.look("answered")

    def answer_it(self, message, said, reason=""):
        secret = link_in(message) if said == "declined" else code_in(message)
        offer = self.ask("", "POST", "/v1/answers/offers", {"secret": secret})
        assert offer.status_code == 200, offer.text
        reply = {"secret": secret, "answer": said, "reason": reason}
        assert self.ask("", "POST", "/v1/answers", reply).status_code == 201

    def meet(self):
        room = {"name": "3", "seats": [1, 2, 3, 4], "representatives": True}
        site = {"name": "home", "party": self.home, "home": True, "rooms": [room]}
        self.act("operator", "/venue", {"sites": [site]})
        sent = {
            "name": SENT_NAME, "id_number": REPRESENTATIVE, "letter": LETTER,
            "declaration": DECLARATION,
        }  # fmt: skip
        self.act("tenderer", "/representatives", sent)
        self.act("operator", "/sealed-lists")
        self.look("listed")
        self.come_in()
        self.look("arrived")
        self.act("operator", "/sealed-lists/openings", {})
        self.look("opened")

    def come_in(self):
        card = {"method": "document-seen", "own": True}
        declined = self.people[self.gone][1]
        for number in (STRANGER, declined):
            got = self.act("clerk", "/sign-ins", card | {"id_number": number}, 200)
            assert got["told"] == "no"
        for number in (*(self.people[to][1] for to in self.members), REPRESENTATIVE):
            got = self.act("clerk", "/sign-ins", card | {"id_number": number}, 200)
            assert (got["told"], got["room"]) == ("yes", "3")

    def end(self):
        self.act("operator", "/suspensions", {"cause": "power", "account": "the lights went out"})
        form = {"form": sha256(b"form").hex()}
        for who in ("operator", SUPERVISOR):
            self.act(who, "/resumptions", form)
        seats = self.ask("operator", "GET", f"/v1/draws/{self.draw}/seats").json()["items"]
        now = utc_now()
        film = {
            "recording": sha256(b"film").hex(), "place": "shelf 4", "statement": "I watched it.",
            "started_at": to_text(now - timedelta(hours=1)), "ended_at": to_text(now),
        }  # fmt: skip
        self.act(SUPERVISOR, "/recordings", film)
        self.act("operator", "/heads", {"line": seats[0]["line"]})
        self.act("operator", "/conclusion", {"remarks": "none"})
        self.act(
            "tenderer",
            "/fees",
            {"rate": {"amount": "200.00", "currency": "CNY"}, "basis": "a price list"},
        )
        for who in ("tenderer", "operator", SUPERVISOR, AUDITOR):
            self.act(who, "/sheets", {"remarks": ""})
        self.hurt()
        self.look("concluded")
        self.before = self.written()
        self.act("opener", "/identities")
        self.look("identified")

    def hurt(self):
        """Send marked data where it does not belong, as somebody who has it in hand."""
        cells = self.people[self.members[0]]
        for value in cells[:3]:
            for who in ("clerk", "operator", "tenderer", "keeper", ""):
                for door, body in (
                    ("/sign-ins", {"id_number": value, "method": "by-eye", "own": True}),
                    ("/sign-ins", {"id_number": [value], "method": 7, value: True}),
                    ("/sign-outs", {"id_number": value + "x"}),
                    ("/representatives", {"name": value, "id_number": value, "letter": value}),
                    ("/departures", {"line": 0, "outcome": value, "reason": value}),
                    ("/venue", {"sites": value}),
                ):
                    self.wrong(who, f"/v1/draws/{self.draw}{door}", body)
                self.wrong(who, "/v1/roster/experts", {"name": value, "id_number": value})
                self.wrong(who, "/v1/answers", {"secret": value, "answer": value})
                self.ask(who, "GET", f"/v1/roster/experts/{value}")
                self.ask(who, "GET", f"/v1/draws/{value}")
                self.ask(who, "GET", f"/v1/roster/experts?specialty={value}&cursor={value}")

    def wrong(self, who, path, body):
        got = self.ask(who, "POST", path, body)
        assert 400 <= got.status_code < 500, (path, got.text)

    def written(self):
        """Return all files of the service and of the contributors' programs: name → bytes."""
        roots = self.service.directory, self.files
        files = [path for root in roots for path in root.rglob("*") if path.is_file()]
        own = self.files / "experts.csv"  # with which the pool was filled
        return {str(path): path.read_bytes() for path in files if path != own}

    def rows(self):
        """Yield (table, column, value) of the whole database."""
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as connection:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for (table,) in names.fetchall():
                cursor = connection.execute(f'SELECT * FROM "{table}"')
                columns = [one[0] for one in cursor.description]
                for row in cursor:
                    yield from ((table, *pair) for pair in zip(columns, row, strict=True))

    def entries(self):
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as connection:
            return [
                (row[0], msgspec.json.decode(row[1]), row[1])
                for row in connection.execute("SELECT kind, body FROM entry")
            ]


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    directory = tmp_path_factory.mktemp("secret") / "center"
    directory.mkdir()
    shared = directory.parent / "shared"
    shared.mkdir(mode=0o700)
    (shared / "gateway.key").write_text(KEY.hex() + "\n")
    (shared / "gateway.key").chmod(0o600)
    with gateway_running(KEY) as (gateway, address):
        settings = {"gateway": address, "gateway_key": str(shared / "gateway.key")}
        settings |= {"contact_seconds": "0.2", "answer_url": "https://answers.invalid/"}
        service = Service(directory, **settings).init().start()
        lived = SecretDay(service, gateway).assemble().live()
        service.stop()
        yield lived


def test_every_door_that_only_answers_was_asked_by_every_post_at_every_stage(day):
    assert tuple(day.stages) == STAGES
    for template in day.doors.gets:
        whole = len(STAGES) * len(EVERYBODY)
        times = len(STAGES) + len(EVERYBODY) - 1 if template in day.doors.public else whole
        assert day.asked[template, True] + day.asked[template, False] >= times, template


def test_every_door_of_a_draw_opened_to_somebody(day):
    """A search of refusals would prove little."""
    never = {template for template in day.doors.gets if not day.asked[template, True]}
    assert {one for one in never if "/draws/{draw}/" in one} <= {
        "/v1/draws/{draw}/openings",  # the edition opens them to the parties alone
        "/v1/draws/{draw}/public-bundle",  # of draws from public lists of items
        "/v1/draws/{draw}/items",
    }


def test_no_post_sees_anybody_but_as_designed(day):
    astray = {
        (one.stage, one.who, one.door, "id" if one.value in day.search.ids else "marked")
        for one in day.found
        if not one.allowed_by(day.search)
    }
    assert sorted(astray) == []


def test_everything_that_is_shown_by_design_was_met(day):
    met = {exception.doors for one in day.found for exception in one.allowed_by(day.search)}
    assert {one.doors for one in BY_DESIGN} == met


def test_telephones_and_identity_numbers_are_shown_to_nobody_ever(day):
    numbers = day.marked["telephone"] | day.marked["id number"] | {REPRESENTATIVE}
    assert [one for one in day.found if one.value in numbers] == []


def test_whoever_declined_is_named_to_nobody_but_the_auditor(day):
    name = day.people[day.gone][0]
    assert {(one.who, one.door) for one in day.found if one.value == name} <= {
        (AUDITOR, "/v1/draws/{draw}/auditor-file"),
        *(() if name != next(iter(day.people.values()))[0] else _his_account()),
    }


def _his_account():
    people = "/v1/identity/parties/{party}/people"
    return {("administrator", people), ("expert", "/v1/identity/me")}


def test_names_that_were_shown_are_those_of_members_and_of_nobody_else(day):
    lists = {one.value for one in day.found if "sealed-lists" in one.door}
    assert lists == {day.people[to][0] for to in day.members} | {SENT_NAME}
    opened = {one.value for one in day.found if one.door.endswith("/bundle")}
    assert opened - day.search.ids == {day.people[to][0] for to in day.members}


def test_no_answer_to_a_deed_no_error_and_no_word_of_the_command_line_names_anybody(day):
    assert len(day.heard) > 200
    assert [text for text in day.heard if day.search.found_in(text)] == []


def test_the_server_wrote_nothing_of_anybody(day):
    said = day.service.said() + day.service.printed
    assert "fault" not in said
    assert day.search.found_in(said) == set()


def test_nothing_marked_is_written_in_clear_in_any_file_or_file_name(day):
    for files in (day.before, day.written()):
        assert any("public" in name for name in files)
        assert str(day.database) in files
        for name, data in files.items():
            assert day.search.values_in(name) == set(), name
            assert day.search.ids_in(name) == set(), name
            assert day.search.values_in(data) == set(), name


def test_no_row_but_the_pools_own_holds_the_id_of_an_expert(day):
    ids = {}
    for table, column, value in day.rows():
        if isinstance(value, (str, bytes)) and day.search.ids_in(value):
            ids.setdefault(table, set()).add(column)
    # what is known of an expert, and whose name was shown to whom; no row of a draw
    pool = {"entry", "pending", "reading", "standing_change"}
    assert {table for table in ids if not table.startswith("expert")} <= pool


def test_no_entry_but_the_pools_own_holds_the_id_of_an_expert(day):
    entries = day.entries()
    assert {"bidding.draw.drawn", "bidding.draw.answered", "bidding.draw.identified"} <= {
        kind for kind, _, _ in entries
    }
    told = {kind for kind, _, body in entries if day.search.ids_in(body)}
    assert {kind for kind in told if not kind.startswith("bidding.roster.")} == set()
    for kind, entry, body in entries:
        assert day.search.found_in(entry["actor"] + entry["role"]) == set(), kind
        assert day.search.values_in(body) == set(), kind
    experts = [entry for _, entry, _ in entries if entry["role"] == "expert"]
    assert {entry["actor"] for entry in experts} == {"expert"}


def test_what_the_service_keeps_of_messages_leads_to_nobody(day):
    messages = [
        (column, value) for table, column, value in day.rows() if table == "gateway_message"
    ]
    assert {value for column, value in messages if column == "body"} == {b""}
    assert len(day.gateway.messages) >= 9
    assert not (day.service.directory / "data" / "outbox").exists()


def test_a_message_names_nobody_and_goes_to_one_telephone(day):
    for headers, body in day.gateway.heard:
        said = body.decode() + str(headers)
        (number,) = day.search.values_in(said)
        assert number in day.marked["telephone"]
        assert day.search.ids_in(said) == set()
        for hidden in ("t-marked", day.draw, *day.ids.values()):
            assert hidden not in said


def test_the_printed_record_is_a_file_in_which_nobody_is_named(day):
    assert day.asked["/v1/draws/{draw}/sheets/{number}", True] >= 6
    assert not [one for one in day.found if "/sheets" in one.door]
