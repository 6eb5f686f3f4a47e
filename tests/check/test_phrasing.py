"""Rule and model together: who speaks first, what is doubted, what is only mentioned."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from qa_nlp.check.by_model import Told
from qa_nlp.check.phrasing import is_mention, is_quoted, phrasing_findings
from qa_nlp.model.store import Model
from qa_nlp.records import Label, RunnerUp
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.rule import Place
from qa_nlp.rulebook.sheet import Row
from qa_nlp.text.fold import fold
from tests.check.helpers import evidence_of
from tests.conftest import make_call


def statuses(
    text: str, book: Rulebook, model: Model, scores: dict[tuple[int, str], float] | None = None
) -> dict[str, str]:
    findings = phrasing_findings(evidence_of(make_call(text), book, model, scores), book)
    return {finding.code: finding.status for finding in findings}


def test_a_rule_hit_is_confirmed(book: Rulebook, model: Model) -> None:
    assert statuses("座：谁让您不早点交电费", book, model).get("blame") == "confirmed"


def test_the_customer_is_never_accused(book: Rulebook, model: Model) -> None:
    assert statuses("客：谁让你们停电的，你们不归我管", book, model) == {}


def test_a_known_rule_that_the_model_doubts_costs_nothing(book: Rulebook, model: Model) -> None:
    found = statuses("座：谁让您不早点交电费", book, model, {(0, "blame"): 0.001})
    assert found.get("blame") == "suspected"


@pytest.mark.parametrize(("probability", "status"), [(0.95, "confirmed"), (0.45, "suspected"), (0.1, None)])
def test_the_model_alone_by_its_confidence(
    probability: float, status: str | None, book: Rulebook, model: Model
) -> None:
    found = statuses("座：那您看着办吧我这边就这样了", book, model, {(0, "evasion"): probability})
    assert found.get("evasion") == status


def test_numbers_are_not_felt(book: Rulebook, model: Model) -> None:
    assert "wrong_limit" not in statuses("座：师傅很快就到", book, model, {(0, "wrong_limit"): 0.99})


@pytest.mark.parametrize(
    ("text", "quoted"),
    [("他说“谁让你不交”我很抱歉", True), ("谁让你不交", False), ("“您好”，谁让你不交", False)],
)
def test_quotation_marks(text: str, quoted: bool) -> None:
    start = text.index("谁让你")
    assert is_quoted(text, start, start + 3) is quoted


@pytest.mark.parametrize(
    ("before", "mention"),
    [("您刚才说", True), ("师傅是不是跟您说", True), ("客户说的是", True), ("我说", False), ("", False)],
)
def test_reported_speech(before: str, mention: bool) -> None:
    text = fold(before + "不归我们管")
    assert is_mention(text, 0, len(fold(before))) is mention


def test_every_quote_is_the_raw_text(book: Rulebook, model: Model) -> None:
    call = make_call("座：這不　歸我們管，誰讓您不早點交電費")
    for finding in phrasing_findings(evidence_of(call, book, model), book):
        assert call.turns[finding.turn].text[finding.start : finding.end] == finding.quote


def test_a_sentence_that_an_appeal_cleared_is_suppressed(book: Rulebook, model: Model) -> None:
    place = Place("common/cases.csv", 2)
    cells = {
        "编号": "APL-001",
        "对话": "座：谁让您不早点交电费",
        "代码": "blame",
        "应该": "不命中",
        "理由": "",
        "日期": "",
    }
    appealed = replace(book, tables=dict(book.tables) | {"cases": (Row(cells, place),)})
    assert statuses("座：谁让您不早点交电费", appealed, model).get("blame") == "suppressed"
    assert statuses("座：谁让您不早交电费", appealed, model).get("blame") == "confirmed"


SURE = Label("repair", "repair.outage_single", 0.99)
UNSURE = Label("consult", "consult.bill", 0.4, RunnerUp("repair.outage_single", 0.3), needs_review=True)


@pytest.mark.parametrize(
    ("subtypes", "label", "wanted"),
    [
        ((), SURE, "confirmed"),
        (("repair.*",), SURE, "confirmed"),
        (("consult.bill", "repair.outage_single"), SURE, "confirmed"),
        (("complaint.*",), SURE, None),
        (("repair.*",), UNSURE, "suspected"),
        (("complaint.*",), UNSURE, None),
        (("complaint.*",), None, "confirmed"),
    ],
)
def test_a_rule_for_certain_subtypes(
    subtypes: tuple[str, ...], label: Label | None, wanted: str | None, book: Rulebook, model: Model
) -> None:
    evidence = evidence_of(make_call("座：谁让您不早点交电费"), book, model)
    hits = tuple(msgspec.structs.replace(hit, rule=replace(hit.rule, subtypes=subtypes)) for hit in evidence.hits)
    findings = phrasing_findings(replace(evidence, hits=hits), book, Told(np.zeros(0), [], []), label)
    assert {finding.code: finding.status for finding in findings}.get("blame") == wanted


def test_a_cleared_finding_does_not_shadow_another(book: Rulebook, model: Model) -> None:
    """The same words, two codes: the stronger one is cleared by an appeal, so the other one counts."""
    text, scores = "座：您怎么不早说", {(0, "blame"): 0.29, (0, "rhetorical"): 0.25}
    assert statuses(text, book, model, scores) == {"blame": "confirmed", "rhetorical": "suspected"}
    cells = {"编号": "APL-001", "对话": text, "代码": "blame", "应该": "不命中", "理由": "", "日期": ""}
    case = Row(cells, Place("common/cases.csv", 2))
    appealed = replace(book, tables=dict(book.tables) | {"cases": (case,)})
    assert statuses(text, appealed, model, scores) == {"blame": "suppressed", "rhetorical": "confirmed"}


@pytest.mark.parametrize(
    ("text", "code", "status"),
    [
        ("座：为了您的安全，请您必须先断开总开关", "command", "suspected"),
        ("座：您马上把表号报过来", "command", "confirmed"),
        ("座：能，一定保密，您放心", "overpromise", "suspected"),
        ("座：能，一定给您赔，您放心", "overpromise", "confirmed"),
        ("座：她要是说“你自己不会看墙上吗”，这不对", "rhetorical", "suspected"),
        ("座：墙上写着呢，你自己不会看墙上吗", "rhetorical", "confirmed"),
        ("客：我家从昨天\n座：嗯\n客：就没电", "cold", "suspected"),
        ("客：你们管不管？\n座：嗯\n客：到底管不管", "cold", "confirmed"),
        ("客：他还讲这个电不归我，你找物业\n座：他原话是不归他，叫您找物业，他姓什么", "evasion", "suspected"),
        ("客：她讲你连字都不会签，还办什么\n座：还说连字都不会签，这话是她讲的对吧", "contempt", "suspected"),
        ("客：她讲你连字都不会签，还办什么\n座：连字都不会签，确实办不了", "contempt", "confirmed"),
        ("客：他让我找物业\n座：我说了，这个您找物业去", "evasion", "confirmed"),
        ("客：想找人聊天\n座：后面还有人等着报修，聊天我就陪不了啦", "impatience", "suspected"),
        ("客：这是不是你们弄的\n座：我们只管接进来算钱，不推销", "evasion", "suspected"),
        ("客：尾号9054，我叫时某某\n座：看着了，时某某的", "privacy", "suspected"),
        ("客：尾号9054\n座：看着了，时某某的", "privacy", "confirmed"),
        ("客：我要王师傅的手机\n座：王师傅的手机", "privacy", "confirmed"),
        ("客：我怕抄错了\n座：错不了。还问不", "refusal", "suspected"),
        ("客：能不能改\n座：改不了", "refusal", "confirmed"),
        ("客：我在你们营业厅，一个人没有\n座：是哪个营业厅呀", "repeat_question", "suspected"),
        ("客：我在城关营业厅，一个人没有\n座：是哪个营业厅呀", "repeat_question", "confirmed"),
        ("客：都没有，黑了\n座：几点没的", "repeat_question", "suspected"),
        ("客：八点钟就黑了\n座：几点没的", "repeat_question", "confirmed"),
        ("客：行，我等\n座：嗯", "cold", "suspected"),
        ("客：你们管不管？\n座：嗯", "cold", "confirmed"),
        ("座：按力调系数算，说白了就是用电效率", "jargon", "suspected"),
        ("客：插上就能用，卖铛子的说的\n座：卖铛子的还能说插不上", "rhetorical", "confirmed"),
        ("客：柜台那个说不用管，自动来\n座：谁说不用管您找谁去", "evasion", "confirmed"),
        ("客：电费怎么多了\n座：您那里功率因数偏低", "jargon", "confirmed"),
    ],
)
def test_what_the_words_around_refute(text: str, code: str, status: str, book: Rulebook, model: Model) -> None:
    """However sure the model is of the turn by itself."""
    call = make_call(text)
    turn = next(nth for nth, said in enumerate(call.turns) if said.role == "agent")
    found = phrasing_findings(evidence_of(call, book, model, {(turn, code): 0.95}), book)
    assert [f.status for f in found if f.code == code] == [status]


def test_retold_words_are_doubted_however_sure_the_model_is(book: Rulebook, model: Model) -> None:
    call = make_call("客：他还讲这个电不归我，你找物业\n座：他原话是不归他，叫您找物业，他姓什么")
    for chance in (0.7, 0.95):
        found = phrasing_findings(evidence_of(call, book, model, {(1, "evasion"): chance}), book)
        assert [f.status for f in found if f.code == "evasion"] == ["suspected"], chance


@pytest.mark.parametrize(("chance", "status"), [(0.67, "suspected"), (0.95, "confirmed")])
def test_who_explains_property_sends_nobody_away(chance: float, status: str, book: Rulebook, model: Model) -> None:
    call = make_call("座：那您可以找个有证的电工看看，家里面的线路我们不负责维修的")
    found = phrasing_findings(evidence_of(call, book, model, {(0, "evasion"): chance}), book)
    assert [f.status for f in found if f.code == "evasion" and f.match == "model"] == [status]


def test_of_two_faults_in_the_same_words_one_is_charged(book: Rulebook, model: Model) -> None:
    call = make_call("座：谁让您不早点交电费")
    evidence = evidence_of(call, book, model, {(0, "blame"): 0.9, (0, "rhetorical"): 0.95})
    found = [f for f in phrasing_findings(evidence, book) if f.status == "confirmed"]
    assert {f.code for f in found} == {"blame", "rhetorical"}
    assert sorted(f.points for f in found) == [0.0, 5.0]
    assert "同一句话已按" in next(f.message for f in found if not f.points)
