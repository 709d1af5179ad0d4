"""What the people of the demonstration do, act by act, and what they tell about it."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from oversight.ambient import utc_now
from oversight.values.instants import SHANGHAI
from scripts.demonstration.center import Center, Person
from scripts.pool_generator import HOME, experts, write_pool

T = TypeVar("T")
R = TypeVar("R")
HANDS = 4  # processes at once
SEATS = (3, 2)  # of the committee of five, by specialty
CONTRIBUTORS = ("tenderer", "supervisor", "center")
ROLES = {
    "tenderer": ("tenderer", "濮阳市示范中学（演示）"),
    "supervisor": ("administrative_supervisor", "濮阳市住房和城乡建设局（演示）"),
}


def say(text: str = "") -> None:
    """Print a line at once."""
    print(text, flush=True)


@dataclass
class Cast:
    """Who takes part, and the ids of their parties."""

    parties: dict[str, str] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)


def gather(center: Center) -> Cast:
    """Register the parties and their people; each contributor makes a key of its own."""
    administrator = center.person("administrator")
    parties = {"center": administrator.does("whoami")["party"]["id"]}
    for word, (role, name) in ROLES.items():
        parties[word] = administrator.does("party", "add", name, "--role", role)["id"]
    people = {
        "keeper": ("库管甲", "center", "pool_keeper"),
        "reviewer": ("复核乙", "center", "pool_reviewer"),
        "operator": ("抽取操作员丙", "center", "draw_operator"),
        "clerk": ("签到员壬", "center", "sign_in_clerk"),
        "opener": ("名单开启人丁", "center", "identity_opener"),
        "center": ("见证员戊", "center", "draw_contributor"),
        "applicant": ("招标人经办己", "tenderer", "draw_applicant"),
        "tenderer": ("招标人代表庚", "tenderer", "draw_contributor"),
        "supervisor": ("监督员辛", "supervisor", "draw_contributor", "draw_supervisor"),
    }
    cast = Cast(parties)

    def settle_in(who: str) -> None:
        name, party, *posts = people[who]
        one = cast.people[who] = center.welcome(who, name, parties[party], *posts)
        if who in CONTRIBUTORS:
            one.does("key", "new", str(one.key_file))
            one.does("key", "register", str(one.key_file))

    side_by_side(settle_in, people)
    return cast


def side_by_side(deed: Callable[[T], R], things: Iterable[T]) -> list[R]:
    """Do a deed for several things at once, as several people would; return what came of it."""
    with ThreadPoolExecutor(HANDS) as hands:
        return list(hands.map(deed, things))


def fill_pool(cast: Cast, place: Path, count: int) -> None:
    """Write a pool to a CSV as a center would export it, import it, and admit it."""
    pool = place / "pool.csv"
    write_pool(pool, count, encoding="gb18030")
    made = cast.people["keeper"].does("experts", "import", str(pool))
    say(f"  the pool keeper imported {made['taken']:,} experts from {pool.name} (GB18030, one act)")
    admitted = cast.people["reviewer"].does("experts", "admit", "--registered-by", made["act"])
    say(f"  another person reviewed and admitted {admitted['admitted']:,} of them")


def choose_strata(count: int) -> list[str]:
    """Return two strata of the home region: the specialties that most experts of the pool claim."""
    claimed = Counter(code for one in experts(count) for code in one.specialties)
    codes = [code for code, _ in claimed.most_common(len(SEATS))]
    return [f"{code}@{HOME}={seats}" for code, seats in zip(codes, SEATS, strict=True)]


def form_committee(cast: Cast, tender: str) -> str:
    """Form a committee of five for one lot and return its id."""
    made = cast.people["applicant"].does(
        "committee", "form", "--tender", tender, "--lot", "1", "--rulebook", "demo",
        "--size", str(sum(SEATS)),
    )  # fmt: skip
    return str(made["id"])


def order(cast: Cast, committee: str, strata: list[str]) -> str:
    """Let the tenderer order the draw for today, in Beijing; return its id."""
    day = utc_now().astimezone(SHANGHAI).date().isoformat()
    words = [word for text in strata for word in ("--stratum", text)]
    words += [word for who in CONTRIBUTORS for word in ("--contributor", cast.parties[who])]
    made = cast.people["applicant"].does("draw", "order", committee, *words, "--day", day)
    return str(made["draw"])


def commit_and_seal(cast: Cast, draw: str) -> None:
    """Each contributor binds itself to a nonce; then the operator fixes everything."""
    for who in CONTRIBUTORS:
        one = cast.people[who]
        books = ("--key", str(one.key_file), "--home", str(one.home / "draws"))
        one.does("draw", "commit", draw, *books)
    cast.people["operator"].does("draw", "seal", draw)


def reveal(cast: Cast, draw: str, trust: Path) -> None:
    """Each contributor checks what was sealed, by its own books and trust file, and reveals."""
    for who in CONTRIBUTORS:
        one = cast.people[who]
        books = ("--key", str(one.key_file), "--home", str(one.home / "draws"))
        one.does("draw", "reveal", draw, *books, "--trust", str(trust))


def finish(cast: Cast, draw: str, out: Path) -> dict[str, Any]:
    """Open the identities of a draw that was run, and write the bundle to `out`."""
    cast.people["opener"].does("draw", "open", draw)
    return fetch(cast, draw, out)


def run(cast: Cast, draw: str) -> None:
    """Let the operator run the draw."""
    cast.people["operator"].does("draw", "run", draw)


def fetch(cast: Cast, draw: str, out: Path) -> dict[str, Any]:
    """Write the draw's bundle to `out` and return it."""
    cast.people["supervisor"].does("draw", "bundle", draw, "--out", str(out))
    bundle: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return bundle


def void(cast: Cast, draw: str) -> None:
    """Let the supervisor close the draw in public, with a reason and a signature."""
    one = cast.people["supervisor"]
    words = ("--void", "--reason", "leak", "--text", "演示：疑似名单泄露，监督员宣布本次抽取作废")
    one.does("draw", "close", draw, *words, "--key", str(one.key_file))


def members(bundle: dict[str, Any]) -> list[str]:
    """Return the members of a committee by name and region, as its openings say."""
    opened = {one["commitment"]: one for one in bundle["openings"]}
    strata = bundle["request"]["strata"]
    return [
        f"{opened[line['commitment']]['identity']['value']['name']}  "
        f"(drawn for {strata[line['stratum']]['id']}, place {line['position']} of "
        f"{strata[line['stratum']]['size']:,} in the roster)"
        for line in bundle["walk"]
        if line["outcomes"][-1] == "seated"
    ]
