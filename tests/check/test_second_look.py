"""An accusation that rests on a cut sentence is taken back; one that does not, stays."""

from __future__ import annotations

import pytest

from qa_nlp.inspector import Inspector
from qa_nlp.records import Verdict
from tests.conftest import make_call

OPENING = "座：您好，95598，请问有什么可以帮您？\n客：{customer}\n"
REST = "客：好的\n座：请问还有其他需要吗\n客：没有了\n座：感谢您的来电，再见。"


def verdict(customer: str, agent: list[str], inspector: Inspector) -> Verdict:
    lines = "".join(f"座：{part}\n" for part in agent)
    return inspector.inspect([make_call(OPENING.format(customer=customer) + lines + REST)])[0]


def accused(found: Verdict) -> set[str]:
    return {f.code for f in found.findings if f.status == "confirmed" and f.points}


@pytest.mark.parametrize(
    ("customer", "agent", "code"),
    [
        ("二六零二零一一八", ["二六零二零一一八，", "户主姓荆，", "对吗？"], "privacy"),
        ("他说你爱找谁找谁", ["听到“你爱找谁找谁”这样的话谁都会不舒服，", "我向您郑重道歉。"], "provoke"),
        ("请你吃饭", ["谢谢您的好意，", "这个不在我们服务范围里，", "不好意思。"], "evasion"),
        ("表抄错了", ["如果是抄错了，", "该退的一分不少退给您，"], "overpromise"),
    ],
)
def test_a_cut_sentence_accuses_nobody(customer: str, agent: list[str], code: str, inspector: Inspector) -> None:
    assert code not in accused(verdict(customer, agent, inspector))


@pytest.mark.parametrize(
    ("agent", "code"),
    [
        (["谁让您不早点交电费的，", "现在知道急了。"], "blame"),
        (["那你去投诉好了，", "我等着。"], "provoke"),
    ],
)
def test_a_fault_stays_one_however_it_is_cut(agent: list[str], code: str, inspector: Inspector) -> None:
    found = verdict("怎么把我家电停了", agent, inspector)
    assert code in accused(found)
    for finding in found.findings:
        assert finding.quote in "".join(agent) + OPENING + REST or finding.turn != 2


def test_a_listener_is_not_cold(inspector: Inspector) -> None:
    call = make_call(
        OPENING.format(customer="我家从昨天晚上开始") + "座：嗯\n客：就一直没电，邻居都有\n座：嗯\n" + REST
    )
    assert not accused(inspector.inspect([call])[0]) & {"cold", "repeat_question"}
