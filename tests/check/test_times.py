"""The cheap looks that choose which turns are read for times: they never pass one over."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qa_nlp.check.promises.times import AMOUNT, DAY
from qa_nlp.text.durations import find_durations
from qa_nlp.text.moments import DAYS, EVENTS, PARTS, find_moments

PIECES = st.sampled_from(
    [
        *DAYS, *EVENTS, *PARTS, *"零〇一二两俩仨三四五六七八九十百千万半几多来0159个把", *"点:时刻钟分天日周月年前内后初末底这本下上每",
        "小时", "钟头", "刻钟", "工作日", "自然日", "星期", "礼拜", "拉月", "到", "-", "或者", "号", "分钟", "左右", "为止", "之前", "以内",
        "这个时候", "这会儿", "这个点", "这点儿", "此时", "这个钟头", "候", "的", "儿", ",", "\n", "9:30", "第", "a", "1.5",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=8).map("".join)


@given(TEXTS)
def test_no_amount_of_time_is_passed_over(text: str) -> None:
    for time in find_durations(text):
        assert AMOUNT.search(text, time.start, time.end), time


@given(TEXTS)
def test_no_day_is_passed_over(text: str) -> None:
    if list(find_moments(text)):
        assert DAY.search(text)
