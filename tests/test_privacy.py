"""What names a person is covered, in place; what the work needs (amounts, times, hotlines) stays."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from qa_nlp.errors import UsageError
from qa_nlp.inspector import Inspector
from qa_nlp.privacy import MASK, mask, mask_turns
from qa_nlp.privacy.digit_runs import is_bank_card, is_id_card
from qa_nlp.privacy.shield import Shield, ShownVerdict, read_key
from qa_nlp.records import Call, Finding, Skipped, Turn, Verdict
from tests.conftest import make_call

PHONE = "幺三九，嗯，一二三四，五六七八"
TEXT = f"""座：您好，请问有什么可以帮您？
客：我叫王建国，我家在幸福区建设路12号，没电了
座：请问您的联系电话是多少？
客：{PHONE}
座：谁让您不早点交电费，王建国先生，13912345678的号主
客：你什么态度
座：45分钟内到，再见"""


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("我姓王，电话13900001111", "我姓●，电话●●●●●●●●●●●"),
        ("打95598或12398，不行打119", "打95598或12398，不行打119"),
        ("幺三九，一二三四，五六七八，二单元", "●●●●●●●●●●●●●，二单元"),
        ("先打95598，再打13900001111", "先打95598，再打●●●●●●●●●●●"),
        ("欠费1234567.89元，45分钟到", "欠费1234567.89元，45分钟到"),
        ("工号1001，10千伏，2026年3月5日", "工号1001，10千伏，2026年3月5日"),
        ("我家在幸福区建设路12号3单元502", "我家在幸福区●●●●●●●●●●●●"),
        ("浙江省杭州市西湖区文三路8号", "浙江省杭州市西湖区●●●●●"),
        ("12号上午9点检修，3号线", "12号上午9点检修，3号线"),
        ("老百姓叫苦，叫师傅来", "老百姓叫苦，叫师傅来"),
        ("", ""),
    ],
)
def test_mask(text: str, masked: str) -> None:
    assert mask(text).text == masked


@pytest.mark.parametrize(
    ("question", "answer", "masked"),
    [
        ("请问您贵姓？", "王建国", "●●●"),
        ("请问您贵姓？", "有电了", "有电了"),
        ("户号报一下", "三二零，幺五六", "●●●●●●●"),
        ("户号报一下", "30分钟后再说", "30分钟后再说"),
        ("请问户号是多少", "打95598查的", "打95598查的"),
        ("您的地址是哪里？", "阳光小区", "●●●●"),
        ("有什么可以帮您？", "阳光小区没电了", "阳光小区没电了"),
    ],
)
def test_what_was_asked_decides_what_an_answer_is(question: str, answer: str, masked: str) -> None:
    turns = (Turn("agent", question), Turn("customer", answer))
    assert mask_turns(turns)[1].text == masked


def test_pieces_of_an_answer_stay_covered() -> None:
    turns = [
        ("agent", "请报一下手机号码"),
        ("customer", "幺三九"),
        ("agent", "嗯"),
        ("customer", "一二三四"),
        ("agent", "一二三四，然后呢"),
    ]
    assert [m.text for m in mask_turns([Turn(*turn) for turn in turns])] == [
        "请报一下手机号码", "●●●", "嗯", "●●●●", "●●●●，然后呢",
    ]  # fmt: skip


def test_a_name_said_once_is_covered_in_every_turn() -> None:
    turns = [Turn("agent", "王建国，您好"), Turn("customer", "我叫王建国"), Turn("agent", "好的王建国，已登记")]
    assert all("王建国" not in masked.text for masked in mask_turns(turns))


@given(st.text(alphabet="我姓王叫路区号栋0123456789幺三九，。 的X@a.é🙂", max_size=60))
def test_length_and_everything_outside_the_spans_are_kept(text: str) -> None:
    masked = mask(text)
    assert len(masked.text) == len(text)
    inside = {i for start, end, _ in masked.spans for i in range(start, end)}
    assert all((c == MASK) if i in inside else (c == text[i]) for i, c in enumerate(masked.text))


@given(st.text(max_size=200))
def test_any_text_can_be_masked(text: str) -> None:
    assert len(mask(text).text) == len(text)


@pytest.mark.parametrize(
    "unit", ["1，", "一", "路", "建设路", "12号", "a@", "我姓", "姓王叫", "建设的", "三个八", "栋一"]
)
def test_no_text_makes_masking_slow(unit: str) -> None:
    # Seconds of this process, not of the clock: what grows with the square takes minutes on any machine.
    began = time.process_time()
    mask(unit * (20_000 // len(unit)))
    assert time.process_time() - began < 10


def test_check_digits() -> None:
    assert is_id_card("11010519491231002X")
    assert not is_id_card("110105194912310021")
    assert is_bank_card("6222021234567890128") is (_luhn("6222021234567890128"))
    assert not is_bank_card("6222")


def _luhn(value: str) -> bool:
    doubled = [int(c) * 2 if i % 2 else int(c) for i, c in enumerate(reversed(value))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def shown(call: Call, inspector: Inspector, shield: Shield = Shield()) -> tuple[Call, Verdict, Verdict]:  # noqa: B008
    raw = inspector.inspect([call])[0]
    covered_call, verdict = shield.shown(call, raw)
    return covered_call, raw, msgspec.json.decode(msgspec.json.encode(verdict), type=ShownVerdict)


def test_nothing_written_names_a_person(inspector: Inspector) -> None:
    call = make_call(TEXT, meta={"caller": "13912345678", "客户姓名": "王建国", "note": "回电13912345678"})
    covered_call, _, verdict = shown(call, inspector)
    written = (msgspec.json.encode(verdict) + msgspec.json.encode(covered_call)).decode()
    for secret in ("王建国", "13912345678", PHONE, "一二三四", "建设路"):
        assert secret not in written, secret
    assert "幸福区" in written
    assert "45分钟" in written


def test_offsets_point_into_the_raw_text_and_a_masked_quote_says_so(inspector: Inspector) -> None:
    call = make_call(TEXT)
    covered_call, raw, verdict = shown(call, inspector)
    assert len(raw.findings) == len(verdict.findings) > 0
    for before, after in zip(raw.findings, verdict.findings, strict=True):
        assert (before.turn, before.start, before.end) == (after.turn, after.start, after.end)
        assert after.quote == covered_call.turns[after.turn].text[after.start : after.end]
        line = msgspec.json.encode(after)
        assert (b'"masked":true' in line) == (before.quote != after.quote)
        assert b'"masked":false' not in line


def test_messages_and_summaries_repeat_no_secret_of_a_quote(inspector: Inspector) -> None:
    call = make_call(TEXT)
    raw = inspector.inspect([call])[0]
    text = call.turns[4].text
    quote = text[6:40]
    finding = Finding(
        "X", "x", "major", 5, 4, 6, 6 + len(quote), quote, f"说的是“{quote}”", "", "", "exact", 1.0, "confirmed"
    )
    _, verdict = Shield().shown(call, replace(raw, findings=(finding,), summary=f"第5句“{quote}”", veto=f"“{quote}”"))
    for said in (verdict.findings[0].message, verdict.findings[0].quote, verdict.summary, verdict.veto or ""):
        assert MASK in said
        assert "王建国" not in said
        assert "139" not in said


def test_without_masking_everything_stays(inspector: Inspector) -> None:
    call = make_call(TEXT, meta={"caller": "13912345678"}, agent_id="1001")
    covered_call, raw, verdict = shown(call, inspector, Shield(mask=False))
    assert covered_call == call
    assert msgspec.json.encode(verdict) == msgspec.json.encode(raw)


def test_labels_and_tags_of_annotated_calls_are_not_written(inspector: Inspector) -> None:
    call = make_call(TEXT, labels={"subtype": "repair.outage_single"})
    assert shown(call, inspector)[0].labels == {}


def test_pseudonyms_are_stable_and_depend_on_the_key(inspector: Inspector) -> None:
    text = "座：工号一零零一为您服务，请讲\n客：没电了\n座：1001已登记，再见"
    call = make_call(text, agent_id="1001", meta={"caller": "13912345678"})
    one, again, other = (shown(call, inspector, Shield(key=key)) for key in (b"a" * 16, b"a" * 16, b"b" * 16))
    assert one[0] == again[0]
    assert one[2].agent_id.startswith("座席-")
    assert one[2].agent_id != other[2].agent_id
    assert one[0].meta["caller"] != other[0].meta["caller"]
    written = msgspec.json.encode((one[0], one[2])).decode()
    assert "1001" not in written
    assert "一零零一" not in written
    assert "13912345678" not in written


def test_the_key_does_not_show_in_representations() -> None:
    assert "secret" not in repr(Shield(key=b"secret" * 4))


@pytest.mark.parametrize("content", [None, b"short"])
def test_a_bad_key_file_is_bad_usage(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match="密钥"):
        read_key(path)


def test_reasons_of_skipped_items_are_masked() -> None:
    item = Skipped("a.txt", 3, "T1", "看不懂：我姓王，13900001111", "改")
    assert Shield().skipped(item).reason == "看不懂：我姓●，●●●●●●●●●●●"
    assert Shield(mask=False).skipped(item) == item


TURNS = st.lists(
    st.builds(
        Turn,
        st.sampled_from(("agent", "customer", "system", "unknown")),
        st.lists(
            st.sampled_from((*"嗯我姓王李住号楼栋三五八幺零1 3\n", "贵姓", "您的电话", "请问", "地址", "多少", "139", "00001111",
                             "我是", "叫", "张三", "先生", "阳光小区", "3栋2单元", "a@b.com", "川A12345", "就是")),
            max_size=12,
        ).map("".join),
    ),
    max_size=8,
)  # fmt: skip


@given(TURNS)
def test_a_look_at_the_whole_call_misses_nothing(turns: list[Turn]) -> None:
    """What the hints of a whole call rule out, no turn by itself holds."""
    masked = mask_turns(turns)
    for turn, hidden in zip(turns, masked, strict=True):
        alone = mask(turn.text)
        if turn.role != "system":
            assert all(hidden.text[s.start : s.end] == "●" * (s.end - s.start) for s in alone.spans)
