"""A made-up expert pool of any size: the same count and seed give the same people.

Nobody in it exists. Id numbers carry the sequence number 000, which is never issued; phone
numbers begin with 154, a range that no operator was assigned; organisation codes begin with XL,
a prefix that is not issued either. All check digits hold, all regions and specialties are in
force, so that every rule sees what it would see in a real file.

    python -m scripts.pool_generator 5000 pool.csv
"""

import csv
import hashlib
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from bidding.classification.queries import seed as code_list
from bidding.classification.rules import Kind
from bidding.intake.rules import template_header
from bidding.roster.rules import Organisation, Particulars
from oversight.values.identifiers import check_uscc

HOME = "410900"  # 濮阳市: most of the pool lives there
HOME_PERCENT = 70
FIRST_BIRTH, BIRTH_DAYS = date(1958, 1, 1), 34 * 365
PEOPLE_PER_EMPLOYER = 12
LEAVES_FROM = 5  # characters of a code that is narrow enough to be claimed

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
GIVEN = (
    "伟芳娜敏静强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国文辉力鹏飞玉兰春梅志远海燕立新红梅晓东雪莲佳宁宇航"
    "思源浩然子涵雨欣嘉怡俊峰瑞林凤仪庆丰长青永康德胜光荣少华卫东学文振兴培根松柏若水清泉千里一鸣成章"
)
STYLES = "恒鼎宏瑞中正華诚天衡泰和金桥博远众信安达嘉禾卓越正方永固明德启元东方汇智".replace(
    "華", "华"
)
TRADES = (
    "建设工程", "市政工程", "水利勘测设计", "建筑设计", "工程咨询", "工程监理",
    "造价咨询", "路桥工程", "环境工程", "电力工程", "信息技术", "园林绿化",
    "地质勘察", "物业服务", "会计师事务所", "规划设计",
)  # fmt: skip
TITLES = ("高级工程师", "正高级工程师", "副教授", "教授", "高级经济师", "高级会计师", "研究员")


class Chance:
    """A stream of numbers that follows from a seed alone (SHAKE256, read block by block)."""

    def __init__(self, seed: str) -> None:
        self._seed, self._block, self._bytes, self._at = seed, 0, b"", 0

    def below(self, bound: int) -> int:
        """Return a number from 0 to `bound` - 1. The slight bias of a modulus does no harm here."""
        if self._at + 8 > len(self._bytes):
            label = f"{self._seed}/{self._block}".encode()
            self._bytes, self._at = hashlib.shake_256(label).digest(65_536), 0
            self._block += 1
        number = int.from_bytes(self._bytes[self._at : self._at + 8], "big")
        self._at += 8
        return number % bound

    def one_of(self, choices: "str | tuple[str, ...] | list[str]") -> str:
        """Return one of the choices."""
        return choices[self.below(len(choices))]


def experts(count: int, seed: str = "daylight") -> Iterator[Particulars]:
    """Yield `count` different people, the same for the same seed."""
    chance = Chance(seed)
    today = date(2026, 1, 1)
    home, others = _counties(today)
    employers = [_employer(chance, home) for _ in range(max(3, count // PEOPLE_PER_EMPLOYER))]
    leaves = _leaves(today)
    areas = [code for code in code_list(Kind.REGION).codes if not code.endswith("00")]
    taken: set[str] = set()
    for number in range(count):
        county = chance.one_of(home if chance.below(100) < HOME_PERCENT else others)
        id_number = _id_number(chance, areas, taken)
        years = 8 + chance.below(min(30, 2026 - int(id_number[6:10]) - 30))
        yield Particulars(
            name=_name(chance),
            id_number=id_number,
            phone=f"154{number % 100_000_000:08d}",
            employer=employers[chance.below(len(employers))],
            specialties=tuple(sorted({chance.one_of(leaves) for _ in range(1 + chance.below(3))})),
            region=county,
            title=chance.one_of(TITLES),
            years=years,
            birth_year=int(id_number[6:10]),
        )


def _counties(today: date) -> tuple[list[str], list[str]]:
    regions = code_list(Kind.REGION)
    known = [code for code in regions.codes if code.startswith("41") and regions.known(code, today)]
    counties = [code for code in known if not code.endswith("00")]
    home = [code for code in counties if code.startswith(HOME[:4])]
    return home, [code for code in counties if code not in home]


def _leaves(today: date) -> list[str]:
    trees = [code_list(kind) for kind in (Kind.NDRC, Kind.FINANCE)]
    parents = {code.parent for tree in trees for code in tree.codes.values()}
    return [
        code
        for tree in trees
        for code in tree.codes
        if len(code) >= LEAVES_FROM and code not in parents and tree.known(code, today)
    ]


def _name(chance: Chance) -> str:
    given = chance.one_of(GIVEN) + (chance.one_of(GIVEN) if chance.below(4) else "")
    return chance.one_of(SURNAMES) + given


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643


def _id_number(chance: Chance, areas: list[str], taken: set[str]) -> str:
    """Return an id number that nobody has, here or anywhere."""
    while True:
        born = FIRST_BIRTH + timedelta(days=chance.below(BIRTH_DAYS))
        digits = f"{chance.one_of(areas)}{born:%Y%m%d}000"
        if digits not in taken:
            taken.add(digits)
            total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
            return digits + "10X98765432"[total % 11]


_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100
_INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714


def _employer(chance: Chance, counties: list[str]) -> Organisation:
    county = chance.one_of(counties)
    place = code_list(Kind.REGION).codes[county].name.removesuffix("县").removesuffix("区")
    style = chance.one_of(STYLES) + chance.one_of(STYLES)
    name = f"{place}{style}{chance.one_of(TRADES)}有限公司"
    return Organisation(name, organisation_code(county, chance.below(1_000_000)))


def organisation_code(county: str, number: int) -> str:
    """Return a unified social credit code with both check digits, under the prefix XL."""
    body = f"XL{number:06d}"
    total = sum(int(c, 36) * weight for c, weight in zip(body, _INNER_WEIGHTS, strict=True))
    code = f"91{county}{body}{'0123456789X'[-total % 11]}"
    weighted = sum(_USCC_ALPHABET.index(c) * pow(3, at, 31) for at, c in enumerate(code))
    return check_uscc(code + _USCC_ALPHABET[-weighted % 31])


def lines(count: int, seed: str = "daylight") -> Iterator[tuple[str, ...]]:
    """Yield the people as lines of the import template, without its optional columns' values."""
    for one in experts(count, seed):
        yield (
            one.name, one.id_number, one.phone, one.employer.name, one.employer.uscc,
            "；".join(one.specialties), one.region, one.title, str(one.years), "", "", "", "",
        )  # fmt: skip


def write_pool(path: Path, count: int, seed: str = "daylight", encoding: str = "utf-8-sig") -> None:
    """Write a file as a center would export it: CSV with the template's header."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(template_header())
        writer.writerows(lines(count, seed))


if __name__ == "__main__":
    write_pool(Path(sys.argv[2]), int(sys.argv[1]))
