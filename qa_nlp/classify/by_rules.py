"""What a call is about where no model was trained for its profile: the rows of subtype_rules vote.

A row that hits gives its weight (the column 分量) to its subtype, and half as much again for each of the next
two sayings it finds; what the customer says in the first turns counts in full, what comes later less. A row
about a family (``complaint.*``) strengthens the subtypes of that family that something else speaks for. The sums become confidences through a softmax
that also holds a candidate "nothing of all this", so that weak evidence stays doubtful.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping

from qa_nlp.model.store import Model
from qa_nlp.records import Label, RunnerUp
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.matcher import Hit
from qa_nlp.text.prepared import Prepared

UNSORTED, SILENT, CALLBACK = "other.unsorted", "other.silent", "other.callback"
KIND, FAMILY = "subtype", ".*"
DEFAULT_WEIGHT = 2.0
EARLY_TURNS, LATE = 3, 0.5
MORE, MOST_SAYINGS = 0.5, 3
# Votes for what no words show: a customer who says nothing, a call that the desk made itself.
WORDLESS, OUTBOUND = 4.0, 4.0
# Chosen on tests/data/subtypes_*.jsonl so that confidences say about how often a label is right.
TEMPERATURE, NOTHING, REVIEW_BELOW = 1.7, 1.5, 0.5
# 135 of 135 answers above 0.9 were right on calls kept aside: that shows no more than this.
MOST_SURE = 0.98
NO_WORDS = re.compile(r"[(\[【<][^()\[\]【】<>]*[)\]】>]|[\s.,!?;:~…\-喂嗯啊哦呃哎诶]")


def rules_decide(book: Rulebook, model: Model) -> bool:
    """Whether the rows name the subtype: the profile has such rows, and the model was trained for another one."""
    return model.card.get("profile") != book.profile and any(rule.kind == KIND for rule in book.rules)


def classify_by_rules(
    prepared: Prepared, hits: Iterable[Hit], book: Rulebook, customer_turns: int | None = None
) -> Label:
    """Label one call.

    Args:
        prepared: the call.
        hits: of the book's matcher on this call; those of other kinds are passed over.
        book: a rulebook with rows of subtype_rules.
        customer_turns: listen to the customer's first turns only (what a live desk knows then).

    Returns:
        The best subtype with its confidence and the runner-up. ``needs_review`` when the confidence is
        below 0.5, that is when two are close or little was found; ``other.unsorted`` with confidence 0
        when nothing was found.
    """
    votes = _votes(prepared, [hit for hit in hits if hit.rule.kind == KIND], customer_turns)
    votes = {name: vote for name, vote in votes.items() if name in book.subtypes}
    if not votes:
        return Label("other", UNSORTED, 0.0, None, True)
    chances = _chances(votes)
    ranked = sorted(votes, key=lambda name: (-votes[name], name))
    best, second = ranked[0], ranked[1] if len(ranked) > 1 else UNSORTED
    confidence = min(chances[best], MOST_SURE)
    runner_up = RunnerUp(second, round(chances[second], 4))
    return Label(best.split(".")[0], best, round(confidence, 4), runner_up, confidence < REVIEW_BELOW)


def _votes(prepared: Prepared, hits: Iterable[Hit], customer_turns: int | None) -> dict[str, float]:
    rows = list(_by_row(prepared, hits, customer_turns))
    votes = _unspoken(prepared)
    for code, vote in rows:
        if not code.endswith(FAMILY):
            votes[code] = votes.get(code, 0.0) + vote
    for code, vote in rows:
        if code.endswith(FAMILY):
            votes |= {name: own + vote for name, own in votes.items() if name.startswith(code[:-1])}
    return votes


def _by_row(prepared: Prepared, hits: Iterable[Hit], customer_turns: int | None) -> Iterator[tuple[str, float]]:
    """(code, vote) of every row that hit: its best weight, more for further sayings."""
    found: dict[str, dict[str, float]] = {}
    codes: dict[str, str] = {}
    for hit in hits:
        weight = _weight(hit, prepared, customer_turns)
        if weight > 0:
            words = prepared.folded.match[hit.start : hit.end]
            sayings = found.setdefault(hit.rule.id, {})
            sayings[words] = max(weight, sayings.get(words, 0.0))
            codes[hit.rule.id] = hit.rule.code
    for number, sayings in found.items():
        extra = min(len(sayings), MOST_SAYINGS) - 1
        yield codes[number], max(sayings.values()) * (1 + MORE * extra)


def _weight(hit: Hit, prepared: Prepared, customer_turns: int | None) -> float:
    weight = (hit.rule.points if hit.rule.points >= 0 else DEFAULT_WEIGHT) * hit.confidence
    if prepared.roles[hit.turn] != "customer":
        return weight if customer_turns is None else 0.0
    nth = prepared.nth[hit.turn]
    if customer_turns is not None and nth >= customer_turns:
        return 0.0
    return weight if nth < EARLY_TURNS else weight * LATE


def _unspoken(prepared: Prepared) -> dict[str, float]:
    """Votes that come from what is not said."""
    votes: dict[str, float] = {}
    said = "".join(prepared.folded.text_of(turn) for turn in prepared.customer_turns)
    if prepared.agent_turns and not NO_WORDS.sub("", said):
        votes[SILENT] = WORDLESS
    if prepared.call.direction == "outbound":
        votes[CALLBACK] = OUTBOUND
    return votes


def _chances(votes: Mapping[str, float]) -> dict[str, float]:
    """Softmax of the votes beside the candidate that none of them is right."""
    powers = {name: math.exp(vote / TEMPERATURE) for name, vote in {UNSORTED: NOTHING, **votes}.items()}
    total = sum(powers.values())
    return {name: power / total for name, power in powers.items()}
