"""Situations: right and wrong answers, no chance to answer, events, metadata."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa_nlp.check.conduct import conduct_findings
from qa_nlp.check.situations import judge_call, situation_verdicts
from qa_nlp.check.steps import done_steps, step_verdicts
from qa_nlp.errors import Problem
from qa_nlp.model.store import Model
from qa_nlp.records import Call, Label, RunnerUp, StepVerdict, Turn
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.load import load_book
from qa_nlp.rulebook.rule import Place
from qa_nlp.rulebook.selftest_situations import DialogueOutcome, dialogue_call, run_dialogues
from qa_nlp.rulebook.sheet import Row
from qa_nlp.rulebook.situations import read_dialogues, read_situations
from tests.check.helpers import by_rules_alone

WANTED = {"合格": "pass", "违规": "violation"}
PARAPHRASES = (Path(__file__).with_name("situations.txt")).read_text(encoding="utf-8").splitlines()
ROLES = {"客": "customer", "座": "agent", "系统": "system"}


def home_of(situation: str) -> str:
    """The profile a situation belongs to."""
    return "telecom" if situation[0] == "T" else "hotline" if situation in ("H10", "H14") else "power"


def judged(situation: str, text: str, **fields: object) -> StepVerdict | None:
    """The verdict of one situation on ``座：…/客：…`` lines, in its own profile."""
    turns = tuple(Turn(ROLES[who], words) for who, _, words in (line.partition("：") for line in text.split("/")))
    call = Call("T", turns, **fields)  # type: ignore[arg-type]
    verdicts = {v.step: v for v in judge_call(call, load_book(home_of(situation)))}
    return verdicts.get(situation)


def verdict_of(situation: str, text: str, **fields: object) -> str:
    found = judged(situation, text, **fields)
    return found.verdict if found else ""


def shipped(profile: str) -> list[DialogueOutcome]:
    return list(run_dialogues(load_book(profile), judge_call))


@pytest.mark.parametrize("profile", ["power", "hotline", "telecom"])
def test_every_shipped_dialogue_gets_its_verdict(profile: str) -> None:
    assert [str(outcome) for outcome in shipped(profile) if not outcome.passed] == []


@pytest.mark.parametrize("line", PARAPHRASES)
def test_answers_in_other_words(line: str) -> None:
    situation, wanted, text = line.split("|", 2)
    (dialogue,) = read_dialogues(text.replace("/", "\n"), situation, "应合格对话")
    verdicts = {v.step: v.verdict for v in judge_call(dialogue_call(dialogue), load_book(home_of(situation)))}
    assert verdicts.get(situation) == WANTED[wanted]


@pytest.mark.parametrize(
    ("situation", "text", "wanted"),
    [
        ("H26", "客：对不起啊，我刚才太冲了", "insufficient"),
        ("H26", "座：您好/客：真不好意思/系统：[座席挂机]", "violation"),
        ("H21", "客：查电费/座：请您稍等", "insufficient"),
        ("H01", "座：您好/客：报修", "insufficient"),
        ("H04", "座：您好，请问需要什么帮助/系统：[静音 5秒]", "insufficient"),
        ("H04", "座：您好，请问需要什么帮助/系统：[静音 5秒]/客：喂，我报修/座：请讲", ""),
        ("H04", "座：您好，请问需要什么帮助/系统：[静音 5秒]/座：请问有人吗/系统：[客户挂机]", "insufficient"),
        ("H34", "客：谢谢/座：再见/系统：[静音 2秒]", ""),
        ("H30", "客：谢谢，那我再问一下，怎么交费/座：网上交", ""),
        ("H26", "客：我要他给我道歉/座：已经记录", ""),
        ("T57", "客：我家网怎么断了/座：正在查", ""),
        # Nobody is there to repeat anything; a voice that is not understood is.
        ("H11", "座：您好请讲/系统：[静音 5秒]/座：没听清，请讲/系统：[静音 5秒]/座：您的电话没有声音，请换一部电话，再见", ""),
        ("H11", "座：喂，说什么/客：我报修/座：请讲", ""),
        ("H11", "座：您好/客：（含糊）我家那个/座：什么？", "violation"),
        ("T31", "座：您好/客：……/座：没听清/客：……", ""),
        # The agent dialled wrongly.
        ("H13", "座：您好，请问是王先生吗？/客：不是，你打错了/座：对不起，打错了，打扰您了", ""),
        ("H13", "座：您好/客：你打错了吧/座：没有打错", ""),
        ("H13", "座：您好，请问有什么可以帮您/客：哦，我打错了/座：看清楚再拨！", "violation"),
        ("H13", "座：您好，这里是供电公司/客：哦，打错了/座：嗯", "violation"),
        # Urged on while taking leave: the repair, not the agent.
        ("H17", "座：已经帮您登记了/客：好，那你快点，再见/座：感谢来电，再见", ""),
        ("H17", "座：您稍等/客：你快点行不行/座：嗯", "violation"),
        # What was asked is understood, and what is not the agent's to decide is no open question.
        ("H31", "客：是卡换了/座：您看还有不清楚的没得？/客：没得/座：谢谢您打过来", ""),
        ("H31", "客：补贴还有吗/座：这个我不清楚。/客：那算了/座：再见", "violation"),
        # The thanks of the closing are no apology; the hold was thanked for.
        ("H31", "客：补贴还有吗/座：这个我不清楚，您留个电话，查了联系您/客：好/座：好的/客：行/座：感谢来电，再见", "insufficient"),
        ("H31", "客：能补吗/座：这个我拿不准，我问问组长/客：问吧/座：感谢您没挂，可以补，户号给我，我联系您", "pass"),
        ("H04", "座：您好/系统：[静音 5秒]/座：您好，听不到您说话，听得到吗/系统：[静音 5秒]/座：对不起，没有声音，再见", "pass"),
        ("H04", "座：您好/系统：[静音 5秒]/座：喂，你说话呀/系统：[静音 5秒]/座：没有声音，再见", "violation"),
    ],
)  # fmt: skip
def test_no_accusation_without_a_chance_or_a_trigger(situation: str, text: str, wanted: str) -> None:
    assert verdict_of(situation, text) == wanted


@pytest.mark.parametrize(
    ("said", "arises"),
    [
        ("要带三样东西，第一身份证原件第二房产证第三近三个月的电费单，都到营业厅交给窗口的人", True),
        ("要带三样东西，第一，身份证原件，第二，房产证，第三，近三个月的电费单，交到营业厅", True),
        ("您第一次是周一打来的，第二次是周三，第三次是今天，三次我们都登记了，正在催", False),
        ("第一档每月二百一十度以内，第二档到四百度，第三档是四百度以上，按年算的，不用担心", False),
    ],
)
def test_a_counted_list_is_long(said: str, arises: bool) -> None:
    assert bool(verdict_of("H12", f"客：怎么办/座：{said}")) == arises


def test_metadata_trigger() -> None:
    late = {"ring_seconds": 25}
    assert verdict_of("H15", "座：您好，让您久等了，请讲/客：报修", meta=late) == "pass"
    assert verdict_of("H15", "座：您好，请讲/客：报修", meta=late) == "violation"
    assert verdict_of("H15", "座：您好，请讲/客：报修", meta={"ring_seconds": 5}) == ""


def test_segment_of_the_customer_by_metadata() -> None:
    text = "客：网怎么断了，什么原因/座：由于线路原因，我们正在排查，影响您的生活，深表歉意"
    assert verdict_of("T63", text, meta={"customer_type": "家庭"}) == "pass"
    assert verdict_of("T57", text, meta={"customer_type": "政企"}) == "violation"
    assert verdict_of("T57", text, meta={"customer_type": "家庭"}) == ""


def test_a_short_look_up_is_no_wait() -> None:
    turns = (Turn("agent", "请您稍等", 0.0, 2.0), Turn("customer", "好", 2.2, 2.6), Turn("agent", "五十元", 3.0, 4.0))
    verdicts = {v.step: v.verdict for v in judge_call(Call("T", turns), load_book("power"))}
    assert verdicts["H21"] == "insufficient"


def test_a_forbidden_phrase_is_quoted_from_its_turn() -> None:
    found = judged("H17", "客：你怎么这么慢/座：不好意思，我是新手啦！")
    assert found is not None
    assert (found.need, found.verdict, found.turn, found.quote) == ("情景", "violation", 1, "新手")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("客：好的，谢谢/座：请问还有什么可以帮您？/系统：[静音 5秒]/座：对不起，我挂线了。", "pass"),
        ("客：好的，谢谢/座：感谢来电，再见/系统：[静音 5秒]/座：请问还有什么可以帮您？/系统：[静音 5秒]/座：对不起，我挂线了。", "pass"),
        # The silences stand at the turns 7 and 9 of the call.
        (
            "座：您好/客：没电/座：地址/客：五号/座：派了/客：好的，谢谢/座：感谢来电，再见/系统：[静音 5秒]"
            "/座：请问还有什么可以帮您？/系统：[静音 5秒]/座：对不起，我挂线了。",
            "pass",
        ),
        # Asked before the customer's last words: that is not asked again.
        ("座：请问还有什么可以帮您？/客：没有了/座：再见/系统：[静音 5秒]/座：我挂线了。", "violation"),
        ("客：好的，谢谢/座：请问还有什么可以帮您？/系统：[静音 5秒]", "insufficient"),
        ("客：好的，谢谢/座：请问还有什么可以帮您？/系统：[静音 5秒]/系统：[座席挂机]", "violation"),
        ("客：好的，谢谢/座：感谢来电，再见/系统：[静音 5秒]", "insufficient"),
    ],
)  # fmt: skip
def test_a_line_that_is_still_open(text: str, wanted: str) -> None:
    assert verdict_of("H34", text) == wanted


def test_we_dialled_wrongly_ourselves() -> None:
    text = "座：您好，供电公司回访/客：打错电话了/座：不好意思，号码拨错了"
    assert verdict_of("H13", text, direction="outbound") == ""
    assert verdict_of("H13", text.replace("供电公司回访", "请讲"), direction="inbound") == "violation"


def test_who_was_told_already_where_he_is_needs_no_second_telling() -> None:
    told = "座：您好/客：煤气打不着火/座：先生，这里是供电服务热线，煤气请拨燃气公司的电话。/客：哦，打错了"
    assert verdict_of("H13", f"{told}/座：没关系，再见") == "pass"
    assert verdict_of("H13", f"{told}/座：再见") == "insufficient"
    assert verdict_of("H13", f"{told}/座：看清楚再打！") == "violation"


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ("好啊，几点？", "violation"),
        ("好啊，谢谢，几点见？", "violation"),
        ("谢谢您，可以啊，去哪里吃", "violation"),
        ("谢谢，行啊，我下班有空", "violation"),
        ("谢谢，那我们不见不散", "violation"),
        ("好的，谢谢您的好意，公司有规定，我不能接受", "pass"),
        ("好啊，心意我领了，不过规定不允许，谢谢您", "pass"),
        ("谢谢您，您的户号是几号，我们几点停的电都登记了，期待再次为您服务", "insufficient"),
    ],
)
def test_an_invitation_is_not_accepted(answer: str, wanted: str) -> None:
    assert verdict_of("H28", f"客：你服务真好，下班请你吃个饭吧/座：{answer}") == wanted


def test_a_pass_names_nothing_missing() -> None:
    found = judged("H23", "客：你叫什么名字/座：对不起，不方便说")
    assert found is not None
    assert (found.verdict, found.quote, found.evidence) == ("pass", "对不起", "H23 有：致歉或说明规定")


def test_what_is_missing_is_named() -> None:
    found = judged("H24", "客：我提个建议/座：哦，知道了。")
    assert found is not None
    assert found.evidence == "H24 第1句之后缺：感谢、说明将反馈"


def test_traditional_characters_are_read_alike() -> None:
    assert verdict_of("H24", "客：我提個建議/座：謝謝您寶貴的建議，我們會及時反饋給相關部門") == "pass"


def test_verdicts_come_in_the_order_of_the_sheet() -> None:
    text = "座：您好，请问有什么可以帮您/客：谢谢你啊/座：不客气/客：没了，再见/座：感谢来电，再见"
    turns = tuple(Turn(ROLES[line[0]], line[2:]) for line in text.split("/"))
    steps = [v.step for v in judge_call(Call("T", turns), load_book("power"))]
    assert steps == sorted(steps)
    assert "H01" in steps


SETTLED = Label("repair", "repair.outage_single", 0.99)
DOUBTFUL = Label("repair", "repair.outage_single", 0.4, RunnerUp("consult.bill", 0.3), needs_review=True)
POLITE = "座：您好，请问有什么可以帮您/客：没电/座：我查一下/客：好/座：还有其他可以帮您的吗/客：没有了/座：感谢您的来电，再见"
CURT = "座：您好/客：没电/座：我查一下/客：好，没别的事了/座：好的"
COLD = "座：您好，请问有什么可以帮您/客：没电/座：查过了/客：没有别的事了/座：没事了吧，挂了"

NAMED = (
    "座：您好，请问怎么称呼您/客：我姓王/座：王女士，请问您的用电地址是？/客：建设路五号/座：好的，王女士，已经登记了"
)
EXPLAINED = (
    "客：阶梯电价是什么意思/座：用得越多单价越高，分三档。请问我刚才的解释您是否清楚？/客：清楚了/座：感谢来电，再见"
)
GRUFF = "客：阶梯电价是什么意思/座：用得越多单价越高，分三档，听懂了吧？/客：懂了/座：感谢来电，再见"
COMPLAINING = Label("complaint", "complaint.outage", 0.99)
DEMAND = "座：您好，请问有什么可以帮您/客：三天停两回，你们得给我个说法/座：{}/客：行/座：感谢来电，再见"
SORRY = DEMAND.format("非常抱歉给您带来不便，我马上反映给供电公司，24小时内给您答复")
UNSORRY = DEMAND.format("我马上反映给供电公司，24小时内给您答复")
PUT_OFF = DEMAND.format("过两天再打来")


@pytest.mark.parametrize(
    ("situation", "text", "label", "wanted"),
    [
        # An apology, a report and a time are steps of every complaint.
        ("H20", SORRY, COMPLAINING, "not_applicable"),
        ("H20", UNSORRY, COMPLAINING, "not_applicable"),
        ("H20", PUT_OFF, COMPLAINING, "violation"),
        ("H01", POLITE, SETTLED, "not_applicable"),
        ("H33", POLITE, SETTLED, "not_applicable"),
        # Done is done, whatever the subtype; what was left out is not sure while the subtype is doubtful.
        ("H01", POLITE, DOUBTFUL, "not_applicable"),
        ("H33", POLITE, DOUBTFUL, "not_applicable"),
        ("H33", CURT, DOUBTFUL, "violation"),
        ("H03", NAMED, SETTLED, "not_applicable"),
        ("H32", EXPLAINED, SETTLED, "not_applicable"),
        ("H32", GRUFF, SETTLED, "violation"),
        # Left out, and judged as a step already.
        ("H33", CURT, SETTLED, "not_applicable"),
        # Forbidden words are found by the situation only.
        ("H33", COLD, SETTLED, "violation"),
        # No checklist asks a wrong number for a greeting; the step was done all the same.
        ("H01", POLITE, Label("other", "other.wrong_number", 0.99), "not_applicable"),
    ],
)
def test_one_deed_is_judged_once(
    situation: str, text: str, label: Label, wanted: str, book: Rulebook, model: Model
) -> None:
    turns = tuple(Turn(ROLES[who], words) for who, _, words in (line.partition("：") for line in text.split("/")))
    evidence = by_rules_alone(Call("T", turns), book, model)
    steps = step_verdicts(evidence, label, done_steps(evidence, book, label), book)
    found = {v.step: v for v in situation_verdicts(evidence, label, book, steps)}
    assert found[situation].verdict == wanted
    if wanted == "not_applicable":
        assert str(found[situation].evidence).startswith("已按步骤“")


def test_a_call_too_short_is_judged_as_before(book: Rulebook, model: Model) -> None:
    call = Call("T", (Turn("agent", "你好"), Turn("customer", "没电")))
    evidence = by_rules_alone(call, book, model)
    steps = step_verdicts(evidence, SETTLED, done_steps(evidence, book, SETTLED), book)
    assert {v.step: v.verdict for v in situation_verdicts(evidence, SETTLED, book, steps)}["H01"] != "not_applicable"


def test_same_steps_must_exist(tmp_path: Path) -> None:
    problems: list[Problem] = []
    row = Row({"编号": "H99", "同步骤": "greet、grete"}, Place("x", 2))
    read_situations([row], [], {}, problems, ["greet"])
    assert any("同步骤" in str(p) and "grete" in str(p) for p in problems)


def within(text: str, label: Label, book: Rulebook, model: Model, **fields: object) -> dict[str, StepVerdict]:
    """Verdicts of the situations in a whole check of the call, steps apart."""
    turns = tuple(Turn(ROLES[who], words) for who, _, words in (line.partition("：") for line in text.split("/")))
    evidence = by_rules_alone(Call("T", turns, **fields), book, model)  # type: ignore[arg-type]
    conduct, _ = conduct_findings(evidence, label, book)
    return {v.step: v for v in situation_verdicts(evidence, label, book, conduct=conduct)}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # Nobody complained: the finding on conduct is enough.
        ("座：您好，请讲/客：报修/座：好的", "not_applicable"),
        # A complaint, answered badly or well, is a deed of its own.
        ("座：您好，请讲/客：打了半天才打通/座：户号多少", "violation"),
        ("座：您好，请讲/客：打了半天才打通/座：对不起，线路忙，让您久等了", "pass"),
        ("座：您好，请讲/客：打了半天才打通/座：对不起，户号多少", "insufficient"),
        ("座：您好，让您久等了，请讲/客：报修/座：好的", "pass"),
    ],
)
def test_a_long_ring_is_charged_once(text: str, wanted: str, book: Rulebook, model: Model) -> None:
    found = within(text, SETTLED, book, model, meta={"ring_seconds": 25})["H15"]
    assert found.verdict == wanted
    if wanted == "not_applicable":
        assert found.evidence == "已按“振铃过久未致歉”判定"


HARASSING = Label("other", "other.harassment", 0.99)
HARASSED = "座：您好/客：小妹妹，陪我聊聊天嘛/座：对不起，不在服务范围，请您挂机/客：{}/座：{}"


@pytest.mark.parametrize(
    ("situation", "said", "answer", "label", "wanted"),
    [
        ("H18", "你什么态度啊", "请您挂机", HARASSING, "not_applicable"),
        ("H17", "你快点行不行", "请您挂机", HARASSING, "not_applicable"),
        ("H17", "你快点行不行", "嗯", SETTLED, "violation"),
        ("H28", "那下班请你喝咖啡", "请您挂机", HARASSING, "not_applicable"),
        ("H28", "那下班请你喝咖啡", "想得美", HARASSING, "violation"),
        ("H27", "你声音真好听", "请您挂机", HARASSING, "pass"),
    ],
)
def test_a_harasser_does_not_complain(
    situation: str, said: str, answer: str, label: Label, wanted: str, book: Rulebook, model: Model
) -> None:
    assert within(HARASSED.format(said, answer), label, book, model)[situation].verdict == wanted


def test_a_friendly_invitation_is_one_whatever_the_label(book: Rulebook, model: Model) -> None:
    text = "座：您好/客：你服务真好，下班请你吃个饭吧/座：谢谢您的好意，公司有规定，我不能接受"
    assert within(text, HARASSING, book, model)["H28"].verdict == "pass"
