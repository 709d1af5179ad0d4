"""The offline verifier against foreign vectors, and against lies that those do not tell."""

# ruff: noqa: E501 (the table of lies keeps one a line)

from __future__ import annotations

import ast
import base64
import copy
import hashlib
import importlib.util
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from draw_story import ROUND_SECONDS, Log, Story, path_to, root_of, vrf_prove
from foreign import foreign_vectors

PROGRAM = Path(__file__).resolve().parents[2] / "scripts" / "verify_proof.py"


def load_program() -> Any:
    spec = importlib.util.spec_from_file_location("verify_proof_by_path", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


verifier = load_program()
DRAWS = foreign_vectors("draw_bundles")
STEPS = [
    "shape", "checkpoint", "inclusion", "order", "request", "contributors", "reveals", "beacon",
    "vrf", "tickets", "walk", "answers", "openings", "earlier", "parent",
]  # fmt: skip


def as_bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def judge(bundle: Any, trust: Any, auditor: Any = None) -> Any:
    report = verifier.judge(
        as_bytes(bundle), as_bytes(trust), None if auditor is None else as_bytes(auditor)
    )
    for step in report.steps:
        assert "could not be carried out" not in step.detail.en, step
        assert step.detail.zh, step
    return report


def seen(report: Any) -> tuple[str, str | None]:
    return report.verdict, report.decisive


def refusals() -> list[Any]:
    cases = []
    for vector in DRAWS["vectors"]:
        for case in vector.get("tampered", []):
            name = f"{vector['name']}: {case['note']}"
            cases.append(pytest.param(case["bundle"], vector["trust"], case["refused_at"], id=name))
    for case in DRAWS["forged"]:
        cases.append(
            pytest.param(
                case["bundle"], case["trust"], case["refused_at"], id=f"forged: {case['note']}"
            )
        )
    return cases


# --- the draws of an independent implementation ---


@pytest.mark.parametrize("vector", DRAWS["vectors"], ids=lambda vector: vector["name"])
def test_a_true_record_gets_its_verdict(vector: Any) -> None:
    report = judge(vector["bundle"], vector["trust"])
    assert [step.step for step in report.steps] == STEPS
    assert report.verdict == vector["verdict"]
    assert {step.outcome for step in report.steps} == {"ok"}
    assert report.demo


@pytest.mark.parametrize(("bundle", "trust", "step"), refusals())
def test_a_false_record_is_refused_at_its_step(bundle: Any, trust: Any, step: str) -> None:
    report = judge(bundle, trust)
    assert seen(report) == ("failed", step)
    assert report.exit == 1
    assert [s.step for s in report.steps] == STEPS[: STEPS.index(step) + 1], "a failure stops"


@pytest.mark.parametrize("vector", DRAWS["vectors"], ids=lambda vector: vector["name"])
def test_the_intermediate_values_are_those_of_the_other_implementation(vector: Any) -> None:
    due = vector["intermediate"]
    case = verifier.Case(vector["bundle"], verifier.read_trust(as_bytes(vector["trust"])))
    for name, step in verifier._steps_of(case):
        verifier._run(name, step)
    assert case.this.digest == due["R"]
    if case.this.beta is None:
        return
    assert case.this.alpha == due["alpha"]
    seed = verifier.label("seed", bytes.fromhex(due["alpha"]) + case.this.beta)
    assert seed.hex() == due["seed"]
    for stratum, wanted in zip(case.this.request["strata"], due["strata"], strict=True):
        key = verifier.label("stratum", seed + stratum["id"].encode())
        assert key.hex() == wanted["key"]
        tickets = hashlib.shake_256(key).digest(16 * stratum["size"])
        assert verifier.first_positions(tickets, stratum["size"]) == wanted["order"]


def test_a_beacon_without_early_proofs_is_incomplete() -> None:
    vector = next(v for v in DRAWS["vectors"] if v["bundle"]["beacon"])
    bundle = copy.deepcopy(vector["bundle"])
    bundle["log"]["early"] = None
    report = judge(bundle, vector["trust"])
    assert seen(report) == ("incomplete", "beacon")
    assert report.steps[7].detail.en == "no early proofs in the bundle"


# --- the command line ---


def run(*arguments: object, python: str = sys.executable) -> subprocess.CompletedProcess[bytes]:
    command = [python, "-I", "-S", str(PROGRAM), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False)


def written(folder: Path, bundle: Any, trust: Any) -> tuple[Path, Path]:
    bundle_file, trust_file = folder / "bundle.json", folder / "trust.json"
    bundle_file.write_bytes(bundle if isinstance(bundle, bytes) else as_bytes(bundle))
    trust_file.write_bytes(trust if isinstance(trust, bytes) else as_bytes(trust))
    return bundle_file, trust_file


def test_the_command_line_says_every_step_and_exits_with_the_verdict(tmp_path: Path) -> None:
    vector = next(v for v in DRAWS["vectors"] if v["name"] == "replacements")
    bundle, trust = written(tmp_path, vector["bundle"], vector["trust"])
    done = run(bundle, "--trust", trust, "--lang", "en")
    out = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    assert re.findall(r"(?m)^ ?\d+  (\S+)", out) == STEPS
    assert "\nDEMO VALID\n" in out
    for sentence in (
        "unwitnessed",
        "as of log size 17, entry 16",
        "declined 2",
        "see the public audit",
    ):
        assert sentence in out
    chinese = run(bundle, "--trust", trust, "--lang", "zh").stdout.decode()
    assert "DEMO 有效(valid)" in chinese
    assert "未经见证" in chinese


@pytest.mark.parametrize(
    ("name", "code", "verdict"), [("voided", 4, "void"), ("beacon-1000", 0, "valid")]
)
def test_json_is_one_object_with_the_exit_status(
    tmp_path: Path, name: str, code: int, verdict: str
) -> None:
    vector = next(v for v in DRAWS["vectors"] if v["name"] == name)
    done = run(*written_arguments(tmp_path, vector["bundle"], vector["trust"]), "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["exit"], answer["verdict"], answer["demo"]) == (
        code,
        code,
        verdict,
        True,
    )
    assert [step["step"] for step in answer["steps"]] == STEPS


def written_arguments(folder: Path, bundle: Any, trust: Any) -> list[object]:
    bundle_file, trust_file = written(folder, bundle, trust)
    return [bundle_file, "--trust", trust_file]


def test_a_failure_names_its_step_and_exits_with_one(tmp_path: Path) -> None:
    case = DRAWS["forged"][0]
    done = run(*written_arguments(tmp_path, case["bundle"], case["trust"]), "--lang", "en")
    assert done.returncode == 1
    assert f"FAILED at {case['refused_at']}" in done.stdout.decode()


@pytest.mark.parametrize(
    ("bundle", "trust"),
    [
        (b"", None),
        (b"\xff\xfe{}", None),
        (b"{", None),
        (b"\xef\xbb\xbf{}", None),
        (b'{"a": NaN}', None),
        (None, b""),
        (None, b"[]"),
        (None, b'{"log_keys": 1}'),
        (None, b"\xff"),
    ],
)
def test_unusable_input_exits_with_two_and_no_traceback(
    tmp_path: Path, bundle: bytes | None, trust: bytes | None
) -> None:
    good = DRAWS["vectors"][0]
    arguments = written_arguments(
        tmp_path,
        good["bundle"] if bundle is None else bundle,
        good["trust"] if trust is None else trust,
    )
    done = run(*arguments, "--json")
    assert (done.returncode, done.stderr) == (2, b"")
    assert json.loads(done.stdout)["verdict"] == "unusable"


@pytest.mark.parametrize(
    "arguments", [[], ["nothing.json"], ["no.json", "--trust", "no.json", "--lang", "fr"]]
)
def test_bad_arguments_exit_with_two(arguments: list[str]) -> None:
    assert run(*arguments).returncode == 2


def test_files_that_are_not_there_are_unusable(tmp_path: Path) -> None:
    done = run(tmp_path, "--trust", tmp_path / "none.json")
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "bundle",
    [
        b"null", b"3", b"[]", b"{}", b"1e400", b"-0", b'"\\ud800"', b'{"a": 1, "a": 2}',
        b"9" * 100_000, b"[" * 60 + b"]" * 60, b"[" * 200_000 + b"]" * 200_000,
        b'{"protocol": "daylight/draw/v1"}',
    ],
)  # fmt: skip
def test_json_that_is_no_bundle_fails_at_shape(bundle: bytes) -> None:
    report = verifier.judge(bundle, as_bytes(DRAWS["vectors"][0]["trust"]))
    assert seen(report) == ("failed", "shape")


def test_every_single_value_replaced_by_another_type_is_judged_without_stumbling() -> None:
    """Each place of a bundle gets null, true, 3.5, a text, a list and an object in turn."""
    vector = next(v for v in DRAWS["vectors"] if v["name"] == "duplicates-and-caps")
    trust = as_bytes(vector["trust"])
    bundle = copy.deepcopy(vector["bundle"])
    bundle["walk"], bundle["openings"] = bundle["walk"][:1], bundle["openings"][:1]
    bundle["log"]["entries"] = bundle["log"]["entries"][:2]
    for holder, key in list(places(bundle)):
        kept = holder[key]
        for other in (None, True, 3.5, "x", [], {}, -1):
            if same_kind(kept, other):
                continue
            holder[key] = other
            report = verifier.judge(as_bytes(bundle), trust)
            assert report.verdict == "failed"
            assert "could not be carried out" not in report.steps[-1].detail.en
        holder[key] = kept


def places(value: Any) -> Any:
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from places(value[key])


def same_kind(kept: Any, other: Any) -> bool:
    return type(kept) is type(other)


# --- primitives against published vectors ---

VRF = [v for v in foreign_vectors("rfc9381_ecvrf_edwards25519")["vectors"] if "TAI" in v["suite"]]


@pytest.mark.parametrize("vector", VRF, ids=lambda v: f"example {v['example']}")
def test_the_vrf_is_that_of_rfc_9381(vector: Any) -> None:
    public, alpha, pi = (bytes.fromhex(vector[name]) for name in ("PK", "alpha", "pi"))
    assert verifier.vrf_output(public, alpha, pi) == bytes.fromhex(vector["beta"])
    point = verifier.vrf_hash_to_curve(public, alpha)
    assert verifier.point_encode(point).hex() == vector["H"]
    assert vrf_prove(verifier, bytes.fromhex(vector["SK"]), alpha)[0] == pi
    for place in (0, 31, 32, 47, 48, 79):
        turned = bytearray(pi)
        turned[place] ^= 1
        assert verifier.vrf_output(public, alpha, bytes(turned)) is None
    assert verifier.vrf_output(public, alpha + b"x", pi) is None
    higher = int.from_bytes(pi[48:], "little") + verifier.GROUP
    assert verifier.vrf_output(public, alpha, pi[:48] + higher.to_bytes(32, "little")) is None


SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
]
NOT_CANONICAL = [
    "0100000000000000000000000000000000000000000000000000000000000080",  # x = 0 with a sign
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  # y = p
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  # y = p + 1
]


@pytest.mark.parametrize("key", SMALL_ORDER)
def test_a_key_of_small_order_signs_and_proves_nothing(key: str) -> None:
    public = bytes.fromhex(key)
    assert verifier.point_decode(public) is not None
    # with A of order 1, R = identity and S = 0 would hold for every message
    assert not verifier.signature_holds(public, bytes.fromhex(SMALL_ORDER[0]) + bytes(32), b"x")
    gamma = verifier.point_encode(verifier.BASE)
    assert verifier.vrf_output(public, b"", gamma + bytes(48)) is None


@pytest.mark.parametrize("point", NOT_CANONICAL)
def test_a_point_has_one_form_only(point: str) -> None:
    assert verifier.point_decode(bytes.fromhex(point)) is None


def test_ed25519_is_that_of_rfc_8032_and_refuses_the_second_form_of_s() -> None:
    """RFC 8032, 7.1, test 2."""
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert verifier.signature_holds(public, signature, b"\x72")
    assert not verifier.signature_holds(public, signature, b"\x73")
    higher = int.from_bytes(signature[32:], "little") + verifier.GROUP
    assert not verifier.signature_holds(
        public, signature[:32] + higher.to_bytes(32, "little"), b"\x72"
    )


def test_a_signature_that_holds_only_with_the_cofactor_is_refused() -> None:
    torsion = verifier.point_decode(bytes.fromhex(SMALL_ORDER[3]))
    scalar = 12345
    public = verifier.point_encode(verifier.point_combine(scalar, verifier.BASE, 0, verifier.BASE))
    nonce = verifier.point_add(
        verifier.point_combine(777, verifier.BASE, 0, verifier.BASE), torsion
    )
    r = verifier.point_encode(nonce)
    k = int.from_bytes(hashlib.sha512(r + public + b"m").digest(), "little") % verifier.GROUP
    s = (777 + k * scalar) % verifier.GROUP
    assert not verifier.signature_holds(public, r + s.to_bytes(32, "little"), b"m")


TREE = foreign_vectors("rfc6962_tree")


def test_roots_are_those_of_rfc_6962() -> None:
    leaves = [bytes.fromhex(leaf) for leaf in TREE["leaf_inputs"]]
    for size, root in enumerate(TREE["roots"]):
        assert verifier.tree_root(leaves[:size]).hex() == root
        for index in range(size):
            path = path_to(index, leaves[:size])
            assert verifier.is_included(
                verifier.leaf_hash(leaves[index]), index, size, path, bytes.fromhex(root)
            )


def test_a_leaf_of_a_production_log_is_included() -> None:
    case = TREE["ct_real_leaf"]
    path = [bytes.fromhex(h) for h in case["proof"]]
    leaf, root = verifier.leaf_hash(bytes.fromhex(case["leaf_input"])), bytes.fromhex(case["root"])
    assert verifier.is_included(leaf, case["index"], case["tree_size"], path, root)
    assert not verifier.is_included(leaf, case["index"] + 1, case["tree_size"], path, root)


@pytest.mark.parametrize(
    "vector", foreign_vectors("inclusion_proofs")["vectors"], ids=lambda vector: vector["id"]
)
def test_inclusion_is_judged_as_elsewhere(vector: Any) -> None:
    leaf, root = (base64.b64decode(vector[name] or "") for name in ("leafHash", "root"))
    path = [base64.b64decode(h) for h in vector["proof"] or []]
    assert (
        verifier.is_included(leaf, vector["leafIdx"], vector["treeSize"], path, root)
        != vector["wantErr"]
    )


def ed25519_notes() -> list[Any]:
    """Notes whose keys this program knows: types 01 and 04. Listing one key twice is no case here."""
    cases = []
    for file in ("signed_notes", "cosignatures"):
        for vector in foreign_vectors(file)["vectors"]:
            kinds = {base64.b64decode(key.split("+", 2)[2])[0] for key in vector["vkeys"]}
            if kinds <= {1, 4} and "listed twice" not in vector["desc"]:
                cases.append(pytest.param(vector, id=f"{file}: {vector['desc']}"))
    assert len(cases) > 30
    return cases


@pytest.mark.parametrize("vector", ed25519_notes())
def test_notes_and_cosignatures_are_judged_as_elsewhere(vector: Any) -> None:
    def opens() -> bool:
        raw = (
            base64.b64decode(vector["note_b64"])
            if "note_b64" in vector
            else vector["note"].encode()
        )
        note = verifier.parse_note(raw.decode())
        keys = [verifier.parse_vkey(key) for key in vector["vkeys"]]
        times = verifier.cosigned(note, keys)
        if "timestamp" in vector:
            assert list(times.values()) == [vector["timestamp"]]
        return verifier.log_signed(note, keys) or bool(times)

    try:
        assert opens() == vector["valid"]
    except (verifier.Refused, UnicodeDecodeError):
        assert not vector["valid"]


@pytest.mark.parametrize(
    "case", foreign_vectors("signed_notes")["vkeys"], ids=lambda c: c["vkey"][:40]
)
def test_a_verifier_key_of_a_known_type_must_carry_its_own_id(case: Any) -> None:
    try:
        kind = verifier.parse_vkey(case["vkey"]).type
        assert case["valid"] or kind not in (1, 4)
    except verifier.Refused:
        assert not case["valid"]


@pytest.mark.parametrize(
    "vector", foreign_vectors("checkpoint_bodies")["vectors"], ids=lambda v: repr(v["body"][:40])
)
def test_checkpoint_bodies_are_read_strictly(vector: Any) -> None:
    accepted = vector.get("c2sp_strict", "").startswith("accept")
    try:
        found = verifier.parse_checkpoint(vector["body"])
        assert accepted
        if vector["want"]:
            assert (found.origin, found.size) == (vector["want"]["origin"], vector["want"]["size"])
    except verifier.Refused:
        assert not accepted


def test_canonical_bytes_are_those_of_rfc_8785() -> None:
    """RFC 8785, 3.2.2 and 3.2.3, as far as our domain goes."""
    value = {"€": "\u20ac$\u000f\nA'B\"\\\\\"/", "\r": [56, None, True, False], "\ufb33": 1, "1": 2, "😀": 3,
             "\u0080": 4, "ö": 5}  # fmt: skip
    expected = (
        '{"\\r":[56,null,true,false],"1":2,"\u0080":4,"ö":5,"€":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/",'
        '"😀":3,"\ufb33":1}'
    )
    assert verifier.canon(value).decode() == expected


# --- lies that the foreign vectors do not tell ---


def story(**choices: Any) -> Story:
    return Story(verifier, **choices)


def told(tale: Story, **changes: Any) -> Any:
    return judge({**tale.bundle(), **changes}, tale.trust())


def test_a_true_story_is_valid_and_tells_its_counts() -> None:
    tale = story(who=["supervisor", "tenderer", "center"], caps={"employer": 1},
                 strata=[("A08@220822", 2, 12), ("B03@220822", 2, 12)])  # fmt: skip
    tale.told().answer(0, "declined").answer(1, "left").identify()
    report = told(tale)
    assert seen(report) == ("valid", None)
    assert not report.demo
    assert report.facts["codes"]["declined"] == 1
    assert {"unwitnessed", "as of log size 13, entry 12"} <= {n.en for n in report.notes}


def test_a_witnessed_story_says_by_how_many() -> None:
    tale = story(quorum=1).told()
    assert "witnessed by 1 of 1" in [note.en for note in told(tale).notes]
    trust = tale.trust() | {"witnesses": {"quorum": 2, "keys": [tale.log.vkey(4)]}}
    assert seen(judge(tale.bundle(), trust)) == ("incomplete", "checkpoint")
    twice = [tale.log.vkey(4), tale.log.vkey(4)]
    trust["witnesses"] = {"quorum": 2, "keys": twice}
    assert seen(judge(tale.bundle(), trust)) == ("incomplete", "checkpoint"), "one witness is one"


def test_the_whole_roster_may_be_walked() -> None:
    tale = story(strata=[("A08@220822", 1, 9)]).told()
    for line in range(9):
        tale.answer(line, "unreachable")
    assert seen(told(tale.identify())) == ("valid", None)


def test_a_draw_that_still_runs_is_incomplete() -> None:
    assert seen(told(story().order().commit().seal().reveal("tenderer"))) == ("incomplete", "order")


def test_what_the_trust_file_does_not_know_is_incomplete() -> None:
    tale = story(who=["supervisor", "tenderer", "notary"]).told()
    for part, name, step in (("editions", "R-1", "request"), ("parties", "notary", "contributors")):
        trust = tale.trust()
        del trust[part][name]
        assert seen(judge(tale.bundle(), trust)) == ("incomplete", step)
    trust = tale.trust()
    trust["parties"]["notary"]["keys"] = []
    assert seen(judge(tale.bundle(), trust)) == ("incomplete", "contributors")


def test_a_key_of_another_log_does_not_sign_for_this_one() -> None:
    tale = story().told()
    other = Log("2026-11-21T08:00:00", origin="log.example.org/other")
    trust = tale.trust() | {"log_keys": [other.vkey(1)]}
    assert seen(judge(tale.bundle(), trust)) == ("failed", "checkpoint")


LIES: dict[str, tuple[str, Any]] = {
    # order
    "the seal skips an entry": ("order", lambda: story().order().commit().seal(previous=1)),
    "a second seal": ("order", lambda: story().order().commit().seal().seal().reveal().draw()),
    "a reveal before the seal": ("order", lambda: before_the_seal()),
    "a first attempt numbered two": ("order", lambda: story().order(attempt=2).commit().seal()),
    "a first attempt after something": ("order", lambda: story().order(previous=0).commit().seal()),
    "an entry of another subject": ("order", lambda: story().order().commit(subject="x").seal()),
    "two commits of one party": ("contributors", lambda: story().order().commit("tenderer", "tenderer", "supervisor").seal().reveal().draw()),
    "an answer after identities": ("order", lambda: story().told().identify().answer(0, "declined")),
    "previous is true": ("order", lambda: story().order().commit("tenderer").commit("supervisor", previous=True).seal()),
    # request
    "as_of before the order": ("request", lambda: story(request={"pool": {"as_of": 1, "excluded": "00" * 32}}).told()),
    "as_of after the seal": ("request", lambda: story(request={"pool": {"as_of": 5, "excluded": "00" * 32}}).told()),
    "a fourth seat too many for the roster": ("request", lambda: story(edition={"roster_multiple": 7}).told()),
    "one attempt too many": ("request", lambda: third_of_two()),
    "a VRF key of the same day": ("request", lambda: story(edition={"vrf_lead_hours": 1}).told()),
    "a VRF key that was never logged": ("request", lambda: story(request={"vrf_key": "11" * 32}).told()),
    "another purpose than ordered": ("request", lambda: story(request={"purpose": "supplier-invitation"}).told()),
    "another subject than ordered": ("request", lambda: story(request={"subject": "committee-2"}).told()),
    "a seal for another request": ("request", lambda: story().order().commit().seal(request="22" * 32).reveal().draw()),
    # contributors
    "no applicant": ("contributors", lambda: story(who=["supervisor", "notary"]).told()),
    "a contributor that did not commit": ("contributors", lambda: story().order().commit("supervisor").seal().reveal().draw()),
    "a commit by another actor": ("contributors", lambda: story().order().commit(actor="center").seal().reveal().draw()),
    "a commit signed by another": ("contributors", lambda: story().order().commit(signer="center").seal().reveal().draw()),
    "another commitment than logged": ("contributors", lambda: story().order().commit(commitment="33" * 32).seal().reveal().draw()),
    # reveals
    "drawn without a reveal": ("reveals", lambda: story().order().commit().seal().reveal("supervisor").draw()),
    "a reveal after its time": ("reveals", lambda: story().order().commit().seal().reveal(at="2026-11-21T10:00:00.000001Z").draw()),
    "a reveal for another request": ("reveals", lambda: story().order().commit().seal().reveal(request="44" * 32).draw()),
    "a reveal signed by another": ("reveals", lambda: story().order().commit().seal().reveal(signer="center").draw()),
    "a reveal logged by another": ("reveals", lambda: story().order().commit().seal().reveal(actor="center").draw()),
    "another nonce logged": ("reveals", lambda: story().order().commit().seal().reveal(nonce="55" * 32).draw()),
    # vrf
    "drawn logs another alpha": ("vrf", lambda: story().order().commit().seal().reveal().draw(alpha="66" * 32)),
    "drawn logs another proof": ("vrf", lambda: story().order().commit().seal().reveal().draw(pi="66" * 80)),
    "drawn for another request": ("vrf", lambda: story().order().commit().seal().reveal().draw(request="66" * 32)),
    # beacon
    "a beacon where none was asked": ("beacon", lambda: story().order().commit().seal().reveal().draw(beacon="77" * 48)),
    # walk
    "drawn logs another walk": ("walk", lambda: story().order().commit().seal().reveal().draw(walk="88" * 32)),
    "an answer logs another walk": ("walk", lambda: story().told().answer(0, "declined", walk="88" * 32)),
    "an answer with an unknown code": ("walk", lambda: story().told().answer(0, "disliked")),
    "an answer to a line that is not there": ("walk", lambda: story().told().answer(0, "declined", line=99)),
    "an answer to line -1": ("walk", lambda: story().told().answer(0, "declined", line=-1)),
    "an answer to line false": ("walk", lambda: story().told().answer(0, "declined", line=False)),
    "a freed line answers again": ("walk", lambda: story().told().answer(0, "declined").answer(0, "late")),
    # answers
    "a countersignature of the tenderer": ("answers", lambda: story().told().answer(0, "declined", countersigner="tenderer")),
    "a countersignature of the agent": ("answers", lambda: story(who=["supervisor", "agent"]).told().answer(0, "declined", countersigner="agent")),
    "a countersignature of the center": ("answers", lambda: story(who=["supervisor", "tenderer", "center"]).told().answer(0, "declined", countersigner="center")),
    "a countersignature of an outsider": ("answers", lambda: story().told().answer(0, "declined", countersigner="notary")),
    "a countersignature under a false name": ("answers", lambda: story().told().answer(0, "declined", signer="tenderer")),
    "evidence changed after it was signed": ("answers", lambda: story().told().answer(0, "declined", evidence="99" * 32)),
    "voided by the tenderer": ("answers", lambda: story().told().close("voided", "tenderer")),
    "voided by the center": ("answers", lambda: story(who=["supervisor", "tenderer", "center"]).told().close("voided", "center")),
    "lapsed by the supervisor": ("answers", lambda: story().told().close("lapsed", "supervisor")),
    "a closing signed by another": ("answers", lambda: story().told().close("voided", "supervisor", signer="center")),
    "a closing that hides the result": ("answers", lambda: story().told().close("voided", "supervisor", alpha=None, walk=None, pi=None)),
    "a closing before drawn that hides the result": ("answers", lambda: story().order().commit().seal().reveal().close("voided", "supervisor")),
    "a closing with another walk": ("answers", lambda: story().told().close("voided", "supervisor", walk="aa" * 32)),
    "a closing with another proof": ("answers", lambda: story().told().close("voided", "supervisor", pi="aa" * 80)),
    "a closing by the party that did not reveal": ("answers", lambda: story().order().commit().seal().reveal("supervisor").close("lapsed", "tenderer")),
    "no proof, says the closing, and there is one": ("answers", lambda: story().told().close("voided", "supervisor", "no-proof")),
    "another reason than was signed": ("answers", lambda: story().told().close("voided", "supervisor", reason="leak")),
    # openings
    "a seat not opened": ("openings", lambda: story().told().identify(openings_say=lambda o: o[1:])),
    "a seat half opened": ("openings", lambda: half_opened()),
    "openings in another order": ("openings", lambda: story().told().identify(openings_say=lambda o: o[::-1])),
    "another digest of openings": ("openings", lambda: story().told().identify(openings="bb" * 32)),
}  # fmt: skip


def before_the_seal() -> Story:
    tale = story().order().commit()
    tale.R = "00" * 32
    tale.reveal("tenderer")
    return tale.seal().reveal("supervisor").draw()


def third_of_two() -> Story:
    tale = story(edition={"attempts_max": 2}).order().close("lapsed", "tenderer").next_attempt()
    return tale.order().close("lapsed", "tenderer").next_attempt().told()


def half_opened() -> Story:
    def close_one(openings: list[Any]) -> list[Any]:
        expert = openings[0]["identity"]
        digest = verifier.part_digest("identity", expert).hex()
        return [{**openings[0], "identity": {"digest": digest}}, *openings[1:]]

    return story().told().identify(openings_say=close_one)


@pytest.mark.parametrize(("step", "tell"), LIES.values(), ids=list(LIES))
def test_a_lie_that_is_signed_and_logged_is_refused_at_its_step(step: str, tell: Any) -> None:
    assert seen(told(tell())) == ("failed", step)


def test_a_cap_passed_over_in_silence_is_refused_once_identities_are_open() -> None:
    tale = story(caps={"employer": 1}, strata=[("A08@220822", 3, 12)])
    tale._first_code = lambda commitment, expert: "seated"  # type: ignore[method-assign]
    assert seen(told(tale.told())) == ("valid", None), "unproved before the identities are open"
    employers = [tale._who(line)["employer"] for line in tale.walk]
    assert len(set(employers)) < 3, "this story needs two of one employer"
    assert seen(told(tale.identify())) == ("failed", "openings")


def test_a_cap_that_was_not_due_is_refused_once_identities_are_open() -> None:
    tale = story(caps={"employer": 9})
    codes = iter(["cap", "seated", "seated"])
    tale._first_code = lambda commitment, expert: next(codes)  # type: ignore[method-assign]
    report = told(tale.told())
    assert report.verdict == "valid"
    assert report.facts["caps_unproved"] == 1
    assert seen(told(tale.identify())) == ("failed", "openings")


def test_a_duplicate_seated_again_is_refused_at_walk() -> None:
    tale = story(strata=[("A08@220822", 6, 12), ("B03@220822", 6, 12)])
    tale._first_code = lambda commitment, expert: "seated"  # type: ignore[method-assign]
    tale.told()
    assert len({line["commitment"] for line in tale.walk}) < len(tale.walk)
    assert seen(told(tale)) == ("failed", "walk")


def test_a_roster_out_of_order_is_refused_at_walk() -> None:
    tale = story(strata=[("A08@220822", 6, 12)])
    tale.expert_commitment, straight = (  # type: ignore[method-assign]
        lambda e, by=None: straight(e), tale.expert_commitment)  # fmt: skip
    tale.experts = lambda place, made=tale.experts: made(place)[::-1]  # type: ignore[misc]
    assert seen(told(tale.told())) == ("failed", "walk")


def test_identities_kept_closed_are_incomplete_and_opened_early_are_refused() -> None:
    tale = story().told().identify()
    assert seen(told(tale, openings=[])) == ("incomplete", "openings")
    early = story().told()
    early_bundle = {**early.bundle(), "openings": copy.deepcopy(tale.openings)}
    assert seen(judge(early_bundle, early.trust())) == ("failed", "openings")


@pytest.mark.parametrize("word", ["voided", "lapsed"])
def test_a_closed_draw_is_void(word: str) -> None:
    actor = "supervisor" if word == "voided" else "tenderer"
    assert seen(told(story().told().answer(0, "declined").close(word, actor))) == ("void", None)
    undrawn = story().order().commit().seal().reveal().compute().close(word, actor)
    assert seen(told(undrawn)) == ("void", None)


def test_without_a_proof_the_closing_carries_alpha_alone() -> None:
    tale = story().order().commit().seal().reveal().compute()
    assert tale.vrf is not None
    tale.vrf, tale.walk = {**tale.vrf, "pi": None, "beta": None}, []
    tale.close("voided", "supervisor", "no-proof", at="2026-11-22T09:00:00.000000Z")
    assert seen(told(tale)) == ("void", None)
    assert seen(told(tale, vrf=None)) == ("void", None)


def test_the_center_closes_only_when_all_who_could_are_missing() -> None:
    who = ["supervisor", "tenderer", "center"]
    tale = story(who=who).order().commit().seal().reveal("center").close("voided", "center")
    assert seen(told(tale)) == ("void", None)
    tale = (
        story(who=who)
        .order()
        .commit()
        .seal()
        .reveal("center", "tenderer")
        .close("voided", "center")
    )
    assert seen(told(tale)) == ("failed", "answers")


def test_a_closing_by_somebody_unknown_is_incomplete() -> None:
    tale = story().told().close("voided", "stranger")
    assert seen(told(tale)) == ("incomplete", "answers")


def test_earlier_attempts_are_judged_with_their_closings() -> None:
    def retold(**lies: Any) -> Story:
        tale = (
            story()
            .told()
            .answer(0, "declined")
            .close("voided", "supervisor", **lies)
            .next_attempt()
        )
        return tale.order().close("lapsed", "tenderer", **lies).next_attempt().told()

    assert seen(told(retold())) == ("valid", None)
    assert seen(told(retold(signer="stranger"))) == ("failed", "earlier")
    tale = story().order().close("lapsed", "tenderer", signer="agent").next_attempt().told()
    assert seen(told(tale)) == ("failed", "earlier")


def test_an_attempt_that_does_not_follow_the_closing_is_refused() -> None:
    tale = story().order().close("lapsed", "tenderer").next_attempt()
    tale.order(previous=0).commit().seal()
    assert seen(told(tale)) == ("failed", "order")
    tale = story().order().next_attempt().told()
    assert seen(told(tale)) == ("failed", "order"), "the first attempt was never closed"


def test_a_contributor_that_left_between_attempts_makes_the_verdict_incomplete() -> None:
    tale = story(who=["supervisor", "tenderer", "notary"]).told().close("voided", "supervisor")
    tale.next_attempt().who = ["supervisor", "tenderer"]
    assert seen(told(tale.told())) == ("incomplete", "earlier")


def test_a_key_written_twice_is_refused_at_shape() -> None:
    tale = story().told()
    text = as_bytes(tale.bundle())
    again = text.replace(b'{"protocol": ', b'{"protocol": "daylight/draw/v1", "protocol": ', 1)
    assert again != text
    assert seen(verifier.judge(again, as_bytes(tale.trust()))) == ("failed", "shape")


def test_a_leaf_of_another_kind_or_form_is_refused_at_inclusion() -> None:
    tale = story().told()
    bundle = tale.bundle()
    bundle["log"]["entries"][-1]["kind"] = "bidding.draw.voided"
    assert seen(judge(bundle, tale.trust())) == ("failed", "inclusion")
    tale.log.entries[-1] = tale.log.entries[-1].replace(b":", b": ", 1)
    assert seen(told(tale)) == ("failed", "inclusion")


def test_a_cosignature_twice_is_one_witness() -> None:
    tale = story(quorum=1).told()
    note = tale.bundle()["log"]["checkpoint"]
    line = note.splitlines()[-1]
    keys = [verifier.parse_vkey(tale.log.vkey(4))]
    assert len(verifier.cosigned(verifier.parse_note(f"{note}{line}\n"), keys)) == 1
    other_name = "second.example.org"
    blob = base64.b64decode(line.rpartition(" ")[2])
    blob = verifier.key_id(other_name, 4, tale.log.witness.public) + blob[4:]
    second = f"\u2014 {other_name} {base64.b64encode(blob).decode()}"
    keys.append(keys[0]._replace(name=other_name, key_id=blob[:4]))
    assert len(verifier.cosigned(verifier.parse_note(f"{note}{second}\n"), keys)) == 1


def test_no_log_speaks_for_another_even_if_both_are_trusted() -> None:
    tale = story().told()
    other = Log("2026-11-21T08:00:00", origin="log.example.org/other")
    note = tale.log.checkpoint()
    text = note[: note.rindex("\n\n") + 1]
    blob = verifier.key_id(other.origin, 1, other.key.public) + other.key.sign(text.encode())
    bundle = tale.bundle()
    bundle["log"]["checkpoint"] = (
        f"{text}\n\u2014 {other.origin} {base64.b64encode(blob).decode()}\n"
    )
    trust = tale.trust()
    trust["log_keys"].append(other.vkey(1))
    assert seen(judge(bundle, trust)) == ("failed", "checkpoint")


def test_a_vrf_proof_under_the_neutral_key_is_refused_though_its_equations_hold() -> None:
    """RFC 9381, 5.4.5: without key validation anybody could choose this output."""
    neutral = bytes.fromhex(SMALL_ORDER[0])
    h = verifier.vrf_hash_to_curve(neutral, b"alpha")
    u = verifier.point_combine(5, verifier.BASE, 0, h)
    v = verifier.point_combine(5, h, 0, h)
    points = neutral + b"".join(verifier.point_encode(p) for p in (h, verifier.IDENTITY, u, v))
    c = hashlib.sha512(b"\x03\x02" + points + b"\x00").digest()[:16]
    assert verifier.vrf_output(neutral, b"alpha", neutral + c + (5).to_bytes(32, "little")) is None


def test_two_contributors_do_not_share_a_key() -> None:
    tale = story(who=["supervisor", "tenderer", "notary"])
    tale.keys["notary"] = tale.keys["tenderer"]
    assert seen(told(tale.told())) == ("failed", "contributors")


def test_the_center_does_not_contribute_alone_under_two_names() -> None:
    tale = story(who=["center", "notary"], purpose="tie-break", edition={"must_contribute": []})
    tale.told()
    assert seen(judge(tale.bundle(), tale.trust())) == ("incomplete", "openings")
    trust = tale.trust()
    trust["parties"]["notary"]["role"] = "center"
    assert seen(judge(tale.bundle(), trust)) == ("failed", "contributors")


def test_a_line_beyond_the_seats_is_refused_at_walk() -> None:
    tale = story().told()
    tale._pass_on(0)
    assert seen(told(tale)) == ("failed", "walk")


@pytest.mark.parametrize("kind", [1, 4])
def test_a_verifier_key_with_an_id_of_another_key_is_refused(kind: int) -> None:
    name, _, blob = story().log.vkey(kind).split("+", 2)
    with pytest.raises(verifier.Refused):
        verifier.parse_vkey(f"{name}+00000000+{blob}")


@pytest.mark.parametrize("text", ["QQ", "QR==", "QQ==\n", " QQ==", "Q-==", "QQ=", "é", None, 3])
def test_base64_has_one_form_only(text: object) -> None:
    assert verifier.unbase64("QQ==") == b"A"
    with pytest.raises(verifier.Refused):
        verifier.unbase64(text)


def test_a_note_is_split_at_its_last_empty_line() -> None:
    note = verifier.parse_note("one\n\ntwo\n\n\u2014 name QUJDREU=\n")
    assert note == ("one\n\ntwo\n", [("name", b"ABCDE")])


# --- the beacon ---


def with_beacon(**choices: Any) -> Story:
    return story(beacon=True, who=["supervisor", "tenderer", "center"], **choices)


def test_a_breach_is_allowed_with_beacon_and_witnesses_only() -> None:
    tale = with_beacon().order().commit().seal().reveal("supervisor", "center").breach("tenderer")
    bundle = tale.cosign_early().draw().bundle()
    report = judge(bundle, tale.trust())
    assert seen(report) == ("valid", None)
    assert "its signature holds" in report.steps[7].detail.en
    alone = (
        with_beacon()
        .order()
        .commit()
        .seal()
        .reveal("center")
        .breach("tenderer")
        .breach("supervisor")
    )
    assert seen(told(alone.cosign_early().draw())) == ("failed", "reveals")
    trust = tale.trust() | {"witnesses": {"quorum": 0, "keys": []}}
    assert seen(judge(bundle, trust)) == ("failed", "reveals")


def test_cosignatures_of_the_rounds_own_second_come_too_late() -> None:
    tale = with_beacon().order().commit().seal().reveal()
    assert seen(told(tale.cosign_early(ROUND_SECONDS).draw())) == ("failed", "beacon")


def test_a_round_too_near_to_the_last_reveal_is_refused() -> None:
    tale = with_beacon(edition={"round_lead_minutes": 60}).order().commit().seal().reveal()
    assert seen(told(tale.cosign_early().draw())) == ("failed", "beacon")


def test_a_chain_that_nobody_trusts_is_incomplete() -> None:
    tale = with_beacon().order().commit().seal().reveal().cosign_early().draw()
    report = judge(tale.bundle(), tale.trust() | {"beacons": {}})
    assert seen(report) == ("incomplete", "beacon")
    assert "not in the trust file" in report.steps[7].detail.en


# --- the auditor's file ---


def test_the_auditors_file_is_checked_as_far_as_it_goes() -> None:
    tale = story(strata=[("A08@220822", 2, 12), ("B03@220800", 2, 9)]).told()
    report = judge(tale.bundle(), tale.trust(), tale.auditor())
    assert seen(report) == ("incomplete", "eligibility")
    assert [s.outcome for s in report.steps] == ["ok"] * 16 + ["incomplete"]


def other_roster(change: Any) -> Any:
    def told_otherwise(file: dict[str, Any]) -> None:
        change(file["entries"][0])

    return told_otherwise


@pytest.mark.parametrize(
    ("step", "change"),
    [
        ("rosters", lambda file: file.update(secret="00" * 32)),
        ("rosters", lambda file: file.update(more=1)),
        ("rosters", lambda file: file["entries"].pop()),
        ("rosters", other_roster(lambda roster: roster.pop())),
        ("rosters", other_roster(lambda roster: roster.reverse())),
        ("rosters", other_roster(lambda roster: roster.__setitem__(0, roster[1]))),
        ("rosters", other_roster(lambda roster: roster[0].update(name="somebody else"))),
        ("rosters", other_roster(lambda roster: [e["specialties"].reverse() for e in roster])),
        ("eligibility", lambda file: file["excluded"].update(salt="00" * 32)),
        ("eligibility", lambda file: file["excluded"]["list"].pop()),
    ],
)
def test_an_auditors_file_that_is_altered_is_refused(step: str, change: Any) -> None:
    tale = story(strata=[("A08@220822", 2, 12), ("B03@220822", 2, 12)]).told()
    file = copy.deepcopy(tale.auditor())
    change(file)
    assert seen(judge(tale.bundle(), tale.trust(), file)) == ("failed", step)


@pytest.mark.parametrize("lie", ["expert-A08-3", "specialty", "region"])
def test_a_roster_that_was_sealed_wrong_is_found_with_the_auditors_file(lie: str) -> None:
    tale = story()
    if lie == "specialty":
        tale.strata = [("A08@220822", 2, 12)]
        tale.experts = lambda place, made=tale.experts: sorted(  # type: ignore[misc]
            ({**e, "specialties": ["B03"]} for e in made(place)), key=tale.expert_commitment)  # fmt: skip
    elif lie == "region":
        tale.experts = lambda place, made=tale.experts: sorted(  # type: ignore[misc]
            ({**e, "region": "220104"} for e in made(place)), key=tale.expert_commitment)  # fmt: skip
    else:
        tale.excluded = lambda: {"salt": "00" * 32, "list": [[lie, "recused"]]}  # type: ignore[method-assign]
    tale.told()
    assert seen(judge(tale.bundle(), tale.trust())) == ("valid", None)
    assert seen(judge(tale.bundle(), tale.trust(), tale.auditor())) == ("failed", "eligibility")


# --- the program itself ---


def test_every_sentence_has_its_chinese_with_the_same_figures() -> None:
    used = set(
        re.findall(r'(?:say|need|refuse|wrong)\(\s*(?:[^"]*?,\s*)?"([^"]+)"', PROGRAM.read_text())
    )
    assert len(used) > 100
    for english, chinese in verifier.CHINESE.items():
        figures = set(re.findall(r"\{(\d?)\}", chinese)) - {""}
        count = max((int(n) + 1 for n in figures), default=chinese.count("{}"))
        assert count <= english.count("{}"), english
        assert re.search("[\u4e00-\u9fff]", chinese) or english in ("{}",), english


def test_the_program_needs_nothing_but_the_standard_library() -> None:
    nodes = list(ast.walk(ast.parse(PROGRAM.read_text())))
    imports = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imports |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    assert imports
    assert imports <= sys.stdlib_module_names


def test_the_first_positions_are_those_of_a_full_sort() -> None:
    for size in (1, 2, 15, 1000):
        stream = hashlib.shake_256(bytes([size % 251])).digest(16 * size)
        order = sorted(range(size), key=lambda j, s=stream: (s[16 * j : 16 * j + 16], j))
        for count in {0, 1, 2, size // 2, size}:
            assert verifier.first_positions(stream, count) == order[: min(count, size)]


def test_equal_tickets_stand_in_roster_order() -> None:
    assert verifier.first_positions(bytes(16 * 50), 3) == [0, 1, 2]


def test_a_roster_of_a_million_is_checked_in_seconds() -> None:
    """The order of magnitude; the exact figure belongs to the benchmark."""
    stream = hashlib.shake_256(b"million").digest(16 * 1_000_000)
    start = time.perf_counter()
    found = verifier.first_positions(stream, 12)
    assert time.perf_counter() - start < 2
    assert len(found) == 12
    assert root_of([b"a", b"b"]) == verifier.tree_root([b"a", b"b"])
