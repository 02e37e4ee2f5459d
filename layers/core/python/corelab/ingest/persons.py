"""Identity as a header writes it, in the one form in which it is compared. Pure; nothing of it is kept.

Theory of operation. The systems of one hospital write a name in many ways: MÜLLER^EVA, Mueller^Eva^^Dr.,
"Muller, Eva". Each group of a person name (alphabetic, ideographic, phonetic: PS3.5 6.2.1.1) becomes a key of
its own: family, given and middle name as one run of letters, without case, accents, punctuation, spaces,
prefix and suffix; umlauts and their two-letter forms are one; katakana is hiragana. Two names are one
person's where they share a key and the birth date. What stands for nobody (`dummies`) has no key.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from corelab.ingest.dummies import BEFORE_NUMBERS, BIRTH_DATES, FIRST_BIRTH_DATE, WORDS

NAME_GROUPS, NAME_COMPONENTS = 3, 3  # of each group: family, given, middle; then prefix and suffix
SHORTEST_NAME = 2  # letters; an initial is no name

_LETTERS = str.maketrans(
    {
        "ø": "o",
        "æ": "ae",
        "œ": "oe",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "\u0131": "i",  # dotless
        "ħ": "h",
    }
    | {chr(katakana): chr(katakana - 0x60) for katakana in range(0x30A1, 0x30F7)}
)
# Accents of Latin, Greek and Cyrillic; Hebrew points; Arabic vowels. Other scripts' marks are their letters.
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]")
_UMLAUT = re.compile("([aou])e+")
_UNDECODED = "\\"  # a name has no backslash: bytes that the character set does not have were shown by it


def letters(text: str) -> str:
    """Letters and digits of a text, in one form for all ways to write it.

    >>> letters("Müller-LÜDENSCHEIDT"), letters("Mueller Luedenscheidt")
    ('mullerludenscheidt', 'mullerludenscheidt')
    """
    return _UMLAUT.sub(r"\1", "".join(words(text)))


def words(text: str) -> list[str]:
    """Runs of letters and digits, without case and accents.

    >>> words("O'Brien, Séan")
    ['o', 'brien', 'sean']
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = _ACCENTS.sub("", plain.translate(_LETTERS))
    return "".join(one if _is_letter(one) else " " for one in plain).split()


def name_keys(name: str, *, stand_ins: Iterable[str] = ()) -> tuple[str, ...]:
    """Keys of a person name (PN), one per group that says something; none where it names nobody.

    Parameters
    ----------
    stand_ins : iterable of str
        The trial's own names for the subject: a header that carries them is pseudonymised.

    >>> name_keys("Yamada^Tarou=山田^太郎=やまだ^たろう")
    ('yamadatarou', '山田太郎', 'やまたたろう')
    """
    if _UNDECODED in name:
        return ()
    groups = (group.split("^")[:NAME_COMPONENTS] for group in name.split("=")[:NAME_GROUPS])
    texts = [" ".join(components) for components in groups]
    keys = (letters(text) for text in texts if not is_dummy(text, stand_ins=stand_ins))
    return tuple(dict.fromkeys(key for key in keys if len(key) >= SHORTEST_NAME))


def birth_key(born: date | None) -> str:
    """A birth date as it is compared; "" for none and for one that is nobody's."""
    return "" if born is None or born < FIRST_BIRTH_DATE or born in BIRTH_DATES else born.isoformat()


def is_dummy(text: str, *, stand_ins: Iterable[str] = ()) -> bool:
    """Whether the text stands for nobody: empty, one character again and again, a dummy word, a stand-in.

    >>> [is_dummy(text) for text in ("000", "XXX", "ANON-0012", "Unknown, Unknown", "ID-4711")]
    [True, True, True, True, False]
    """
    found = words(text)
    joined = "".join(found)
    said = [word for word in found if not word.isdecimal()]
    if len(set(joined)) <= 1 or joined in WORDS or joined.rstrip("0123456789") in BEFORE_NUMBERS:
        return True
    if all(word in WORDS for word in found) or (said and all(word in BEFORE_NUMBERS for word in said)):
        return True
    return letters(text) in {letters(one) for one in stand_ins}


def _is_letter(one: str) -> bool:
    return one.isalnum() or unicodedata.category(one).startswith("M")
