"""What marks a speaker, a new call or the end of one in plain dialogue text (regular expressions only)."""

from __future__ import annotations

import re

TIME = r"(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
NAME = (
    r"(?:人工)?[座坐]\s*席\s*(?:人员|代表|员|端|方)?|(?:人工)?客\s*服\s*(?:人员|代表|专员|员|端|方)?|话务员|接线员|受理员|服务人员|工作人员|专员"
    r"|客\s*[户戶]\s*(?:方)?|用\s*[户戶]|来电人|来电者|顾\s*客|顧\s*客|市\s*民|客\s*人"
    r"|(?:说话人|发言人|讲话人)\s*[\dA-Za-z一二三四]{0,3}|SPEAKER[ _-]*[\dA-Z]{0,3}|spk[ _-]?\d{1,3}"
    r"|agent|customer|operator|caller|representative|user|系统(?:提示|消息)?|IVR|机器人"
)
EDGE = r"(?:^|(?<=\s)|(?<=[。！？!?；;…」”）)\]】.]))"
# [time] 【name 工号】 (time)：   — brackets make the colon optional, at the beginning of a line only.
SPEAKER = re.compile(
    rf"{EDGE}(?:[\[(（【]?(?P<before>{TIME})(?:\s*[-~—>]+\s*{TIME})?[\])）】]?\s*)?"
    rf"(?:[\[【<〔（(]\s*)?(?P<name>(?:{NAME}))(?P<number>\s*[#(（\[]?\s*(?:工号\s*[:：]?\s*)?[A-Za-z]{{0,3}}\d{{1,8}}\s*[号)）\]]?)?"
    rf"\s*(?:[\]】>〕）)]\s*)?(?:[\[(（]?(?P<after>{TIME})[\])）]?\s*)?"
    rf"(?:[:：]|(?<=[\]】>])|\t)\s*(?:[\[(（](?P<tail>{TIME})[\])）])?",
    re.IGNORECASE,
)
# Meeting tools put name and time on a line of their own, the words below.
TIMED_NAME = re.compile(
    rf"^(?P<name>[^\s:：]{{1,12}}(?:\s*\d{{1,3}})?)\s+[\[(（]?(?P<before>{TIME})[\])）]?(?P<after>)(?P<tail>)\s*$"
)
RULE = re.compile(r"^[-=*_—–~·#＝－]{3,}$")
NUM = r"[\d一二三四五六七八九十百]+"
BREAK = re.compile(
    rf"(?:^|(?<=\s))(?:(?:典型)?(?:案例|示例|通话|录音|对话|会话|样本)\s*{NUM}\s*(?:[:：.．、]|$|(?=\s))"
    rf"|第\s*{NUM}\s*(?:通|段|个|条|份)(?:通话|电话|录音|对话|来电)?(?:\s*[:：.．、]|$)"
    r"|[^\s。！？!?:：]{0,14}(?:客户|用户|市民|用戶|客戶)\s*(?:又|再次|再|第二次|第三次)\s*(?:打来|来电|打进|拨打|致电|打)[^\s。:：]{0,6}"
    r"|[^\s。！？!?:：]{0,10}(?:回复|回访|回电|致电)(?:客户|用户)(?=\s|$))"
)
STOP = re.compile(
    r"^[一二三四五六七八九十]、|^\d{1,2}\s*[)）.．、]\s*[^\s:：]{1,8}[:：]"
    r"|(?:^|(?<=\s))(?:(?:案例)?(?:分析|点评|评析|解析)\s*[:：]|[^\s:：。]{0,8}(?:检查|处理|调查|核实)结果\s*[:：]"
    r"|(?:要点|提示|备注|注|小结|总结)\s*[:：])"
)
TITLE = re.compile(r"^(?:典型)?(?:案例|示例|样本)")
CALLBACK = re.compile(r"(?:回复|回访|回电|致电)(?:客户|用户)$")
CLOSING = re.compile(r"再见|再會|拜拜|祝您|感谢您?的?(?:来电|致电|拨打)|感謝您?的?(?:來電|致電)|(?:服务|服務)(?:进行|進行)?(?:评价|評價)")
GREETING = re.compile(
    r"(?:[您你]好|喂|早上好|上午好|下午好|晚上好|欢迎|歡迎|这里是|为您服务).{0,30}?(?:有什么|有什麼|有啥|什么可以|帮您|帮到|为您服务|為您服務|请讲|请说|很高兴|热线|座席|客服|供电|工号)"
)
HELLO = re.compile(r"(?:喂|[您你]好|哎|诶)")
FIELDS = re.compile(r"^[#\s]*(?P<key>[A-Za-z_ \u4e00-\u9fff]{2,10})\s*[:：=]\s*(?P<value>\S.{0,80}?)\s*$")
ID_FIELDS = {
    **dict.fromkeys(("通话编号", "通话id", "通话流水", "通话流水号", "流水号", "录音编号", "录音流水号", "录音id", "会话id", "会话编号", "callid", "call_id"), "call_id"),
    **dict.fromkeys(("工号", "座席工号", "坐席工号", "客服工号", "agentid", "agent_id"), "agent_id"),
    **dict.fromkeys(("班组", "团队", "team"), "team"),
    **dict.fromkeys(("通话时间", "来电时间", "呼叫时间", "通话开始时间", "started_at"), "started_at"),
    **dict.fromkeys(("呼叫方向", "通话方向", "呼叫类型", "direction"), "direction"),
    **dict.fromkeys(("业务类型", "受理类型", "工单类型", "recorded_type"), "recorded_type"),
}  # fmt: skip
