"""What speech recognition does to words: sound-alike characters, lost punctuation.

Deterministic for a seed, so that figures can be repeated.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable

from msgspec.structs import replace

from qa_nlp.records import Call
from qa_nlp.text.fold import sound

COMMON = 12
PUNCTUATION = str.maketrans("", "", "，。！？、；：,.!?;:")


class SoundAlikes:
    """For each fuzzy syllable its most frequent characters in a text."""

    def __init__(self, texts: Iterable[str]) -> None:
        counts = Counter(char for text in texts for char in text if "\u4e00" <= char <= "\u9fff")
        groups: dict[str, list[str]] = defaultdict(list)
        for char, _ in counts.most_common():
            key = sound(char)
            if len(groups[key]) < COMMON:
                groups[key].append(char)
        self.groups = dict(groups)

    def damage(self, text: str, rate: float, random_: random.Random) -> str:
        """Replace a share of the 汉字 by others that sound alike."""
        return "".join(self._other(char, random_) if random_.random() < rate else char for char in text)

    def _other(self, char: str, random_: random.Random) -> str:
        choices = [other for other in self.groups.get(sound(char), ()) if other != char]
        return random_.choice(choices) if choices else char


def damaged(call: Call, alikes: SoundAlikes, rate: float, seed: int, *, punctuation: bool = True) -> Call:
    """A copy of a call as a poor recogniser would write it; annotations keep steps, lose offsets."""
    random_ = random.Random(f"{seed}:{call.call_id}")
    turns = []
    for turn in call.turns:
        text = alikes.damage(turn.text, rate, random_)
        turns.append(replace(turn, text=text if punctuation else text.translate(PUNCTUATION)))
    return replace(call, turns=tuple(turns))
