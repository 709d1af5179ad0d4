"""Write the worked example in `api_spec/documents/draw.md` anew, from `api_spec/vectors/draw.json`.

    python -m scripts.draw_example          write it
    python -m scripts.draw_example --check  exit 1 if the document differs

Every figure is computed by the project's rules from the inputs of one published vector; a test
holds the document to it, and the vector's bundle holds the figures.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from bidding.bundle.rules import AuditorFile, Bundle, request_digest
from bidding.contribution.rules import commit_statement, reveal_statement
from bidding.lottery.rules import alpha_of, orders, seed_of, stratum_key, transcript
from bidding.sealing.rules import (
    Candidate,
    commitment,
    excluded_digest,
    expert_parts,
    openings_digest,
    part_digest,
    roster_root,
    salts,
    seal_experts,
    secret_digest,
)
from oversight.ledger.rules import leaf_hash
from oversight.values.canonical import canonical
from oversight.values.digests import unbase64, unhex
from scripts.worked_example import placed, write_or_check

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "api_spec" / "documents" / "draw.md"
VECTORS = ROOT / "api_spec" / "vectors" / "draw.json"
CASE = "committee, audited"

Figures = Iterator[tuple[str, str]]


def case() -> tuple[Bundle, AuditorFile]:
    """Return bundle and auditor's file of the published vector that is worked through."""
    found = next(
        one for one in json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]
        if one["name"] == CASE
    )  # fmt: skip
    return msgspec.convert(found["bundle"], Bundle), msgspec.convert(found["auditor"], AuditorFile)


def example() -> str:
    """Return the worked example as the document has it."""
    bundle, audited = case()
    parts = [
        ("Commit (step 2)", _commits(bundle)),
        ("Seal (step 3): the first expert of the first roster", _expert(audited)),
        ("Seal (step 3): rosters and request", _request(bundle, audited)),
        ("Reveal (step 4)", _reveals(bundle)),
        ("Draw (step 5)", _draw(bundle)),
        ("Reveal of identities (step 8), and the log", _end(bundle)),
    ]
    lines = [
        f"From the case `{CASE}` of `api_spec/vectors/draw.json`; hex unless said otherwise.",
        "",
    ]
    for title, figures in parts:
        lines += [f"**{title}**", "", "```"]
        lines += [f"{name}\n    {value}" for name, value in figures]
        lines += ["```", ""]
    return "\n".join(lines)


def _commits(bundle: Bundle) -> Figures:
    draw = bundle.request.draw
    yield "draw (text)", draw
    for one, reveal in zip(bundle.request.contributors, bundle.reveals, strict=True):
        yield f"nonce of {one.party}", str(reveal.nonce)
        yield "its commitment, L(contribution, canon(…))", one.commitment
        statement = commit_statement(draw, one.party, unhex(one.commitment, 32))
        yield f"what {one.party} signs, L(commit, canon(…))", statement.hex()


def _expert(audited: AuditorFile) -> Figures:
    one, secret = audited.entries[0][0], unhex(audited.secret, 32)
    candidate = Candidate(one.expert, one.name, one.employer, one.region, one.specialties)
    identity, attributes = expert_parts(candidate)
    first, second = salts(secret, one.expert)
    yield "secret", audited.secret
    yield "expert (text)", one.expert
    yield "s1 || s2 = HMAC-SHA512(secret, utf8(expert))", (first + second).hex()
    yield "canon of the identity (text)", canonical(identity).decode()
    yield "identity = L(identity, s1 || canon)", part_digest("identity", first, identity).hex()
    yield "canon of the attributes (text)", canonical(attributes).decode()
    yield (
        "attributes = L(attributes, s2 || canon)",
        part_digest("attributes", second, attributes).hex(),
    )
    yield (
        "c = L(entry, identity || attributes)",
        commitment(secret, one.expert, (identity, attributes)).hex(),
    )


def _request(bundle: Bundle, audited: AuditorFile) -> Figures:
    secret = unhex(audited.secret, 32)
    yield "L(secret, secret)", secret_digest(secret).hex()
    for stratum, entries in zip(bundle.request.strata, audited.entries, strict=True):
        people = [Candidate(e.expert, e.name, e.employer, e.region, e.specialties) for e in entries]
        roster = sorted(seal_experts(secret, people))
        yield f"roster of {stratum.id}: first and last of {len(roster)}", roster[0].hex()
        yield "", roster[-1].hex()
        yield "its root", roster_root(roster).hex()
    excluded = excluded_digest(unhex(audited.excluded.salt, 32), audited.excluded.list)
    yield "excluded", excluded.hex()
    yield "canon of the request (text)", canonical(bundle.request).decode()
    yield "R = L(request, canon)", request_digest(bundle.request).hex()


def _reveals(bundle: Bundle) -> Figures:
    digest = request_digest(bundle.request)
    for reveal in bundle.reveals:
        statement = reveal_statement(bundle.request.draw, digest, unhex(str(reveal.nonce), 32))
        yield f"what {reveal.party} signs, L(reveal, canon(…))", statement.hex()
        yield "its signature (base64)", str(reveal.signature)


def _draw(bundle: Bundle) -> Figures:
    assert bundle.vrf is not None and bundle.vrf.beta is not None  # noqa: PT018
    nonces = [(one.party, unhex(str(one.nonce), 32)) for one in bundle.reveals]
    inputs = transcript(request_digest(bundle.request), nonces, None)
    yield "T (text)", inputs.decode()
    yield "alpha = L(alpha, T)", alpha_of(inputs).hex()
    yield "pi", str(bundle.vrf.pi)
    yield "beta", bundle.vrf.beta
    seed = seed_of(alpha_of(inputs), unhex(bundle.vrf.beta, 64))
    yield "seed = L(seed, alpha || beta)", seed.hex()
    sizes = {stratum.id: stratum.size for stratum in bundle.request.strata}
    for stratum, order in zip(sizes, orders(seed, sizes), strict=True):
        yield f"L(stratum, seed || {stratum})", stratum_key(seed, stratum).hex()
        yield "its order of positions", " ".join(map(str, order))
    for number, line in enumerate(bundle.walk):
        codes = " ".join(line.outcomes)
        yield (
            f"line {number}: stratum {line.stratum}, position {line.position}: {codes}",
            (line.commitment),
        )
    drawn = _body(bundle, "bidding.draw.drawn")
    yield "L(walk, canon(walk)) as drawn, every line with its first code", str(drawn["walk"])


def _end(bundle: Bundle) -> Figures:
    yield "L(openings, canon(openings))", openings_digest(bundle.openings).hex()
    sealed = next(one for one in bundle.log.entries if one.kind == "bidding.draw.sealed")
    leaf = unbase64(sealed.leaf)
    yield f"leaf of entry {sealed.index} (text)", leaf.decode()
    yield "its leaf hash, SHA-256(0x00 || leaf)", leaf_hash(leaf).hex()
    yield "the checkpoint's text (text)", json.dumps(bundle.log.checkpoint.split("\n\n")[0])


def _body(bundle: Bundle, kind: str) -> dict[str, Any]:
    entry = next(one for one in bundle.log.entries if one.kind == kind)
    body: dict[str, Any] = json.loads(unbase64(entry.leaf))["body"]
    return body


def written() -> str:
    """Return the document with the worked example as it must be."""
    return placed(DOCUMENT, example())


if __name__ == "__main__":
    write_or_check(DOCUMENT, example())
