"""Steps done, left out, not called for, and doubtful."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from msgspec import structs

from qa_nlp.check.by_model import LEAST
from qa_nlp.check.contradiction import without_contradiction
from qa_nlp.check.steps import done_steps, step_verdicts
from qa_nlp.model.fulfilment import CLUES
from qa_nlp.model.store import Model
from qa_nlp.records import Call, Finding, Label, RunnerUp
from qa_nlp.rulebook.book import Rulebook
from tests.check.helpers import by_rules_alone, evidence_of
from tests.conftest import make_call

REPAIR = Label("repair", "repair.outage_area", 0.99)
SINGLE = Label("repair", "repair.outage_single", 0.99)
HAZARD = Label("repair", "repair.hazard", 0.99)
SILENT = 0.001


def verdicts(call: Call, label: Label, book: Rulebook, model: Model) -> dict[str, str]:
    """Verdict by step, by the rules alone."""
    evidence = by_rules_alone(call, book, model)
    return {v.step: v.verdict for v in step_verdicts(evidence, label, done_steps(evidence, book, label), book)}


def talk(customer: str, agent: str = "好的", **fields: object) -> Call:
    return make_call(f"座：您好，请问有什么可以帮您？\n客：{customer}\n座：{agent}\n客：嗯\n座：再见", **fields)


@pytest.mark.parametrize(
    ("customer", "label", "step", "verdict"),
    [
        ("我家没电了，快来修", REPAIR, "ask_outage_scope", "violation"),
        ("我家没电了，隔壁也黑着，整栋楼都没电", REPAIR, "ask_outage_scope", "not_applicable"),
        ("没电了", REPAIR, "ask_address", "violation"),
        ("没电了，我家住梅山小区六栋三零二", REPAIR, "ask_address", "not_applicable"),
        ("早上八点就停电了", Label("complaint", "complaint.outage", 0.99), "ask_outage_time", "not_applicable"),
        ("老停电", Label("complaint", "complaint.outage", 0.99), "ask_outage_time", "violation"),
        ("我们小区都停电了", REPAIR, "ask_outage_scope", "not_applicable"),
        ("整个单元每家都没电", REPAIR, "ask_outage_scope", "not_applicable"),
        ("没电了，电费没欠，卡里还有余额", SINGLE, "check_arrears", "not_applicable"),
        ("没电了，怎么查电费", SINGLE, "check_arrears", "violation"),
        ("没电了，我是一户一表，电费直接交给你们供电公司的", SINGLE, "ask_direct_customer", "not_applicable"),
        ("没电了，我想改成一户一表", SINGLE, "ask_direct_customer", "violation"),
        ("没电了，闸我看过了没跳", SINGLE, "guide_self_check", "not_applicable"),
        ("没电了，闸在哪我不知道", SINGLE, "guide_self_check", "violation"),
    ],
)
def test_what_the_customer_offers_need_not_be_asked(
    customer: str, label: Label, step: str, verdict: str, book: Rulebook, model: Model
) -> None:
    assert verdicts(talk(customer), label, book, model)[step] == verdict


DOUBTFUL = Label("complaint", "complaint.outage", 0.4, RunnerUp("repair.outage_area", 0.3), needs_review=True)


@pytest.mark.parametrize(
    ("customer", "agent", "step", "verdict"),
    [
        # Demanded of every call when it happens: no need to know what the call is about.
        ("没电，谢谢你", "嗯", "respond_thanks", "violation"),
        ("没电", "嗯", "respond_thanks", "not_applicable"),
        # Demanded by both candidates, and by one only.
        ("没电", "嗯", "ask_outage_scope", "violation"),
        ("没电", "嗯", "check_planned_outage", "insufficient"),
    ],
)
def test_a_doubtful_call_owes_what_both_candidates_demand(
    customer: str, agent: str, step: str, verdict: str, book: Rulebook, model: Model
) -> None:
    assert verdicts(talk(customer, agent), DOUBTFUL, book, model)[step] == verdict


@pytest.mark.parametrize(("direction", "done"), [("outbound", True), ("inbound", False), ("", False)])
def test_steps_of_outbound_calls_count_in_outbound_calls(
    direction: str, done: bool, book: Rulebook, model: Model
) -> None:
    call = make_call("座：我是供电公司的，给您做个回访，您现在方便接听吗？\n客：方便", direction=direction)
    found = done_steps(by_rules_alone(call, book, model), book, REPAIR)
    assert ("introduce_self" in found) is done
    assert ("ask_convenient" in found) is done


def test_a_callback_is_outbound_whatever_the_record_says(book: Rulebook, model: Model) -> None:
    call = make_call("座：我是供电公司的，给您做个回访\n客：好")
    label = Label("other", "other.callback", 0.99)
    assert "introduce_self" in done_steps(by_rules_alone(call, book, model), book, label)


def test_a_rule_counts_only_in_the_subtypes_that_it_names(book: Rulebook, model: Model) -> None:
    call = talk("没电", "已经派单了，师傅马上出发")
    evidence = by_rules_alone(call, book, model)
    narrow = tuple(
        structs.replace(hit, rule=replace(hit.rule, subtypes=("consult.*",))) if hit.rule.code == "dispatch" else hit
        for hit in evidence.hits
    )
    assert "dispatch" in done_steps(evidence, book, REPAIR)
    assert "dispatch" not in done_steps(replace(evidence, hits=narrow), book, REPAIR)
    assert "dispatch" in done_steps(replace(evidence, hits=narrow), book, Label("consult", "consult.bill", 0.99))


ASKING = talk("没电", "请问您的用电地址是哪里")


@pytest.mark.parametrize(
    ("heard", "known", "verdict"),
    [(0.0002, True, "insufficient"), (0.9, True, "pass"), (0.0002, False, "pass")],
)
def test_a_rule_that_the_model_knows_and_does_not_believe(
    heard: float, known: bool, verdict: str, book: Rulebook, model: Model
) -> None:
    """Neither done nor left out: the rule found its words, and they mean something else."""
    rules = {r.id: r.fingerprint for r in book.rules if r.kind == "step" and known}
    evidence = evidence_of(ASKING, book, listening(model, rules), {(2, "ask_address"): heard}, rest=SILENT)
    assert {hit.rule.code for hit in evidence.of_kind("step")} >= {"ask_address"}
    found = {v.step: v for v in step_verdicts(evidence, REPAIR, done_steps(evidence, book, REPAIR), book)}
    assert found["ask_address"].verdict == verdict


def test_a_rule_that_was_changed_counts_as_it_is_written(book: Rulebook, model: Model) -> None:
    changed = {rule.id: "other" for rule in book.rules}
    evidence = evidence_of(ASKING, book, listening(model, changed), rest=SILENT)
    assert "ask_address" in done_steps(evidence, book, REPAIR)


@pytest.mark.parametrize("label", [None, structs.replace(REPAIR, needs_review=True)])
def test_without_a_sure_label_a_rule_is_believed(label: Label | None, book: Rulebook, model: Model) -> None:
    rules = {rule.id: rule.fingerprint for rule in book.rules}
    evidence = evidence_of(ASKING, book, listening(model, rules), rest=SILENT)
    assert "ask_address" in done_steps(evidence, book, label)


def listening(model: Model, rules: dict[str, str]) -> Model:
    """A model that weighs only what its best sentence says, and knows certain rules."""
    own = model.fulfilment
    weights = np.zeros_like(own.weights)
    weights[CLUES.index("heard")] = 1.0
    alone = replace(own, weights=weights, bias=np.zeros_like(own.bias))
    return replace(model, fulfilment=alone, card=model.card | {"known_rules": rules})


@pytest.mark.parametrize(("probability", "done"), [(0.99, True), (LEAST - 0.02, False)])
def test_some_sentence_must_sound_like_the_step(probability: float, done: bool, book: Rulebook, model: Model) -> None:
    """Answers are nearly always given in consultations; that alone shows none."""
    evidence = evidence_of(talk("电费多少钱"), book, model, {(2, "answer"): probability}, rest=SILENT)
    assert ("answer" in done_steps(evidence, book, Label("consult", "consult.bill", 0.99))) is done


def finding(code: str, match: str, quote: str, call: Call, turn: int) -> Finding:
    start = call.turns[turn].text.index(quote)
    return Finding(
        "X-001", code, "critical", 10.0, turn, start, start + len(quote), quote, "", "", "", match, 0.97, "confirmed"
    )


@pytest.mark.parametrize(
    ("code", "match", "quote", "status"),
    [
        ("privacy", "model", "请问打这个电话能联系到您吗", "suspected"),
        ("privacy", "exact", "请问打这个电话能联系到您吗", "confirmed"),
        ("privacy", "model", "他家欠八百", "confirmed"),
        ("repeat_question", "model", "请问打这个电话能联系到您吗", "confirmed"),
    ],
)
def test_words_of_a_step_are_no_sure_fault(
    code: str, match: str, quote: str, status: str, book: Rulebook, model: Model
) -> None:
    call = make_call("客：没电\n座：他家欠八百。请问打这个电话能联系到您吗？")
    kept = without_contradiction([finding(code, match, quote, call, 1)], evidence_of(call, book, model))
    assert [(f.status, f.points) for f in kept] == [(status, 10.0 if status == "confirmed" else 0.0)]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("座：您稍等，我查一下\n客：好\n座：您这个月是一百二十元\n客：哦\n座：再见", "violation"),
        ("座：您稍等，我查一下\n客：好\n座：让您久等了，是一百二十元\n客：哦\n座：再见", "pass"),
        # Told in the same breath: nobody waited.
        ("座：您稍等，我查一下，您这个月电费是120元\n客：哦\n座：还有别的吗\n客：没\n座：再见", "not_applicable"),
        # The wait for a call back begins when the call ends.
        ("座：您好\n客：没电\n座：派好了，请您稍候\n客：好\n座：再见", "not_applicable"),
    ],
)
def test_who_waited_is_thanked(text: str, verdict: str, book: Rulebook, model: Model) -> None:
    assert verdicts(make_call(text), REPAIR, book, model)["hold_return"] == verdict


@pytest.mark.parametrize(
    ("direction", "text", "verdict"),
    [
        ("outbound", "座：喂，修好没有\n客：好了\n座：嗯\n客：挂了\n座：再见", "violation"),
        ("outbound", "座：您好，我是供电公司95598，修好没有\n客：好了\n座：嗯\n客：挂了\n座：再见", "pass"),
        ("inbound", "座：喂，请讲\n客：没电\n座：嗯\n客：挂了\n座：再见", None),
    ],
)
def test_who_calls_says_who_he_is(direction: str, text: str, verdict: str | None, book: Rulebook, model: Model) -> None:
    label = Label("other", "other.callback", 0.99) if direction == "outbound" else REPAIR
    found = verdicts(make_call(text, direction=direction), label, book, model)
    assert found.get("introduce_self") == verdict


@pytest.mark.parametrize(
    ("customer", "answer", "verdict"),
    [
        ("电线掉路上冒火花", "请问您的地址是哪里", "violation"),
        ("电线掉路上冒火花", "您和大家都离那根线远一点，千万别碰", "pass"),
        ("电线掉路上冒火花", "拿凳子拦起来，谁也不许过去", "pass"),
    ],
)
def test_a_warning_is_made_of_words(customer: str, answer: str, verdict: str, book: Rulebook, model: Model) -> None:
    """However much an answer to a danger sounds like a warning to the model."""
    call = make_call(f"座：您好\n客：{customer}\n座：{answer}\n客：某某路三号\n座：给您派单了")
    evidence = evidence_of(call, book, model, {(2, "safety_advice"): 0.95})
    found = {v.step: v.verdict for v in step_verdicts(evidence, HAZARD, done_steps(evidence, book, HAZARD), book)}
    assert found["safety_advice"] == verdict
