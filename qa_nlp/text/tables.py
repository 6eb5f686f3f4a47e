"""Character tables for folding, built once from Unicode, OpenCC and pypinyin.

``python -m qa_nlp.text.tables`` rebuilds ``tables.npz``; a test compares it with the
libraries, which are therefore needed for development only.

* ``fold``: NFKC, lower case, traditional to simplified, one code point to one code point;
  -1 marks a code point that disappears or becomes several (see ``wide``).
* ``sound``: every 汉字 to one private code point per fuzzy pinyin syllable
  (zh/z, ch/c, sh/s, n/l, ing/in and eng/en are one).
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

PATH = Path(__file__).with_name("tables.npz")
SIZE = 0x110000
SOUND_BASE = 0xE000
PUNCTUATION = {"。": ".", "、": ",", "．": ".", "〜": "~", "～": "~", "—": "-", "–": "-", "…": "…"}
DIGITS = dict(zip("零〇○一二三四五六七八九幺", "0001234567891", strict=True))
# Characters that a rule need not tell apart: 您/你, 她/他 … and the homophones 的/得/地, 做/作.
SAME = dict(zip("您妳她它得地作帐", "你你他他的的做账", strict=True))
DIGIT_NAMES = "零一二三四五六七八九"
# U+FE00–FE0F variation selectors, zero-width marks, the BOM and the "▁"/"_" that recognisers emit
DROPPED = {"_", "▁", "\ufeff"}

Array = npt.NDArray[np.int32]


@cache
def fold_table() -> Array:
    """Code point → folded code point (int32, length 0x110000); -1 where the length changes."""
    data = _load()
    table = np.arange(SIZE, dtype=np.int32)
    table[data["fold_from"]] = data["fold_to"]
    return table


@cache
def wide() -> dict[int, str]:
    """Code points that fold to nothing or to several characters."""
    data = _load()
    texts = str(data["wide_to"]).split("\n")
    return dict(zip(data["wide_from"].tolist(), texts, strict=True))


@cache
def match_table() -> Array:
    """Chinese digits to ASCII digits and interchangeable characters to one, one to one."""
    table = np.arange(SIZE, dtype=np.int32)
    for char, same in (DIGITS | SAME).items():
        table[ord(char)] = ord(same)
    return table


@cache
def sound_table() -> Array:
    """Folded code point → code point of its fuzzy syllable; everything else maps to itself."""
    data = _load()
    table = np.arange(SIZE, dtype=np.int32)
    table[data["sound_from"]] = data["sound_to"]
    for digit, name in enumerate(DIGIT_NAMES):
        table[ord(str(digit))] = table[ord(name)]
    return table


@cache
def _load() -> dict[str, npt.NDArray[np.int32]]:
    with np.load(PATH, allow_pickle=False) as data:
        return {name: data[name] for name in data.files}


def fold_char(char: str, simplify: dict[str, str]) -> str:
    """Fold one character to its fixpoint, so that folding twice changes nothing."""
    for _ in range(6):
        folded = "".join(_once(c, simplify) for c in char)
        if folded == char:
            break
        char = folded
    return char


def _once(char: str, simplify: dict[str, str]) -> str:
    if char in PUNCTUATION:
        return PUNCTUATION[char]
    if char in DROPPED:
        return ""
    kind = unicodedata.category(char)
    if char.isspace():
        return " "
    if kind in ("Cc", "Cf") or "\ufe00" <= char <= "\ufe0f":
        return ""
    if kind == "Cs":
        return "\ufffd"
    if SOUND_BASE <= ord(char) < SOUND_BASE + 1000:
        return "\ufffd"
    char = unicodedata.normalize("NFKC", char).lower()
    return "".join(simplify.get(c, c) for c in char)


def fuzzy(syllable: str) -> str:
    """Merge the syllables that recognisers and speakers confuse."""
    for pair, single in (("zh", "z"), ("ch", "c"), ("sh", "s")):
        if syllable.startswith(pair):
            syllable = single + syllable[2:]
    if syllable.startswith("n"):
        syllable = "l" + syllable[1:]
    if syllable.endswith(("ing", "eng")):
        syllable = syllable[:-1]
    return syllable


def build() -> dict[str, object]:  # pragma: no cover - run by hand, checked by a test
    """Compute all tables from Unicode, OpenCC and pypinyin."""
    import opencc
    from pypinyin import Style, lazy_pinyin

    converter = opencc.OpenCC("t2s")
    han = [chr(c) for c in (*range(0x3400, 0xA000), *range(0xF900, 0xFB00), *range(0x20000, 0x2A6E0))]
    simplify = {c: s for c in han if len(s := converter.convert(c)) == 1 and s != c}
    single: list[tuple[int, int]] = []
    several: list[tuple[int, str]] = []
    for code in range(SIZE):
        char = chr(code)
        folded = fold_char(char, simplify)
        if len(folded) != 1:
            several.append((code, folded))
            single.append((code, -1))
        elif folded != char:
            single.append((code, ord(folded)))
    syllables: dict[str, int] = {}
    sounds: list[tuple[int, int]] = []
    for char in (chr(c) for c in range(0x4E00, 0xA000)):
        said = lazy_pinyin(char, style=Style.NORMAL, errors="ignore")
        if said:
            key = fuzzy(said[0])
            sounds.append((ord(char), SOUND_BASE + syllables.setdefault(key, len(syllables))))
    return {
        "fold_from": np.array([a for a, _ in single], dtype=np.int32),
        "fold_to": np.array([b for _, b in single], dtype=np.int32),
        "wide_from": np.array([a for a, _ in several], dtype=np.int32),
        "wide_to": np.array("\n".join(b for _, b in several)),
        "sound_from": np.array([a for a, _ in sounds], dtype=np.int32),
        "sound_to": np.array([b for _, b in sounds], dtype=np.int32),
    }


if __name__ == "__main__":  # pragma: no cover
    np.savez_compressed(PATH, **build())  # type: ignore[arg-type]
