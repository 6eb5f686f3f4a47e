"""Column headers as exports call them → the names of this program, with the unit a header states."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

# Within a name, the most telling alias stands first: of two such columns it keeps the name.
ALIASES = {
    "call_id": """call_id 通话编号 通话id 通话流水号 通话流水 通话标识 通话号 callid ucid 录音编号 录音流水号 录音id 会话id 会话编号 会话标识
        conversation_id conversationid session_id sessionid record_id recordid contact_id callsid 流水号 工单编号 工单号 录音文件 录音文件名 uuid 编号 id""",
    "role": "role 角色 说话人 说话者 发言人 讲话人 说话人角色 speaker_role 说话方 发言方 通道角色 speaker participant sender 发送方 身份 声道 通道 channel",
    "text": """text 文本 对话内容 说话内容 通话内容 通话文本 转写文本 转写内容 转写结果 录音文本 识别结果 识别文本 对话全文 通话全文 全文 对话 话术 语句 话语
        utterance sentence transcript transcription dialogue dialog content 消息内容 内容 消息 message words""",
    "start": """start start_time starttime start_seconds 开始时间 起始时间 说话开始时间 句子开始时间 开始秒 开始 起始 begin begin_time begintime bg
        timestamp 时间戳 时间 time offset""",
    "end": "end end_time endtime end_seconds 结束时间 终止时间 说话结束时间 句子结束时间 结束秒 结束 终止 stop ed",
    "agent_id": "agent_id 座席工号 坐席工号 客服工号 工号 座席编号 坐席编号 座席id 坐席id 员工号 agentid agent_no agent 座席 坐席",
    "agent_name": """座席姓名 坐席姓名 客服姓名 员工姓名 坐席名称 座席名称 客服名称 话务员姓名 话务员 接线员 受理员 座席员 坐席员 agent_name
        agentname""",
    "team": "team 班组 团队 小组 组别 技能组 部门 group department",
    "started_at": "started_at 通话开始时间 来电时间 呼叫时间 呼入时间 接通时间 应答时间 通话时间 受理时间 录音时间 call_time call_start calltime start_at date 日期",
    "direction": "direction 呼叫方向 通话方向 方向 呼叫类型 通话类型 呼入呼出 call_type calltype",
    "recorded_type": "recorded_type 业务类型 受理类型 工单类型 登记类型 记录类型 业务分类 受理业务类型",
    "hangup_by": "hangup_by 挂机方 挂断方 先挂机方 挂机人 hangup_party release_party",
    "ring_seconds": "ring_seconds 振铃时长 振铃秒数 振铃时间 振铃 ring_time",
    "caller": "caller 主叫号码 来电号码 客户电话 主叫 calling_number ani",
    "subtype": "subtype 子类 标注子类 业务子类 label",
    "turns": "turns 句子列表",
    "order": "order 序号 轮次 句序 顺序 seq turn turn_no index no",
}  # fmt: skip
RANKED = {alias: (name, rank) for name, text in ALIASES.items() for rank, alias in enumerate(text.split())}
UNIT = re.compile(r"[(（\[_:：]?(?:单位)?[:：]?(ms|毫秒|millis|milliseconds|s|sec|secs|秒|seconds)[)）\]]?$")
DELIMITERS = ",\t;|"
HEADER_WITHIN = 8
MAX_HEADER = 4000
MILLISECONDS = ("ms", "毫秒", "millis", "milliseconds")


@dataclass(frozen=True)
class Header:
    """A column: its name here (empty when unknown), what the file calls it, and seconds per unit of it."""

    name: str
    shown: str
    scale: float = 1.0
    rank: int = 99


def header_of(cell: str) -> Header:
    """The column that a header cell names; ``开始时间(ms)`` is a start in milliseconds."""
    shown = unicodedata.normalize("NFKC", cell[:80]).strip().strip("\ufeff\"'")
    key = re.sub(r"[\s*]+", "", shown).lower()
    if key in RANKED:
        return Header(RANKED[key][0], shown, rank=RANKED[key][1])
    if match := UNIT.search(key):
        name, rank = RANKED.get(key[: match.start()], ("", 99))
        if name in ("start", "end", "ring_seconds"):
            return Header(name, shown, 0.001 if match[1] in MILLISECONDS else 1.0, rank)
    name, rank = RANKED.get(re.sub(r"[(（\[].*$", "", key), ("", 99))
    return Header(name, shown, rank=rank)


def headers_of(cells: list[str]) -> list[Header]:
    """One Header a cell; of several columns for one name the most telling keeps it, the others become unknown."""
    headers = [header_of(cell) for cell in cells]
    best: dict[str, int] = {}
    for i, header in enumerate(headers):
        if header.name and header.rank < headers[best.setdefault(header.name, i)].rank:
            best[header.name] = i
    return [
        header if not header.name or best[header.name] == i else Header("", header.shown)
        for i, header in enumerate(headers)
    ]


def is_table(headers: list[Header]) -> bool:
    """Whether a first row is the header of a table of dialogue: it names the words, and something beside them."""
    names = {header.name for header in headers}
    return bool({"text", "turns"} & names) and bool(
        {"call_id", "role", "start", "order", "agent_id", "agent_name"} & names
    )


def is_details(headers: list[Header]) -> bool:
    """Whether a first row is the header of a table about calls, without their words."""
    names = {header.name for header in headers} - {""}
    return "call_id" in names and len(names) > 1


def header_line(lines: Iterable[str]) -> tuple[str, list[Header]]:
    """(delimiter, headers) of the header among the first lines of a table; titles may stand above it.

    Without a header the delimiter is a comma and the list is empty.
    """
    filled = [line for line in islice(lines, HEADER_WITHIN * 2) if line.strip()][:HEADER_WITHIN]
    for wanted in (is_table, is_details):
        for line in filled:
            for mark in DELIMITERS:
                headers = headers_of([cell.strip(' "\r\n') for cell in line[:MAX_HEADER].split(mark)])
                if wanted(headers):
                    return mark, headers
    return ",", []
