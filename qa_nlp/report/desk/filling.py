"""Fills a Word template, in a sandbox and with everything escaped; a mistake in it is told in Chinese with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from io import BytesIO
from pathlib import Path
from typing import Any

from docx.oxml.ns import qn
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined, TemplateError, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from qa_nlp.errors import Problem, UsageError
from qa_nlp.report.desk.word import clean, to_bytes

HELP = "字段名见 docs/reports.md 的“Word 周报”一节；改好模板再运行"
_UNDEFINED = re.compile(r"'([^']+)' is undefined|has no attribute '([^']+)'|has no element '?([^']+)'?")
_UNSAFE = re.compile(r"attribute '([^']+)'|\.(\w+)\(")
MISTAKES = (
    (r"Unexpected end of template", "有一个 for 或 if 没有写结束标记", "补上 {{%tr endfor %}}、{{%p endif %}} 等结束标记"),
    (r"unknown tag 'end(\w+)'", "结束标记 end{0} 前面没有对应的开头", "删去它，或补上开头的 {0}；for 和 endfor 要各占一行（一段）"),
    (r"unknown tag '([^']+)'", "不认识标记“{0}”", "可以用 for、if、else、endfor、endif"),
    (r"No filter named '([^']+)'", "没有“{0}”这种过滤", "去掉竖线和它后面的字"),
    (r"expected token '([^']+)', got '([^']+)'", "标记写得不对：该有“{0}”的地方是“{1}”", "检查大括号、百分号和引号是否成对、是否半角"),
    (r"unexpected (?:char )?'([^']+)'", "标记里不该有“{0}”", "检查大括号、百分号和引号是否成对、是否半角"),
)  # fmt: skip


class Picture:
    """A picture in a template; nothing of it but itself can be reached from there."""

    __slots__ = ("_image",)

    def __init__(self, image: InlineImage) -> None:
        self._image = image

    def __html__(self) -> str:
        """The drawing as WordprocessingML, with no air at its sides (LibreOffice adds some where nothing is said)."""
        air = 'distT="0" distB="0" distL="0" distR="0"'
        return str(self._image).replace("<wp:inline ", f"<wp:inline {air} ", 1)

    def __str__(self) -> str:
        return self.__html__()


class Template(DocxTemplate):  # type: ignore[misc]
    """A template whose properties are left alone: what is written replaces them."""

    def render_properties(self, context: dict[str, Any], jinja_env: Any = None) -> None:
        """Nothing to render."""


def fill_template(
    template: Path | BytesIO, fields: Callable[[Callable[[bytes, float, float], object]], dict[str, Any]]
) -> bytes:
    """The Word file that a template makes of fields.

    Args:
        template: a .docx with Jinja tags: its path, or what it holds.
        fields: makes the fields, given what turns a PNG and its size in mm into a picture.

    Raises:
        UsageError: the template cannot be opened, or has a mistake: what, where, and what to do.
    """
    word = _opened(template)
    drawn: dict[tuple[bytes, float, float], Picture] = {}

    def draw(png: bytes, width: float, height: float) -> Picture:
        key = (png, width, height)
        if key not in drawn:
            drawn[key] = Picture(InlineImage(word, BytesIO(png), Mm(width), Mm(height)))
        return drawn[key]

    context = clean(fields(draw))
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    try:
        _refuse_unknown(word, template, environment, context)
        word.render(context, environment, autoescape=True)
        return to_bytes(word.docx, str(context.get("标题", "")))
    except UsageError:
        raise
    except TemplateError as error:
        raise UsageError(_problem(error, template, context)) from None
    except Exception as error:  # docxtpl lets through whatever an expression or a damaged part raises
        raise UsageError(
            Problem("U047", str(template), f"模板里有一处算不出来（{_short(error)}）", f"只写字段名、for 和 if；{HELP}")
        ) from None


def _opened(path: Path | BytesIO) -> Template:
    try:
        word = Template(path)
        word.init_docx()
    except OSError as error:
        raise UsageError(
            Problem("U044", str(path), f"打不开模板：{error.strerror or error}", "请检查路径和权限")
        ) from None
    except Exception:  # python-docx raises KeyError, ValueError, BadZipFile, XMLSyntaxError … on what is no docx
        advice = "在 Word 或 WPS 里打开它，另存为不加密的 .docx 再用"
        raise UsageError(Problem("U045", str(path), "不是能用的 Word 模板（.docx）", advice)) from None
    return word


def _refuse_unknown(
    word: Template, path: Path | BytesIO, environment: ImmutableSandboxedEnvironment, context: dict[str, Any]
) -> None:
    """All fields that do not exist, at once."""
    try:
        unknown = word.get_undeclared_template_variables(environment, context) - set(environment.globals)
    except TemplateError:
        return  # The rendering meets it again, and then knows where.
    if unknown:
        raise UsageError([_unknown(name, path, context, word.docx) for name in sorted(unknown)])


def _problem(error: TemplateError, path: Path | BytesIO, context: dict[str, Any]) -> Problem:
    document, message = _opened(path).docx, str(error.message or error)
    if isinstance(error, SecurityError):
        found = _UNSAFE.search(message)
        place = _place(document, found[1]) if found else ""
        return Problem("U046", f"{path}{place}", "模板里有不许用的写法", f"只写字段名、for 和 if；{HELP}")
    if isinstance(error, UndefinedError):
        found = _UNDEFINED.search(message)
        if found:
            return _unknown(next(group for group in found.groups() if group), path, context, document)
    for pattern, text, advice in MISTAKES:
        if found := re.search(pattern, message):
            words = (sentence.format(*found.groups()) for sentence in (text, advice))
            return Problem("U046", f"{path}{_near(error)}", next(words), f"{next(words)}；{HELP}")
    return Problem("U046", f"{path}{_near(error)}", f"标记写得不对（{_short(error)}）", HELP)


def _unknown(name: str, path: Path | BytesIO, context: dict[str, Any], document: Any) -> Problem:
    near = get_close_matches(name, sorted(_names(context)), 3, 0.4)
    if name in near:
        return Problem(
            "U046", f"{path}{_place(document, name)}", f"这里的值没有“{name}”", f"检查 for 后面写的是不是清单；{HELP}"
        )
    hint = f"是不是“{'”“'.join(near)}”？" if near else ""
    return Problem("U046", f"{path}{_place(document, name)}", f"没有“{name}”这个字段", f"{hint}{HELP}")


def _names(value: Any) -> set[str]:
    """Every key anywhere in the fields."""
    if isinstance(value, dict):
        return set(value) | {name for item in value.values() for name in _names(item)}
    if isinstance(value, list):
        return {name for item in value[:1] for name in _names(item)}
    return set()


def _place(document: Any, name: str) -> str:
    """Where a name first stands within a tag: in which table and row, or which paragraph; "" if not found."""
    used = re.compile(r"\{[{%#][^{}]*" + re.escape(name))
    for where, text in _texts(document):
        if used.search(text):
            return f" {where}“{text.strip()[:40]}”"
    return ""


def _texts(document: Any) -> Iterator[tuple[str, str]]:
    """(where, text) of every paragraph and table row of the body, the header and the footer."""
    tables = paragraphs = 0
    for block in document.element.body:
        if block.tag == qn("w:tbl"):
            tables += 1
            for number, row in enumerate(block.iter(qn("w:tr")), 1):
                yield f"第 {tables} 个表第 {number} 行", _words([row])
        else:
            paragraphs += 1
            yield f"正文第 {paragraphs} 段", _words([block])
    for section in document.sections:
        yield "页眉", _words([section.header._element])
        yield "页脚", _words([section.footer._element])


def _words(elements: Iterable[Any]) -> str:
    return "".join(text.text or "" for element in elements for text in element.iter(qn("w:t")))


def _near(error: TemplateError) -> str:
    """The words around a mistake, where docxtpl tells them."""
    lines = [line.strip() for line in getattr(error, "docx_context", ())]
    tagged = [line for line in lines if "{%" in line or "{{" in line]
    shown = " ".join(tagged or [line for line in lines if line])
    return f" 在“{shown[:80]}”附近" if shown else ""


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__
