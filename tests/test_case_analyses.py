"""The case analyses of the training document: what each says of its calls, our summary says too.

The document itself is not part of the repository; without it the dialogues told in it are skipped.
Points that a transcript cannot show stand in docs/situations.md.
"""

from __future__ import annotations

import pytest

from qa_nlp.inspector import Inspector
from qa_nlp.read import open_calls
from qa_nlp.records import Call, Verdict
from qa_nlp.rulebook.book import Rulebook
from tests.conftest import ROOT, make_call

DOCUMENT = ROOT.parent / "shared" / "seeds" / "典型案例分析.txt"
GOOD, BAD = True, False
# Place of the call in the document, dimension, well or badly done, step or fault code.
POINTS = [
    (0, "语言能力", GOOD, "greet"),
    (0, "语言能力", GOOD, "close"),
    (0, "判断能力", GOOD, "guide_self_check"),
    (0, "主动能力", GOOD, "empathize"),
    (1, "语言能力", GOOD, "greet"),
    (1, "语言能力", GOOD, "close"),
    (1, "主动能力", GOOD, "dispatch"),
    (2, "业务能力", BAD, "advise_electrician"),
    (3, "业务能力", BAD, "advise_electrician"),
    (3, "业务能力", BAD, "explain_paid_service"),
    (3, "主动能力", BAD, "evasion"),
    (4, "语言能力", GOOD, "greet"),
    (4, "语言能力", GOOD, "close"),
    (4, "判断能力", GOOD, "ask_detail"),
    (4, "判断能力", GOOD, "check_arrears"),
    (4, "业务能力", GOOD, "verify_account"),
    (4, "主动能力", GOOD, "promise_follow_up"),
    (4, "主动能力", GOOD, "empathize"),
    (5, "语言能力", GOOD, "close"),
    (5, "主动能力", GOOD, "dispatch"),
]
# Cases that the document only tells, as dialogues made up after them.
TOLD_WELL = """
座：您好，请问有什么可以帮您？
客：我要投诉，扣了我一块钱违约金，可我回家一看，电表上的数比你们抄的还小，这是欺诈，要赔我一百块
座：您先别着急，给您添麻烦了，我马上为您核实。请报一下户号，再念一下电表上的止码。
客：户号尾号0417，表上是15200
座：请您稍等。
座：让您久等了，系统里的止码是152280，和您表上的对不上，是我们抄表员抄错了，非常抱歉。违约金会退还给您，多抄的电量您可以选退款或者抵下期，我们也会严肃处理。
客：那一百块呢
座：按照相关法律规定，存在欺诈行为才能要求加倍返还，这次是抄错，不属于欺诈，所以这一百元没有依据，请您谅解。一个工作日内会有专人联系您，打这个电话可以吗？
客：行吧，你说得也有道理
座：感谢您的理解，请问还有其他可以帮您的吗？感谢您的来电，再见。
"""
TOLD_BADLY = """
座：您好，请问有什么可以帮您？
客：上个月换了新电表以后，用电量明显多了，我怀疑电表不准
座：如怀疑电表不准，可以申请校验。
客：哦，那我就拆下来拿去
座：可以的，感谢您的来电，再见。
"""
TOLD = [
    (TOLD_WELL, "语言能力", GOOD, "greet"),
    (TOLD_WELL, "语言能力", GOOD, "close"),
    (TOLD_WELL, "语言能力", GOOD, "apologize"),
    (TOLD_WELL, "业务能力", GOOD, "check_meter_reading"),
    (TOLD_WELL, "业务能力", GOOD, "cite_basis"),
    (TOLD_WELL, "主动能力", GOOD, "empathize"),
    (TOLD_BADLY, "语言能力", GOOD, "greet"),
    (TOLD_BADLY, "业务能力", BAD, "explain_possible_cause"),
    (TOLD_BADLY, "业务能力", BAD, "state_materials"),
]


@pytest.fixture(scope="session")
def verdicts(inspector: Inspector) -> list[Verdict]:
    if not DOCUMENT.is_file():
        pytest.skip("the training document is not here")
    calls = [item for item in open_calls([DOCUMENT], None) if isinstance(item, Call)]
    return inspector.inspect(calls)


def test_every_dialogue_is_read(verdicts: list[Verdict]) -> None:
    assert [v.turns for v in verdicts] == [9, 9, 13, 9, 11, 3]
    assert [v.direction for v in verdicts][-1] == "outbound"


@pytest.mark.parametrize(("place", "dimension", "well", "name"), POINTS)
def test_the_points_of_the_case_analyses(
    place: int, dimension: str, well: bool, name: str, verdicts: list[Verdict], book: Rulebook
) -> None:
    assert_said(verdicts[place], dimension, well, name, book)


@pytest.mark.parametrize(("text", "dimension", "well", "name"), TOLD)
def test_the_points_of_cases_that_are_only_told(
    text: str, dimension: str, well: bool, name: str, inspector: Inspector, book: Rulebook
) -> None:
    assert_said(inspector.inspect([make_call(text)])[0], dimension, well, name, book)


@pytest.mark.parametrize("place", range(6))
def test_no_case_is_blamed_for_a_red_line(place: int, verdicts: list[Verdict]) -> None:
    """The document finds none."""
    assert verdicts[place].veto is None


def assert_said(verdict: Verdict, dimension: str, well: bool, name: str, book: Rulebook) -> None:
    """The summary's line of a dimension praises or blames a step or fault, and the verdict holds it."""
    line = next((line for line in verdict.summary.splitlines() if line.startswith(dimension)), "")
    praise = "；".join(part for part in line.partition("：")[2].split("；") if part.startswith("做到了"))
    called = book.steps[name].name.split("(")[0] if name in book.steps else book.codes[name].name
    if name in book.steps:
        wanted = "pass" if well else "violation"
        assert wanted in {s.verdict for s in verdict.steps if s.step == name}, verdict.summary
    else:
        assert any(f.code == name and f.status == "confirmed" for f in verdict.findings), verdict.summary
    assert (called in praise) if well else (called in line and called not in praise), verdict.summary
