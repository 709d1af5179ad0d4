"""Draws from lists by the command line: tables from files, a projector without a login, proofs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from draw_stage import offline
from item_stage import suppliers, uscc
from service import Service

from oversight.ambient import utc_now

POSTS = {
    "tenderer": ("draw_applicant", "draw_contributor"),
    "administrative_supervisor": ("draw_supervisor", "draw_contributor"),
    "agent": ("draw_contributor",),
    "audit_office": ("auditor",),
}
CONTRIBUTE = ("tenderer", "administrative_supervisor", "agent")


class Office:
    """The parties of one service, each with a token, a key and books of its own."""

    def __init__(self, service):
        self.service, self.tokens, self.ids, self.keys = service, {}, {}, {}
        for role, posts in POSTS.items():
            self.ids[role] = service.party(role, f"the {role}")
            _, self.tokens[role] = service.enter(self.ids[role], *posts)
        home = service.answer("whoami", token=service.token)["party"]["id"]
        for post in ("draw_operator", "identity_opener"):
            _, self.tokens[post] = service.enter(home, post, name=post)
        for role in CONTRIBUTE:
            self.keys[role] = service.directory / f"{role}.key"
            self.say(role, "key", "new", self.keys[role])
            self.say(role, "key", "register", self.keys[role])
        service.daylight("trust", "--out", service.directory / "trust.json", token=service.token)

    def say(self, who, *words, check=True):
        return self.service.daylight(*words, token=self.tokens[who], check=check)

    def order(self, purpose, *lists, rulebook="demo", check=True, more=(), encoding=None):
        words = ["draw", "order-items", f"case-{purpose}", "--purpose", purpose]
        words += ["--rulebook", rulebook, "--day", str((utc_now() + timedelta(days=7)).date())]
        for role in CONTRIBUTE:
            words += ["--contributor", self.ids[role]]
        for one in lists:
            words += ["--list", one]
        words += ["--encoding", encoding] if encoding else []
        return self.say("tenderer", *words, *more, check=check)

    def until_sealed(self, draw):
        for role in CONTRIBUTE:
            self._own(role, "commit", draw)
        self.say("draw_operator", "draw", "seal", draw)

    def until_drawn(self, draw):
        for role in CONTRIBUTE:
            self._own(role, "reveal", draw, "--trust", self.service.directory / "trust.json")
        self.say("draw_operator", "draw", "run", draw)

    def _own(self, role, word, draw, *more):
        home = self.service.directory / f"home-{role}"
        self.say(role, "draw", word, draw, "--key", self.keys[role], "--home", home, *more)

    def verdict(self, bundle):
        trust = (self.service.directory / "trust.json").read_bytes()
        report = offline(self.service.directory, bundle, trust)
        return report["verdict"], report["exit"]


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    directory = tmp_path_factory.mktemp("lists")
    service = Service(directory, editions="demo,T-2025,P-2025").init().start()
    yield Office(service)
    service.stop()


def table(office, name, lines, encoding="utf-8"):
    """Write a table; the path relative to the instance's directory, in which commands run."""
    text = "\r\n".join(",".join(cells) for cells in lines) + "\r\n"
    (office.service.directory / name).write_bytes(text.encode(encoding))
    return name


def drawn_from(said):
    return said.stdout.split()[0]


def test_a_coefficient_is_drawn_before_everybody_s_eyes(office):
    values = table(
        office, "k1.csv", [("item", "label"), *((f"k-{n}", f"0.{n}") for n in (95, 96, 97))]
    )
    draw = drawn_from(office.order("parameter", f"K1=1={values}"))
    service = office.service
    watch = f"/v1/draws/{draw}/items"
    assert service.request("GET", watch).json()["roster"] == []
    office.until_sealed(draw)
    shown = service.request("GET", watch).json()
    assert sorted(one["label"] for one in shown["roster"]) == ["0.95", "0.96", "0.97"]
    assert (shown["draw"]["state"], shown["result"]) == ("sealed", [])
    office.until_drawn(draw)
    (result,) = service.request("GET", watch).json()["result"]
    assert result["label"] in {"0.95", "0.96", "0.97"}
    printed = service.daylight("draw", "items", draw).stdout
    assert f"1. {result['label']}" in printed
    bundle = service.request("GET", f"/v1/draws/{draw}/public-bundle")
    assert bundle.status_code == 200
    assert office.verdict(bundle.content) == ("valid", 0)


def test_under_the_tendering_law_no_tie_is_broken_by_lot_and_the_refusal_names_the_article(office):
    lines = [("a", "甲", office.ids["agent"]), ("b", "乙", office.ids["tenderer"])]
    bidders = table(office, "tied.csv", [("item", "label", "party"), *lines])
    said = office.order("tie-break", f"lot-1=1={bidders}", rulebook="T-2025", check=False)
    assert said.returncode == 1
    assert "item_draw.purpose_lawful" in said.stderr
    assert "1117号 (二)" in said.stderr
    assert "case-tie-break" not in office.service.request("GET", "/v1/draws").text


def test_a_table_of_suppliers_is_refused_by_the_line_whose_code_does_not_check(office):
    wrong = uscc(1)[:-1] + ("0" if uscc(1)[-1] != "0" else "1")
    file = table(office, "wrong.csv", [("uscc", "name"), (uscc(0), "甲公司"), (wrong, "乙公司")])
    said = office.order("supplier-invitation", f"lot-1=3={file}", check=False)
    assert said.returncode != 0
    assert "line 3" in said.stderr
    assert "乙公司" not in said.stderr


def test_suppliers_are_invited_by_lot_and_named_to_nobody_before_they_are_opened(office):
    listed = suppliers(12, controllers=6)
    lines = [
        ("uscc", "name", "controller"),
        *((one.uscc, one.name, one.controller) for one in listed),
    ]
    file = table(office, "suppliers.csv", lines, "gb18030")
    said = office.order("supplier-invitation", f"lot-1=3={file}", encoding="gb18030")
    draw = drawn_from(said)
    office.until_sealed(draw)
    office.until_drawn(draw)
    seen = [said.stdout]
    for path in (f"/v1/draws/{draw}", f"/v1/draws/{draw}/items", f"/v1/draws/{draw}/openings",
                 f"/v1/draws/{draw}/public-bundle", f"/v1/draws/{draw}/bundle"):  # fmt: skip
        seen += [office.service.request("GET", path, token=token).text
                 for token in (None, *office.tokens.values())]  # fmt: skip
    seen.append(office.service.said())
    assert [one.uscc for one in listed if any(one.uscc in text for text in seen)] == []
    assert [one.name for one in listed if any(one.name in text for text in seen)] == []
    office.say("identity_opener", "draw", "open", draw)
    bundle = office.service.request(
        "GET", f"/v1/draws/{draw}/bundle", token=office.tokens["tenderer"]
    )
    assert office.verdict(bundle.content) == ("valid", 0)
    assert sum("value" in one["identity"] for one in bundle.json()["openings"]) == 3
