"""The word filter: masks listed words, even when disguised, and leaves ordinary words alone.

It is also used to refuse user names that are offensive or that imitate staff.

A text is split into pieces at blanks and punctuation. Each piece is folded to plain letters (accents,
look-alikes from other scripts, digits and signs used as letters) and looked up as a whole, so that a listed
word inside an ordinary one does not match. Letters may be repeated more often than listed, never less: "ass"
does not match "as". Spaced-out letters ("f u c k", "f.u-c_k") are joined first.
"""

import re
import string
import threading
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import chain, groupby
from pathlib import Path

from django.conf import settings

from core.database import in_database

RELOAD_INTERVAL_S = 10.0
RESERVED = Path(__file__).with_name("reserved_names.txt")

Listed = Callable[[], list[str]]
_listed: list[Listed] = []

_LOOK_ALIKES = dict(
    zip(
        "0134578926@$!|+€£¢авеёзікмнорстухѕјһոօαβεικνορτυχγωηıłøđħŋſßæœ",
        "oieastbgzgasiitelcabeezikmhopctyxsjhnoabeikvoptuxywnilodhnssao",
        strict=True,
    )
)
_SIGNS = "!|+*"
_CUTS = r".,;:?\"'()\[\]{}<>/\\=&#~^`_«»„“”‘’…–—-"
_IN_PIECE = rf"[^\s{_CUTS}]"
_PIECE = re.compile(rf"{_IN_PIECE}+")
# Pieces with one mark between each: "fu-ck".
_CUT = re.compile(rf"(?<!{_IN_PIECE}){_IN_PIECE}++(?:(?! )[\s{_CUTS}]{_IN_PIECE}++)+")
# Three or more pieces of one character: "f u c k".
_SPELT = re.compile(rf"(?<!{_IN_PIECE}){_IN_PIECE}(?:[\s{_CUTS}]++{_IN_PIECE}(?!{_IN_PIECE})){{2,}}")
_NEVER = r"(?!)"
_BLANK = re.compile(r"\s")
_LETTER = re.compile(r"[^\W\d_]")
_ONES = re.compile(r"[1!|]")
_OR_L = str.maketrans("1!|", "lll")


class _Folds(dict[int, str]):
    """A translation table filled on demand: each character to the plain letters it stands for."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", chr(code)).casefold()
        folded = "".join(_LOOK_ALIKES.get(letter, letter) for letter in plain)
        self[code] = "".join(letter for letter in folded if "a" <= letter <= "z" or letter == "*")
        return self[code]


_folds = _Folds()


def _at_least(letters: str) -> str:
    """Return a pattern that matches these letters, each repeated at least as often as given."""
    # The first letter of a run stands alone, which lets the regex engine skip quickly.
    return "".join(f"{run}{run[0]}*+" for run in ("".join(each) for _, each in groupby(letters)))


class Filter:
    """Masks the words of one list.

    Words may begin or end with ``*``, matching any letters; a word that begins with ``!`` is always allowed.
    """

    def __init__(self, words: Iterable[str]) -> None:
        words = [word.casefold() for word in words]
        self._allowed = {word[1:] for word in words if word.startswith("!")}
        self._by_length: dict[int, list[str]] = defaultdict(list)
        whole: list[str] = []
        parts: list[str] = []
        for word in words:
            letters = word.strip("*").translate(_folds)
            if not letters or word.startswith("!") or word in self._allowed:
                continue
            self._by_length[len(letters)].append(letters)
            pattern = _at_least(letters)
            whole.append(pattern)
            if "*" in (word[0], word[-1]):
                parts.append(("" if word[0] == "*" else "^") + pattern + ("" if word[-1] == "*" else "$"))
        # Longest first, so that the longest match wins.
        any_word = re.compile("|".join(sorted(whole, key=len, reverse=True)) or _NEVER)
        self._whole, self._spelt_word = any_word.fullmatch, any_word.finditer
        self._part = re.compile("|".join(parts) or _NEVER).search
        self._is_listed = lru_cache(maxsize=4096)(self._look_up)

    def mask(self, text: str) -> str:
        """Return the text with each listed word replaced by asterisks."""
        hits: list[tuple[int, int]] = []
        listed = {piece for piece in set(_PIECE.findall(text)) if self._is_listed(piece.strip(_SIGNS))}
        if listed:
            for match in _PIECE.finditer(text):
                if match[0] in listed:
                    start = match.start() + len(match[0]) - len(match[0].lstrip(_SIGNS))
                    hits.append((start, start + len(match[0].strip(_SIGNS))))
        for match in _CUT.finditer(text):
            if self._is_listed("".join(_PIECE.findall(match[0]))):
                hits.append(match.span())
        for match in _SPELT.finditer(text):
            hits += self._spelt(text, *match.span())
        for start, end in hits:
            masked = "".join(" " if _BLANK.match(character) else "*" for character in text[start:end])
            text = text[:start] + masked + text[end:]
        return text

    def _spelt(self, text: str, start: int, end: int) -> list[tuple[int, int]]:
        """Return the spans of listed words written as separate letters."""
        shown = "".join(_PIECE.findall(text, start, end))
        for variant in dict.fromkeys((shown, shown.translate(_OR_L))):
            found = [match.span() for match in self._spelt_word(variant.translate(_folds))]
            if found:
                # A character may fold to no letter, or to two.
                places = [match.start() for match in _PIECE.finditer(text, start, end)]
                at = [
                    place
                    for character, place in zip(variant, places, strict=True)
                    for _ in character.translate(_folds)
                ]
                return [(at[first], at[last - 1] + 1) for first, last in found]
        return []

    def _look_up(self, piece: str) -> bool:
        if not _LETTER.search(piece) or piece.casefold() in self._allowed:
            return False
        if self._is_word(piece.translate(_folds)):
            return True
        # ``1``, ``!`` and ``|`` may mean i or l.
        return _ONES.search(piece) is not None and self._is_word(piece.translate(_OR_L).translate(_folds))

    def _is_word(self, letters: str) -> bool:
        if "*" in letters:
            return self._is_starred(letters)
        return self._whole(letters) is not None or self._part(letters) is not None

    def _is_starred(self, letters: str) -> bool:
        if len(letters) < 4 or letters.count("*") * 2 > len(letters):
            return False
        return any(
            all(shown in ("*", letter) for shown, letter in zip(letters, word, strict=True))
            for word in self._by_length.get(len(letters), ())
        )


def read(path: str) -> list[str]:
    """Return the words of a list file: one per line, comments after ``#``."""
    lines = (line.partition("#")[0].strip() for line in Path(path).read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


def extra_words(function: Listed) -> Listed:
    """Register a function (it may use the database) whose words are added to those of the file."""
    _listed.append(function)
    return function


class _Kept:
    """The current filter, rebuilt when operators change the words."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._words: tuple[str, ...] = ()
        self._filter = Filter(())

    @property
    def is_fresh(self) -> bool:
        return time.monotonic() - self._read_at < RELOAD_INTERVAL_S

    def current(self) -> Filter:
        if self.is_fresh:
            return self._filter
        with self._lock:
            if not self.is_fresh:
                words = (*read(settings.CHAT_WORDS), *chain.from_iterable(more() for more in _listed))
                if words != self._words:
                    self._filter, self._words = Filter(words), words
                self._read_at = time.monotonic()
        return self._filter

    def forget(self) -> None:
        self._read_at = float("-inf")


_kept = _Kept()
forget = _kept.forget


def mask(text: str) -> str:
    """Return the text with all listed words masked. Must be called on a thread that may use the database."""
    return _kept.current().mask(text)


async def amask(text: str) -> str:
    """:func:`mask` for the event loop; only a list that has to be read again takes a database thread."""
    return mask(text) if _kept.is_fresh else await in_database(mask, text)


def is_offensive(name: str) -> bool:
    """Return whether a user name contains a listed word, ignoring digits at its ends and capitals within."""
    bare = name.strip(string.digits + "_.-")
    return any(mask(form) != form for form in {name, bare, _HUMP.sub(" ", bare)})


def is_reserved(name: str) -> bool:
    """Return whether a user name could pass for staff, however it is written."""
    whole, part = _reserved()
    bare = name.strip(string.digits + "_.-")
    return any(whole.fullmatch(_skeleton(form)) for form in (name, bare)) or any(
        part.fullmatch(_skeleton(piece)) for piece in _SET_APART.split(bare)
    )


@lru_cache(maxsize=1)
def _reserved() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the names that are reserved, and those that are reserved also as a separate part of a name."""
    any_letters = "[a-z]*"
    patterns = {
        word: any_letters * word.startswith("*") + _skeleton(word) + any_letters * word.endswith("*")
        for word in read(str(RESERVED))
    }
    parts = (pattern for word, pattern in patterns.items() if "*" in word)
    return re.compile("|".join(patterns.values())), re.compile("|".join(parts))


def _skeleton(name: str) -> str:
    """Return a name's letters with look-alikes unified: digits and letters, "l" and "I", "rn" and "m"."""
    letters = _SET_APART.sub("", name).translate(_folds)
    return letters.replace("l", "i").replace("rn", "m").replace("vv", "w")


_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SET_APART = re.compile(r"[_.\-*]")
