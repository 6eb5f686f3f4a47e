"""Plain dialogue text."""

import pytest

from qa_nlp.read.dialogue import turns_of
from tests.read.conftest import Write, lines, read

# Written for this test in the shape of a printed collection of cases.
CASES = """典型案例汇编

供参考,请勿照搬!

回答要点:首先询问客户户名(户号)、详细地址,确认联系方式。

一、正面案例:

案例1:低压故障——线路故障 座席人员:您好,请问有什么可以帮您?

客 户:我家的水泵转不动,一合闸就“嗡嗡”响。

座席人员:请您别着急,是不是水泵自己坏了? 客 户:不会,才买的。 座席人员:请问您是直接向供电公司交费吗? 客 户:是的。

座席人员:感谢您拨打95598,请对我的服务进行评价,再见!

客户又打来电话

座席人员:您好,请问有什么可以帮您?

客 户:水泵拿去别人家试过了,是好的。 座席人员:好的,我们马上安排人去看。

座席人员:感谢您拨打95598,再见! 三个小时后,客户又打来电话

座席人员:您好,请问有什么可以帮您? 客 户:怎么还没人来?

抢修人员检查结果:一相导线接触不良。

案例分析:

1)语言能力:座席人员用语规范。 2)判断能力:座席人员善于引导。

二、反面案例

案例2.营业投诉——抄表 坐席人员:您好,有什么可以帮您?

客 户:我要投诉抄表员。 坐席人员:请您稍等(查询系统),您说的是3单元吗? 客 户:是。

坐席人员:马上安排处理,再见!

落实后回复客户 坐席人员:您好,我是供电公司8号座席,您反映的事情已经落实了。

客 户:行,没什么意见。

坐席人员:再见! 案例分析:

1)语言能力:规范。
"""


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16"])
def test_a_printed_collection_comes_out_as_calls(write: Write, codec: str) -> None:
    """Headings, repeated calls and call-backs separate; what is told around the dialogues is nobody's words."""
    calls, skipped = read(write("案例.txt", CASES, codec))
    assert not skipped
    assert [call.call_id for call in calls] == [f"案例-{i:03d}" for i in range(1, 6)]
    assert [len(call.turns) for call in calls] == [7, 4, 2, 5, 3]
    assert lines(calls[0])[2:4] == ["agent:请您别着急,是不是水泵自己坏了?", "customer:不会,才买的。"]
    assert lines(calls[1])[-1] == "agent:感谢您拨打95598,再见!"
    assert lines(calls[2]) == ["agent:您好,请问有什么可以帮您?", "customer:怎么还没人来?"]
    assert calls[3].turns[2].text == "请您稍等(查询系统),您说的是3单元吗?"
    assert [call.direction for call in calls] == ["", "", "", "", "outbound"]
    assert calls[3].meta["title"] == "案例2.营业投诉——抄表"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("座席人员:您好", "agent:您好"),
        ("客 户：没电", "customer:没电"),
        ("客服:您好", "agent:您好"),
        ("坐席：您好", "agent:您好"),
        ("用户：没电", "customer:没电"),
        ("【客服】您好", "agent:您好"),
        ("[客户] 没电", "customer:没电"),
        ("[SPEAKER 1]：您好", "unknown:您好"),
        ("说话人1：您好", "unknown:您好"),
        ("SPEAKER_00: 您好", "unknown:您好"),
        ("客服A07：您好", "agent:您好"),
        ("座席（工号1024）：您好", "agent:您好"),
        ("客服\t您好", "agent:您好"),
        ("Agent: hello", "agent:hello"),
        ("座：您好", "agent:您好"),
        ("00:12 客服：您好", "agent:您好"),
        ("[00:00:12.5] 客服：您好", "agent:您好"),
        ("系统：通话已转接", "system:通话已转接"),
    ],
)
def test_speaker_forms(line: str, expected: str) -> None:
    assert lines(turns_of(line)) == [expected]


@pytest.mark.parametrize(
    "line",
    [
        "客户反映停电，客服受理",
        "请联系客户经理：张三",
        "首先询问客户:是否停电",
        "遇到客户咨询时应答：您好",
        "案例分析：规范",
        "https://example.org/客服",
        "",
    ],
)
def test_what_is_no_speaker(line: str) -> None:
    """Speakers stand at the beginning of a line or sentence and are followed by a colon."""
    assert not turns_of(line).turns


def test_speakers_without_a_role_are_kept_by_name(write: Write) -> None:
    """Roles are found later, by what is said; for that the reader keeps who spoke."""
    calls, _ = read(write("a.txt", "说话人1：喂\n说话人2：喂\n说话人1：嗯\n"))
    assert [turn.role for turn in calls[0].turns] == ["unknown"] * 3
    assert calls[0].meta["speakers"] == ["说话人1", "说话人2", "说话人1"]


def test_one_call_takes_the_name_of_its_file(write: Write) -> None:
    calls, _ = read(write("20260305 张 138.txt", "客服：您好\n客户：没电\n"))
    assert [call.call_id for call in calls] == ["20260305 张 138"]


def test_a_greeting_after_a_goodbye_opens_a_call(write: Write) -> None:
    greeting = "客服：您好，请问有什么可以帮您？\n客户：查电费\n"
    calls, _ = read(write("a.txt", greeting + "客服：再见\n\n" + greeting + "客服：祝您愉快\n" + greeting))
    assert [len(call.turns) for call in calls] == [3, 3, 2]


def test_a_repeated_greeting_is_one_call(write: Write) -> None:
    """A silent line is greeted three times; that is one call, blank lines or not."""
    greeting = "客服：您好，请问有什么可以帮您？\n\n"
    calls, _ = read(write("a.txt", greeting * 3 + "客服：无声，再见\n"))
    assert [len(call.turns) for call in calls] == [4]


def test_separators_and_heads(write: Write) -> None:
    """Rules, numbered headings and lines of fields begin a call; fields are read."""
    text = (
        "通话编号：C1\n工号：A07\n呼叫方向：呼出\n客服：您好\n客户：喂\n-----\n第2通\n客服：您好\n\n"
        "通话编号：C3\n通话时间：2026/3/5 9:12:00\n客服：您好\n"
    )
    calls, _ = read(write("a.txt", text))
    assert [(call.call_id, call.agent_id, call.direction, len(call.turns)) for call in calls] == [
        ("C1", "A07", "outbound", 2),
        ("a-001", "", "", 1),
        ("C3", "", "", 1),
    ]
    assert calls[2].started_at == "2026-03-05T09:12:00"


def test_wrapped_lines_belong_to_their_turn(write: Write) -> None:
    """A line that follows at once continues the turn; after a blank line it is told by nobody."""
    calls, _ = read(write("a.txt", "客服：您好，请问\n有什么可以帮您\nhello\nworld\n客户：没电\n\n（客户挂机后）\n"))
    assert lines(calls[0]) == ["agent:您好，请问有什么可以帮您hello world", "customer:没电"]


def test_name_and_time_on_a_line_of_their_own(write: Write) -> None:
    """As meeting and chat tools write it; dates become the start of the call."""
    text = "客服 2026-03-05 09:12:03\n您好\n请讲\n\n客户 2026-03-05 09:12:08\n没电\n"
    calls, _ = read(write("a.txt", text))
    assert [(turn.role, turn.text, turn.start) for turn in calls[0].turns] == [
        ("agent", "您好请讲", 0.0),
        ("customer", "没电", 5.0),
    ]
    assert calls[0].started_at == "2026-03-05T09:12:03"


def test_a_slow_line_does_not_exist(write: Write) -> None:
    """Long runs of blanks, names and brackets are searched in linear time."""
    evil = "客服" + " " * 60_000 + "[" * 30_000 + "客 户" * 20_000 + "1" * 30_000 + "：您好"
    calls, skipped = read(write("a.txt", "客服：您好\n" + evil + "\n"))
    assert len(calls) + len(skipped) >= 1
