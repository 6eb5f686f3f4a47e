"""Chinese names of everything a report shows: steps and situations, subtypes, promise results, ways of matching."""

from __future__ import annotations

from qa_nlp.records import StepVerdict
from qa_nlp.rulebook.book import Rulebook

PROMISE = {"within": "相符", "over": "超出", "outdated": "旧标准", "doubtful": "待核", "unjudged": "无规定"}
PROMISE_LONG = {
    "within": "在规定时限内",
    "over": "比规定时限长",
    "outdated": "用了旧版时限",
    "doubtful": "可能超出，请人工看",
    "unjudged": "没有可比的规定",
}
NUMERALS = str.maketrans("一二三四五六七八九", "123456789")
MATCHED = {
    "exact": "原文", "phonetic": "同音", "model": "语句模型", "measured": "测量", "order": "先后次序", "linked": "关联来电",
}  # fmt: skip
# Promised things that no row of the limits names.
SUBJECTS = {"callback": "回电", "visit": "上门", "other": "其他事项"}


def step_name(step: str, book: Rulebook) -> str:
    """A step's name without the bracketed note, or a situation's; the id itself when the book has neither."""
    try:
        return book.step_info(step).name.split("(")[0].split("（")[0]
    except KeyError:
        return step


def step_advice(step: str, book: Rulebook) -> str:
    """What to say to do the step; "" when the book does not say."""
    try:
        return book.step_info(step).suggestion
    except KeyError:
        return ""


def subtype_name(subtype: str, book: Rulebook) -> str:
    """A subtype's name; the id itself when the book does not know it."""
    return book.subtypes[subtype].name if subtype in book.subtypes else subtype


def missing_names(steps: tuple[StepVerdict, ...], book: Rulebook) -> list[str]:
    """Names of the steps that were demanded and not done."""
    return [step_name(s.step, book) for s in steps if s.verdict == "violation"]


def subject_name(subject: str, book: Rulebook) -> str:
    """What was promised, by the name that the limits table gives it."""
    rows = book.tables.get("limits", ())
    named = next((row["事项"] for row in rows if row["编号"] == subject), "")
    return named or SUBJECTS.get(subject, subject)


def in_order(name: str) -> tuple[str, str]:
    """Sort key that puts 一班, 二班, 三班 in their order."""
    return name.translate(NUMERALS), name
