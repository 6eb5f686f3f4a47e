"""Subtypes with confidence: plain cases, prefixes, and what lies outside the field."""

from __future__ import annotations

import pytest

from qa_nlp.classify import classify
from qa_nlp.model.store import Model
from qa_nlp.text.prepared import prepare
from tests.conftest import make_call


@pytest.mark.parametrize(
    ("text", "subtype"),
    [
        ("客：电表黑屏了，一股焦糊味", "repair.meter_burnt"),
        ("客：去年的电费能补开增值税专用发票吗", "consult.invoice"),
        ("客：有人把电线绕过电表偷电我要举报", "other.report"),
        ("客：装充电桩要什么手续", "consult.ev_charging"),
        ("客：下午三点了营业厅窗口一个人都没有，交不了费，我要投诉", "complaint.hall_unattended"),
    ],
)
def test_requests(text: str, subtype: str, model: Model) -> None:
    label = classify([prepare(make_call(text))], model)[0]
    assert label.subtype == subtype
    assert label.category == subtype.split(".")[0]


def test_order_and_grouping_do_not_matter(model: Model) -> None:
    calls = [prepare(make_call(f"客：{text}\n座：您好\n座：请讲")) for text in ("没电了", "开发票", "电表自己走字")]
    together = classify(calls, model)
    assert together == [classify([call], model)[0] for call in calls]


@pytest.mark.parametrize("text", ["床前明月光疑是地上霜", "我想买一双四十二码的跑鞋"])
def test_outside_the_field_goes_to_review(text: str, model: Model) -> None:
    label = classify([prepare(make_call(f"客：{text}"))], model)[0]
    assert label.needs_review or label.category == "other"


def test_nothing_to_classify(model: Model) -> None:
    assert classify([], model) == []
