"""Names: equal names are equal texts, and different names stay different."""

import pytest

from oversight.values.names import normalise_name


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("李　明", "李明"),
        (" 李\u200b明 ", "李明"),
        ("张三（上海）有限公司", "张三(上海)有限公司"),
        ("张三 【上海】 有限公司", "张三(上海)有限公司"),
        ("ＡＢＣ　co．， ltd.", "ABC CO., LTD."),
        ("艾力・买买提", "艾力·买买提"),
        ("𠮷野 家", "𠮷野家"),
        ("", ""),
    ],
)
def test_ways_of_writing_one_name_meet(written, meant):
    assert normalise_name(written) == meant


def test_traditional_and_simplified_characters_are_not_taken_for_one_another():
    assert normalise_name("張三") != normalise_name("张三")
