"""The Word form of the coaching sheet, as tags to be filled."""

from __future__ import annotations

from docx.document import Document as WordDocument

from qa_nlp.report.desk.tagkit import SMALL, gap, listing, loop, note, of, tag
from qa_nlp.report.desk.word import to_bytes
from qa_nlp.report.desk.wordkit import (
    BAD_FILL,
    GOOD_FILL,
    LEAD_FILL,
    WIDTH,
    fill,
    footer,
    new_document,
    say,
    shade,
    styled,
    table,
)

SIGNED = "主管（签名）：　　　　　　　　　坐席（签名）：　　　　　　　　　日期："


def build() -> bytes:
    """The template as a Word file."""
    document = new_document()
    document.add_paragraph("{{ 标题 }}", style="Title")
    facts = "班组 {{ 班组 }}　｜　{{ 期间 }}　｜　检查 {{ 通数 }} 通，评分 {{ 评分 }} 通　｜　对照：{{ 对照 }}（{{ 对照通数 }} 通）"
    say(document, facts, size=9.5, quiet=True, after=6)
    tag(document, "if 样本太少")
    shade(say(document, "样本太少：评分通话不足 {{ 最少 }} 通，下面只列实例，不下结论。", bold=True), BAD_FILL)
    tag(document, "endif")
    document.add_heading("和{{ 对照 }}相比", 1)
    heads = ("项目", "本人", "{{ 对照 }}", "相差", "判断")
    loop(document, heads, "行 in 对比", of("行", "项目 本人 对照 相差 判断"), (34, 46, 46, 25, 19), " rrrr")
    _points(document)
    document.add_heading("下周练什么", 1)
    listing(document, "句 in 练习")
    tag(document, "if 复听")
    shade(say(document, "{{ 复听 }}。"), LEAD_FILL)
    tag(document, "endif")
    words = "括号里是比例和它的 95% 区间，两个区间重叠就分不出高低。原话已遮盖个人信息，用于考核前请人工复核。"
    doubt = "{% if 疑似 %}另有 {{ 疑似 }} 通带疑似问题，没有扣分。{% endif %}"
    note(document, words + doubt, after=14)
    say(document, SIGNED)
    footer(document, "{{ 标题 }}　{{ 期间 }}")
    return to_bytes(document, "坐席辅导单")


def _points(document: WordDocument) -> None:
    for heading, over in (("三个长处", "长处"), ("三个要改的习惯", "习惯")):
        document.add_heading(heading, 1)
        tag(document, f"if not {over}")
        say(document, "这批通话里没有找到。")
        tag(document, "endif")
        tag(document, f"for 点 in {over}")
        title = say(document, "{{ loop.index }}. {{ 点.名称 }}", bold=True, after=2)
        styled(
            title.add_run("　{{ 点.判断 }}：{{ 点.说明 }}，本人 {{ 点.本人 }}，{{ 对照 }} {{ 点.对照 }}"),
            size=SMALL,
            quiet=True,
        )
        title.paragraph_format.keep_with_next = True
        where = "（通话 {{ 点.通话编号 }} 第 {{ 点.第几句 }} 句）"
        said = f"{{% if 点.原话 %}}“{{{{ 点.原话 }}}}”{where}{{% else %}}—{{% endif %}}"
        rows = [("例句", said)]
        if over == "习惯":
            first = ("{% if 点.理由 %}原话{% else %}做到时的话{% endif %}", said)
            why = ("为什么", "{{ 点.理由 or '该说而没有说' }}")
            rows = [first, why, ("改说", "{{ 点.改说 or '—' }}")]
        made = table(document, (), rows, (30, WIDTH - 30))
        fill(made.rows[-1].cells[1], GOOD_FILL)
        for line in made.rows[:-1]:
            line.cells[0].paragraphs[0].paragraph_format.keep_with_next = True
        if over == "习惯":
            tag(document, "if 点.提示")
            note(document, "{{ 点.提示 }}")
            tag(document, "endif")
        gap(document)
        tag(document, "endfor")
