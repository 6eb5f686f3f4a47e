"""Template tags in Word: tables and lists that repeat for each item, charts of columns."""

from __future__ import annotations

from docx.document import Document as WordDocument
from docx.shared import Pt

from qa_nlp.report.desk.wordkit import WIDTH, fill, frame, put, say, table

SMALL = 8.5


def tag(document: WordDocument, text: str) -> None:
    """A paragraph that only holds a tag, such as ``if 有上期``, and vanishes when rendered."""
    document.add_paragraph(f"{{%p {text} %}}").paragraph_format.space_after = Pt(0)


def of(item: str, names: str) -> tuple[str, ...]:
    """Tags for the fields of an item: ``of("行", "名称 通数")``."""
    return tuple(f"{{{{ {item}.{name} }}}}" for name in names.split())


def note(document: WordDocument, text: str, after: float = 3, leads: bool = False) -> None:
    """A remark in small print; ``leads`` keeps it on the page of what follows."""
    paragraph = say(document, text, size=SMALL, quiet=True, after=after)
    paragraph.paragraph_format.keep_with_next = leads


def caption(document: WordDocument, text: str) -> None:
    """The name of what stands below it, on the same page."""
    say(document, text, size=9, bold=True, after=2).paragraph_format.keep_with_next = True


def loop(
    document: WordDocument, heads: tuple[str, ...], over: str, row: tuple[str, ...], widths: tuple[float, ...],
    right: str = "", size: float = 0, *, whole: bool = False,
) -> None:  # fmt: skip
    """A table with a row for each item; ``widths`` are shares of the page, ``whole`` keeps all of it on one page."""
    rest = ("",) * (len(row) - 1)
    rows = ((f"{{%tr for {over} %}}", *rest), row, ("{%tr endfor %}", *rest))
    scale = WIDTH / sum(widths)
    made = table(document, heads, rows, [width * scale for width in widths], right, size)
    # Only all or nothing: LibreOffice takes the first row's word for the whole table.
    for line in made.rows if whole else ():
        for cell in line.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True
    gap(document)


def columns(document: WordDocument, over: str, texts: tuple[str, ...]) -> None:
    """A chart of columns: for each item a cell a row, such as number, picture, name."""
    made = document.add_table(len(texts), 3)
    frame(made, [WIDTH / 3] * 3, lines=False)
    for row, text in zip(made.rows, texts, strict=True):
        for cell, words in zip(row.cells, (f"{{%tc for {over} %}}", text, "{%tc endfor %}"), strict=True):
            put(cell, words, size=7.5, centre=True).paragraph_format.keep_with_next = True
            # As many columns as there are items: the width of one is known only then.
            cell._tc.get_or_add_tcPr().remove(cell._tc.tcPr.tcW)
    gap(document)


def pairs(document: WordDocument, over: str, rows: tuple[tuple[str, str, str], ...]) -> None:
    """A table of names, words and their ground ("" for none), repeated for each item."""
    lines = [(f"{{%tr for {over} %}}", ""), *((name, words) for name, words, _ in rows), ("{%tr endfor %}", "")]
    made = table(document, (), lines, (30, WIDTH - 30))
    for row, (_, _, colour) in zip(made.rows[1:-1], rows, strict=True):
        row.cells[0].paragraphs[0].paragraph_format.keep_with_next = True
        if colour:
            fill(row.cells[1], colour)
    gap(document)


def listing(document: WordDocument, over: str) -> None:
    """Numbered sentences; ``over`` is such as ``句 in 建议``."""
    tag(document, f"for {over}")
    paragraph = say(document, f"{{{{ loop.index }}}}. {{{{ {over.split()[0]} }}}}", after=3)
    paragraph.paragraph_format.left_indent = Pt(16)
    paragraph.paragraph_format.first_line_indent = Pt(-16)
    tag(document, "endfor")


def gap(document: WordDocument) -> None:
    """A little air below a table; also keeps two tables from growing together."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after, paragraph.paragraph_format.line_spacing = Pt(0), Pt(6)
