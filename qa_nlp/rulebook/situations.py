"""Situations: what the customer (or the line) does, and what the agent's next words must hold.

Rows of ``situations`` name triggers, demanded points and words that may not be said, all in the
phrase language. ``points`` names sayings that several rows share: ``{致歉}`` in a cell stands for
the row 致歉 of that sheet.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from qa_nlp.errors import Problem
from qa_nlp.rulebook.language import SyntaxProblem
from qa_nlp.rulebook.matcher import Classes, Condition
from qa_nlp.rulebook.rule import Place, Rule, Scope, read_scope
from qa_nlp.rulebook.sheet import Row

KIND = "situation"
TRIGGERS = {"触发客户": "customer", "触发疑似": "customer?", "触发座席": "agent"}
NOTICE = "触发事件"
WEAK = "?"
EVENTS = ("接通", "久振铃", "无声", "未挂机", "姓名已知", "外呼", "长信息")
# What the label of the call must not say; what the customer must not have said.
NOT_HARASSING, NO_HARASSMENT_SAID = "非骚扰", "无骚扰话"
PREMISES = (
    "政企", "家庭", "非家庭", "外呼", "呼入", "末尾", "有等待", "客户说过话", NOT_HARASSING, NO_HARASSMENT_SAID,
)  # fmt: skip
SINCE_CUSTOMER = "客户末句后"
BEGINNINGS = ("下句", "本句", "前2句", SINCE_CUSTOMER)
PARTIAL = {"": "violation", "违规": "violation", "证据不足": "insufficient", "合格": "pass"}
SITUATION_COLUMNS = ("编号", "名称", "必有1", "建议说法", "应合格对话", "应违规对话", "不触发对话")
POINT_COLUMNS = ("要点", "说法")
SITUATION_ID = re.compile(r"^[A-Z]\d{2,3}$")
MOST_POINTS = 6
DEFAULT_COST = 2.0
SPEAKERS = {"客": "customer", "座": "agent", "系统": "system"}
DIALOGUES = {"应合格对话": "pass", "应违规对话": "violation", "不触发对话": ""}
MAX_DEPTH = 4


@dataclass(frozen=True)
class Point:
    """One thing the agent's answer must hold."""

    name: str
    pattern: Condition


@dataclass(frozen=True)
class Dialogue:
    """A self-test: turns (role, words), metadata, and the verdict wanted ("" for no trigger)."""

    name: str
    turns: tuple[tuple[str, str], ...]
    meta: tuple[tuple[str, str], ...]
    wanted: str


@dataclass(frozen=True)
class Situation:
    """One row.

    ``triggers`` maps a speaker (customer, agent; ``customer?`` for words that only may mean it:
    then nothing missing counts) to a pattern; ``notice`` is looked for in the recorder's lines and
    asides; ``events`` are named happenings that no words show; any of them triggers. ``premises``, ``context`` and the two ``unless`` conditions
    must hold besides. The answer is the agent's next ``most`` runs of turns (0: all that follow);
    leaving a point out counts against the agent only when ``least`` turns were there. ``partial``
    is the verdict when at least half of the points are there, but not all. ``same`` names the steps
    that are the same deed: where the checklist of the call judges them, the situation does not.
    """

    id: str
    name: str
    triggers: Mapping[str, str]
    notice: Condition
    unless: str
    events: tuple[str, ...]
    premises: tuple[str, ...]
    scope: Scope
    context: Condition
    context_unless: Condition
    answer_unless: Condition
    points: tuple[Point, ...]
    forbidden: Condition
    begin: str
    least: int
    most: int
    partial: str
    cost: float
    message: str
    suggestion: str
    basis: str
    dialogues: tuple[Dialogue, ...]
    place: Place
    same: tuple[str, ...] = ()

    def rules(self) -> list[Rule]:
        """The triggers as rules of kind ``situation``, for the one automaton of the book."""
        return [
            Rule(
                f"{self.id}-{speaker}", self.name, KIND, self.id, speaker.rstrip(WEAK), self.scope, (), "原字", pattern, self.unless,
                "", "", "", 0.0, self.message, self.suggestion, self.basis, (), (), self.place,
            )
            for speaker, pattern in self.triggers.items()
        ]  # fmt: skip


def read_situations(
    rows: Iterable[Row], shared: Iterable[Row], classes: Classes, problems: list[Problem], steps: Collection[str] = ()
) -> tuple[Situation, ...]:
    """Rows of ``situations`` (already merged over the profiles) and of ``points`` → situations.

    Every problem of every row is appended to ``problems``; a bad row is left out. ``steps``: what 同步骤 may name.
    """
    sayings = {row["要点"].strip("{}｛｝ "): "|".join(_lines(row["说法"])) for row in shared}
    found: list[Situation] = []
    for row in rows:
        if row["启用"] != "否":
            situation = _Reader(row, sayings, classes, steps).read(problems)
            if situation is not None:
                found.append(situation)
    return tuple(found)


def read_dialogues(cell: str, number: str, column: str) -> tuple[Dialogue, ...]:
    """``客：…`` / ``座：…`` / ``系统：…`` / ``元数据：键=值`` lines; ``---`` between dialogues.

    Raises ValueError with the line that cannot be read.
    """
    dialogues = []
    for at, block in enumerate(re.split(r"(?m)^\s*-{3,}\s*$", cell), 1):
        turns: list[tuple[str, str]] = []
        meta: list[tuple[str, str]] = []
        for line in _lines(block):
            head, _, words = line.replace("：", ":", 1).partition(":")
            if head == "元数据":
                meta += [(key, value) for key, _, value in (pair.partition("=") for pair in words.split())]
            elif head in SPEAKERS:
                turns.append((SPEAKERS[head], words))
            else:
                raise ValueError(line)
        if turns:
            dialogues.append(Dialogue(f"{number}-{column[:-2]}{at}", (*turns,), (*meta,), DIALOGUES[column]))
    return tuple(dialogues)


def _lines(cell: str) -> list[str]:
    return [line.strip() for line in cell.splitlines() if line.strip()]


class _Reader:
    """Reads one row; gathers what is wrong with it."""

    def __init__(self, row: Row, sayings: Mapping[str, str], classes: Classes, steps: Collection[str]) -> None:
        self.row, self.sayings, self.classes, self.steps = row, sayings, classes, steps
        self.problems: list[Problem] = []

    def read(self, problems: list[Problem]) -> Situation | None:
        """The situation, or None when anything is wrong with the row."""
        row = self.row
        if not SITUATION_ID.match(row["编号"]):
            self._wrong("编号", f"“{row['编号']}”不能作编号", "写作一个大写字母加两三位数字，如 H05")
        triggers = {speaker: text for column, speaker in TRIGGERS.items() if (text := self._pattern(column))}
        notice, events = self._condition(NOTICE), self._names("触发情况", EVENTS)
        if not triggers and not events and notice.pattern is None:
            self._wrong("触发客户", "没有任何触发", f"在 {'、'.join(TRIGGERS)}、{NOTICE} 或 触发情况 里至少写一项")
        scope = read_scope(row["范围"])
        if scope is None:
            self._wrong("范围", f"“{row['范围']}”不认识", "可以写：全程、开场、结束、首3句、末2句，空白为全程")
        least, most = self._runs()
        situation = Situation(
            row["编号"], row["名称"], triggers, notice, self._pattern("触发除非"), events, self._names("前提", PREMISES),
            scope or Scope(), self._condition("前文应有"), self._condition("前文除非"), self._condition("应答除非"),
            self._points(), self._condition("应答禁有"), self._choice("应答起", BEGINNINGS), least, most,
            PARTIAL[self._choice("缺部分时", tuple(PARTIAL))], self._cost(), row["提示语"], row["建议说法"], row["依据"],
            self._dialogues(), row.place, self._names("同步骤", self.steps),
        )  # fmt: skip
        problems.extend(self.problems)
        return None if self.problems else situation

    def _wrong(self, column: str, message: str, advice: str) -> None:
        self.problems.append(Problem("B207", f"{self.row.place} 列“{column}”", message, advice))

    def _pattern(self, column: str) -> str:
        """The cell with its shared sayings written out; "" when it is blank or cannot be read."""
        text = self.row[column]
        for _ in range(MAX_DEPTH):
            text = re.sub(r"[{｛]([^{}｛｝]+)[}｝]", self._saying, text)
        if not text:
            return ""
        try:
            Condition(text, self.classes)
        except SyntaxProblem as problem:
            names = "、".join(self.sayings)
            self._wrong(column, str(problem), f"写法见 lexicons/README.md；{{}} 里还可以写 points 表的要点：{names}")
            return ""
        return text

    def _saying(self, match: re.Match[str]) -> str:
        return f"({self.sayings[match[1]]})" if match[1] in self.sayings else match[0]

    def _condition(self, column: str) -> Condition:
        return Condition(self._pattern(column), self.classes)

    def _points(self) -> tuple[Point, ...]:
        points = []
        for number in range(1, MOST_POINTS + 1):
            column = f"必有{number}"
            if text := self._pattern(column):
                points.append(Point(self.row[f"{column}名称"] or column, Condition(text, self.classes)))
        if not points and not self.row["必有1"]:
            self._wrong("必有1", "空白", "写座席应答里必须有的说法")
        return tuple(points)

    def _names(self, column: str, allowed: Collection[str]) -> tuple[str, ...]:
        names = tuple(part for part in re.split(r"[、,，;；\s]+", self.row[column]) if part)
        for name in names:
            if name not in allowed:
                self._wrong(column, f"“{name}”不认识", f"可以写：{'、'.join(allowed)}，可写多个")
        return names

    def _choice(self, column: str, allowed: tuple[str, ...]) -> str:
        text = self.row[column]
        if text and text not in allowed:
            self._wrong(column, f"“{text}”不认识", f"可以写：{'、'.join(filter(None, allowed))}，或空白")
            return allowed[0]
        return text or allowed[0]

    def _runs(self) -> tuple[int, int]:
        text = self.row["应答轮数"] or "2"
        match = re.match(r"^(?:(\d)[-–~至])?(\d)$", text)
        if text == "全程":
            return 1, 0
        if not match:
            self._wrong(
                "应答轮数", f"“{text}”不认识", "写最多看几轮，如 2；写 2-3 表示座席至少说了 2 句才判缺失；或写 全程"
            )
            return 1, 2
        return int(match[1] or 1), int(match[2])

    def _cost(self) -> float:
        try:
            return float(self.row["扣分"] or DEFAULT_COST)
        except ValueError:
            self._wrong("扣分", f"“{self.row['扣分']}”不是数", "写一个数，如 2；0 表示不扣分")
            return 0.0

    def _dialogues(self) -> tuple[Dialogue, ...]:
        found: list[Dialogue] = []
        for column in DIALOGUES:
            try:
                own = read_dialogues(self.row[column], self.row["编号"], column)
            except ValueError as error:
                self._wrong(
                    column,
                    f"“{error}”读不懂",
                    "每行写 客：… / 座：… / 系统：[静音 6秒] / 元数据：键=值，对话之间写 ---",
                )
                continue
            if not own:
                self._wrong(column, "空白", "写一段对话，每行 客：… 或 座：…")
            found += own
        return tuple(found)
