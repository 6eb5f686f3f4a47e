"""Column headers as exports call them → the names of this program, with the unit a header states."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

ALIASES = {
    "call_id": """通话编号 通话id 通话流水号 通话流水 流水号 通话标识 通话号 录音编号 录音流水号 录音id 录音文件 录音文件名 会话id 会话编号 会话标识 工单编号 工单号
        callid call_id id conversation_id conversationid session_id sessionid record_id recordid contact_id ucid callsid uuid 编号""",
    "role": "说话人 说话者 角色 发言人 讲话人 身份 说话方 发言方 通道角色 role speaker participant speaker_role sender 发送方 channel 声道 通道",
    "text": """内容 文本 对话 对话内容 话术 语句 说话内容 通话内容 通话文本 转写文本 转写内容 转写结果 录音文本 识别结果 识别文本 消息 消息内容 话语 全文 对话全文 通话全文
        text content utterance sentence transcript dialogue dialog message transcription words""",
    "start": "开始时间 起始时间 开始 起始 说话开始时间 句子开始时间 开始秒 start start_time starttime begin begin_time begintime bg start_seconds offset from 时间 time timestamp",
    "end": "结束时间 终止时间 结束 终止 说话结束时间 句子结束时间 结束秒 end end_time endtime stop ed end_seconds to",
    "agent_id": "座席工号 坐席工号 客服工号 工号 座席编号 坐席编号 座席id 坐席id 员工号 agent_id agentid agent_no agent 座席 坐席",
    "team": "班组 团队 小组 部门 组别 技能组 team group department",
    "started_at": "通话开始时间 来电时间 呼叫时间 通话时间 受理时间 呼入时间 接通时间 应答时间 录音时间 started_at call_time call_start calltime start_at date 日期",
    "direction": "呼叫方向 通话方向 方向 呼叫类型 通话类型 呼入呼出 direction call_type calltype",
    "recorded_type": "业务类型 受理类型 工单类型 登记类型 记录类型 业务分类 受理业务类型 recorded_type",
    "hangup_by": "挂机方 挂断方 挂机人 先挂机方 hangup_by hangup_party release_party",
    "ring_seconds": "振铃时长 振铃秒数 振铃 振铃时间 ring_seconds ring_time",
    "caller": "主叫号码 主叫 来电号码 客户电话 caller calling_number ani",
    "subtype": "子类 标注子类 业务子类 subtype label",
    "turns": "turns 句子列表",
    "order": "序号 轮次 句序 顺序 seq turn turn_no index no",
}  # fmt: skip
NAME_OF = {alias: name for name, aliases in ALIASES.items() for alias in aliases.split()}
UNIT = re.compile(r"[(（\[_\s]*(?:单位)?[:：]?(ms|毫秒|millis|milliseconds|s|sec|secs|秒|seconds)[)）\]]?$")
MILLISECONDS = ("ms", "毫秒", "millis", "milliseconds")


@dataclass(frozen=True)
class Header:
    """A column: its name here (empty when unknown), what the file calls it, and seconds per unit of it."""

    name: str
    shown: str
    scale: float = 1.0


def header_of(cell: str) -> Header:
    """The column that a header cell names; ``开始时间(ms)`` is a start in milliseconds."""
    shown = unicodedata.normalize("NFKC", cell).strip().strip("\ufeff\"'")
    key = re.sub(r"[\s*]+", "", shown).lower()
    if key in NAME_OF:
        return Header(NAME_OF[key], shown)
    if match := UNIT.search(key):
        name = NAME_OF.get(key[: match.start()], "")
        if name in ("start", "end", "ring_seconds"):
            return Header(name, shown, 0.001 if match[1] in MILLISECONDS else 1.0)
    bare = re.sub(r"[(（\[].*$|_", "", key)
    return Header(NAME_OF.get(bare, ""), shown)


def headers_of(cells: list[str]) -> list[Header]:
    """One Header a cell; of two columns of the same name only the first keeps it."""
    seen: set[str] = set()
    headers = []
    for header in map(header_of, cells):
        headers.append(Header("", header.shown) if header.name in seen else header)
        seen.add(header.name)
    return headers


def is_table(headers: list[Header]) -> bool:
    """Whether a first row is the header of a table of dialogue: it names the words, and something beside them."""
    names = {header.name for header in headers}
    return bool({"text", "turns"} & names) and bool({"call_id", "role", "start", "order", "agent_id"} & names)
