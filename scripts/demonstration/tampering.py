"""Lies about a draw: each changes a true bundle in one place, and names the step that must refuse.

The file name says both: `<step>-<what>.json`. Nobody needs a key to tell these lies, and nobody
who checks needs more than the bundle and a trust file to catch them.
"""

import base64
import copy
from collections.abc import Callable
from typing import Any

Bundle = dict[str, Any]
Lie = Callable[[Bundle], None]


def _flip(text: str) -> str:
    """Return hex or base64 text with its first character replaced by another lawful one."""
    return ("b" if text[0] == "a" else "a") + text[1:]


def _entry(bundle: Bundle, word: str) -> Bundle:
    """Return the newest entry whose kind ends in `word`."""
    entries: list[Bundle] = bundle["log"]["entries"]
    return [one for one in entries if one["kind"].endswith(word)][-1]


def unknown_field(bundle: Bundle) -> None:
    """Smuggle in a field that nobody checks."""
    bundle["note"] = "trust me"


def other_size(bundle: Bundle) -> None:
    """Show a checkpoint that the log never signed."""
    origin, size, rest = bundle["log"]["checkpoint"].split("\n", 2)
    bundle["log"]["checkpoint"] = f"{origin}\n{int(size) + 1}\n{rest}"


def log_entry(bundle: Bundle) -> None:
    """Change what the log says about the result."""
    entry = _entry(bundle, ".drawn")
    leaf = base64.b64decode(entry["leaf"])
    entry["leaf"] = base64.b64encode(leaf.replace(b'"alpha":"', b'"alpha":"0', 1)).decode()


def hidden_entry(bundle: Bundle) -> None:
    """Leave out an entry in the middle."""
    entries = bundle["log"]["entries"]
    entries.remove(_entry(bundle, ".committed"))


def more_seats(bundle: Bundle) -> None:
    """Claim that more seats had been ordered."""
    bundle["request"]["strata"][0]["seats"] += 1


def other_roster(bundle: Bundle) -> None:
    """Claim that the roster had been another one."""
    stratum = bundle["request"]["strata"][0]
    stratum["root"] = _flip(stratum["root"])


def other_nonce(bundle: Bundle) -> None:
    """Replace a contributor's nonce by one that would draw somebody else."""
    reveal = bundle["reveals"][0]
    reveal["nonce"] = _flip(reveal["nonce"])


def forged_signature(bundle: Bundle) -> None:
    """Sign a reveal in a contributor's name without its key."""
    reveal = bundle["reveals"][-1]
    reveal["signature"] = base64.b64encode(bytes(64)).decode()


def other_proof(bundle: Bundle) -> None:
    """Replace the center's proof."""
    pi = bundle["vrf"]["pi"]
    bundle["vrf"]["pi"] = pi[:64] + _flip(pi[64:])


def other_output(bundle: Bundle) -> None:
    """Keep the proof, but claim another output."""
    bundle["vrf"]["beta"] = _flip(bundle["vrf"]["beta"])


def swapped_expert(bundle: Bundle) -> None:
    """Put another expert on a line of the walk."""
    line = bundle["walk"][0]
    line["commitment"] = _flip(line["commitment"])


def other_position(bundle: Bundle) -> None:
    """Seat the neighbour in the roster instead of the one who was drawn."""
    bundle["walk"][0]["position"] ^= 1


def dropped_line(bundle: Bundle) -> None:
    """Forget that somebody was drawn."""
    del bundle["walk"][-1]


def other_name(bundle: Bundle) -> None:
    """Give a drawn seat to somebody else by name."""
    member = next(one for one in bundle["openings"] if "value" in one["identity"])
    member["identity"]["value"]["name"] = "李四"


def other_employer(bundle: Bundle) -> None:
    """Hide where a drawn expert works."""
    bundle["openings"][0]["attributes"]["value"]["employer"] = "别处"


def hidden_member(bundle: Bundle) -> None:
    """Do not say who holds one of the seats."""
    del bundle["openings"][-1]


def hidden_attempt(bundle: Bundle) -> None:
    """Conceal that there was an attempt before this one."""
    bundle["earlier"] = []


LIES: tuple[tuple[str, Lie], ...] = (
    ("shape", unknown_field),
    ("checkpoint", other_size),
    ("inclusion", log_entry),
    ("order", hidden_entry),
    ("request", more_seats),
    ("request", other_roster),
    ("reveals", other_nonce),
    ("reveals", forged_signature),
    ("vrf", other_proof),
    ("vrf", other_output),
    ("walk", swapped_expert),
    ("walk", other_position),
    ("walk", dropped_line),
    ("openings", other_name),
    ("openings", other_employer),
    ("openings", hidden_member),
)
LIES_ABOUT_A_REDRAW: tuple[tuple[str, Lie], ...] = (("order", hidden_attempt),)


def told(bundle: Bundle, lie: Lie) -> Bundle:
    """Return a copy of `bundle` about which `lie` was told."""
    tampered = copy.deepcopy(bundle)
    lie(tampered)
    assert tampered != bundle, f"{lie.__name__} changed nothing"
    return tampered


def title(step: str, lie: Lie) -> str:
    """Return the file name of a lie: the step that must refuse it, and what was changed."""
    return f"{step}-{lie.__name__.replace('_', '-')}"
