"""The Word report: what it says, that nothing in a transcript or a template can break it, and how it looks."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from msgspec.structs import replace

from qa_nlp.errors import UsageError
from qa_nlp.records import Skipped, Verdict
from qa_nlp.report.desk import brief_template, pictures
from qa_nlp.report.desk.brief import TEMPLATE, write_brief
from qa_nlp.report.desk.brief_docs import GROUPS, LISTS, SINGLE
from qa_nlp.report.desk.brief_fields import fields
from qa_nlp.report.desk.change import key_rows, points_changed, signed, told
from qa_nlp.report.desk.period import read_period
from qa_nlp.report.desk.shares import Share, side
from qa_nlp.report.results import Results
from qa_nlp.rulebook.book import Rulebook
from tests.report.conftest import Pairs
from tests.report.desk.runs import rendered, results, week, words

BAD = Skipped("坏.jsonl", 3, "", "这一行不是完整的 JSON", "请重新导出")


@pytest.fixture(scope="module")
def now(tmp_path_factory: pytest.TempPathFactory, batch: Pairs, book: Rulebook) -> Path:
    return results(tmp_path_factory.mktemp("desk") / "本期", week(batch[:200], 9), book, (BAD,))


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory, batch: Pairs, book: Rulebook) -> Path:
    return results(tmp_path_factory.mktemp("desk") / "上期", week(batch[200:400], 2), book)


@pytest.fixture(scope="module")
def report(now: Path, before: Path) -> Path:
    out = now.parent / "周报.docx"
    write_brief([now], out, before=[before])
    return out


def test_it_says_what_a_supervisor_hands_in(report: Path) -> None:
    text = words(report)
    headings = (
        "关键数字",
        "得分与等级",
        "主要差错",
        "漏做的步骤",
        "班组与坐席",
        "到期的承诺",
        "典型案例",
        "改进建议",
        "没有判断的内容",
    )
    for heading in headings:
        assert heading in text
    assert "通话质检周报" in text
    assert "2026年3月9日至3月15日" in text
    assert "上期：2026年3月2日至3月8日" in text
    assert "读入 201 项，检查 200 通，评分 200 通" in text
    assert "跳过 1 项，没有检查：这一行不是完整的 JSON 1 项" in text
    assert "误差内" in text
    assert not re.search(r"\{\{|\{%|None|nan\b|\bTrue\b", text)


def test_it_quotes_bad_and_good_calls_with_rule_and_wording(report: Path, now: Path) -> None:
    text = words(report)
    cases = re.findall(r"案例 (\d)　(\S+)", text)
    assert 3 <= len(cases) <= 5
    assert cases[-1][1] == "做得好的一通"
    assert text.count("改说") >= 3
    said = {f.quote for v in _verdicts(now) for f in v.findings}
    quoted = re.search(r"原话\n第 \d+ 句：“(.+?)”\n", text)
    assert quoted
    assert quoted[1] in said


def _verdicts(folder: Path) -> list[Verdict]:
    return list(Results([folder]).verdicts())


def test_the_counts_agree_with_the_result(report: Path, now: Path) -> None:
    verdicts = _verdicts(now)
    vetoed = sum(v.veto is not None for v in verdicts)
    assert f"触及红线 {vetoed} 通" in words(report)
    period = read_period([now])
    code, count = period.figures.code_calls.most_common(1)[0]
    assert count == sum(
        any(f.code == code and f.status == "confirmed" and f.points > 0 for f in v.findings) for v in verdicts
    )


def test_agents_stand_in_order_of_their_names(report: Path) -> None:
    table = next(t for t in Document(str(report)).tables if t.cell(0, 0).text == "坐席")
    names = [row.cells[0].text for row in table.rows[1:]]
    assert names == sorted(names)
    assert {row.cells[6].text for row in table.rows[1:]} <= {"▲ 高于", "▼ 低于", "分不出高低", "样本不足"}


def test_agents_with_few_calls_are_not_compared(tmp_path: Path, batch: Pairs, book: Rulebook) -> None:
    folder = results(tmp_path / "out", week(batch[:20], agents=6), book)
    write_brief([folder], tmp_path / "周报.docx")
    text = words(tmp_path / "周报.docx")
    assert "另有 6 名坐席评分通话不足 5 通，不列" in text
    assert "本期评分只有 20 通，不足 30 通" in text


def test_the_same_folders_give_the_same_bytes(report: Path, now: Path, before: Path, tmp_path: Path) -> None:
    write_brief([now], tmp_path / "再来.docx", before=[before])
    assert (tmp_path / "再来.docx").read_bytes() == report.read_bytes()
    with zipfile.ZipFile(report) as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "qa-nlp" in file.read("docProps/core.xml").decode()


def test_the_shipped_template_is_what_the_code_builds() -> None:
    assert brief_template.FILE == TEMPLATE
    shipped, built = parts(TEMPLATE.read_bytes()), parts(brief_template.build())
    assert shipped == built, "run python -m qa_nlp.report.desk.brief_template"


def parts(blob: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(blob)) as file:
        return {name: file.read(name) for name in file.namelist()}


HOSTILE = "<w:p>&amp;坏</w:t> {{ 7*7 }} {% for x in y %} {_{ \x00\x0b\uffff ${a} ‘“"


def test_what_was_said_can_neither_run_nor_break_the_file(tmp_path: Path, batch: Pairs, book: Rulebook) -> None:
    pairs = []
    for call, verdict in week(batch[:40]):
        findings = tuple(replace(f, quote=HOSTILE, suggestion=HOSTILE) for f in verdict.findings)
        promises = tuple(replace(p, quote=HOSTILE) for p in verdict.promises)
        pairs.append((call, replace(verdict, findings=findings, promises=promises, agent_id="<A&>", team=HOSTILE)))
    write_brief(
        [results(tmp_path / "out", pairs, book)], tmp_path / "周报.docx", title="<标题> & {{ 摘要 }}" + "长" * 300
    )
    text = words(tmp_path / "周报.docx")
    assert "<w:p>&amp;坏</w:t> {{ 7*7 }} {% for x in y %}" in text
    assert "<标题> & {{ 摘要 }}" in text
    assert "49" not in text.split("案例 1")[1].split("八、")[0]
    assert "<A&>" in text


def test_words_that_the_run_did_not_mask_are_masked(tmp_path: Path, batch: Pairs, book: Rulebook) -> None:
    pairs = [
        (c, replace(v, findings=tuple(replace(f, quote="我叫王小明，电话13912345678") for f in v.findings)))
        for c, v in week(batch[:40])
    ]
    write_brief([results(tmp_path / "out", pairs, book, masked=False)], tmp_path / "周报.docx")
    text = words(tmp_path / "周报.docx")
    assert "13912345678" not in text
    assert "电话●●" in text


def test_no_call_at_all_still_makes_a_report(tmp_path: Path, book: Rulebook) -> None:
    write_brief([results(tmp_path / "out", (), book)], tmp_path / "空.docx")
    text = words(tmp_path / "空.docx")
    assert "本期没有读到通话" in text
    assert "期间不明" in text


def test_calls_in_two_folders_count_once(now: Path, tmp_path: Path) -> None:
    period = read_period([now, now])
    assert (period.figures.totals.calls, period.repeated) == (200, 200)
    write_brief([now, now], tmp_path / "周报.docx")
    assert "有 200 通在几个结果里重复出现，只算一次" in words(tmp_path / "周报.docx")


def test_promises_fall_due_after_the_day_of_the_report(now: Path, tmp_path: Path) -> None:
    write_brief([now], tmp_path / "早.docx", at=date(2020, 1, 1))
    write_brief([now], tmp_path / "晚.docx", at=date(2027, 1, 1))
    total = read_period([now]).due_days.total()
    assert f"到报告日期已到期 0 个，请核实是否兑现；之后到期 {total} 个" in words(tmp_path / "早.docx")
    assert f"到报告日期已到期 {total} 个，请核实是否兑现；之后到期 0 个" in words(tmp_path / "晚.docx")


@pytest.mark.parametrize(
    ("days", "kind"), [([2], "日报"), ([2, 8], "周报"), ([2, 15], "报告"), ([2, 30], "月报"), ([], "报告")]
)
def test_the_title_follows_the_span(tmp_path: Path, batch: Pairs, book: Rulebook, days: list[int], kind: str) -> None:
    pairs = [
        (c, replace(v, started_at=f"2026-03-{day:02d}T09:00:00")) for (c, v), day in zip(batch, days, strict=False)
    ] or [(batch[0][0], replace(batch[0][1], started_at=""))]
    assert read_period([results(tmp_path / "out", pairs, book)]).kind == kind


# Templates of the staff's own.


def test_every_field_is_documented_and_no_other(now: Path, before: Path, book: Rulebook) -> None:
    made = fields(read_period([now]), read_period([before]), book, lambda png, width, height: "图")
    assert set(made) == {*SINGLE, *GROUPS, *(name.split(".")[0] for name in LISTS if " " not in name)}
    for name, (keys, _) in {**GROUPS, **LISTS}.items():
        if " 里的 " in name:
            case, inner = name.split(" 里的 ")
            items = [item for one in made[case] for item in one[inner]]
        else:
            outer, _, inner = name.partition(".")
            items = made[outer][inner] if inner else made[outer]
            items = items if isinstance(items, list) else [items]
        if name not in ("坐席", "建议", "未判断"):
            assert [set(item) for item in items[:1]] == [set(keys.split())], name
    assert set(made["坐席"][0]) == set(made["班组"][0])


def own(path: Path, *lines: str, table: tuple[str, ...] = ()) -> Path:
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    if table:
        made = document.add_table(len(table), 1)
        for row, text in zip(made.rows, table, strict=True):
            row.cells[0].text = text
    document.save(str(path))
    return path


def test_staff_may_bring_their_own_template(now: Path, tmp_path: Path) -> None:
    rows = ("{%tr for 行 in 问题 %}", "{{ 行.名称 }}：{{ 行.通数 }} 通", "{%tr endfor %}")
    mine = own(
        tmp_path / "自己.docx", "{{ 标题 }}，{{ 期间 }}", "{% if 有上期 %}有{% else %}没有{% endif %}上期", table=rows
    )
    write_brief([now], tmp_path / "周报.docx", template=mine, title="班组小结")
    text = words(tmp_path / "周报.docx")
    assert text.startswith("班组小结，2026年3月9日至3月15日\n没有上期\n")
    assert re.search(r"\S+：\d+ 通", text)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["{{ 期閒 }}"], ["没有“期閒”这个字段", "正文第 1 段", "期间"]),
        (["好", "{% for 行 in 问题 %}{{ 行.名字 }}{% endfor %}"], ["没有“名字”这个字段", "正文第 2 段", "名称"]),
        (["{%p for 行 in 问题 %}", "{{ 行.名称 }}"], ["没有写结束标记", "endfor"]),
        (["前", "{%p endif %}"], ["结束标记 endif 前面没有对应的开头", "附近"]),
        (["{{ 标题 | 大写 }}"], ["没有“大写”这种过滤"]),
        (["{{ 标题 "], ["模板"]),
        (["{{ 标题.__class__.__mro__ }}"], ["不许"]),
        (["{{ 问题.append(1) }}"], ["不许"]),
        (["{{ 标题 + 1 }}"], ["算不出来"]),
        (["{% include '/etc/passwd' %}"], ["模板"]),
        (["{{ 得分分布[0].柱._image.tpl.save('x') }}"], ["不许"]),
        (["{{ 第一 }}", "{{ 第二 }}"], ["没有“第一”", "没有“第二”"]),
    ],
)
def test_a_mistake_in_a_template_is_told_with_its_place(
    now: Path, tmp_path: Path, lines: list[str], told: list[str]
) -> None:
    mine = own(tmp_path / "坏.docx", *lines)
    with pytest.raises(UsageError) as caught:
        write_brief([now], tmp_path / "周报.docx", template=mine)
    for word in (*told, str(mine)):
        assert word in str(caught.value)
    assert not (tmp_path / "周报.docx").exists()


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut off", None])
def test_what_is_no_word_file_is_refused(now: Path, tmp_path: Path, content: bytes | None) -> None:
    mine = tmp_path / "模板.docx"
    if content is not None:
        mine.write_bytes(content)
    with pytest.raises(UsageError, match=r"U04[45]"):
        write_brief([now], tmp_path / "周报.docx", template=mine)


def test_a_zip_that_is_no_word_file_is_refused(now: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "模板.docx", "w") as file:
        file.writestr("a.txt", "a")
    with pytest.raises(UsageError, match="U045"):
        write_brief([now], tmp_path / "周报.docx", template=tmp_path / "模板.docx")


@pytest.mark.parametrize("name", ["周报.doc", "周报", "周报.pdf"])
def test_another_ending_is_refused(now: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="U049"):
        write_brief([now], tmp_path / name)


def test_folders_that_do_not_go_together_are_refused(now: Path, tmp_path: Path, batch: Pairs, book: Rulebook) -> None:
    other = results(tmp_path / "hotline", batch[:3], book, profile="hotline")
    for folders, earlier, code in (
        ([now, other], [], "U042"),
        ([now], [other], "U042"),
        ([now], [now], "U048"),
        ([tmp_path], [], "U041"),
        ([tmp_path / "无"], [], "U040"),
    ):
        with pytest.raises(UsageError, match=code):
            write_brief(folders, tmp_path / "周报.docx", before=earlier)


def test_a_damaged_line_is_named(tmp_path: Path, batch: Pairs, book: Rulebook) -> None:
    folder = results(tmp_path / "out", batch[:2], book)
    with (folder / "calls.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"call_id": 1')
    with pytest.raises(UsageError, match="第3行"):
        read_period([folder])


def test_two_rulebooks_are_told(tmp_path: Path, batch: Pairs, book: Rulebook, now: Path) -> None:
    older = [(c, replace(v, versions=v.versions | {"rulebook": "旧"})) for c, v in week(batch[:30])]
    write_brief([now], tmp_path / "周报.docx", before=[results(tmp_path / "out", older, book)])
    assert "两期用的规则表版本不同" in words(tmp_path / "周报.docx")


# Figures.


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (0, 0, 0.0, 1.0)],
)
def test_wilson(part: int, whole: int, low: float, high: float) -> None:
    share = Share(part, whole)
    assert (round(share.low, 4), round(share.high, 4)) == (low, high)


def test_shares_are_told_apart_only_where_intervals_are() -> None:
    assert side(Share(90, 100), Share(10, 100)) == 1
    assert side(Share(10, 100), Share(90, 100)) == -1
    assert side(Share(5, 10), Share(4, 10)) == side(Share(4, 4), Share(0, 100)) == 0
    assert told(Share(4, 4), Share(0, 100)) == "样本少，不比"
    assert told(Share(90, 100), Share(10, 100)) == "明显上升"


@pytest.mark.parametrize(("value", "text"), [(1.24, "+1.2"), (-0.8, "−0.8"), (0.04, "0.0"), (-1234.0, "−1,234.0")])
def test_signed(value: float, text: str) -> None:
    assert signed(value) == text


def test_changes_have_units(now: Path, before: Path) -> None:
    rows = {row["指标"]: row for row in key_rows(read_period([now]).figures, read_period([before]).figures)}
    assert rows["平均分"]["变化"].endswith(" 分")
    assert rows["合格率"]["变化"].endswith("个百分点")
    assert rows["触及红线"]["本期"].endswith("%）")
    assert points_changed(Share(1, 2), Share(0, 0)) == "—"


def test_pictures_are_png_of_the_size_asked_for() -> None:
    for blob in (pictures.bar(0.5), pictures.column(0.0), pictures.interval(0.1, 0.5, 0.9, 0.4)):
        assert blob.startswith(b"\x89PNG")
    assert pictures.bar(0.0) != pictures.bar(0.0001), "what occurred is never invisible"


# How it looks.


@pytest.mark.slow
def test_libreoffice_shows_it_whole(report: Path) -> None:
    text, pages = rendered(report)
    assert 3 <= len(pages) <= 8
    assert "通话质检周报" in text
    assert f"第 {len(pages)} 页，共 {len(pages)} 页" in text
    assert "典型案例" in text
    assert all(page.stat().st_size > 5_000 for page in pages)
