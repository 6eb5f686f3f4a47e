"""``lexicons/`` → one compiled Rulebook, or every problem there is in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

from qa_nlp.errors import Problem, RulebookError
from qa_nlp.paths import data_file
from qa_nlp.rulebook.appeals import case_problems
from qa_nlp.rulebook.book import NEEDS, Code, Demand, Rulebook, Scoring, StepInfo, Subtype
from qa_nlp.rulebook.language import SyntaxProblem
from qa_nlp.rulebook.matcher import Condition, compile_pattern
from qa_nlp.rulebook.rule import MODES, SEVERITIES, SPEAKERS, Example, Rule, Scope, read_example, read_scope
from qa_nlp.rulebook.sheet import Row, read_sheet
from qa_nlp.rulebook.situations import POINT_COLUMNS, SITUATION_COLUMNS, read_situations

PROFILES = ("common", "power", "hotline", "telecom")
RULE_SHEETS = {"phrases": "phrase", "step_rules": "step", "signals": "signal", "subtype_rules": "subtype"}
RULE_COLUMNS = ("编号", "类别", "词语", "应命中例句", "不应命中例句")
TABLES = ("limits", "conduct", "settings", "cases")
SHEETS = frozenset(
    ("classes", "codes", "steps", "subtypes", "checklist", "situations", "points", "scoring", *RULE_SHEETS, *TABLES)
)
SLACK, MOST_POINTS = 0.001, 100.0
# Excel turns MAR-12 into a date and 1E5 into a number.
RULE_ID = re.compile(r"^(?!(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|SEPT|OCT|NOV|DEC)-)[A-Z]{2,6}-\d{3}$")


@cache
def load_book(profile: str = "power", root: Path | None = None) -> Rulebook:
    """Load and compile a profile on top of ``common``.

    Args:
        profile: common | power | hotline | telecom.
        root: folder that holds the profiles; default: the shipped ``lexicons/``.

    Raises:
        RulebookError: with every problem of every sheet.
    """
    problems: list[Problem] = []
    root = root or data_file("lexicons")
    if profile not in PROFILES or not (root / profile).is_dir():
        there = [name for name in PROFILES if (root / name).is_dir()]
        if not there:
            advice = f"--lexicons 要写装着 {'、'.join(PROFILES)} 这些文件夹的那一层"
            raise RulebookError(Problem("B002", str(root), "这里没有规则表", advice))
        raise RulebookError(Problem("B001", str(profile), f"{root} 里没有这个档", f"可用的档：{'、'.join(there)}"))
    folders = [root / "common"] + ([root / profile] if profile != "common" else [])
    classes = _classes(_sheets(folders, "classes", ("词类", "词语"), problems))
    codes = {
        row["编号"]: Code(
            row["编号"], row["名称"], row["维度"], SEVERITIES.get(row["严重度"], "minor"),
            _points(row, "扣分", 0.0, problems), row["说明"], row["建议说法"], row["依据"],
        )
        for row in _merged(_sheets(folders, "codes", ("编号", "名称", "维度"), problems))
    }  # fmt: skip
    step_rows = _merged(_sheets(folders, "steps", ("编号", "组", "名称"), problems))
    steps = {
        row["编号"]: StepInfo(
            row["编号"], row["组"], row["名称"], row["维度"], _points(row, "扣分", 0.0, problems), row["建议说法"]
        )
        for row in step_rows
        if row["启用"] != "否"
    }
    subtypes = {
        row["编号"]: Subtype(row["编号"], row["大类"], row["名称"], row["定义"])
        for row in _merged(_sheets(folders, "subtypes", ("编号", "大类", "名称"), problems))
    }
    demands = tuple(
        demand
        for row in _sheets(folders, "checklist", ("业务", "步骤", "要求"), problems)
        if (demand := _demand(row, steps, subtypes, problems))
    )
    rules = _rules(folders, classes, {"phrase": codes, "step": steps, "subtype": subtypes}, subtypes, problems)
    tables = {name: tuple(_sheets(folders, name, (), problems)) for name in TABLES}
    situations = read_situations(
        _merged(_sheets(folders, "situations", SITUATION_COLUMNS, problems)),
        _sheets(folders, "points", POINT_COLUMNS, problems), classes, problems, [row["编号"] for row in step_rows],
    )  # fmt: skip
    scoring = _scoring(_sheets(folders, "scoring", ("项目", "名称", "数值"), problems), problems)
    book = Rulebook(
        profile, rules, classes, codes, steps, subtypes, demands, scoring, tables, _digest(folders), situations
    )  # fmt: skip
    problems += case_problems(book, _all_codes(root))
    if problems:
        raise RulebookError(problems)
    return book


def _all_codes(root: Path) -> list[str]:
    """The codes of every profile: a settled case stands in ``common``, whichever profile it was settled in."""
    folders = [root / profile for profile in PROFILES if (root / profile).is_dir()]
    return [row["编号"] for row in _sheets(folders, "codes", (), [])]


def _sheets(folders: Iterable[Path], name: str, required: tuple[str, ...], problems: list[Problem]) -> list[Row]:
    return [row for folder in folders for row in read_sheet(folder, name, required, problems)]


def _merged(rows: Iterable[Row]) -> list[Row]:
    """Later rows of the same number fill in or change earlier ones; blank cells inherit."""
    merged: dict[str, Row] = {}
    for row in rows:
        old = merged.get(row["编号"])
        if old is None:
            merged[row["编号"]] = row
        else:
            merged[row["编号"]] = Row(old.cells | {h: c for h, c in row.cells.items() if c}, row.place)
    return list(merged.values())


def _classes(rows: Iterable[Row]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        words = tuple(word.strip() for word in re.split(r"[|｜\n]", row["词语"]) if word.strip())
        found[row["词类"].strip("{}｛｝ ")] = words
    return found


def _rules(
    folders: Iterable[Path],
    classes: dict[str, tuple[str, ...]],
    known: dict[str, object],
    subtypes: dict[str, Subtype],
    problems: list[Problem],
) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    for sheet, kind in RULE_SHEETS.items():
        rows: list[Row] = []
        for folder in folders:
            own = read_sheet(folder, sheet, RULE_COLUMNS, problems)
            numbers: set[str] = set()
            for row in own:
                if row["编号"] in numbers:
                    problems.append(Problem("B201", str(row.place), f"编号 {row['编号']} 在本表重复", "请换一个编号"))
                numbers.add(row["编号"])
            rows += own
        for row in _merged(rows):
            if row["启用"] == "否":
                continue
            rule = _rule(row, kind, classes, known.get(kind), subtypes, problems)
            if rule is not None:
                rules.append(rule)
    taken: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in taken:
            problems.append(
                Problem("B202", str(rule.place), f"编号 {rule.id} 已用于 {taken[rule.id].place}", "请换一个编号")
            )
        taken[rule.id] = rule
    return tuple(rules)


def _rule(
    row: Row,
    kind: str,
    classes: dict[str, tuple[str, ...]],
    known: object,
    subtypes: dict[str, Subtype],
    problems: list[Problem],
) -> Rule | None:
    found: list[Problem] = []

    def wrong(column: str, message: str, advice: str) -> None:
        found.append(Problem("B203", f"{row.place} 列“{column}”", message, advice))

    if not RULE_ID.match(row["编号"]):
        wrong(
            "编号",
            f"“{row['编号']}”不能作编号",
            "写作 2–6 个大写字母、短横、三位数字，如 BAN-012；不要用 MAR-、DEC- 等会被 Excel 当成日期的前缀",
        )
    family = kind == "subtype" and _is_family(row["类别"], subtypes)
    if isinstance(known, dict) and row["类别"] not in known and not family:
        wrong("类别", f"没有“{row['类别']}”", f"可以写：{'、'.join(known)}")
    speaker = SPEAKERS.get(row["说话人"] or ("客户" if kind in ("signal", "subtype") else "座席"))
    if speaker is None:
        wrong("说话人", f"“{row['说话人']}”不认识", f"可以写：{'、'.join(SPEAKERS)}，空白为座席")
    scope = read_scope(row["范围"])
    if scope is None:
        wrong("范围", f"“{row['范围']}”不认识", "可以写：全程、开场、结束、首3句、末2句，空白为全程")
    mode = row["匹配方式"] or "词语"
    if mode not in MODES:
        wrong("匹配方式", f"“{mode}”不认识", f"可以写：{'、'.join(MODES)}，空白为词语")
    severity = row["严重度"]
    if severity and severity not in SEVERITIES:
        wrong("严重度", f"“{severity}”不认识", f"可以写：{'、'.join(SEVERITIES)}，空白用差错代码的默认值")
    about = tuple(part.strip() for part in re.split(r"[、,，;；\s]+", row["业务"]) if part.strip())
    for name in about:
        if name not in subtypes and not _is_family(name, subtypes):
            wrong("业务", f"没有业务“{name}”", "写 subtypes.csv 的编号，或 repair.* 这样的大类，空白为全部")
    for column, cell_mode in (("词语", mode), ("除非出现", "词语"), ("同时出现", "词语"), ("客户上句", "词语")):
        if row[column] or column == "词语":
            try:
                if column == "词语":
                    compile_pattern(row[column], cell_mode, classes)
                else:
                    Condition(row[column], classes)
            except SyntaxProblem as problem:
                wrong(column, str(problem), f"现在写的是：{row[column]!r}；写法见 lexicons/README.md")
    hits, misses = _examples(row["应命中例句"], speaker or "agent"), _examples(row["不应命中例句"], speaker or "agent")
    if not hits:
        wrong("应命中例句", "空白", "写一句应当命中的话，用【】标出命中的字")
    if not misses:
        wrong("不应命中例句", "空白", "写一句很像但不该命中的话")
    for example in hits:
        if example.quote is None:
            wrong("应命中例句", f"“{example.text}”没有【】", "用【】标出命中的字")
    points = _number(row, "分量", -1.0, found) if kind == "subtype" else _points(row, "扣分", -1.0, found)
    problems.extend(found)
    if found or speaker is None or scope is None:
        return None
    return Rule(
        row["编号"], row["名称"], kind, row["类别"], speaker, scope, about, mode, row["词语"], row["除非出现"],
        row["同时出现"], row["客户上句"], SEVERITIES.get(severity, ""), points, row["提示语"], row["建议说法"],
        row["依据"], hits, misses, row.place,
    )  # fmt: skip


def _is_family(name: str, subtypes: dict[str, Subtype]) -> bool:
    """Whether a name such as ``repair.*`` stands for some subtypes."""
    return name.endswith(".*") and any(subtype.startswith(name[:-1]) for subtype in subtypes)


def _examples(cell: str, speaker: str) -> tuple[Example, ...]:
    return tuple(read_example(line, speaker) for line in cell.splitlines() if line.strip())


def _demand(
    row: Row, steps: dict[str, StepInfo], subtypes: dict[str, Subtype], problems: list[Problem]
) -> Demand | None:
    bad = []
    if row["步骤"] not in steps:
        bad.append(("步骤", row["步骤"], "写 steps.csv 里的编号"))
    if row["要求"] not in NEEDS:
        bad.append(("要求", row["要求"], f"可以写：{'、'.join(NEEDS)}"))
    if row["要求"] == "条件" and not row["条件"]:
        bad.append(("条件", "", "“条件”步骤要写触发条件，即 signals.csv 的类别"))
    subject = row["业务"]
    if subject != "*" and subject not in subtypes and not any(s.startswith(subject.rstrip("*")) for s in subtypes):
        bad.append(("业务", subject, "写 subtypes.csv 的编号、repair.* 或 *"))
    problems.extend(Problem("B204", f"{row.place} 列“{c}”", f"“{v}”不认识", advice) for c, v, advice in bad)
    return None if bad else Demand(subject, row["步骤"], row["要求"], row["条件"], row["来源"])


def _number(row: Row, column: str, default: float, problems: list[Problem]) -> float:
    text = row[column]
    if not text:
        return default
    try:
        return float(text)
    except ValueError:
        problems.append(Problem("B205", f"{row.place} 列“{column}”", f"“{text}”不是数", "写一个数，如 5"))
        return default


def _scoring(rows: list[Row], problems: list[Problem]) -> Scoring:
    found: dict[str, dict[str, float]] = {"权重": {}, "上限": {}, "等级": {}, "参数": {}}
    for row in rows:
        if row["项目"] not in found:
            problems.append(
                Problem("B206", f"{row.place} 列“项目”", f"“{row['项目']}”不认识", f"可以写：{'、'.join(found)}")
            )
            continue
        found[row["项目"]][row["名称"]] = _number(row, "数值", 0.0, problems)
    if rows:
        problems.extend(_unsound(found["权重"], found["等级"], rows[0].place.file))
    grades = tuple(sorted(((low, name) for name, low in found["等级"].items()), reverse=True))
    return Scoring(found["权重"], found["上限"], grades, found["参数"])


def _unsound(weights: dict[str, float], grades: dict[str, float], file: str) -> Iterator[Problem]:
    """What would make scores above full marks, or grades that nobody can get."""
    total = sum(weights.values())
    if weights and (abs(total - 1) > SLACK or min(weights.values()) < 0):
        parts = "、".join(f"{name} {weight:g}" for name, weight in weights.items())
        yield Problem("B208", f"{file} 项目“权重”", f"加起来是 {total:g}：{parts}", "各项不小于 0，加起来要等于 1")
    lows = list(grades.values())
    if any(higher <= lower for higher, lower in pairwise(lows)):
        shown = "、".join(f"{name} {low:g}" for name, low in grades.items())
        yield Problem("B209", f"{file} 项目“等级”", f"次序不对：{shown}", "从高到低写，每一等的分数要低于上一等")


def _points(row: Row, column: str, default: float, problems: list[Problem]) -> float:
    """Points to take off; a cell that is no such number is a problem."""
    before = len(problems)
    points = _number(row, column, default, problems)
    if row[column] and len(problems) == before and not 0 <= points <= MOST_POINTS:
        advice = f"写 0 到 {MOST_POINTS:g} 之间的数：扣几分就写几，不写负号"
        problems.append(Problem("B210", f"{row.place} 列“{column}”", f"“{row[column]}”不能作扣分", advice))
    return points


def _digest(folders: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.iterdir()):
            if path.suffix in (".csv", ".xlsx", ".txt"):
                digest.update(f"{folder.name}/{path.name}".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


__all__ = ["PROFILES", "Scope", "load_book"]
