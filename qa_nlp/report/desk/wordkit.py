"""Paragraphs and tables in one plain Chinese style, on A4, for the Word files that this program makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

FONT, CELL = "微软雅黑", "表格文字"
INK, QUIET, ACCENT = RGBColor(0x1C, 0x27, 0x33), RGBColor(0x5A, 0x66, 0x72), RGBColor(0x1F, 0x4E, 0x79)
WIDTH = 170.0
LINE, HEAD_FILL = "D5DBE1", "EAF1F8"
GOOD_FILL, BAD_FILL, LEAD_FILL = "E6F3E9", "FBECEA", "F3F7FB"


def new_document() -> WordDocument:
    """An empty A4 page with 20 mm margins, Chinese fonts throughout and page numbers at the foot."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin, section.bottom_margin = Mm(18), Mm(18)
    section.header_distance = section.footer_distance = Mm(9)
    for name, size, colour in (
        ("Normal", 10, INK),
        ("Heading 1", 13, ACCENT),
        ("Heading 2", 11, ACCENT),
        ("Title", 20, ACCENT),
    ):
        style: Any = document.styles[name]
        style.font.size, style.font.color.rgb = Pt(size), colour
        _fonts(style.element.get_or_add_rPr())
        style.paragraph_format.space_before = Pt({"Heading 1": 11, "Heading 2": 7}.get(name, 0))
        style.paragraph_format.space_after = Pt(4)
        style.paragraph_format.line_spacing = 1.15
    cell: Any = document.styles.add_style(CELL, WD_STYLE_TYPE.PARAGRAPH)
    cell.base_style = document.styles["Normal"]
    cell.font.size, cell.paragraph_format.space_after = Pt(8.5), Pt(0)
    for border in document.styles["Title"].element.iter(qn("w:pBdr")):
        border.getparent().remove(border)
        break
    _language(document)
    return document


def say(
    document: Any, text: str, *, size: float = 0, bold: bool = False, quiet: bool = False, after: float = -1
) -> Paragraph:
    """One paragraph; ``document`` may also be a cell or a footer."""
    paragraph: Paragraph = document.add_paragraph()
    run = paragraph.add_run(text)
    styled(run, size=size, bold=bold, quiet=quiet)
    if after >= 0:
        paragraph.paragraph_format.space_after = Pt(after)
    return paragraph


def styled(run: Run, *, size: float = 0, bold: bool = False, quiet: bool = False) -> Run:
    """Size in points (0: that of the style), weight, and a softer colour."""
    if size:
        run.font.size = Pt(size)
    if bold:
        run.bold = True
    if quiet:
        run.font.color.rgb = QUIET
    return run


def table(
    document: WordDocument, headers: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float],
    right: str = "", size: float = 0,
) -> Table:  # fmt: skip
    """A table as wide as the page; ``widths`` in mm, ``right`` holds an ``r`` for each column set to the right.

    Rows are never cut by the end of a page, and the head is repeated on the next one.
    """
    made: Table = document.add_table(0, len(widths))
    frame(made, widths)
    if headers:
        row = made.add_row()  # type: ignore[no-untyped-call]
        row._tr.get_or_add_trPr().append(_flag("w:tblHeader"))
        for number, header in enumerate(headers):
            fill(row.cells[number], HEAD_FILL)
            put(row.cells[number], header, size=size, bold=True, right=right[number : number + 1] == "r")
    for cells in rows:
        row = made.add_row()  # type: ignore[no-untyped-call]
        for number, text in enumerate(cells):
            put(row.cells[number], text, size=size, right=right[number : number + 1] == "r")
    for row in made.rows:
        row._tr.get_or_add_trPr().append(_flag("w:cantSplit"))
        for number, width in enumerate(widths):
            row.cells[number].width = Mm(width)
    return made


def frame(made: Table, widths: Sequence[float], lines: bool = True) -> None:
    """Fixed columns, thin lines between rows (unless ``lines`` is off), centred."""
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Mm(width)
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH") if lines else ():
        borders.append(_element(f"w:{side}", val="single", sz="4", space="0", color=LINE))
    margins = OxmlElement("w:tblCellMar")
    for side, twips in (("top", "35"), ("left", "70"), ("bottom", "35"), ("right", "70")):
        margins.append(_element(f"w:{side}", w=twips, type="dxa"))
    layout = made._tbl.tblPr.find(qn("w:tblLayout"))
    layout.addprevious(borders)
    layout.addnext(margins)


def put(
    cell: _Cell, text: str, *, size: float = 0, bold: bool = False, right: bool = False, centre: bool = False
) -> Paragraph:
    """Words into a cell's first paragraph."""
    paragraph: Paragraph = cell.paragraphs[0]
    paragraph.style = CELL
    styled(paragraph.add_run(text), size=size, bold=bold)
    if right or centre:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.CENTER
    cell._tc.get_or_add_tcPr().append(_element("w:vAlign", val="center"))
    return paragraph


def fill(cell: _Cell, colour: str) -> None:
    """A cell's ground."""
    cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=colour))


def shade(paragraph: Paragraph, colour: str) -> None:
    """A paragraph's ground."""
    paragraph._p.get_or_add_pPr().append(_element("w:shd", val="clear", color="auto", fill=colour))


def footer(document: WordDocument, text: str) -> None:
    """At the foot of every page: words, then 第 X 页，共 Y 页."""
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    styled(paragraph.add_run(f"{text}　　第 "), size=8, quiet=True)
    _number(paragraph, "PAGE")
    styled(paragraph.add_run(" 页，共 "), size=8, quiet=True)
    _number(paragraph, "NUMPAGES")
    styled(paragraph.add_run(" 页"), size=8, quiet=True)


def _number(paragraph: Paragraph, name: str) -> None:
    for kind in ("begin", "", "separate", "1", "end"):
        run = styled(paragraph.add_run(), size=8, quiet=True)
        if kind == "":
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = f" {name} "
            run._r.append(code)
        elif kind == "1":
            run.text = "1"
        else:
            run._r.append(_element("w:fldChar", fldCharType=kind))


def _fonts(properties: Any) -> None:
    fonts = properties.get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{name}"), FONT)


def _language(document: WordDocument) -> None:
    """Chinese, so that no Japanese shapes of characters are taken where the font is missing."""
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "zh-CN")
        language.set(qn("w:eastAsia"), "zh-CN")


def _flag(name: str) -> Any:
    return _element(name, val="1")


def _element(tag: str, **values: str) -> Any:
    element = OxmlElement(tag)
    for name, value in values.items():
        element.set(qn(f"w:{name}"), value)
    return element
