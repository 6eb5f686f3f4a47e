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
from qa_nlp.records import Call, Finding, Skipped, StepVerdict, Turn, Verdict
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
        ("身份证后六位是078515", "身份证后六位是●●●●●●"),
        ("身份证号的后四位，八五幺叉", "身份证号的后四位，●●●●"),
        ("身份证后六位不用报，电压220", "身份证后六位不用报，电压220"),
        ("工单号后六位是078515", "工单号后六位是078515"),
        ("阳光花园A座1203没电", "●●●●●●●●●●没电"),
        ("阳光花园A座1203室", "●●●●●●●●●●●"),
        ("这栋楼A座120户都没电", "这栋楼A座120户都没电"),
        ("2026-03-01 10:11打的", "2026-03-01 10:11打的"),
        ("我电话13912345678王建国", "我电话●●●●●●●●●●●●●●"),
        ("登记的王建国 13912345678", "登记的●●● ●●●●●●●●●●●"),
        ("13912345678谢谢", "●●●●●●●●●●●谢谢"),
        ("我叫闫国强", "我叫●●●"),
        ("骆先生您好，我姓付", "●先生您好，我姓●"),
        ("先付款，新闻里说过", "先付款，新闻里说过"),
        ("就打13912345678方便", "就打●●●●●●●●●●●方便"),
        ("", ""),
    ],
)
def test_mask(text: str, masked: str) -> None:
    assert mask(text).text == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("马老板您好", "●老板您好"),
        ("孙姐你好，赵师傅刚走", "●姐你好，●师傅刚走"),
        ("卓老师，该处理的处理", "●老师，该处理的处理"),
        ("我找李经理，他是张主任那边的", "我找●经理，他是●主任那边的"),
        ("王阿姨，您放心", "●阿姨，您放心"),
        ("是刘总说的", "是●总说的"),
        ("欧阳老师在吗", "●●老师在吗"),
        ("我叫阿依古丽", "我叫●●●●"),
        ("户主叫买买提", "户主叫●●●"),
        ("我叫克里木江，他叫阿里木来的", "我叫●●●●，他叫●●●来的"),
        ("对李师傅投诉，向张主任反映", "对●师傅投诉，向●主任反映"),
        ("我叫扎西次仁，家里没电", "我叫●●●●，家里没电"),
        *((same, same) for same in (
            "抢修师傅到了，线路师傅在查，老师傅也来了",
            "客户经理姓什么，大堂经理、台区经理都不在",
            "对方经理来过，甲方老板不管",
            "让师傅来，方便师傅进门，马上师傅就到",
            "关于老板娘的事，连老板都不知道，老板也姓不上",
            "老师傅说的，小姐姐，小哥哥，大姐，老大哥",
            "何总是停电，任总之计",
            "竹子拦了车师傅在砍，想了解师傅几点来",
            "我叫师傅来，我叫了电工，我叫他别碰，叫你们来",
            "我叫阿姨来看看，他叫巴士，高德地图上叫那里，叫阿里巴巴，叫那里来人",
        )),
    ],
)  # fmt: skip
def test_titles_and_names_of_other_peoples(text: str, masked: str) -> None:
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
        ("请问您怎么称呼", "买买提", "●●●"),
        ("请问您怎么称呼", "卓玛", "●●"),
        ("请问您怎么称呼", "叫我阿依古丽就行", "叫我●●●●就行"),
        ("请问您怎么称呼", "那日本来要说的", "那日本来要说的"),
        ("请问您怎么称呼", "特别急", "特别急"),
        ("请说下您的电话", "三个人", "三个人"),
        ("您电话", "停了三四个小时", "停了三四个小时"),
        ("您留个联系方式", "两点多", "两点多"),
        ("报下户号", "五六度", "五六度"),
        ("报下户号", "户号不记得了，上月一百二十块", "户号不记得了，上月一百二十块"),
        ("报下户号", "户号不记得了，上月128.5元", "户号不记得了，上月128.5元"),
        ("报下户号", "不知道，上个月交了156", "不知道，上个月交了156"),
        ("报下户号", "交费的，3205156", "交费的，●●●●●●●"),
        ("报下户号", "功率因数0.785", "功率因数0.785"),
        ("报下户号", "等等，0.785那个", "等等，0.785那个"),
        ("报下户号", "表上实码2937，那笔143", "表上实码2937，那笔143"),
        ("我们保留号码记录", "一二三层没电", "一二三层没电"),
        ("请留意电话", "二三四楼都停了", "二三四楼都停了"),
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


@pytest.mark.parametrize(
    "question",
    ["请说下您的电话", "留个电话吧", "您留个联系方式", "方便留一下手机号码", "报下户号", "您电话", "把您户号给我", "户号呢",
     "好的，您的手机号码。", "手机号讲一下", "那麻烦给下电话", "号码报我就行", "户号报来"],
)  # fmt: skip
def test_everyday_questions_open_for_pieces_too(question: str) -> None:
    said = [("agent", question), ("customer", "幺三九"), ("agent", "嗯"), ("customer", "幺二三四"), ("agent", "嗯"),
            ("customer", "五六七八")]  # fmt: skip
    assert [m.text for m in mask_turns([Turn(*turn) for turn in said])] == [
        question, "●●●", "嗯", "●●●●", "嗯", "●●●●",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "told",
    [
        "稍后抢修人员会打您电话",
        "保留好您的手机",
        "您的电话已经登记",
        "有问题再打我们电话",
        "电话里说不清，我给您查",
        "报修电话打通了",
    ],
)
def test_what_only_speaks_of_a_number_asks_for_none(told: str) -> None:
    turns = [Turn("agent", told), Turn("customer", "一二三号楼都停了，三四五单元也停了，编号是五六七")]
    assert mask_turns(turns)[1].text == turns[1].text


@pytest.mark.parametrize(
    ("event", "masked"),
    [
        (
            "[来电号码 13812345678 归属地 户主 王建国 身份证110101199003078515]",
            "[来电号码 ●●●●●●●●●●● 归属地 户主 ●●● 身份证●●●●●●●●●●●●●●●●●●]",
        ),
        *((same, same) for same in (
            "[静音 6秒]", "[静音 120秒]", "[转接 8012]", "[2026-03-01 10:11:12 通话开始]", "[按键 1]", "[满意度 5]",
            "[来电号码 95598]", "[通话时长 00:01:23]",
        )),
    ],
)  # fmt: skip
@pytest.mark.parametrize("before", ["您好", "请报一下户号"])
def test_events_are_covered_as_words_are(before: str, event: str, masked: str) -> None:
    assert mask_turns([Turn("agent", before), Turn("system", event)])[1].text == masked


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
    "unit",
    [
        "1，",
        "一",
        "路",
        "建设路",
        "12号",
        "a@",
        "我姓",
        "姓王叫",
        "建设的",
        "三个八",
        "栋一",
        "王师傅",
        "身份证后六位1",
        "叫阿依",
    ],
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


def test_a_quote_that_is_told_without_its_marks_is_covered_too(inspector: Inspector) -> None:
    """A summary leaves out the comma at the end of a quote, which may cut through a number."""
    call = make_call("座：您好\n客：我电话13912345678\n座：您电话是13912345678，对吧")
    raw = inspector.inspect([call])[0]
    step = StepVerdict("confirm_contact", "必须", "pass", 2, "5678，", "STP-013", 1.0)
    _, verdict = Shield().shown(call, replace(raw, findings=(), steps=(step,), summary="做到了核对（第3句“5678”）"))
    assert "5678" not in verdict.summary
    assert MASK in verdict.summary


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


@pytest.mark.parametrize(
    ("badge", "said", "shown_as"),
    [
        ("8021", "八〇二一为您服务", "●●●●为您服务"),
        ("8021", "工号8 0 2 1为您服务", "工号●●●●●●●为您服务"),
        ("8021", "八零，二一为您服务", "●●●●●为您服务"),
        ("8021", "8-0-2-1为您服务", "●●●●●●●为您服务"),
        ("8021", "我是8021号话务员", "我是●●●●号话务员"),
        ("0012", "洞洞幺两，请讲", "●●●●，请讲"),
        ("A801", "工号a八零幺，请讲", "工号●●●●，请讲"),
        ("12", "工号12为您服务", "工号●●为您服务"),
        ("12", "十二点了，12分钟后到", "十二点了，12分钟后到"),
        ("张三", "工号一二零七为您服务", "工号●●●●为您服务"),
        ("张三", "1207号座席为您服务", "●●●●号座席为您服务"),
        ("8021", "工单号18021345，电表读数80213度", "工单号18021345，电表读数80213度"),
        ("", "员工号召力，工号是多少", "员工号召力，工号是多少"),
    ],
)
@pytest.mark.parametrize("masked", [True, False])
def test_a_badge_is_covered_however_it_is_read_out(badge: str, said: str, shown_as: str, masked: bool) -> None:
    call = make_call(f"座：{said}\n客：没电了", agent_id=badge)
    assert Shield(mask=masked, key=b"a" * 16).words(call)[0] == shown_as
    assert Shield(mask=masked).words(call)[0] == said


def test_a_short_badge_is_not_covered_in_messages(inspector: Inspector) -> None:
    call = make_call("座：工号12为您服务\n客：没电了", agent_id="12")
    raw = replace(inspector.inspect([call])[0], summary="第12句“您好”")
    assert Shield(key=b"a" * 16).shown(call, raw)[1].summary == "第12句“您好”"


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
    beside = Skipped("a.txt", 4, "", "不是一句对话：我电话13912345678王建国", "改")
    assert Shield().skipped(beside).reason == "不是一句对话：我电话●●●●●●●●●●●●●●"
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
        assert all(hidden.text[s.start : s.end] == "●" * (s.end - s.start) for s in alone.spans)
