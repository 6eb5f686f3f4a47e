"""Whether a model and a rulebook speak of the same things."""

from __future__ import annotations

from collections.abc import Collection

from qa_nlp.errors import ModelError, Problem
from qa_nlp.model.store import Model


def refuse_foreign(model: Model, subtypes: Collection[str], steps: Collection[str], codes: Collection[str]) -> None:
    """Raise ModelError (M008) listing every label of the model that the rulebook does not know.

    Args:
        model: the model about to be used.
        subtypes: the rulebook's; when there are none (a profile without a label tree) they are not compared.
        steps: the rulebook's steps.
        codes: the rulebook's codes of faults.
    """
    problems = []
    if subtypes:
        unknown = sorted({*model.calls.labels, *model.starts.labels} - set(subtypes))
        problems += [_problem("业务", label, "subtypes.csv", model) for label in unknown]
    unknown = sorted(set(model.sentences.labels) - {*steps, *codes})
    problems += [_problem("步骤或差错", label, "steps.csv 或 codes.csv", model) for label in unknown]
    if problems:
        raise ModelError(problems)


def _problem(kind: str, label: str, sheet: str, model: Model) -> Problem:
    place = f"模型 {model.version}（{model.card.get('profile', '')} 档）"
    advice = f"在 {sheet} 里补上“{label}”，或换用与规则表配套的模型（--model），或用 qa-nlp train 重新训练"
    return Problem("M008", place, f"模型会判出规则表里没有的{kind}“{label}”", advice)
