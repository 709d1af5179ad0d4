"""A town: a service, its parties with keys and tokens, a pool of marked people, a gateway."""

from __future__ import annotations

import time

from draw_stage import BRIDGES, COUNTY, ROADS
from pool import csv_file

from bidding.intake.rules import template_header

ROLES = ("tenderer", "administrative_supervisor")
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
