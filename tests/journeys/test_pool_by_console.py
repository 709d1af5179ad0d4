"""The pool from the command line and over HTTP: template, import, admission, search, showing."""

from __future__ import annotations

import json

import pytest
from pool import csv_file, people, xlsx_file

from oversight.authority.rules import Post

SEED = "journey"


@pytest.fixture(scope="module")
def staff(service):
    """Tokens of a keeper, a reviewer and an operator of the center."""
    home = service.request("GET", "/v1/identity/me", token=service.token).json()["party"]["id"]
    posts = (Post.POOL_KEEPER, Post.POOL_REVIEWER, Post.DRAW_OPERATOR)
    return {post: service.enter(home, post)[1] for post in posts}


@pytest.fixture(scope="module")
def imported(service, staff):
    """A file of thirty, imported by the keeper."""
    file = service.directory / "pool.csv"
    file.write_bytes(csv_file(30, SEED).getvalue())
    return service.answer("experts", "import", file, token=staff[Post.POOL_KEEPER])


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_names_the_columns(service, kind):
    service.daylight("experts", "import", "--template", service.directory / f"empty.{kind}")
    over_http = service.request("GET", f"/v1/roster/imports/template?form={kind}")
    assert over_http.status_code == 200
    written = (service.directory / f"empty.{kind}").read_bytes()
    assert written[:2] == over_http.content[:2]
    if kind == "csv":
        assert written == over_http.content
        assert "统一社会信用代码" in written.decode("utf-8-sig")


def test_a_file_is_imported_admitted_listed_and_shown(service, staff, imported):
    assert (imported["taken"], imported["skipped"]) == (30, 0)
    reviewer, keeper = staff[Post.POOL_REVIEWER], staff[Post.POOL_KEEPER]
    made = service.answer("experts", "admit", "--registered-by", imported["act"], token=reviewer)
    assert made["admitted"] == 30
    one = people(30, SEED)[3]
    (found,) = service.answer("experts", "find", "--phone", one.phone, token=keeper)
    assert found["status"] == "admitted"
    shown = service.answer(
        "experts", "show", found["id"], "--purpose", "call", "--field", "name", token=keeper
    )
    assert shown["name"] == one.name
    listed = service.daylight("experts", "list", token=keeper).stdout
    assert one.name not in listed
    assert found["id"] in listed


def test_the_same_file_again_is_refused_line_by_line_without_a_name(service, staff, imported):
    file = service.directory / "pool.csv"
    done = service.daylight("experts", "import", file, token=staff[Post.POOL_KEEPER], check=False)
    assert done.returncode == 1
    assert "intake.lines_good" in done.stderr
    assert not any(one.name in done.stderr for one in people(30, SEED))


def test_a_workbook_goes_through_the_same_door(service, staff):
    answer = service.request(
        "POST", "/v1/roster/imports", token=staff[Post.POOL_KEEPER],
        content=xlsx_file(5, "workbook").getvalue(),
        headers={"Content-Type": "application/octet-stream"},
    )  # fmt: skip
    assert answer.status_code == 201
    assert answer.json()["taken"] == 5


@pytest.mark.parametrize(
    ("content", "kind", "refusal"),
    [
        (b"{}", "application/json", (415, "sheet.kind")),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "text/csv", (415, "sheet.kind")),
        (b"PK\x03\x04", "text/csv", (422, "sheet.readable")),
        (b"", "text/csv", (422, "intake.columns_present")),
        (b"\xff\xff", "text/csv", (422, "sheet.encoding_certain")),
    ],
)
def test_a_bad_file_gets_the_rule_that_it_breaks(service, staff, content, kind, refusal):
    answer = service.request(
        "POST", "/v1/roster/imports", token=staff[Post.POOL_KEEPER], content=content,
        headers={"Content-Type": kind},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == refusal


def test_whoever_runs_draws_neither_lists_nor_shows_experts(service, staff, imported):
    token = staff[Post.DRAW_OPERATOR]
    for door in ("/v1/roster/experts", "/v1/roster/imports/progress?key=12345678"):
        assert service.request("GET", door, token=token).status_code == 403


def test_a_recusal_and_an_absence_are_declared_and_lifted(service, staff, imported):
    keeper, reviewer = staff[Post.POOL_KEEPER], staff[Post.POOL_REVIEWER]
    one = people(30, SEED)[5]
    (found,) = service.answer("experts", "find", "--phone", one.phone, token=keeper)
    made = service.answer(
        "experts", "recuse", found["id"], "--ground", "economic-interest", "--name", "某某集团",
        token=keeper,
    )  # fmt: skip
    service.daylight(
        "experts", "unavailable", found["id"], "--from", "2099-01-01", "--to", "2099-01-09",
        token=keeper,
    )  # fmt: skip
    service.daylight("experts", "lift", made["id"], token=reviewer)
    declared = service.answer("experts", "declarations", found["id"], token=keeper)
    assert declared["recusals"][0]["lifted_at"]
    assert declared["absences"][0]["begins"] == "2099-01-01"


def test_a_standing_is_changed_for_a_listed_reason_only(service, staff, imported):
    one = people(30, SEED)[6]
    (found,) = service.answer(
        "experts", "find", "--phone", one.phone, token=staff[Post.POOL_KEEPER]
    )
    service.daylight(
        "experts", "decline" if found["status"] == "proposed" else "suspend", found["id"],
        "--reason", "not-qualified" if found["status"] == "proposed" else "investigation",
        token=staff[Post.POOL_REVIEWER],
    )  # fmt: skip
    history = service.answer("experts", "detail", found["id"], token=staff[Post.POOL_KEEPER])
    assert history["history"][-1]["step"] in {"decline", "suspend"}


def test_a_draw_made_elsewhere_says_so_in_both_languages(service, staff):
    order = {
        "subject": "tender-journey", "application": "A-1", "terminal": "省库终端",
        "terminal_number": "N-1", "drawn_at": "2026-01-05T08:00:00Z",
        "calls": [{"number": 1, "outcome": "joined", "at": "2026-01-05T08:05:00Z"}],
        "sealed_list_sha256": "ab" * 32,
        "form": {"sha256": "cd" * 32, "bytes": 9, "media_type": "image/png"},
    }  # fmt: skip
    file = service.directory / "elsewhere.json"
    file.write_text(json.dumps(order, ensure_ascii=False), encoding="utf-8")
    done = service.daylight("external-draw", "record", file, token=staff[Post.DRAW_OPERATOR]).stdout
    assert "drawn elsewhere, not recomputable here" in done
    assert "无法重算" in done
