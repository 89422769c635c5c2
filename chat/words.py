"""The word filter: masks listed words, however they are disguised, and leaves ordinary ones alone.

A text is cut into pieces at blanks and punctuation. Each piece is folded to plain letters (accents,
look-alike letters of other scripts, digits and signs for letters) and looked up whole, so that a listed word
inside an ordinary one is no hit. Letters may be repeated more often than listed, never less: "ass" is not
found in "as". Letters set apart ("f u c k", "f.u-c_k") are put together first.
"""

import re
import threading
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from django.conf import settings

from chat.selectors import filtered_words

READ_AGAIN_S = 10.0

_LOOK_ALIKES = dict(
    zip(
        "0134578926@$!|+€£¢авеёзікмнорстухѕјһոօαβεικνορτυχγωηıłøđħŋſßæœ",
        "oieastbgzgasiitelcabeezikmhopctyxsjhnoabeikvoptuxywnilodhnssao",
        strict=True,
    )
)
_SIGNS = "!|+*"
_PIECE = re.compile(r"[^\s.,;:?\"'()\[\]{}<>/\\=&#~^`_«»„“”‘’…–—-]+")
_BLANK = re.compile(r"\s")
_OR_L = str.maketrans("1!|", "lll")


class _Folds(dict[int, str]):
    """A translation table that learns: each character to the plain letters it stands for."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", chr(code)).casefold()
        folded = "".join(_LOOK_ALIKES.get(letter, letter) for letter in plain)
        self[code] = "".join(letter for letter in folded if "a" <= letter <= "z" or letter == "*")
        return self[code]


_folds = _Folds()


def _runs(letters: str) -> tuple[str, tuple[int, ...]]:
    """Letters without repetitions, and how often each stood there: "boob" is ("bob", (1, 2, 1))."""
    runs = [(letter, len(list(run))) for letter, run in groupby(letters)]
    return "".join(letter for letter, _ in runs), tuple(count for _, count in runs)


def _covers(counts: Sequence[int], listed: Sequence[int]) -> bool:
    return all(count >= least for count, least in zip(counts, listed, strict=True))


class Filter:
    """Masks the words of one list. They may begin or end with ``*``, for any letters; those that begin with
    ``!`` are let through, though others would cover them.
    """

    def __init__(self, words: Iterable[str]) -> None:
        words = [word.casefold() for word in words]
        self._allowed = {word[1:] for word in words if word.startswith("!")}
        self._whole: dict[str, list[tuple[int, ...]]] = defaultdict(list)
        self._by_length: dict[int, list[str]] = defaultdict(list)
        self._beginnings: set[str] = set()
        parts: list[str] = []
        for word in words:
            letters = word.strip("*").translate(_folds)
            if not letters or word.startswith("!") or word in self._allowed:
                continue
            skeleton, counts = _runs(letters)
            self._whole[skeleton].append(counts)
            self._beginnings.update(skeleton[:length] for length in range(1, len(skeleton) + 1))
            self._by_length[len(letters)].append(letters)
            if "*" in (word[0], word[-1]):
                pattern = "".join(
                    f"{letter}{{{count},}}" for letter, count in zip(skeleton, counts, strict=True)
                )
                parts.append(("" if word[0] == "*" else "^") + pattern + ("" if word[-1] == "*" else "$"))
        self._part = re.compile("|".join(parts)).search if parts else None
        self._is_listed = lru_cache(maxsize=4096)(self._look_up)

    def mask(self, text: str) -> str:
        """The text with each listed word replaced by as many asterisks."""
        pieces = [match.span() for match in _PIECE.finditer(text)]
        hits: list[tuple[int, int]] = []
        for start, end in pieces:
            while start < end and text[start] in _SIGNS:
                start += 1
            while start < end and text[end - 1] in _SIGNS:
                end -= 1
            if self._is_listed(text[start:end]):
                hits.append((start, end))
        if len(pieces) > 1:
            hits += self._set_apart(text, pieces)
        for start, end in hits:
            masked = "".join(" " if _BLANK.match(character) else "*" for character in text[start:end])
            text = text[:start] + masked + text[end:]
        return text

    def _set_apart(self, text: str, pieces: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """Words cut by punctuation, and words whose letters stand apart."""
        hits: list[tuple[int, int]] = []
        cut: list[tuple[int, int]] = []
        spelt: list[tuple[int, int]] = []
        for (start, end), (following, _) in zip(pieces, (*pieces[1:], (len(text), 0)), strict=True):
            if end - start == 1:
                spelt.append((start, end))
            if spelt and (end - start > 1 or following == len(text)):
                hits += self._spelt(text, spelt) if len(spelt) > 2 else ()
                spelt = []
            cut.append((start, end))
            if following - end == 1 and text[end] != " ":
                continue
            if len(cut) > 1 and self._is_listed("".join(text[a:b] for a, b in cut)):
                hits.append((cut[0][0], cut[-1][1]))
            cut = []
        return hits

    def _spelt(self, text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """The longest listed words that begin at each letter, walked along the beginnings of all words."""
        shown = "".join(text[start] for start, _ in spans)
        for variant in {shown, shown.translate(_OR_L)}:
            letters = [
                (letter, span)
                for character, span in zip(variant, spans, strict=True)
                for letter in character.translate(_folds)
            ]
            runs = [list(run) for _, run in groupby(letters, key=lambda each: each[0])]
            skeleton = "".join(run[0][0] for run in runs)
            counts = [len(run) for run in runs]
            hits: list[tuple[int, int]] = []
            first = 0
            while first < len(runs):
                length = self._walk(skeleton, counts, first)
                if length:
                    hits.append((runs[first][0][1][0], runs[first + length - 1][-1][1][1]))
                first += length or 1
            if hits:
                return hits
        return []

    def _walk(self, skeleton: str, counts: Sequence[int], first: int) -> int:
        """How many runs, from the first, are the longest listed word; 0 if none is."""
        found = 0
        for end in range(first + 1, len(skeleton) + 1):
            beginning = skeleton[first:end]
            if beginning not in self._beginnings:
                break
            listed = self._whole.get(beginning, ())
            if any(_covers(counts[first:end], each) for each in listed):
                found = end - first
        return found

    def _look_up(self, piece: str) -> bool:
        if not any(character.isalpha() for character in piece) or piece.casefold() in self._allowed:
            return False
        if self._is_word(piece.translate(_folds)):
            return True
        other = piece.translate(_OR_L)  # the digit one and its likes stand for i and for l
        return other != piece and self._is_word(other.translate(_folds))

    def _is_word(self, letters: str) -> bool:
        if "*" in letters:
            return self._is_starred(letters)
        skeleton, counts = _runs(letters)
        for listed in self._whole.get(skeleton, ()):
            if _covers(counts, listed):
                return True
        return self._part is not None and self._part(letters) is not None

    def _is_starred(self, letters: str) -> bool:
        if len(letters) < 4 or letters.count("*") * 2 > len(letters):
            return False
        return any(
            all(shown in ("*", letter) for shown, letter in zip(letters, word, strict=True))
            for word in self._by_length.get(len(letters), ())
        )


def read(path: str) -> list[str]:
    """The words of a list: one a line, ``#`` before remarks."""
    lines = (line.partition("#")[0].strip() for line in Path(path).read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


class _Kept:
    """The filter in use, made anew when operators have changed the words."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._words: tuple[str, ...] = ()
        self._filter = Filter(())

    def current(self) -> Filter:
        if time.monotonic() - self._read_at < READ_AGAIN_S:
            return self._filter
        with self._lock:
            if time.monotonic() - self._read_at >= READ_AGAIN_S:
                words = (*read(settings.CHAT_WORDS), *filtered_words())
                if words != self._words:
                    self._filter, self._words = Filter(words), words
                self._read_at = time.monotonic()
        return self._filter

    def forget(self) -> None:
        self._read_at = float("-inf")


_kept = _Kept()
forget = _kept.forget


def mask(text: str) -> str:
    """The text with all listed words masked; from a thread that may use the database."""
    return _kept.current().mask(text)
