"""Names of people and organisations, brought to one form so that equal names are equal texts.

Full width becomes half width, brackets of all kinds become ( ), Latin letters upper case.
Traditional characters stay as they are: turning them into simplified ones needs a table, and
without one a guess would make two people into one.
"""

import re
import unicodedata

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_BRACKETS = str.maketrans("[]{}〔〕【】〈〉［］｛｝﹙﹚", "()" * 8)
# Names in Uyghur, Tibetan or Kazakh are written with a dot that every keyboard sets differently.
_DOTS = str.maketrans(dict.fromkeys("•‧∙⋅・･●", "·"))
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PADDING = re.compile(rf"(?<=[{_HAN}()·]) (?=[{_HAN}()·])|(?<=[()·]) | (?=[()·])")


def half_width(text: str) -> str:
    """Return the text with full-width letters, digits, marks and spaces as their ASCII twins."""
    return text.translate(_FULL_WIDTH)


def normalise_name(text: str) -> str:
    """Return the name in the form under which names are compared and indexed.

    White space at the ends goes, and so does white space between Chinese characters (two-
    character names are padded to the width of three); between Latin words one space stays.
    Invisible format characters are dropped. Normalising twice changes nothing.
    """
    visible = "".join(c for c in text if unicodedata.category(c) not in {"Cf", "Cc"} or c.isspace())
    half = half_width(unicodedata.normalize("NFC", visible))
    plain = half.translate(_BRACKETS).translate(_DOTS).upper()
    return _PADDING.sub("", " ".join(plain.split()))
