"""The data dictionary ``docs/reports.md``, made from the very columns that the reports write."""

from __future__ import annotations

from qa_nlp.report.desk.brief_docs import section
from qa_nlp.report.naming import PROMISE, PROMISE_LONG
from qa_nlp.report.tables import SEVERITY, STATUS, VERDICT, Table, all_tables
from qa_nlp.report.totals import agents_table, rules_table
from qa_nlp.report.trend_docs import sections
from qa_nlp.report.workbook import SHEETS
from qa_nlp.rulebook.book import Rulebook

HEAD = """# 结果文件里有什么

<!-- 本页由 qa_nlp/report/dictionary.py 生成，不要手改；改列名和说明请改 qa_nlp/report/tables.py、totals.py。 -->

`qa-nlp score 输入 -o 结果文件夹` 写出下面这些文件。同样的输入、规则和模型，写出的文件逐字节相同；运行的时间只在 `run.json` 里。

| 文件 | 给谁用 | 内容 |
|---|---|---|
| `report.html` | 班长、质检员 | 一个不联网的网页：关键数字、图表、通话列表；点开一通看对话，问题标在原话上 |
| `report.xlsx` | 质检员 | 工作簿，每个表一个工作表，互相有链接 |
| `*.csv` | 别的程序、透视表 | 全部明细，UTF-8（带 BOM），Excel 可直接打开 |
| `calls.jsonl` | 别的程序 | 一行一通，字段最全 |
| `vcon/*.vcon` | 别的系统 | 每通一个 vCon；要在 `--format` 里写明 |
| `run.json` | 管理员 | 这次运行的版本、输入、用时 |
"""
PAGE = """## report.html

打开就能用，不需要网络，也不会发出任何请求；可以存档、转发、打印。

- 图表按全部通话统计。能打开的通话最多 1,000 通（且总量不超过约 5 MB）：超过时一半是得分最低的，其余随机抽取，页首会写明。随机抽取只看通话的次序和编号，同一批每次抽到的相同。
- 问题排行、步骤、等级、业务、坐席、班组的名称都可以点：下面的通话列表就只剩这一类。
- 坐席和班组按编号排列，不排名。与全批相比写“高于”“低于”的，是两个 95% 区间不重叠；评分通话不足 5 通的不比较。
- 打开的通话里：实线底纹是确认的问题，虚线是疑似（不扣分），点线是排除（留痕）。语速、静音、抢话等量出来的问题写在那一句下面，不标字。
- 键盘：Tab 走到通话编号，回车打开，Esc 关闭，左右方向键看上一通、下一通。
- 地址后面加 `#call=通话编号` 可以直接打开那一通。
"""
BOOK = """## report.xlsx

| 工作表 | 内容 |
|---|---|
| 总览 | 关键数字、图表、版本和说明 |
{rows}

- 首行冻结、可筛选；数字是数字，编号是文本，没有公式。
- “通话”表点通话编号到它的问题，点缺少步骤到它的步骤；“问题”“承诺”表点通话编号回到通话，“步骤”表每通的第一行可以点回。
- “步骤”表只列漏做的和证据不足的步骤、情景；“坐席”“班组”表多一列“与全批相比”。
- 一个工作簿大约列前 5,000 通的明细，再多 Excel 打开就慢了；总览会写明列了多少，全部明细在 CSV 里。
"""


def dictionary(book: Rulebook) -> str:
    """The page as Markdown: the files, every column of every table, and what the words in the cells mean."""
    tables = [*all_tables(book).values(), agents_table(book), rules_table(book)]
    meanings = {table.name: table.meaning for table in tables} | {"teams": "每个班组一行"}
    rows = "\n".join(f"| {sheet} | {meanings[name]} |" for name, sheet in SHEETS.items())
    columns = [_table(table) for table in tables]
    parts = [HEAD, PAGE, BOOK.format(rows=rows), "## CSV 表\n", *columns, _words(), section(), sections()]
    return "\n".join(parts)


def _table(table: Table) -> str:
    lines = [f"### {table.name}.csv\n", f"{table.meaning}。\n", "| 列 | 意思 |", "|---|---|"]
    lines += [f"| {column.header} | {column.meaning} |" for column in table.columns]
    return "\n".join(lines) + "\n"


def _words() -> str:
    """The values that recur in ``calls.jsonl``, and their Chinese names in the reports."""
    lines = ["## calls.jsonl 里的取值\n", "| 字段 | 取值 | 报告里的说法 |", "|---|---|---|"]
    groups = {"findings.status": STATUS, "findings.severity": SEVERITY, "steps.verdict": VERDICT}
    for field, names in groups.items():
        lines += [f"| {field} | {value} | {name} |" for value, name in names.items()]
    lines += [f"| promises.status | {value} | {PROMISE[value]}：{name} |" for value, name in PROMISE_LONG.items()]
    return "\n".join(lines) + "\n"
