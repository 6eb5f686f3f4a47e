"""``cases``: sentences whose verdict was settled. What an appeal cleared is never held against anybody again.

A row holds a dialogue (客：…／座：…), a code, and whether its last sentence is that fault (命中) or not
(不命中). Rows marked 不命中 are honoured in every run: a finding of that code in a sentence of the
same words is kept as ``suppressed``. A row marked 做到 names a step instead, which a sentence of the same words
fulfils in every run. All rows on faults are regression tests of the whole book. People in a row are covered (●);
what is covered stands for any name, number or place as short.
"""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from qa_nlp.errors import Problem, UsageError
from qa_nlp.records import Call, Finding, Turn
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.rule import Example, read_example, read_turns
from qa_nlp.rulebook.sheet import ENCODINGS, Row
from qa_nlp.text.fold import fold
from qa_nlp.text.prepared import Prepared, prepare_all

SHEET = "cases"
COLUMNS = ("编号", "对话", "代码", "应该", "理由", "日期")
WANTED = {"命中": True, "不命中": False}
# Says of a step that the sentence fulfils it.
DONE = "做到"
APPEAL_PREFIX = "APL"
BOM = b"\xef\xbb\xbf"
# What masking writes (``privacy.span.MASK``); this floor knows no more of it.
COVERED = "●"
_COVERED_RUN = re.compile(f"({COVERED}*)([^{COVERED}]*)")
# Of folded letters: what a name, a number or a place may be made of, and what one longer than a name holds.
_PART, _NUMBER_OR_PLACE = "[^你我他们]", "[0-9a-z路街巷道区园村寓厦场城苑庄屯镇乡坊栋幢元室弄组楼层院馆邸号座]"
_NAME_MOST = 8
# Fewer letters left say too little: any short sentence would be taken for the one that was cleared.
LEAST_LEFT = 4
# What ``read_example`` would take for the start of another turn.
TURN_BREAK = re.compile(r"[／/\n\r]+(?=\s*[座客][:：])|[\n\r]+")


@dataclass(frozen=True)
class Case:
    """One settled sentence: whose words, which code, and whether it is that fault."""

    row: Row
    example: Example
    code: str
    wanted: bool

    @property
    def id(self) -> str:
        """The row's number."""
        return self.row["编号"]


@dataclass(frozen=True)
class CaseOutcome:
    """What the whole book makes of a case: the rules of its code that fire on it."""

    case: Case
    rules: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the verdict is the settled one; an appeal holds even where a rule still fires."""
        return bool(self.rules) or not self.case.wanted

    @property
    def held_by_appeal(self) -> bool:
        """Whether only the row itself keeps the sentence from being a finding."""
        return bool(self.rules) and not self.case.wanted

    def __str__(self) -> str:
        wanted = "应命中" if self.case.wanted else "不应命中"
        got = f"命中 {'、'.join(self.rules)}" if self.rules else "没有命中"
        return f"{self.case.row.place} {self.case.id}：{wanted} {self.case.code}，实际{got}；{self.case.example.text}"


def read_cases(book: Rulebook) -> tuple[Case, ...]:
    """The rows of ``cases`` that can be read; ``case_problems`` names the others."""
    rows = book.tables.get(SHEET, ())
    return tuple(_case(row) for row in rows if row["应该"] != DONE and not any(_wrong(row, book.codes, ())))


def case_problems(book: Rulebook, codes: Collection[str] = ()) -> list[Problem]:
    """Every cell of ``cases`` that cannot be used, with what may be written there.

    ``codes``: codes of other profiles, which a common sheet may name too; ``read_cases`` leaves their rows aside.
    """
    known = dict.fromkeys((*book.codes, *codes))
    steps = dict.fromkeys((*book.steps, *(row["编号"] for row in book.tables.get("steps", ()))))
    return [problem for row in book.tables.get(SHEET, ()) for problem in _wrong(row, known, steps)]


def run_cases(book: Rulebook) -> Iterator[CaseOutcome]:
    """Judge every case by all rules of the book."""
    cases = read_cases(book)
    calls = prepare_all([_case_call(case) for case in cases])
    for case, prepared, scanned in zip(cases, calls, book.matcher.scan_all(calls), strict=True):
        hits = [h for h in scanned if h.turn == len(prepared.roles) - 1 and h.rule.kind == "phrase"]
        yield CaseOutcome(case, tuple(sorted({h.rule.id for h in hits if h.rule.code == case.code})))


def _case_call(case: Case) -> Call:
    turns = (*(Turn(role, text) for role, text in case.example.before), Turn("agent", case.example.text))
    return Call(case.id, turns)


def cleared(findings: Sequence[Finding], prepared: Prepared, book: Rulebook) -> list[Finding]:
    """The findings of one call; those in a sentence that an appeal cleared become ``suppressed``.

    The sentence is compared as folded words, punctuation and spaces left out; for what a case covers (●) anything
    goes that may be a name, a number or a place.
    """
    turns = prepared.call.turns
    return [
        replace(f, status="suppressed", points=0.0)
        if f.status != "suppressed" and is_cleared(f.code, turns[f.turn].text, book)
        else f
        for f in findings
    ]


def is_cleared(code: str, text: str, book: Rulebook) -> bool:
    """Whether an accepted case says that these words are not this fault."""
    accepted = _accepted(book).faults
    return code in accepted and _same(key(text), accepted[code])


def fulfilled(prepared: Prepared, book: Rulebook) -> Iterator[tuple[str, int, str]]:
    """Steps that accepted cases see in the agent's sentences: step, turn and the number of the case."""
    settled = _accepted(book).steps
    for turn in prepared.agent_turns if settled else ():
        words = key(prepared.call.turns[turn].text)
        yield from ((step, turn, number) for number, step, sentences in settled if _same(words, sentences))


def _same(words: str, sentences: Sentences) -> bool:
    keys, patterns = sentences
    return words in keys or any(pattern.fullmatch(words) for pattern in patterns)


def key(text: str) -> str:
    """What two sentences must share to be the same: their folded letters, digits and 汉字."""
    return "".join(char for char in fold(text) if char.isalnum())


def _covered_pattern(text: str) -> re.Pattern[str] | None:
    """What the key of a sentence must be where parts of it are covered; None where nothing is, or too little is left."""
    if COVERED not in text:
        return None
    made, covered, letters = "", 0, 0
    for run, rest in _COVERED_RUN.findall(text):
        covered += len(run)
        # Runs with only punctuation between them are one.
        if left := key(rest):
            made += _hidden(covered) + re.escape(left)
            covered, letters = 0, letters + len(left)
    return re.compile(made + _hidden(covered)) if letters >= LEAST_LEFT else None


def _hidden(length: int) -> str:
    """An expression for what so many marks cover; punctuation was covered too, so it may be shorter."""
    if length <= _NAME_MOST:
        return f"{_PART}{{0,{length}}}"
    return f"{_PART}{{0,{length - 1}}}{_NUMBER_OR_PLACE}{_PART}{{0,{length - 1}}}"


Sentences = tuple[set[str], list[re.Pattern[str]]]


@dataclass(frozen=True)
class _Accepted:
    """What the sheet settles: sentences that are no such fault, by code; (case, step, sentence that fulfils it)."""

    faults: Mapping[str, Sentences]
    steps: Sequence[tuple[str, str, Sentences]]


# The sheet last asked for and what it accepts; a run asks for one sheet, twice a call.
_known: tuple[object, _Accepted] = (None, _Accepted({}, ()))


def _accepted(book: Rulebook) -> _Accepted:
    """Keys of the accepted sentences, and patterns of those of which parts are covered."""
    global _known  # noqa: PLW0603 - one slot, replaced whole: safe to race
    rows = book.tables.get(SHEET, ())
    known = _known
    if known[0] is not rows:
        faults: dict[str, Sentences] = {}
        for case in read_cases(book):
            if not case.wanted and key(case.example.text):
                _add(case.example.text, faults.setdefault(case.code, (set(), [])))
        steps = []
        for row in rows:
            if row["应该"] == DONE and not any(_wrong(row, (), book.steps)):
                sentences: Sentences = (set(), [])
                _add(read_example(row["对话"], "agent").text, sentences)
                steps.append((row["编号"], row["代码"], sentences))
        _known = known = (rows, _Accepted(faults, steps))
    return known[1]


def _add(text: str, sentences: Sentences) -> None:
    sentences[0].add(key(text))
    sentences[1].extend(filter(None, (_covered_pattern(text),)))


def _case(row: Row) -> Case:
    return Case(row, read_example(row["对话"], "agent"), row["代码"], WANTED.get(row["应该"], False))


def _wrong(row: Row, codes: Collection[str], steps: Collection[str]) -> Iterator[Problem]:
    def problem(column: str, message: str, advice: str) -> Problem:
        return Problem("B301", f"{row.place} 列“{column}”", message, advice)

    if not row["编号"]:
        yield problem("编号", "空白", "写一个编号，如 APL-001")
    last, _ = read_turns(row["对话"])[-1]
    if not row["对话"] or last == "customer":
        yield problem("对话", "没有座席的话" if row["对话"] else "空白", "写作 客：…／座：…，最后一句是座席的话")
    known = steps if row["应该"] == DONE else codes
    if row["代码"] not in known:
        yield problem("代码", f"没有“{row['代码']}”", f"可以写：{'、'.join(known)}")
    if row["应该"] not in (*WANTED, DONE):
        yield problem("应该", f"“{row['应该']}”不认识", f"可以写：{'、'.join((*WANTED, DONE))}")


def accept_appeal(
    root: Path, call: Call, turn: int, code: str, reason: str, date: str, book: Rulebook,
    words: Sequence[str] | None = None,
) -> str | None:  # fmt: skip
    """Append one agent sentence to ``common/cases``; the sheet's encoding and line ends stay.

    Args:
        root: folder of the sheets.
        call, turn: whose sentence; ``turn`` counts from 0.
        code: the fault it was wrongly given (不命中), or the step that it fulfils (做到).
        reason, date: why and when the appeal was accepted.
        book: the compiled sheets of ``root``.
        words: the text of each turn as it may be stored, people covered (●); the raw one when None.

    Returns:
        The new row's number, or None when the sentence was already there.

    Raises:
        UsageError: no such turn, not the agent's, no such code, a sentence of which nothing is left to know it by,
            or a sheet that cannot be appended to.
    """
    place = f"{call.call_id} 第{turn + 1}句"
    if not 0 <= turn < len(call.turns):
        raise UsageError(Problem("U021", place, f"这通电话只有 {len(call.turns)} 句", "句数从 1 数起，见 findings.csv"))
    if call.turns[turn].role != "agent" or not key(call.turns[turn].text):
        raise UsageError(Problem("U022", place, "这不是座席的话", "申诉只针对座席的话，请核对句数"))
    if code not in book.codes and code not in book.steps:
        raise UsageError(
            Problem(
                "U023",
                code,
                "没有这个差错或步骤",
                f"差错可以写：{'、'.join(book.codes)}；步骤见 steps.csv 的“步骤编号”",
            )
        )
    should = "不命中" if code in book.codes else DONE
    own = prepare_all([replace(call, turns=(call.turns[turn],))])[0]
    if is_cleared(code, call.turns[turn].text, book) or code in {step for step, _, _ in fulfilled(own, book)}:
        return None
    stored = call if words is None else replace(call, turns=tuple(map(_with_words, call.turns, words)))
    if not _knows(stored.turns[turn].text, call.turns[turn].text):
        advice = "这样短的话记下来，会把别的话也放过；请改判它的那条规则"
        raise UsageError(Problem("U029", place, "遮掉个人信息后，这句话剩下太少，认不出来", advice))
    number = _next_number(book.tables.get(SHEET, ()))
    cells = dict(zip(COLUMNS, (number, _dialogue(stored, turn), code, should, reason, date), strict=True))
    _append(root / "common", cells)
    return number


def _with_words(turn: Turn, words: str) -> Turn:
    return replace(turn, text=words)


def _knows(stored: str, raw: str) -> bool:
    """Whether a sentence as stored is known again in its raw form."""
    pattern = _covered_pattern(stored)
    return key(stored) == key(raw) or (pattern is not None and bool(pattern.fullmatch(key(raw))))


def _dialogue(call: Call, turn: int) -> str:
    """The sentence with what the customer said directly before it, on one line."""
    before = next((t for t in reversed(call.turns[:turn]) if t.role in ("agent", "customer")), None)
    heard = f"客：{_one_line(before.text)}／" if before is not None and before.role == "customer" else ""
    return f"{heard}座：{_one_line(call.turns[turn].text)}"


def _one_line(text: str) -> str:
    return TURN_BREAK.sub(" ", text)


def _next_number(rows: Iterable[Row]) -> str:
    taken = [int(m[1]) for row in rows if (m := re.match(rf"^{APPEAL_PREFIX}-(\d+)$", row["编号"]))]
    return f"{APPEAL_PREFIX}-{max(taken, default=0) + 1:03d}"


def _append(folder: Path, cells: dict[str, str]) -> None:
    path = folder / f"{SHEET}.csv"
    if path.with_suffix(".xlsx").exists():
        raise UsageError(
            Problem(
                "U024", str(path.with_suffix(".xlsx")), "工作簿不能自动追加", "请另存为 CSV，或在 Excel 里自己加一行"
            )
        )
    data = path.read_bytes() if path.exists() else BOM + (",".join(COLUMNS) + "\r\n").encode()
    encoding, text = _decoded(data, path)
    newline = "\r\n" if "\r\n" in text else "\n"
    header = next(csv.reader(io.StringIO(text, newline="")), [])
    names = [unicodedata.normalize("NFKC", name).strip() for name in header]
    if missing := [name for name in COLUMNS if name not in names]:
        raise UsageError(
            Problem("U026", str(path), f"缺少列：{'、'.join(missing)}", f"第一行应有：{'、'.join(COLUMNS)}")
        )
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator=newline).writerow([cells.get(name, "") for name in names])
    ended = text if not text or text.endswith(("\n", "\r")) else text + newline
    try:
        _write_whole(path, (ended + line.getvalue()).encode(encoding))
    except OSError as error:
        advice = "规则表不能改写时，请复制一份 lexicons，用 --lexicons 指明"
        raise UsageError(Problem("U027", str(path), f"写不进去：{error.strerror}", advice)) from error


def _decoded(data: bytes, path: Path) -> tuple[str, str]:
    for encoding in ("utf-8-sig",) if data.startswith(BOM) else ("utf-8", *ENCODINGS[1:]):
        try:
            return encoding, data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UsageError(Problem("U025", str(path), "文件编码无法识别", "请在 Excel 中另存为“CSV UTF-8（逗号分隔）”"))


def _write_whole(path: Path, data: bytes) -> None:
    """The file appears whole or stays as it was."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
