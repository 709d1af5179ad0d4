"""A made-up log as files that anybody can fetch, and an outsider who audits them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from api_spec import assembly
from bidding.committee.facts import Formed
from oversight.custody.facts import KeyPublished
from oversight.ledger.notes import ED25519, VerifierKey
from oversight.ledger.rules import leaf_hash, root_of
from oversight.ledger.tiles import WIDTH, bundle_path, make_bundle, tile_path
from oversight.public_audit.engine import Trust, audit_log
from oversight.public_audit.report import Report
from oversight.public_audit.rules import Book
from oversight.publication.source import open_source
from scripts.draw_scene import Told
from scripts.made_up_log import CENTER, ORIGIN, SUBJECT, TENDERER, Scene, experts

BOOK = Book(assembly.AUDITED, [fact.kind for fact in assembly.FACTS])
ROSTER = {"A08@220822": (2, experts("A08", range(20)))}


class Memory:
    """A shelf in memory."""

    def __init__(self):
        self.values = {}

    def get(self, key):
        return self.values.get(key)

    def put(self, key, value):
        self.values[key] = value


def write_file(directory: Path, path: str, data: bytes) -> None:
    file = directory / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def publish(directory: Path, leaves: Sequence[bytes], note: str) -> None:
    """Write the files of a log as they stand when `note` is its checkpoint."""
    for index in range(-(-len(leaves) // WIDTH)):
        run = leaves[index * WIDTH : (index + 1) * WIDTH]
        write_file(directory, bundle_path(index, len(run)), make_bundle(run))
    level, hashes = 0, [leaf_hash(leaf) for leaf in leaves]
    while hashes:
        runs = [hashes[at : at + WIDTH] for at in range(0, len(hashes), WIDTH)]
        for index, run in enumerate(runs):
            write_file(directory, tile_path(level, index, len(run)), b"".join(run))
        hashes, level = [root_of(run) for run in runs if len(run) == WIDTH], level + 1
    write_file(directory, "checkpoint", note.encode())


def files_of(directory: Path) -> list[str]:
    """Return the paths of all published files."""
    found = [file for file in directory.rglob("*") if file.is_file()]
    return sorted(str(file.relative_to(directory)) for file in found)


def log_key(scene: Scene) -> VerifierKey:
    return VerifierKey(ORIGIN, ED25519, scene.log_key.public)


def fill(scene: Scene, size: int) -> Scene:
    """Let the log grow to `size` entries that no rule is about."""
    while len(scene.leaves) < size:
        scene.tell(KeyPublished("filler", "00"), CENTER, subject=CENTER)
    return scene


def form(scene: Scene, subject: str = SUBJECT, **changes: object) -> int:
    """Form the committee that draws are for."""
    said = {"tender": "tender", "lots": ["1"], "body": "evaluation-committee", "number": 1,
            "predecessor": None, "rulebook": "T-vectors", "size": 5,
            "representatives": 1}  # fmt: skip
    return scene.tell(Formed(**(said | changes)), TENDERER, subject=subject)


def whole_draw(scene: Scene, **changes: object) -> Told:
    """Take a draw through all its steps."""
    told = Told(scene, **changes).commit()
    return told.seal(ROSTER).reveal().draw().identify()


def audit(
    directory: Path,
    scene: Scene,
    state: Path | None = None,
    say: Callable[[int, int], None] = lambda *_: None,
    processes: int = 1,
    **trust: object,
) -> Report:
    """Audit a directory under the scene's key."""
    with open_source(str(directory)) as source:
        given = Trust(**({"log_keys": [log_key(scene)]} | trust))
        return audit_log(source, given, BOOK, state, say=say, processes=processes)
