"""An accusation that rests on a cut sentence is taken back; one that does not, stays."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from msgspec.structs import replace

from qa_nlp.check.second_look import looked_again, to_look_again
from qa_nlp.inspector import Inspector
from qa_nlp.records import Checked, StepVerdict, Verdict
from qa_nlp.rulebook.book import Rulebook
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
        ("我查户号", ["门牌是，", "幸福路八号三零二，", "户名陈某某，", "是您家吧？"], "privacy"),
        ("我不识字，我交不了钱，咋办啊", ["没事的大娘，", "不识字也能交，", "您让邻居帮您扫一下。"], "contempt"),
        ("我去营业厅办行不行", ["门口车位不多，", "何必跑这一趟呢，", "您在手机上就能交。"], "rhetorical"),
        ("你加我微信", ["谢谢您的好意，", "这个我们不管，", "工作时间不能加微信。"], "evasion"),
        ("表抄错了", ["如果是抄错了，", "该退的一分不少退给您，"], "overpromise"),
    ],
)
def test_a_cut_sentence_accuses_nobody(customer: str, agent: list[str], code: str, inspector: Inspector) -> None:
    assert code not in accused(verdict(customer, agent, inspector))
    with patch("qa_nlp.check.to_look_again", return_value=[]):
        assert code in accused(verdict(customer, agent, inspector))


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
    # The quote stands where it was said, in a piece of the cut sentence.
    assert all(f.quote == agent[f.turn - 2][f.start : f.end] for f in found.findings if f.code == code)


PIECES = make_call("座：您好，\n座：请问是整个小区都停，\n座：还是就几栋，\n座：您看一下。\n客：就几栋")


@pytest.mark.parametrize(
    ("again", "verdict", "turn", "quote"),
    [
        (("pass", 0, "整个小区都停"), "pass", 1, "整个小区都停"),
        # Words on both sides of a cut are quoted as far as one piece has them.
        (("pass", 0, "您好，请问是整个"), "pass", 0, "您好，"),
        (("violation", None, ""), "violation", None, ""),
        (("insufficient", None, ""), "insufficient", None, ""),
        (None, "insufficient", None, ""),
    ],
)
def test_a_step_is_looked_for_in_a_call_in_pieces(
    again: tuple[str, int | None, str] | None, verdict: str, turn: int | None, quote: str, book: Rulebook
) -> None:
    missed = StepVerdict("ask_outage_scope", "必须", "violation", None, "", None, 0.9)
    first = Checked(steps=(missed,))
    joined = to_look_again(PIECES, first, book)[0]
    second = (
        Checked()
        if again is None
        else Checked(steps=(replace(missed, verdict=again[0], turn=again[1], quote=again[2]),))
    )
    (found,) = looked_again(PIECES, first, joined, second, book).steps
    assert (found.verdict, found.turn, found.quote, found.need) == (verdict, turn, quote, "必须")
    assert not found.quote or found.quote in PIECES.turns[found.turn or 0].text


def test_a_step_left_out_is_not_looked_for_where_little_was_cut(book: Rulebook) -> None:
    missed = Checked(steps=(StepVerdict("greet", "必须", "violation", None, "", None, 0.9),))
    assert to_look_again(make_call("座：您好，\n座：请讲\n客：没电\n座：在哪\n客：家里"), missed, book) == []


def test_a_listener_is_not_cold(inspector: Inspector) -> None:
    call = make_call(
        OPENING.format(customer="我家从昨天晚上开始") + "座：嗯\n客：就一直没电，邻居都有\n座：嗯\n" + REST
    )
    assert not accused(inspector.inspect([call])[0]) & {"cold", "repeat_question"}
