"""The main job from nothing to proof: `python3 scripts/demo.py [--out DIR]`.

Builds `.venv` where it is missing, makes a scratch trading center, draws a committee of five with
three parties that do not trust each other, invites it (one expert declines), signs it in by card
and opens the sealed list, prints the record, voids a second draw and draws it again, and lets the
offline verifier judge the results and every tampered copy. Three witnesses cosign the log; at the
end it is audited from outside and inside, and once more after somebody meddled. With --out the
files stay in DIR: proofs/*.json, trust.json, tampered/<step>-<what>.json, log/ (as published),
record.pdf, summary.json. Exit status 0 when everything came out as it must.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts.environment import ROOT, enter

VERIFIER = ROOT / "scripts" / "verify_proof.py"
EXPERTS = 5_000


def verify(bundle: Path, trust: Path) -> dict[str, Any]:
    """Let the offline verifier judge a bundle; -I and -S keep everything of ours away from it."""
    files = (str(VERIFIER), str(bundle), "--trust", str(trust))
    command = [sys.executable, "-I", "-S", *files, "--json"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    report: dict[str, Any] = json.loads(said.stdout)
    assert report["exit"] == said.returncode, "the exit status is the verdict"
    return report


def second_opinion(bundle: Path, trust: Path) -> str:
    """Return the verdict of `daylight verify`, which shares no code with the offline verifier."""
    daylight = str(Path(sys.executable).parent / "daylight")
    command = [daylight, "--json", "verify", str(bundle), "--trust", str(trust)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    return str(json.loads(said.stdout)["verdict"])


def failed_step(report: dict[str, Any]) -> str:
    """Return the name of the step that refused a bundle."""
    return next((one["step"] for one in report["steps"] if one["outcome"] == "failed"), "")


def make(center: Any, out: Path, count: int) -> tuple[dict[str, str], str]:
    """Fill the center's pool and make all draws, before witnesses.

    Returns the verdict due to each bundle, and the log's verifier key.
    """
    from scripts.demonstration import morning, openness, story

    say, trust = story.say, out / "trust.json"
    say("1. A trading center is founded, and its server started on this machine alone.")
    center.found("濮阳市公共资源交易中心（演示）", "管理员")
    with center.serving(), openness.witnessed(center) as log_key:
        say("  three witnesses run beside it, each with its own key; two of them put into effect")
        cast = story.gather(center)
        say(f"  {center.url}; tenderer, supervisor and center each made a signing key of their own")
        say(f"2. The expert pool: {count:,} people who do not exist.")
        story.fill_pool(cast, center.place.parent, count)
        cast.people["supervisor"].does("draw", "trust", "--out", str(trust))
        say("3. A committee of five over two specialties is drawn.")
        strata = story.choose_strata(count)
        first = draw_once(cast, "demo-2026-001", strata, trust)
        story.run(cast, first)
        say(
            "4. Experts are invited, sign in by card without a list, and the sealed list is opened."
        )
        morning.contact_and_seat(cast, center, first, trust)
        sat = morning.sign_in_and_open(cast, center, first, count)
        bundle = story.finish(cast, first, out / "proofs" / "first.json")
        morning.print_record(cast, first, out)
        for member in story.members(bundle):
            say(f"    {member}")
        drawn = sorted(member.split("  ")[0] for member in story.members(bundle))
        assert sorted(sat) == drawn, "those who were drawn are those who sat there"
        say("5. A second draw is voided by the supervisor, in public, and drawn again.")
        committee = story.form_committee(cast, "demo-2026-002")
        voided = story.order(cast, committee, strata)
        story.commit_and_seal(cast, voided)
        story.reveal(cast, voided, trust)
        story.void(cast, voided)
        story.fetch(cast, voided, out / "proofs" / "voided.json")
        again = story.order(cast, committee, strata)
        story.commit_and_seal(cast, again)
        story.reveal(cast, again, trust)
        story.run(cast, again)
        story.finish(cast, again, out / "proofs" / "redrawn.json")
        openness.keep_the_log(center, out)
    return {"first": "valid", "voided": "void", "redrawn": "valid"}, log_key


def draw_once(cast: Any, tender: str, strata: list[str], trust: Path) -> str:
    """Take a draw from the order to the reveals, telling what happens; return its id."""
    from scripts.demonstration import story

    committee = story.form_committee(cast, tender)
    draw = story.order(cast, committee, strata)
    story.say(f"  the tenderer ordered: {', '.join(strata)} (specialty@region=seats)")
    story.commit_and_seal(cast, draw)
    story.say("  three nonces were committed, unseen; then rosters and all else were sealed")
    story.reveal(cast, draw, trust)
    story.say("  each party checked the seal against its own books and the log, and revealed")
    return draw


def judge(out: Path, expected: dict[str, str]) -> list[dict[str, Any]]:
    """Judge every true bundle; return name, verdict and what was due."""
    rows = []
    for name, due in expected.items():
        file = out / "proofs" / f"{name}.json"
        report = verify(file, out / "trust.json")
        second = second_opinion(file, out / "trust.json")
        rows.append(
            {
                "bundle": f"proofs/{name}.json",
                "verdict": report["verdict"],
                "exit": report["exit"],
                "second_opinion": second,
                "expected": due,
                "ok": report["verdict"] == second == due,
            }
        )
        print(f"  {file.name:14} {report['verdict']} (exit {report['exit']}); "
              f"daylight verify: {second}", flush=True)  # fmt: skip
    return rows


def tamper(out: Path) -> list[dict[str, Any]]:
    """Tell every lie, and let the verifier judge each; return step due and step found."""
    from scripts.demonstration.story import side_by_side
    from scripts.demonstration.tampering import LIES, LIES_ABOUT_A_REDRAW, title, told

    def tell(told_lie: tuple[str, str, Any]) -> dict[str, Any]:
        source, step, lie = told_lie
        file = out / "tampered" / f"{title(step, lie)}.json"
        file.write_text(json.dumps(told(true[source], lie), ensure_ascii=False), encoding="utf-8")
        found = failed_step(verify(file, out / "trust.json"))
        says = {"bundle": f"tampered/{file.name}", "lie": lie.__doc__}
        return {**says, "expected": step, "refused_at": found, "ok": found == step}

    true = {
        name: json.loads((out / "proofs" / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("first", "redrawn")
    }
    lies = [("first", *lie) for lie in LIES] + [("redrawn", *lie) for lie in LIES_ABOUT_A_REDRAW]
    rows = side_by_side(tell, lies)
    for row in rows:
        print(f"  {Path(row['bundle']).name:38} refused at {row['refused_at'] or 'NOTHING'}")
    return rows


def tell_where_to_look(out: Path, kept: bool) -> None:
    """Say what a curious reader does next."""
    print("\nCheck it yourself, with nothing but Python's standard library:")
    if kept:
        print(f"  python3 scripts/verify_proof.py {out}/proofs/first.json --trust {out}/trust.json")
    else:
        print("  python3 scripts/demo.py --out demo-out     (keeps the files)")
        print("  python3 scripts/verify_proof.py demo-out/proofs/first.json "
              "--trust demo-out/trust.json --lang zh")  # fmt: skip
    print("What was proved, and what was not: README.md. The protocol with a worked example:")
    print("  api_spec/documents/draw.md. Who could still cheat: SECURITY.md.")


def show(out: Path, kept: bool, count: int) -> int:
    """Make everything below `out`, judge it, write the summary; return the exit status."""
    from scripts.demonstration.center import Center
    from scripts.demonstration.openness import audits

    started = time.monotonic()
    for name in ("proofs", "tampered"):
        (out / name).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="daylight-demo-") as scratch:
        center = Center(Path(scratch) / "center")
        expected, log_key = make(center, out, count)
        print("6. The log is audited: from outside by its files alone, and beside the database.")
        audited = audits(center, out, log_key)
    print("7. The offline verifier, which shares no code with the service, judges the bundles.")
    judged = judge(out, expected)
    print("8. The same bundles with one lie told in each.")
    refused = tamper(out)
    held = all(row["ok"] for row in (*judged, *refused, *audited))
    print(f"\n{'Everything held' if held else 'SOMETHING DID NOT HOLD'}: {len(judged)} bundles "
          f"judged, {len(refused)} lies refused, {time.monotonic() - started:.0f} s.")  # fmt: skip
    summary = {
        "experts": count, "held": held, "proofs": judged, "tampered": refused, "audits": audited,
    }  # fmt: skip
    (out / "summary.json").write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n")
    tell_where_to_look(out, kept)
    return 0 if held else 1


def main() -> int:
    """Parse the command line and run the demonstration."""
    enter("run")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="directory to leave the files in")
    parser.add_argument("--experts", type=int, default=EXPERTS, help="size of the pool")
    asked = parser.parse_args()
    if asked.out is not None:
        return show(asked.out.resolve(), True, asked.experts)
    with tempfile.TemporaryDirectory(prefix="daylight-demo-") as scratch:
        return show(Path(scratch), False, asked.experts)


if __name__ == "__main__":
    sys.exit(main())
