"""Labels that are no role words: which of them name speakers, and what they say of a role."""

import pytest

from qa_nlp.read import labels, names
from qa_nlp.read.dialogue import turns_of
from qa_nlp.read.roles import INFERRED, PARTLY, with_roles
from qa_nlp.records import Call
from tests.read.conftest import Write, lines, read

AGENT = ("您好，供电服务热线，请问有什么可以帮您？", "请问您的户号是多少？我帮您查询一下", "请您别着急，已经登记了")
CUSTOMER = ("喂，我家没电了", "你们这帮废物，滚")


def dialogue(agent: str, customer: str, mark: str = "：") -> str:
    words = (AGENT[0], CUSTOMER[0], AGENT[1], CUSTOMER[1], AGENT[2])
    return "".join(f"{(agent, customer)[i % 2]}{mark}{said}\n" for i, said in enumerate(words))


EXPECTED = [
    f"{role}:{said}"
    for role, said in zip(
        ("agent", "customer") * 3, (AGENT[0], CUSTOMER[0], AGENT[1], CUSTOMER[1], AGENT[2]), strict=False
    )
]


def forms(text: str) -> dict[str, str]:
    """The dialogue as a text, in one cell, a row a line, and as subtitles."""
    said = text.splitlines()
    cues = [f"{i}\n00:00:{i:02d},000 --> 00:00:{i:02d},900\n{line}\n\n" for i, line in enumerate(said, 1)]
    return {
        "a.txt": text,
        "b.csv": f'通话编号,通话全文\nC1,"{text}"\n',
        "c.csv": "通话编号,内容\n" + "".join(f"C1,{line}\n" for line in said),
        "d.srt": "".join(cues),
    }


@pytest.mark.parametrize(
    ("agent", "customer"),
    [
        ("客服", "王女士"),
        ("客服", "王建国"),
        ("客服", "大海"),
        ("座席小李", "王建国"),
        ("座席小李", "客户"),
        ("工号3021", "来电人"),
        ("工号3021", "张师傅"),
        ("小李", "王先生"),
        ("李女士", "王先生"),
        ("王女士", "客户"),
        ("甲", "乙"),
        ("女", "男"),
        ("A", "B"),
        ("被叫", "主叫"),
        ("3021号", "客户"),
        ("座席 小李", "客户 王女士"),
        ("李芳（座席）", "王建国（客户）"),
        ("客服", "王 女士"),
        ("Lily", "Tom"),
    ],
)
def test_the_words_of_each_stay_his_own(agent: str, customer: str, write: Write) -> None:
    for name, content in forms(dialogue(agent, customer)).items():
        calls, skipped = read(write(name, content))
        assert not skipped
        assert [lines(call) for call in calls] == [EXPECTED], name


@pytest.mark.parametrize("mark", [":", " ：", "\n", "：\n"])
def test_other_marks(mark: str, write: Write) -> None:
    text = dialogue("李芳", "王建国", mark)
    if mark == "\n":
        text = "".join(f"{line} 00:0{i}\n" if i % 2 == 0 else line + "\n" for i, line in enumerate(text.splitlines()))
    calls, _ = read(write("a.txt", text))
    assert [lines(call) for call in calls] == [EXPECTED]


def test_times_before_the_name(write: Write) -> None:
    text = "".join(f"[00:0{i}] {line}\n" for i, line in enumerate(dialogue("客服", "王建国").splitlines()))
    (call,), _ = read(write("a.txt", text))
    assert lines(call) == EXPECTED
    assert [turn.start for turn in call.turns] == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_a_first_line_is_never_lost(write: Write) -> None:
    """Not that of a speaker who is named later, nor one without a name."""
    for first in ("王建国：喂，我家没电了", "大海：喂，我家没电了", "喂，我家没电了"):
        for name, content in forms(f"{first}\n{dialogue('客服', '客户')}").items():
            (call,), _ = read(write(name, content))
            assert call.turns[0].text.endswith("喂，我家没电了"), name
            assert call.turns[0].role in ("unknown", "customer")
            assert lines(call)[1:] == EXPECTED


@pytest.mark.parametrize(
    "told",
    [
        "地址：幸福路3号",
        "注意：带身份证",
        "时间：12:30",
        "户号：123",
        "上午9:30有人来",
        "大海：三楼",
        "张三：13800000000",
        "尊敬的王女士：已处理",
        "备注：无\n备注：有",
        "楼栋：3\n单元：2\n楼栋：5\n单元：1",
        "A：查询电费\nB：报修",
        "https://example.org/a：b",
    ],
)
def test_what_is_told_once_stays_text(told: str) -> None:
    text = f"客服：{AGENT[0]}\n{told}\n客户：好\n"
    assert lines(turns_of(text)) == [f"agent:{AGENT[0]}{told.replace(chr(10), '')}", "customer:好"]


def test_fields_above_each_call_are_no_speakers(write: Write) -> None:
    """They recur, call by call, but nobody talks to them."""
    text = "".join(f"-----\n台账：{i}\n用电地点：{i}\n{dialogue('客服', '客户')}" for i in range(3))
    calls, _ = read(write("a.txt", text))
    assert [lines(call) for call in calls] == [EXPECTED] * 3


def test_a_third_person_is_nobody_of_the_two() -> None:
    text = f"客服：{AGENT[0]}\n客户：没电\n客服：请班长接听\n班长：喂\n客户：快点\n"
    assert lines(turns_of(text))[3] == "unknown:喂"


def test_several_turns_on_a_line() -> None:
    assert lines(turns_of("客服：您好 王女士：没电了。 客服：请问户号")) == [
        "agent:您好",
        "customer:没电了。",
        "agent:请问户号",
    ]


def test_a_list_of_records_is_no_dialogue(write: Write) -> None:
    for text in (
        "设备：变压器\n厂家：甲厂\n设备：开关\n厂家：乙厂\n",
        "标题：通知\n正文：今日停电\n",
        "INFO: a\nWARN: b\nINFO: c\nWARN: d\n",
        "王女士：\n",
    ):
        calls, skipped = read(write("a.txt", text))
        assert not calls
        assert len(skipped) == 1


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("座席小李", "agent"),
        ("客服王芳", "agent"),
        ("工号3021", "agent"),
        ("8号座席", "agent"),
        ("坐席（李芳）", "agent"),
        ("李芳（座席3021）", "agent"),
        ("客户王女士", "customer"),
        ("来电人李强", "customer"),
        ("张三（客户）", "customer"),
        ("王女士", "unknown"),
        ("客户余额", "unknown"),
        ("客服电话", "unknown"),
        ("客户甲方", "unknown"),
        ("工号", "unknown"),
        ("张师傅", "unknown"),
        ("班长", "unknown"),
    ],
)
def test_said_role(name: str, role: str) -> None:
    assert names.said_role(name) == role


@pytest.mark.parametrize(
    ("speakers", "roles"),
    [
        ("客服 王女士", "agent customer"),
        ("客服 王女士 李先生", "agent customer customer"),
        ("小李 王女士", "unknown customer"),
        ("王女士 李先生", "unknown unknown"),
        ("王女士 客户", "unknown customer"),
        ("客服 客户 王女士", "agent customer unknown"),
        ("王女士", "unknown"),
    ],
)
def test_titles_are_the_customers_where_nobody_else_is(speakers: str, roles: str) -> None:
    found = names.roles_of(speakers.split())
    assert [found[name] for name in speakers.split()] == roles.split()


@pytest.mark.parametrize(
    ("label", "sort"),
    [
        ("王建国", names.PERSONAL),
        ("欧阳锋", names.PERSONAL),
        ("老张", names.PERSONAL),
        ("高压", names.NONE),
        ("高压侧", names.NONE),
        ("小计", names.NONE),
        ("户号", names.NONE),
        ("3021号", names.OPEN),
        ("您的地点", names.NONE),
        ("调度", names.OPEN),
        ("甲", names.OPEN),
        ("12", names.NONE),
    ],
)
def test_sort_of(label: str, sort: str) -> None:
    assert names.sort_of(label) == sort


def test_the_one_nameless_speaker_is_the_other_side() -> None:
    """A customer's few words need not say so by themselves; an agent's must."""
    call = with_roles(turns_of("客服：您好，请问有什么可以帮您？\n王建国：喂\n客服：请问户号\n王建国：不知道\n"))
    assert [turn.role for turn in call.turns] == ["agent", "customer"] * 2
    assert PARTLY in call.notes
    call = with_roles(turns_of("客户：喂\n小李：喂\n客户：嗯\n小李：嗯\n"))
    assert [turn.role for turn in call.turns] == ["customer", "unknown"] * 2
    call = with_roles(turns_of(dialogue("甲", "乙")))
    assert call.notes == (INFERRED,)


def test_speakers_of_a_role_column(write: Write) -> None:
    rows = dialogue("座席小李", "王女士").splitlines()
    text = "通话编号,角色,内容\n" + "".join(f"C1,{row.replace('：', ',', 1)}\n" for row in rows)
    (call,), _ = read(write("a.csv", text))
    assert isinstance(call, Call)
    assert lines(call) == EXPECTED


def test_long_lines_of_labels_are_searched_in_linear_time() -> None:
    evil = "王女士" * 40_000 + "：" + "王 " * 40_000 + "：" * 40_000
    assert labels.speakers_in([evil, "【" * 40_000, "9" * 40_000 + "：", "（" * 40_000 + "："]) == frozenset()
    assert len(turns_of("客服：好。王女士：嗯。张三：是。" * 10_000).turns) == 30_000
