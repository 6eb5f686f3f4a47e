"""The CSV tables: which columns, in which order, with what meaning. ``docs/reports.md`` is made of this."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from qa_nlp.records import CATEGORIES, DIMENSIONS, Skipped, Verdict
from qa_nlp.report.naming import MATCHED, PROMISE, subject_name
from qa_nlp.rulebook.book import Rulebook

STATUS = {"confirmed": "确认", "suspected": "疑似（不扣分）", "suppressed": "排除（留痕）"}
SEVERITY = {"critical": "红线", "major": "严重", "minor": "一般", "trivial": "轻微", "info": "提示"}
VERDICT = {"pass": "合格", "violation": "违规", "not_applicable": "不适用", "insufficient": "证据不足"}
# What a cell begins with that a spreadsheet may run; full-width ones are taken for the others in some languages.
FORMULA = frozenset("=+-@＝＋－＠")
RUN = FORMULA | frozenset("\t\r\n")
# What neighbouring cells follow from: the sort of a finding, its rule, the kind of a step, what a promise is held to.
SORT, RULE = ("code", "severity", "status"), ("suggestion", "basis", "rule_id", "match")
KIND, LIMIT = ("step", "need", "verdict"), ("limit", "status")

Cell = Callable[..., object]


@dataclass(frozen=True)
class Column:
    """One column: header, what it means, and how its cell is made.

    ``by`` names attributes of a part of a verdict that the cell follows from, whatever the verdict, where these take
    few values in a batch: such cells need not be made again.
    """

    header: str
    meaning: str
    cell: Cell
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One CSV file. Cells of the first ``shared`` columns are made of a verdict, the others of it and a part of it.

    Where nothing is shared, all cells are made of whatever a row stands for.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    shared: int = 0

    @cached_property
    def _cells(self) -> tuple[Cell, ...]:
        return tuple(column.cell for column in self.columns)

    @property
    def headers(self) -> list[str]:
        """The headers of the columns."""
        return [column.header for column in self.columns]

    def values(self, item: object) -> list[object]:
        """Cells of the row of one item as they are: text, numbers or None."""
        return [cell(item) for cell in self._cells]

    def part_values(self, verdict: Verdict, parts: Iterable[object]) -> list[list[object]]:
        """The same of a row for each part of a verdict."""
        own = self._cells[self.shared :]
        first = self.shared_values(verdict)
        return [[*first, *[cell(verdict, part) for cell in own]] for part in parts]

    def shared_values(self, verdict: Verdict) -> list[object]:
        """The cells that the rows of all parts of a verdict begin with."""
        return [cell(verdict) for cell in self._cells[: self.shared]]


def texts(values: Iterable[object]) -> list[str]:
    """Cells as text that no spreadsheet runs."""
    found = [value if type(value) is str else text_of(value) for value in values]
    return [neutralised(text) if text[:1] in RUN else text for text in found]


def text_of(value: object) -> str:
    """A cell's text: numbers without trailing zeros, nothing for None."""
    if isinstance(value, float):
        return f"{value:g}" if value else "0"
    return "" if value is None else str(value)


def neutralised(text: str) -> str:
    """A cell that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, CSV injection)."""
    if text[:1] == "\n" and text.lstrip()[:1] not in FORMULA:
        return text
    return "'" + text if text[:1] in RUN and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def all_tables(book: Rulebook) -> dict[str, Table]:
    """Every table, by file name without ending."""
    tables = [_calls(book), _findings(book), _steps(book), _promises(book), _skipped()]
    return {table.name: table for table in tables}


def _subtype(book: Rulebook, name: str) -> str:
    return book.subtypes[name].name if name in book.subtypes else name


def _calls(book: Rulebook) -> Table:
    columns = [
        Column("通话编号", "输入里的 call_id", lambda v: v.call_id),
        Column("坐席", "座席工号", lambda v: v.agent_id),
        Column("班组", "座席所在班组", lambda v: v.team),
        Column("开始时间", "通话开始时间（ISO 8601）", lambda v: v.started_at),
        Column("大类", "故障报修、投诉、业务咨询、其他", lambda v: CATEGORIES.get(v.category, v.category)),
        Column("业务", "子类名称", lambda v: _subtype(book, v.subtype)),
        Column("业务编号", "子类编号", lambda v: v.subtype),
        Column("把握", "模型对子类的概率，0–1", lambda v: v.confidence),
        Column("需复核", "把握不足，请人工看", lambda v: "是" if v.needs_review else ""),
        Column("得分", "百分制；未评时为空", lambda v: v.score),
        Column("等级", "优秀、良好、合格、不合格、未评", lambda v: v.grade),
        Column("红线", "触及红线的差错和原话", lambda v: v.veto),
        Column("未评原因", "为什么没有评分", lambda v: v.not_scored),
        *(Column(d, f"{d}得分，百分制", _dimension(d)) for d in DIMENSIONS),
        Column("确认问题数", "确认的差错，不含只作提示的", _confirmed),
        Column("疑似问题数", "不扣分、待复核的问题", lambda v: sum(f.status == "suspected" for f in v.findings)),
        Column("缺少步骤", "必做而没有做的步骤", lambda v: "、".join(_missing(v, book))),
        Column("升级词", "客户提到升级渠道的原话（12398、媒体、律师等）", _escalation),
        Column("开场", "首问语：达标、不完整（问候、询问需求只有一样）、缺失", _conduct("opening")),
        Column("结束", "结束语：达标、不完整（感谢、道别只有一样）、缺失", _conduct("closing")),
        Column("语速", "座席语速，字/分", _conduct("agent_cpm")),
        Column("案例分析", "按四个维度的评析", lambda v: v.summary),
        Column("备注", "读入时的说明", lambda v: "；".join(v.notes)),
    ]
    return Table("calls", "每通电话一行", tuple(columns))


def _dimension(name: str) -> Callable[[Verdict], object]:
    return lambda v: v.dimensions.get(name)


def _confirmed(verdict: Verdict) -> int:
    return sum(f.status == "confirmed" and f.severity != "info" for f in verdict.findings)


def _escalation(verdict: Verdict) -> str:
    """The customer's words, each once."""
    return "、".join(dict.fromkeys(f.quote for f in verdict.findings if f.code == "escalation"))


def _conduct(name: str) -> Callable[[Verdict], object]:
    return lambda v: v.conduct.get(name)


def _missing(verdict: Verdict, book: Rulebook) -> list[str]:
    return [book.step_info(s.step).name.split("(")[0] for s in verdict.steps if s.verdict == "violation"]


def code_name(code: str, book: Rulebook) -> str:
    """The Chinese name of a finding's code."""
    return book.code_name(code)


def _findings(book: Rulebook) -> Table:

    columns = [
        Column("通话编号", "输入里的 call_id", lambda v: v.call_id),
        Column("坐席", "座席工号", lambda v: v.agent_id),
        Column("班组", "座席所在班组", lambda v: v.team),
        Column("第几句", "从 1 数起", lambda v, f: f.turn + 1, ("turn",)),
        Column("原话", "命中的字，一字不改", lambda v, f: f.quote),
        Column("问题", "差错名称", lambda v, f: code_name(f.code, book), SORT),
        Column("代码", "差错代码", lambda v, f: f.code, SORT),
        Column("严重度", "红线、严重、一般、轻微、提示", lambda v, f: SEVERITY.get(f.severity, f.severity), SORT),
        Column("结论", "确认、疑似（不扣分）、排除（留痕）", lambda v, f: STATUS[f.status], SORT),
        Column("扣分", "从总分里扣的分", lambda v, f: f.points, ("points",)),
        Column("理由", "为什么是问题", lambda v, f: f.message, ("message",)),
        Column("建议说法", "可以照着说的一句", lambda v, f: f.suggestion, RULE),
        Column("依据", "哪份规范", lambda v, f: f.basis, RULE),
        Column("规则号", "规则的编号；MODEL- 开头的来自语句模型", lambda v, f: f.rule_id, RULE),
        Column(
            "命中方式",
            "原文、同音、语句模型、测量、先后次序、关联来电",
            lambda v, f: MATCHED.get(f.match, f.match),
            RULE,
        ),
        Column("可信度", "0–1", lambda v, f: f.confidence, ("confidence",)),
        Column("起", "原话在该句中的起点，从 0 数起", lambda v, f: f.start, ("start",)),
        Column("止", "原话在该句中的终点（不含）", lambda v, f: f.end, ("end",)),
    ]
    return Table("findings", "每个问题一行", tuple(columns), shared=3)


def _steps(book: Rulebook) -> Table:

    columns = [
        Column("通话编号", "输入里的 call_id", lambda v: v.call_id),
        Column("坐席", "座席工号", lambda v: v.agent_id),
        Column("业务", "子类名称", lambda v: _subtype(book, v.subtype)),
        Column("步骤", "步骤名称", lambda v, s: book.step_info(s.step).name, KIND),
        Column("步骤编号", "步骤编号", lambda v, s: s.step, KIND),
        Column("要求", "必须、条件、建议、情景；空白为清单之外做到的", lambda v, s: s.need, KIND),
        Column("结论", "合格、违规、不适用、证据不足", lambda v, s: VERDICT[s.verdict], KIND),
        Column(
            "扣分",
            "从总分里扣的分",
            lambda v, s: v.step_points.get(s.step, 0.0) if s.verdict == "violation" else 0.0,
        ),
        Column("第几句", "做到的那一句，从 1 数起", lambda v, s: None if s.turn is None else s.turn + 1, ("turn",)),
        Column("原话", "做到的那句话", lambda v, s: s.quote),
        Column(
            "证据",
            "规则号或语句模型；情景违规写缺什么",
            lambda v, s: "语句模型" if s.evidence == "model" else s.evidence,
            ("evidence",),
        ),
        Column("可信度", "0–1", lambda v, s: s.confidence, ("confidence",)),
    ]
    return Table("steps", "每通电话的每个步骤一行", tuple(columns), shared=3)


def _promises(book: Rulebook) -> Table:

    columns = [
        Column("通话编号", "输入里的 call_id", lambda v: v.call_id),
        Column("坐席", "座席工号", lambda v: v.agent_id),
        Column("承诺事项", "承诺的是什么", lambda v, p: subject_name(p.subject, book), ("subject",)),
        Column("原话", "承诺的原话", lambda v, p: p.quote),
        Column("数值", "承诺的数值，范围取上限", lambda v, p: p.amount),
        Column("单位", "分钟、小时、天、工作日", lambda v, p: p.unit, ("unit",)),
        Column("到期", "按通话时间算出的到期时间", lambda v, p: p.due),
        Column("规定时限", "limits 表里的时限", lambda v, p: p.limit, LIMIT),
        Column("结论", "、".join(PROMISE.values()), lambda v, p: PROMISE.get(p.status, p.status), LIMIT),
        Column("第几句", "从 1 数起", lambda v, p: p.turn + 1, ("turn",)),
    ]
    return Table("promises", "座席作出的每个时限承诺一行", tuple(columns), shared=2)


def _skipped() -> Table:
    def of(name: str) -> Callable[[Skipped], object]:
        return lambda s: getattr(s, name)

    columns = [
        Column("文件", "哪个文件", of("source")),
        Column("行", "第几行", of("line")),
        Column("通话编号", "若能看出", of("call_id")),
        Column("原因", "为什么跳过", of("reason")),
        Column("怎么办", "下一步做什么", of("advice")),
    ]
    return Table("skipped", "没有检查的内容，一项一行", tuple(columns))
