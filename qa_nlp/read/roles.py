"""Two speakers without roles (recognisers number them): which is the agent, by what each says.

Only when the difference is plain; otherwise the roles stay unknown, and the call is not scored. On 1050 labelled
calls without their roles: 87 % decided, none wrongly.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from qa_nlp.records import Call

INFERRED = "文件没有说明谁是座席，由双方的话推断"
# Each cue counts once a speaker, however often it is said.
AGENT = [
    r"(?:有什么|什么).{0,3}(?:可以|能).{0,2}帮|请问有什么|為您服務|为您服务|很高兴",
    r"工号|供电(?:服务)?热线|客服(?:中心|热线)|[号位]座席|话务员",
    r"感谢您?的?(?:来电|致电|拨打|反映)|祝您|感謝您",
    r"请(?:您)?(?:稍等|稍候|不要挂机|别挂机|耐心等待|保持.{0,4}畅通|放心|注意安全)|您(?:稍等|别着急|先别急)",
    r"(?:给|为|帮|跟|替)您(?:登记|查询|查一下|查|反映|核实|处理|转接|安排|记录|派|催|说明|解释|受理)",
    r"(?:服务|服務).{0,4}(?:评价|評價)|给.{0,4}评价",
    r"还有(?:其他|别的|什么).{0,8}(?:帮|问题|需要|咨询|吗)",
    r"(?:请问)?您?贵姓|怎么称呼您?|您的?(?:户号|户名|地址|姓名|联系电话|电话号码|身份证)|户号(?:是)?多少",
    r"(?:工作人员|抢修人员|师傅).{0,8}(?:会|马上|尽快|到现场|联系您|跟您联系)|规定时限|工作日内",
    r"请问您|您看|您是(?:说|要|想|不是)|您说的是|您反映的|您家",
    r"(?:给您|向您)(?:添麻烦|道歉|致歉)|非常抱歉|很抱歉|不好意思给您",
    r"派单|工单|(?:给|帮|替)你(?:登记|派|转|查|报|催|记)|登记(?:好|上|下来)?了|已经(?:登记|派|转)|系统(?:里|上|显示)",
    r"(?:详细)?地址(?:是)?(?:哪|在哪|说)|(?:户号|电话|号码)(?:报|说|给我)",
]
CUSTOMER = [
    r"我家|我们家|俺家|我屋|我们?(?:小区|村|厂|楼|店|单位|屋)",
    r"我(?:要|想)(?:投诉|举报|报修|咨询|反映|问|查|办|交)",
    r"你们(?:公司|供电|电力|电业|怎么|什么时候|那边|到底|的人|能不能|赶紧|快)",
    r"麻烦你|谢谢(?:你|啊|了)?(?:[，。！]|$)|我(?:姓|叫|的户号|的电话|住)",
    r"(?:我|咱).{0,6}(?:没电|停电|电费|电表|跳闸)",
]
AGENT_CUES, CUSTOMER_CUES = [re.compile(cue) for cue in AGENT], [re.compile(cue) for cue in CUSTOMER]
CLEAR = 2


def with_roles(call: Call) -> Call:
    """The call with roles for its two nameless speakers, and a note; unchanged where it is not plain who is who."""
    speakers = call.meta.get("speakers")
    if not isinstance(speakers, list) or len(speakers) != len(call.turns):
        return call
    unknown = [turn.role == "unknown" for turn in call.turns]
    names = sorted({name for name, open_ in zip(speakers, unknown, strict=True) if open_ and isinstance(name, str)})
    if len(names) != 2 or "" in names or any(turn.role in ("agent", "customer") for turn in call.turns):
        return call
    first, second = (_score(call, speakers, name) for name in names)
    if abs(first - second) < CLEAR:
        return call
    agent = names[0] if first > second else names[1]
    turns = tuple(
        replace(turn, role="agent" if name == agent else "customer") if open_ else turn
        for turn, name, open_ in zip(call.turns, speakers, unknown, strict=True)
    )
    return replace(call, turns=turns, notes=(*call.notes, INFERRED))


def _score(call: Call, speakers: list[str], name: str) -> int:
    said = [turn.text for turn, who in zip(call.turns, speakers, strict=True) if who == name]
    words = "\n".join(said)[:20_000]
    polite = sum("您" in text for text in said)
    cues = sum(bool(cue.search(words)) for cue in AGENT_CUES) + (polite >= 2) + (polite >= 4)
    return cues - sum(bool(cue.search(words)) for cue in CUSTOMER_CUES)
