"""What marks a speaker, a new call or the end of one in plain dialogue text (regular expressions only).

Every repetition that stands beside another is bounded: no line can make a search slow.
"""

from __future__ import annotations

import re

from qa_nlp.read.values import ALIASES

TIME = r"(?:\d{1,3}:)?\d{1,3}:\d{2}(?:[.,]\d{1,3})?"
DATE = r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[ T]{0,2}"
OPENING_BRACKETS, CLOSING_BRACKETS = "[(（【〔<", "])）】〕>"
OPEN, CLOSE = rf"[\{OPENING_BRACKETS}]", rf"[\{CLOSING_BRACKETS}]"
# Too common as ordinary words before a colon, or no speakers at all.
NOT_NAMES = {"notice", "event", "service", "seat", "rep", "csr", "事件"}


def _spaced(alias: str) -> str:
    """客户 also written 客 户."""
    return r"\s{0,2}".join(alias) if not alias.isascii() else re.escape(alias)


ALL_NAMES = {alias for aliases in ALIASES.values() for alias in aliases.split()} - NOT_NAMES
NAME = (
    r"(?:说话人|发言人|讲话人|speaker|spk)[ _-]{0,2}(?:[0-9A-Z一二三四]{1,3}\b|)"
    rf"|{'|'.join(map(_spaced, sorted(ALL_NAMES, key=lambda alias: (-len(alias), alias))))}"
)
EDGE = r"(?:^|(?<=[\s。！？!?；;…」”）)\]】.]))"
STAMP = (
    rf"(?:{OPEN}?(?P<date>{DATE})?(?P<before>{TIME})(?:\s?[-~—–>→,至]{{1,3}}\s?(?P<until>{TIME}))?{CLOSE}?\s{{0,3}})?"
    rf"(?P<bracket>{OPEN}\s?)?"
)
AFTER = rf"\s?(?:{OPEN}?(?P<after>{TIME}){CLOSE}?)?"
TAIL = rf"\s{{0,3}}(?:{OPEN}(?P<tail>{TIME}){CLOSE})?"
# [date time → time] 【name 工号】 (time)：   A bracketed name needs no colon.
SPEAKER = re.compile(
    rf"{EDGE}{STAMP}(?P<name>{NAME})"
    rf"(?P<number>\s?{OPEN}?#?\s?(?:工号\s?[:：]?\s?)?[A-Za-z]{{0,3}}\d{{1,8}}\s?(?:号|{CLOSE})?)?"
    rf"{AFTER}(?:\s?{CLOSE}?\s?[:：]|(?(bracket)\s?{CLOSE}|(?!))|\t){TAIL}",
    re.IGNORECASE,
)
# Any label of up to eight characters in the place of a name (王女士：, 座席 小李：, 工号3021：, 张三（客户）：).
LETTER = r"[A-Za-z\u4e00-\u9fff]"
LABEL = re.compile(
    rf"(?:^|(?<=[\s。！？!?；;])){STAMP}(?P<name>(?:(?:座席|坐席|客服|客户|用户|来电人)\s)?"
    rf"(?:[\u4e00-\u9fff]\s{{1,2}}[\u4e00-\u9fff](?:\s{{1,2}}[\u4e00-\u9fff]){{0,2}}"
    rf"|[\u4e00-\u9fff]{{1,3}}\s{{1,2}}(?:先生|女士|小姐)"
    rf"|\d{{0,8}}{LETTER}[A-Za-z0-9\u4e00-\u9fff·_-]{{0,7}})(?:\s?[(（][^()（）:：]{{1,10}}[)）])?)"
    rf"{AFTER}(?:\s?{CLOSE}?\s?(?P<colon>(?<!\d)[:：](?!//)|[:：](?!\d))|(?(bracket)\s?{CLOSE}|(?!))){TAIL}"
)
# Meeting and chat tools put name and time on a line of their own, the words below it.
TIMED_NAME = re.compile(
    rf"^(?P<name>[^\s:：]{{1,12}}(?:\s\d{{1,3}})?)\s{{1,4}}{OPEN}?(?P<date>{DATE})?(?P<before>{TIME})(?P<until>)(?P<after>)(?P<tail>){CLOSE}?\s*$"
)
NUMBERED_SPEAKER = re.compile(r"(?:说话人|发言人|讲话人|speaker|spk)", re.IGNORECASE)
RULE = re.compile(r"^[-=*_—–~·#＝－]{3,}$")
NUM = r"[\d一二三四五六七八九十百]{1,6}"
BREAK = re.compile(
    rf"(?:^|(?<=\s))(?:(?:典型)?(?:案例|示例|通话|录音|对话|会话|样本)\s?{NUM}\s?(?:[:：.．、]|$|(?=\s))"
    rf"|第\s?{NUM}\s?(?:通|段|个|条|份)(?:通话|电话|录音|对话|来电)?\s?(?:[:：.．、]|$)"
    r"|[^\s。！？!?:：]{0,14}(?:客户|用户|市民|用戶|客戶)\s?(?:又|再次|再|第二次|第三次)\s?(?:打来|来电|打进|拨打|致电|打)[^\s。:：]{0,6}"
    r"|[^\s。！？!?:：]{0,10}(?:回复|回访|回电|致电)(?:客户|用户)(?=\s|$))"
)
STOP = re.compile(
    r"^[一二三四五六七八九十]、|^\d{1,2}\s?[)）.．、]\s?[^\s:：]{1,8}[:：]"
    r"|(?:^|(?<=\s))(?:(?:案例)?(?:分析|点评|评析|解析)\s?[:：]|[^\s:：。]{0,8}(?:检查|处理|调查|核实)结果\s?[:：]"
    r"|(?:要点|提示|备注|注|小结|总结)\s?[:：])"
)
TITLE = re.compile(r"^(?:典型)?(?:案例|示例|样本)")
CALLBACK = re.compile(r"(?:回复|回访|回电|致电)(?:客户|用户)$")
CLOSING = re.compile(
    r"再见|再會|拜拜|祝您|感谢您?的?(?:来电|致电|拨打)|感謝您?的?(?:來電|致電)|(?:服务|服務)(?:进行|進行)?(?:评价|評價)"
)
GREETING = re.compile(
    r"(?:[您你]好|喂|早上好|上午好|下午好|晚上好|欢迎|歡迎|这里是|为您服务).{0,30}?"
    r"(?:有什么|有什麼|有啥|什么可以|帮您|帮到|为您服务|為您服務|请讲|请说|很高兴|热线|座席|客服|供电|工号)"
)
HELLO = re.compile(r"(?:喂|[您你]好|哎|诶)")
FIELD = re.compile(r"^[#\s]{0,4}(?P<key>[A-Za-z_ \u4e00-\u9fff]{2,10})\s?[:：=]\s?(?P<value>\S.{0,80}?)\s*$")
FIELD_NAMES = {
    "call_id": "通话编号 通话id 通话流水 通话流水号 流水号 录音编号 录音流水号 录音id 会话id 会话编号 callid call_id",
    "agent_id": "工号 座席工号 坐席工号 客服工号 agentid agent_id",
    "team": "班组 团队 team",
    "started_at": "通话时间 来电时间 呼叫时间 通话开始时间 started_at",
    "direction": "呼叫方向 通话方向 呼叫类型 direction",
    "recorded_type": "业务类型 受理类型 工单类型 recorded_type",
}
FIELD_OF = {alias: name for name, aliases in FIELD_NAMES.items() for alias in aliases.split()}
