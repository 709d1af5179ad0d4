"""Charts are well-formed, say what they show in both languages, and quote what they are told."""

from xml.etree import ElementTree

import pytest

from bidding.chart.rules import Captions, Label, bars, histogram, quantiles
from bidding.simulation.console import charts
from bidding.simulation.detectors import judge, record
from bidding.simulation.rules import Entrant, Stratum, plan_of

WORDS = Captions(
    Label("标题", "Title"), Label("横", "across"), Label("纵", "upward"), Label("说明", "note <&>")
)
SVG = "{http://www.w3.org/2000/svg}"


def texts(chart):
    root = ElementTree.fromstring(chart)
    assert root.tag == f"{SVG}svg"
    return root, [one.text for one in root.iter(f"{SVG}text")]


@pytest.mark.parametrize(
    "chart",
    [
        histogram(WORDS, [0, 1, 2], [3, 1], [(0, 1), (1, 2), (2, 1)]),
        quantiles(WORDS, [(-1.0, -1.1), (0.0, 0.1), (1.0, 0.9)]),
        bars(WORDS, [("甲 & <乙>", 1.2), ("x" * 80, 0.0)], 1.0),
        histogram(WORDS, [0, 0], [0], []),
        quantiles(WORDS, []),
        bars(WORDS, [], 0.0),
    ],
)
def test_a_chart_is_well_formed_and_speaks_both_languages(chart):
    root, said = texts(chart)
    assert "标题 Title" in said
    assert {"说明", "note <&>"} <= set(said)
    assert root.find(f"{SVG}title").text == "标题 Title"
    assert root.find(f"{SVG}desc").text == "说明 note <&>"


def test_a_column_is_as_high_as_its_count():
    root, _ = texts(histogram(WORDS, [0, 1, 2], [4, 1], []))
    heights = [float(one.get("height")) for one in root.iter(f"{SVG}rect")][1:]
    assert heights[0] == pytest.approx(4 * heights[1], abs=0.5)


def test_a_run_is_charted_whole():
    pool = [Entrant(f"p{n}", f"E{n % 50}", "410922", ["A080104"]) for n in range(200)]
    plan = plan_of(pool, [Stratum("A080104", "410922", 3)], {})
    made = charts(judge(plan, record(plan, b"s", range(300)), 0.001))
    assert sorted(made) == ["employers.svg", "exposure.svg", "quantiles.svg"]
    for chart in made.values():
        texts(chart)
    _, said = texts(made["employers.svg"])
    assert len([one for one in said if one.startswith("E")]) == 30
