"""Whether the agent says back what the customer said: words that both used, cues, and the sentence model.

What a restatement says differs from call to call, so its own n-grams tell little; that it repeats
the customer's words tells most. Figures: docs/evaluation.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import exp, log, log1p

from qa_nlp.check.evidence import Evidence
from qa_nlp.check.pairs import Pairs, characters, number, used_by_both
from qa_nlp.records import Label

STEP = "restate"
CLAUSE = re.compile(r"[^,.!?;:~…\s]+")
# Pairs of characters that everybody uses in such calls: repeating them repeats nothing.
COMMON = frozenset(
    number(pair)
    for pair in re.findall(
        "..",
        "一下一个不会不是不用不能不要个工个月二十什么今天他们作日你们供电公司再见分钟别的可以哪个四十多少小时就是尾号工作师傅怎么"
        "我们我就我是我给我要我这或者户号手机投诉时候是不是我有有人有什有没服务某某没有热线现在电服电话电费登记的事的人的是知道"
        "联系自己请问谢谢还是还有这个那个那我",
    )
)
SAYS = re.compile(
    r"你(?:说|讲|反映|意思|的意思)|意思是|也就是|就是说|这么说|我记|记成|记作|写[成作上]|记[下上了]|登[上了]|听明白|我明白|核对|复述|核一遍|还原|归总"
)
ASKS = re.compile(r"[对是]吗|对吧|是吧|对不对|没错吧|是不是")
# Logistic regression over the labelled voices; features as in ``_odds``.
MODEL, SHARE, LONGEST, WHOLE, CUE, QUESTION, CHECK, LENGTH, FIRST = 0.67, 3.15, 0.44, 1.5, 0.68, 0.66, 1.36, 1.0, -1.05
BIAS = {"repair": -5.6, "complaint": -5.73, "consult": -6.36}
BIAS_OTHER = -5.3
ENOUGH, EDGE = 0.28, 1e-4
LEAST_CLAUSE = 3
Span = tuple[int, int]
# Turn, joined span, probability.
Repeat = tuple[int, Span, float]


def restated(gathered: Sequence[Evidence], labels: Sequence[Label | None]) -> list[Repeat | None]:
    """For each call the turn that repeats the customer best, the joined span of its best clause, and the probability.

    None where no turn does, and for a call without a label.
    """
    pairs = used_by_both([evidence.prepared for evidence in gathered])
    return [
        None if label is None else _best(evidence, label, own)
        for evidence, label, own in zip(gathered, labels, pairs, strict=True)
    ]


def _best(evidence: Evidence, label: Label, pairs: Pairs) -> Repeat | None:
    prepared = evidence.prepared
    starts, ends = prepared.folded.starts, prepared.folded.ends
    bias, chances = BIAS.get(label.category, BIAS_OTHER), evidence.chances(STEP)
    heard: set[int] = set()
    said: set[int] = set()
    best: Repeat | None = None
    bar, after = log(ENOUGH / (1 - ENOUGH)), 0
    for place, turn in enumerate(prepared.agent_turns):
        for earlier in range(after, turn):
            if prepared.roles[earlier] == "customer":
                heard.update(pairs.of_turn(earlier))
        after = turn + 1
        own = pairs.of_turn(turn)
        shared = heard.intersection(own) - COMMON
        # What the agent has said before is no repetition, unless the customer has just said it.
        if old := shared & said:
            shared -= old.difference(*map(pairs.of_turn, prepared.before[turn]))
        said.update(own)
        if not shared:
            continue
        model = MODEL * _log_odds(chances[place]) + bias + FIRST * (place == 0)
        if model + _most(len(shared), ends[turn] - starts[turn]) < bar:
            continue
        if words := set(filter(str.isalnum, map(characters, shared))):
            odds, span = _odds(prepared.folded.match, (starts[turn], ends[turn]), words)
            if model + odds >= bar:
                best, bar = (turn, span, 1 / (1 + exp(-model - odds))), model + odds
    return best


def _most(shared: int, length: int) -> float:
    """An upper bound of ``_odds``, to spare the turns that cannot reach the threshold."""
    covered = 2 * shared
    share = SHARE * min(1.0, covered / max(1, length)) + LONGEST * log1p(covered) + WHOLE * (covered >= LEAST_CLAUSE)
    return share + LENGTH * log1p(length) + CUE + CHECK + QUESTION


def _odds(text: str, turn: Span, shared: set[str]) -> tuple[float, Span]:
    """Log odds by the words of a turn, and its clause with most of the customer's words."""
    covered = spoken = longest = 0
    whole = 0.0
    span = turn
    for clause in CLAUSE.finditer(text, *turn):
        a, b = clause.span()
        count = _covered(clause[0], shared)
        covered += count
        spoken += b - a
        if count >= LEAST_CLAUSE:
            whole = max(whole, count / (b - a))
        if count > longest:
            longest, span = count, (a, b)
    words = text[turn[0] : turn[1]]
    odds = SHARE * covered / max(1, spoken) + LONGEST * log1p(longest) + WHOLE * whole + LENGTH * log1p(max(1, spoken))
    odds += CUE * bool(SAYS.search(words)) + CHECK * bool(ASKS.search(words))
    return odds + QUESTION * words.rstrip(". ").endswith("?"), span


def _covered(clause: str, shared: set[str]) -> int:
    """How many characters of a clause belong to a shared pair."""
    count, last = 0, -1
    for at in range(len(clause) - 1):
        if clause[at : at + 2] in shared:
            count += 2 if at > last else 1
            last = at + 1
    return count


def _log_odds(probability: float) -> float:
    p = min(max(probability, EDGE), 1 - EDGE)
    return log(p / (1 - p))
