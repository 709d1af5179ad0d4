"""The page that verifies draws, in a real browser, opened from a file.

Every vector that the two programs in Python are held against is judged here as well, and the
three must name the same failing step. Without Chromium the tests are skipped aloud; under CI=true
they fail.
"""

from __future__ import annotations

import json
import os
import re

from foreign import foreign_vectors
from own_vectors import own_cases
from tampering import as_json, sample, spoiled

from bidding.verdict.rules import judge
from scripts import verify_page
from scripts.verify_page import PAGE

SPOILS = 40 if os.environ.get("DAYLIGHT_SWEEP") == "all" else 3  # taken of each document
OWN = {case["name"]: case for case in own_cases()}


def files_of(case):
    return {
        name: as_json(case[name])
        for name in ("bundle", "trust", "auditor")
        if case.get(name) is not None
    }


def as_given(bundle):
    """Some tampered bundles are text, because JSON would lose what was done to them."""
    return bundle.encode() if isinstance(bundle, str) else as_json(bundle)


def failing_step(report):
    return report["steps"][-1][0] if report["verdict"] == "failed" else None


def compare(opened, cases):
    """Judge (name, bundle, trust, auditor, verdict, refused_at) and return where it differs."""
    reports = opened.judge([case[1:4] for case in cases])
    wrong = []
    for case, report in zip(cases, reports, strict=True):
        found = (report["verdict"], failing_step(report))
        if found != case[4:] or len(report["en"]) != len(report["zh"]):
            wrong.append((case[0], case[4:], found, report["en"][-2:]))
        for sentence in report["en"] + report["zh"]:
            assert not re.search(r"undefined|\[object|\{\d\}|could not be carried out", sentence), (
                case[0]
            )
    return wrong


def foreign_cases():
    draws = foreign_vectors("draw_bundles")
    for vector in draws["vectors"]:
        trust = as_json(vector["trust"])
        yield vector["name"], as_given(vector["bundle"]), trust, None, vector["verdict"], None
        for case in vector.get("tampered", []):
            name, own = f"{vector['name']}: {case['note']}", case.get("trust")
            trusted = trust if own is None else as_json(own)
            yield name, as_given(case["bundle"]), trusted, None, "failed", case["refused_at"]
    for case in draws["forged"]:
        given = as_given(case["bundle"]), as_json(case["trust"])
        yield f"forged: {case['note']}", *given, None, "failed", case["refused_at"]


def test_the_file_that_is_kept_is_what_its_sources_make():
    assert PAGE.read_text(encoding="utf-8") == verify_page.page(), "run scripts/verify_page.py"


def test_no_source_is_longer_than_a_room():
    long = [
        path.name for path in verify_page.SOURCES.iterdir() if path.read_text().count("\n") > 400
    ]
    assert long == []


def test_every_sentence_is_used_and_says_the_same_figures_in_both_languages(opened):
    words = opened.page.evaluate("module_words.WORDS")
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in verify_page.SOURCES.glob("*.js")
        if not path.name.startswith("words")
    )
    assert [word for word in words if f'"{word}"' not in code] == []
    assert set(re.findall(r'\bsay\(\s*"([a-z0-9-]+)"', code)) <= set(words)
    for word, (english, chinese) in words.items():
        assert set(re.findall(r"\{\d\}", english)) == set(re.findall(r"\{\d\}", chinese)), word


def test_it_judges_every_bundle_of_the_other_implementation_as_due(opened):
    cases = list(foreign_cases())
    assert len(cases) == 144
    assert compare(opened, cases) == []


def test_it_judges_every_vector_of_the_project_as_due(opened):
    cases = [
        (
            case["name"], as_given(case["bundle"]), as_json(case["trust"]),
            None if case["auditor"] is None else as_json(case["auditor"]),
            case["verdict"], case["refused_at"],
        )
        for case in OWN.values()
    ]  # fmt: skip
    assert len(cases) >= 60
    assert compare(opened, cases) == []


def test_it_agrees_with_the_program_on_spoiled_files(opened):
    """A sample of every way to spoil one place, as the two programs are compared."""
    given = []
    for case in OWN.values():
        if case["verdict"] == "failed":
            continue
        files = files_of(case)
        for file in files:
            for what, changed in sample(
                list(spoiled(case[file])), SPOILS, f"{case['name']}/{file}"
            ):
                told = files | {file: as_json(changed)}
                given.append((f"{case['name']}: {file} {what}", told))
    triples = [(told["bundle"], told["trust"], told.get("auditor")) for _, told in given]
    wrong = []
    for (name, _), triple, report in zip(given, triples, opened.judge(triples), strict=True):
        ours = judge(*triple)
        mine = (str(ours.verdict), [[step.step, step.outcome] for step in ours.steps])
        if mine != (report["verdict"], report["steps"]):
            wrong.append((name, mine, report["verdict"], report["steps"][-1:]))
    assert wrong == []


NO_FILES = [
    b"", b"\xff", b"{", b"[]", b"null", b"1", b'{"a":1,"a":1}', b"NaN", b"\xef\xbb\xbf{}",
    b"[" * 100_000, b'"\\ud800"', b"-0", b"9" * 5000, b'{"__proto__":{"request":1}}', b'"\\x"',
    b"[1,]", b"\x00",
]  # fmt: skip


def test_it_agrees_with_the_program_on_what_is_no_bundle(opened):
    trust = as_json(OWN["committee"]["trust"])
    pairs = [(data, trust, None) for data in NO_FILES] + [(trust, data, None) for data in NO_FILES]
    for pair, report in zip(pairs, opened.judge(pairs), strict=True):
        assert report["verdict"] == str(judge(*pair).verdict), pair[0][:40]


def test_files_are_chosen_verified_and_shown_in_both_languages(opened):
    opened.choose(**files_of(OWN["committee"]))
    said = opened.verify()
    assert said.index("VALID") < said.index("Everything holds") < said.index("checkpoint")
    assert "unwitnessed" in said
    assert "rival draws and later entries: see the public audit" in said
    assert "exit code 0" in said
    rows = opened.page.locator("#steps tr")
    assert rows.count() == 15
    assert rows.nth(10).inner_text().split("\t")[:3] == ["11", "walk", "holds"]
    assert opened.page.evaluate("document.activeElement.id") == "verdict"
    assert [address.startswith("blob:") for address in opened.workers] == [True]
    opened.page.click("#language-zh")
    said = opened.page.inner_text("#report")
    assert "有效" in said
    assert "无见证方联署" in said
    assert "走号" in said
    assert "Everything holds" not in said
    assert opened.page.evaluate("document.documentElement.lang") == "zh-Hans"
    assert opened.page.title().startswith("核验一次抽取")


def test_a_reader_of_chinese_meets_chinese(browser):
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(PAGE.as_uri())
    assert page.inner_text("h1") == "核验一次抽取"
    context.close()


def test_dropped_files_find_their_places_whatever_they_are_called(opened, tmp_path):
    for name, content in files_of(OWN["committee, audited"]).items():
        (tmp_path / f"{name[::-1]}.json").write_bytes(content)
    dragged = {
        "items": [],
        "files": [str(path) for path in tmp_path.iterdir()],
        "dragOperationsMask": 1,
    }
    session = opened.context.new_cdp_session(opened.page)
    for kind in ("dragEnter", "dragOver", "drop"):  # as the window system tells them
        where = {"type": kind, "x": 200, "y": 60, "data": dragged}
        session.send("Input.dispatchDragEvent", where)
    opened.page.wait_for_selector("#verify:enabled")
    opened.page.wait_for_selector("#auditor-name:has-text('bytes')")
    for name in ("bundle", "trust", "auditor"):
        assert opened.page.inner_text(f"#{name}-name").startswith(f"{name[::-1]}.json"), name
    said = opened.verify()
    assert "INCOMPLETE" in said
    assert "who was eligible follows from the pool's entries" in said


def test_a_file_dropped_on_a_field_goes_there_and_a_stranger_nowhere(opened):
    for place, name in (("[data-file=bundle]", "mine.json"), ("h1", "stranger.json")):
        data = opened.page.evaluate_handle(
            """(name) => {
              const data = new DataTransfer();
              data.items.add(new File(['[]'], name));
              return data;
            }""",
            name,
        )
        opened.page.dispatch_event(place, "drop", {"dataTransfer": data})
    opened.page.wait_for_selector("#status:not(:empty)")
    assert "stranger.json is none of the three" in opened.page.inner_text("#status")
    assert opened.page.inner_text("#bundle-name").startswith("mine.json")
    assert opened.page.inner_text("#trust-name") == "no file yet"


def test_a_failed_bundle_names_its_step_first(opened):
    opened.choose(**files_of(OWN["a nonce of zeros"]))
    said = opened.verify()
    assert said.index("FAILED") < said.index("failed at step “reveals”") < said.index("shape")
    assert "the reveal of party-supervisor is not the one logged" in said
    assert opened.page.locator("#steps tr").last.get_attribute("data-step") == "reveals"


def test_a_demo_edition_is_called_demo_before_anything_else(opened):
    opened.choose(**files_of(OWN["a demo edition"]))
    assert "DEMO · VALID" in opened.verify()


def test_the_pairing_of_a_beacon_is_computed(opened):
    vectors = {one["name"]: one for one in foreign_vectors("draw_bundles")["vectors"]}
    opened.choose(**files_of(vectors["beacon-1000"]))
    said = opened.verify()
    assert "VALID" in said
    assert "round 1000 of the chain" in said


HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=1</script>\u202egnp'


def test_markup_in_a_file_is_text_on_the_page(opened):
    case = json.loads(json.dumps(OWN["committee"]["bundle"]))
    case["request"]["draw"] = case["request"]["rulebook"] = case["request"]["origin"] = HOSTILE
    case[HOSTILE] = 1
    trust = as_json(OWN["committee"]["trust"])
    opened.choose(bundle=as_json(case), trust=trust)
    said = opened.verify()
    assert f"unknown field {HOSTILE[:70]}" in said
    assert "\u202e" not in said
    del case[HOSTILE]
    opened.choose(bundle=as_json(case), trust=trust)
    assert "<script>" in opened.verify()
    assert opened.page.locator("#report img, #report script").count() == 0
    assert opened.page.title().startswith("Verify a draw")


def test_a_name_of_a_file_is_text_too(opened):
    given = {"name": "<img src=x onerror=alert(1)>.json", "mimeType": "", "buffer": b"{"}
    opened.page.set_input_files("#bundle", given)
    opened.choose(trust=as_json(OWN["committee"]["trust"]))
    assert "UNUSABLE" in opened.verify()
    assert "<img src=x" in opened.page.inner_text("#digests")


def test_another_file_takes_the_old_verdict_away(opened):
    opened.choose(**files_of(OWN["committee"]))
    opened.verify()
    opened.choose(bundle=b"{}")
    assert opened.page.is_hidden("#report")


def test_the_page_can_neither_fetch_nor_send(browser):
    """The policy of the page itself forbids it, whoever's script would try."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(PAGE.as_uri())
    asked = []
    context.route("**/*", lambda route: (asked.append(route.request.url), route.abort()))
    outcome = page.evaluate(
        """async () => {
          const image = new Image();
          const seen = new Promise((done) => {
            image.onerror = () => done("refused");
            image.onload = () => done("seen");
          });
          image.src = "https://example.invalid/x.png";
          navigator.sendBeacon("https://example.invalid/");
          const sent = fetch("https://example.invalid/").then(() => "sent", () => "refused");
          return [await sent, await seen];
        }"""
    )
    assert outcome == ["refused", "refused"]
    assert asked == []
    context.close()


def test_where_no_worker_starts_the_page_does_the_work_itself(workerless):
    workerless.choose(**files_of(OWN["committee"]))
    assert "VALID" in workerless.verify()
    assert workerless.workers == []


def test_a_long_run_can_be_stopped_and_the_page_stays_alive(opened, tmp_path):
    bundle = json.loads(json.dumps(OWN["committee"]["bundle"]))
    bundle["log"]["entries"] *= 3_000  # each is hashed into the tree before two are called one
    (tmp_path / "long.json").write_bytes(as_json(bundle))
    opened.page.set_input_files("#bundle", tmp_path / "long.json")
    opened.choose(trust=as_json(OWN["committee"]["trust"]))
    opened.page.click("#verify")
    opened.page.click("#language-zh")
    opened.page.click("#stop")
    assert opened.page.inner_text("#status") == "已停止，没有结论。"
    assert opened.page.is_hidden("#verdict")


def test_every_control_has_a_name_and_the_verdict_is_announced(opened):
    page = opened.page
    for field in ("bundle", "trust", "auditor"):
        assert page.locator(f"label[for={field}]").inner_text()
    for button in page.locator("button").all():
        assert button.text_content()
    assert page.get_attribute("#verdict", "aria-live") == "polite"
    assert page.get_attribute("#status", "role") == "status"


def test_on_paper_the_report_stands_alone(opened):
    opened.choose(**files_of(OWN["committee"]))
    opened.verify()
    opened.page.emulate_media(media="print")
    assert not opened.page.is_visible("#bundle")
    assert not opened.page.is_visible("#language-zh")
    assert opened.page.is_visible("#verdict")
    assert opened.page.is_visible("#digests")
    colour = "getComputedStyle(document.getElementById('verdict')).backgroundColor"
    assert opened.page.evaluate(colour) == "rgb(255, 255, 255)"
