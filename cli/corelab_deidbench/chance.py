"""Everything that is drawn: by the seed, and no word twice."""

import random
from collections.abc import Callable
from datetime import date, timedelta

CONSONANTS, VOWELS = "bdfgklmnprstvz", "aeiou"
SYLLABLES = 4
FIRST_DAY, DAYS = date(1931, 1, 1), 10_000
KANJI = "山川田中村林森石井木上下北南東西原野島高橋清水青金松竹梅本谷"
HANGUL = "김이박최정강조윤장임한오서신권황안송류홍"
CHINESE = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"
CYRILLIC = "бвгдежзиклмнопрстуфхцчшщэюя"
ROOT = "1.3.6.1.4.1.53684"  # of no organisation that the bench's files could be mistaken for


class Chance:
    """What a seed draws.

    Parameters
    ----------
    seed : int
    about : str
        What is drawn for: another word, other draws, so that a class keeps its traps when others are added.
    """

    def __init__(self, seed: int, *, about: str) -> None:
        self._random = random.Random(f"{seed}/{about}")  # noqa: S311 -- draws test data, guards nothing
        self._drawn: set[str] = set()

    def word(self) -> str:
        """A name that nobody has."""
        return self._new(self._syllables)

    def name(self) -> str:
        """A word with a capital."""
        return self.word().capitalize()

    def number(self, *, digits: int = 10) -> str:
        """A hospital number; with ten digits one that fits in 32 bits."""
        return self._new(lambda: str(self._random.randrange(10 ** (digits - 1), 4 * 10 ** (digits - 1))))

    def code(self) -> str:
        """A number with letters before it."""
        return f"{self.word()[:3].upper()}-{self.number()}"

    def written_in(self, letters: str, *, length: int = 4) -> str:
        """A word in another script."""
        return self._new(lambda: "".join(self._of(letters) for _ in range(length)))

    def day(self) -> date:
        """A day in the years in which trial subjects are born."""
        return FIRST_DAY + timedelta(days=int(self._new(lambda: str(self._random.randrange(DAYS)))))

    def uid(self) -> str:
        """A UID under a root of our own."""
        return f"{ROOT}.{self.number()}.{self.number()}"

    def noise(self, size: int) -> bytes:
        """Bytes without meaning: pixels."""
        return self._random.randbytes(size)

    def below(self, end: int) -> int:
        """A number from 0."""
        return self._random.randrange(end)

    def _syllables(self) -> str:
        return "".join(self._of(CONSONANTS) + self._of(VOWELS) for _ in range(SYLLABLES))

    def _of(self, letters: str) -> str:
        return self._random.choice(letters)

    def _new(self, draw: Callable[[], str]) -> str:
        made = draw()
        while made in self._drawn:
            made = draw()
        self._drawn.add(made)
        return made
