"""The Word template that the program brings along, as code: ``assets/brief.docx`` is what ``build`` returns.

After a change here, write it anew: ``python -m qa_nlp.report.desk.brief_template``.
"""

from __future__ import annotations

from pathlib import Path

from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from qa_nlp.report.desk.tagkit import SMALL, caption, columns, listing, loop, note, of, pairs, tag
from qa_nlp.report.desk.word import to_bytes
from qa_nlp.report.desk.wordkit import BAD_FILL, GOOD_FILL, LEAD_FILL, footer, new_document, say, shade, styled

FILE = Path(__file__).parent / "assets" / "brief.docx"
PEOPLE = "平均分 区间 图 比较 差错"
PEOPLE_HEADS = ("评分/检查（通）", "平均分", "区间", "{{ 刻度 }}", "与全批相比", "有差错（通）", "差错率（95% 区间）", "红线（通）")  # fmt: skip
TEAM_WIDTHS, AGENT_WIDTHS = (26, 16, 14, 14, 34, 20, 14, 37, 13), (12, 14, 16, 14, 14, 34, 20, 14, 37, 13)


def build() -> bytes:
    """The template as a Word file, the same bytes every time."""
    document = new_document()
    for part in (_head, _figures, _scores, _faults, _missing, _people, _promises, _cases, _ending):
        part(document)
    footer(document, "{{ 标题 }}　{{ 期间 }}")
    return to_bytes(document, "通话质检周报")


def _head(document: WordDocument) -> None:
    title = document.add_paragraph("{{ 标题 }}", style="Title")
    under = say(document, "{{ 期间 }}　｜　报告日期：{{ 报告日期 }}", quiet=True, after=8)
    title.alignment = under.alignment = WD_ALIGN_PARAGRAPH.CENTER
    lead = say(document, "{{ 摘要 }}", size=10.5, after=6)
    lead.paragraph_format.line_spacing = 1.25
    shade(lead, LEAD_FILL)


def _figures(document: WordDocument) -> None:
    document.add_heading("一、关键数字", 1)
    text = "读入 {{ 通话.读入 }} 项，检查 {{ 通话.检查 }} 通，评分 {{ 通话.评分 }} 通，未评 {{ 通话.未评 }} 通，"
    say(document, text + "业务待人工复核 {{ 通话.待复核 }} 通，跳过 {{ 通话.跳过 }} 项。")
    tag(document, "if 有上期")
    heads = ("指标", "本期", "上期", "变化", "判断")
    loop(document, heads, "行 in 指标", of("行", "指标 本期 上期 变化 判断"), (40, 38, 38, 30, 24), " rrrr", whole=True)
    note(document, "上期：{{ 上期.期间 }}。“误差内”指两期的 95% 区间重叠，不能说变好或变差。{{ 上期.说明 }}")
    tag(document, "else")
    loop(document, ("指标", "数值", "说明"), "行 in 指标", of("行", "指标 本期 说明"), (45, 40, 85), " r", whole=True)
    tag(document, "endif")


def _scores(document: WordDocument) -> None:
    document.add_heading("二、得分与等级", 1)
    tag(document, "if 得分分布")
    caption(document, "得分分布（通）：每格 5 分，下面标的是下限；绿、蓝、黄、红依次为优秀、良好、合格、不合格")
    columns(document, "段 in 得分分布", ("{{ 段.通数 }}", "{{ 段.柱 }}", "{{ 段.起 }}"))
    tag(document, "endif")
    caption(document, "等级")
    row = ("{{ 行.名称 }}", "{{ 行.条 }}", "{{ 行.通数 }} 通", "{{ 行.占比 }}")
    tag(document, "if 有上期")
    heads = ("等级", "", "通话数", "占比", "上期占比", "变化", "判断")
    earlier = (*row, *of("行", "上期 变化 判断"))
    loop(document, heads, "行 in 等级", earlier, (18, 55, 18, 17, 17, 25, 20), "  rrrrr", whole=True)
    tag(document, "else")
    loop(document, ("等级", "", "通话数", "占比"), "行 in 等级", row, (30, 60, 40, 40), "  rr", whole=True)
    tag(document, "endif")
    tag(document, "if 走势.点")
    caption(document, "走势（按{{ 走势.单位 }}）：柱是通话数，上面是平均分")
    columns(document, "点 in 走势.点", ("{{ 点.平均分 }}", "{{ 点.柱 }}", "{{ 点.通数 }} 通", "{{ 点.时间 }}"))
    tag(document, "endif")


def _faults(document: WordDocument) -> None:
    document.add_heading("三、主要差错", 1)
    tag(document, "if 问题")
    note(document, "按有此差错的通话数排列，只算确认扣分的；一通可以有几种差错。“累计”占全部差错。", leads=True)
    heads = ("序号", "差错", "", "通话数", "占比", "95% 区间", "累计")
    row = (*of("行", "序号 名称 条"), "{{ 行.通数 }} 通", *of("行", "占比 区间 累计"))
    tag(document, "if 有上期")
    heads_too, row_too = (*heads, "上期", "与上期"), (*row, *of("行", "上期 判断"))
    widths = (10, 28, 45, 15, 14, 19, 12, 13, 18)
    loop(document, heads_too, "行 in 问题", row_too, widths, "r  rrrrrr", whole=True)
    tag(document, "else")
    loop(document, heads, "行 in 问题", row, (12, 38, 50, 19, 17, 20, 14), "r  rrrr", whole=True)
    tag(document, "endif")
    tag(document, "else")
    say(document, "没有确认扣分的差错。")
    tag(document, "endif")


def _missing(document: WordDocument) -> None:
    document.add_heading("四、漏做的步骤", 1)
    tag(document, "if 步骤")
    note(document, "漏做率是漏做的通话占该做的通话；该做的不足 5 通不给比率。", leads=True)
    heads = ("步骤", "", "漏/该做（通）", "漏做率", "95% 区间")
    row = ("{{ 行.名称 }}", "{{ 行.条 }}", "{{ 行.漏 }}/{{ 行.该做 }}", "{{ 行.漏做率 }}", "{{ 行.区间 }}")
    tag(document, "if 有上期")
    heads_too, row_too = (*heads, "上期", "与上期"), (*row, *of("行", "上期 判断"))
    loop(document, heads_too, "行 in 步骤", row_too, (38, 40, 22, 16, 20, 16, 18), "  rrrrr", whole=True)
    tag(document, "else")
    loop(document, heads, "行 in 步骤", row, (48, 42, 30, 22, 28), "  rrr", whole=True)
    tag(document, "endif")
    tag(document, "else")
    say(document, "没有漏做的必做步骤。")
    tag(document, "endif")


def _people(document: WordDocument) -> None:
    document.add_heading("五、班组与坐席", 1)
    note(
        document,
        "按名称排列，不排名：两个 95% 区间重叠就分不出高低，评分通话不足 5 通的不比较。"
        "图中圆点是平均分，横线是区间，竖线是全批平均。",
        leads=True,
    )
    rate = "{{ 行.差错率 }}{% if 行.差错区间 != '—' %}（{{ 行.差错区间 }}）{% endif %}"
    row = ("{{ 行.评分 }}/{{ 行.通数 }}", *of("行", PEOPLE), rate, "{{ 行.红线 }}")
    tag(document, "if 班组")
    team = ("{{ 行.名称 }}", *row)
    loop(document, ("班组", *PEOPLE_HEADS), "行 in 班组", team, TEAM_WIDTHS, " rrr  rrr", 8, whole=True)
    tag(document, "endif")
    tag(document, "if 坐席")
    agent = ("{{ 行.名称 }}", "{{ 行.班组 or '—' }}", *row)
    loop(document, ("坐席", "班组", *PEOPLE_HEADS), "行 in 坐席", agent, AGENT_WIDTHS, "  rrr  rrr", 8)
    tag(document, "endif")
    tag(document, "if 坐席说明")
    note(document, "{{ 坐席说明 }}")
    tag(document, "endif")


def _promises(document: WordDocument) -> None:
    document.add_heading("六、到期的承诺", 1)
    tag(document, "if 承诺.总数")
    say(
        document,
        "座席共说出 {{ 承诺.总数 }} 个办理时限：{{ 承诺.各类 }}。算得出到期时间的，到报告日期已到期 {{ 承诺.已到期 }} 个，"
        "请核实是否兑现；之后到期 {{ 承诺.待到期 }} 个"
        "{% if 承诺.更多 %}，下面列最先到期的，另有 {{ 承诺.更多 }} 个见 promises.csv{% endif %}。",
    )
    tag(document, "if 承诺.清单")
    heads = ("到期", "事项", "原话", "规定时限", "结论", "坐席", "通话")
    row = (*of("行", "到期 事项"), "“{{ 行.原话 }}”", *of("行", "规定 结论 坐席 通话编号"))
    loop(document, heads, "行 in 承诺.清单", row, (29, 36, 34, 30, 14, 12, 20))
    tag(document, "endif")
    tag(document, "else")
    say(document, "没有听到座席承诺办理时限。")
    tag(document, "endif")


def _cases(document: WordDocument) -> None:
    document.add_heading("七、典型案例", 1)
    tag(document, "if not 案例")
    say(document, "本期没有适合引用的通话。")
    tag(document, "endif")
    tag(document, "for 案 in 案例")
    head = say(document, "案例 {{ 案.序号 }}　{{ 案.题目 }}", bold=True, after=2)
    facts = "　通话 {{ 案.通话编号 }}，坐席 {{ 案.坐席 }}（{{ 案.班组 }}），{{ 案.业务 }}，{{ 案.得分 }} 分（{{ 案.等级 }}）"
    styled(head.add_run(facts + "{% if 案.红线 %}，触及红线{% endif %}"), size=SMALL, quiet=True)
    head.paragraph_format.keep_with_next, head.paragraph_format.space_before = True, Pt(6)
    tag(document, "if 案.亮点")
    pairs(document, "步 in 案.做到", (("{{ 步.步骤 }}", "第 {{ 步.第几句 }} 句：“{{ 步.原话 }}”", GOOD_FILL),))
    tag(document, "else")
    pairs(document, "条 in 案.条目", (
        ("原话", "第 {{ 条.第几句 }} 句：“{{ 条.原话 }}”", BAD_FILL),
        ("问题", "{{ 条.问题 }}（{{ 条.严重度 }}，扣 {{ 条.扣分 }} 分）：{{ 条.理由 }}", ""),
        ("改说", "{{ 条.改说 or '—' }}", GOOD_FILL),
        ("规则与依据", "{{ 条.规则 }}（{{ 条.命中 }}）；{{ 条.依据 }}", ""),
    ))  # fmt: skip
    tag(document, "endif")
    tag(document, "if 案.漏做")
    note(document, "同一通还漏做：{{ 案.漏做 }}。")
    tag(document, "endif")
    tag(document, "endfor")


def _ending(document: WordDocument) -> None:
    document.add_heading("八、改进建议", 1)
    listing(document, "句 in 建议")
    document.add_heading("九、没有判断的内容", 1)
    listing(document, "句 in 未判断")
    text = "得分和差错由程序按规则给出，原话已遮盖个人信息；用于考核前请人工复核。版本：{{ 版本 }}。"
    say(document, text, size=SMALL, quiet=True).paragraph_format.space_before = Pt(8)


if __name__ == "__main__":
    FILE.write_bytes(build())
