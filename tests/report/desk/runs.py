"""Result folders for the tests of the Word report and the coaching sheet, and how a Word file reads."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn
from msgspec.structs import replace

from qa_nlp.records import Call, Skipped, Verdict
from qa_nlp.report.entry import Entry
from qa_nlp.report.pieces import Makers
from qa_nlp.report.writer import Writer
from qa_nlp.rulebook.book import Rulebook

Pairs = Iterable[tuple[Call, Verdict]]


def results(folder: Path, pairs: Pairs, book: Rulebook, skipped: tuple[Skipped, ...] = (), **run: object) -> Path:
    """A folder as ``score`` leaves it."""
    writer, makers = Writer(folder, book, ("csv", "jsonl")), Makers(book)
    for call, verdict in pairs:
        writer.add(Entry(call, verdict, makers))
    for item in skipped:
        writer.skip(item)
    writer.finish()
    details = {"profile": "power", "masked": True, "skipped": len(skipped)} | run
    (folder / "run.json").write_text(json.dumps(details), encoding="utf-8")
    return folder


def week(pairs: Pairs, first: int = 2, agents: int = 6) -> list[tuple[Call, Verdict]]:
    """The calls spread over a week of March 2026 (from the given day) and over agents of two teams."""
    made = []
    for number, (call, verdict) in enumerate(pairs):
        agent = number % agents
        at = f"2026-03-{first + number % 7:02d}T09:00:00+08:00"
        team = "一班" if agent % 2 else "二班"
        made.append((call, replace(verdict, agent_id=f"A{agent:02d}", team=team, started_at=at)))
    return made


def words(path: Path | bytes) -> str:
    """All text of a Word file's body, a line a paragraph, tables included."""
    document = Document(BytesIO(path) if isinstance(path, bytes) else str(path))
    lines = document.element.body.iter(qn("w:p"))
    return "\n".join("".join(text.text or "" for text in line.iter(qn("w:t"))) for line in lines)


def rendered(path: Path) -> tuple[str, list[Path]]:
    """The text and the pages (PNG) that LibreOffice makes of a Word file; skips where there is none."""
    pdf = _pdf(path)
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True).stdout.decode("utf-8")
    subprocess.run(["pdftoppm", "-r", "60", "-png", pdf, path.with_suffix("")], check=True)
    return text, sorted(path.parent.glob(f"{path.stem}-*.png"))


@cache
def _pdf(path: Path) -> Path:
    for tool in ("soffice", "pdftoppm", "pdftotext"):
        if shutil.which(tool) is None:
            pytest.skip(f"no {tool} on this machine (libreoffice-writer-nogui, poppler-utils)")
    profile = f"-env:UserInstallation={(path.parent / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(path.parent), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    pdf = path.with_suffix(".pdf")
    if not pdf.exists() and "could not be loaded" in done.stderr + done.stdout:
        pytest.skip("LibreOffice is here without Writer (libreoffice-writer-nogui)")
    assert pdf.exists(), done.stderr
    return pdf
