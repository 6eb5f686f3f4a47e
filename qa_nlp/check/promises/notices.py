"""Times that say how long before a cut-off notice is given: 提前七天公告, 三天后就能拉闸."""

from __future__ import annotations

import re

from qa_nlp.check.promises.mentions import QUOTED_BEFORE
from qa_nlp.check.promises.setting import EMPTY, Setting
from qa_nlp.check.promises.subjects import topic_of
from qa_nlp.text.durations import Duration

_TELL = r"通知|告知|告诉|告示|公告|公示|贴|挂(?!断)|发|送(?![电上])|知会|讲|说|招呼|撂|吱|喊|短信|提\w{0,3}醒|的醒|晓得|知道"
TELL = re.compile(_TELL)
AHEAD = re.compile(
    r"(提前|提早|预先|通知够|通知满|公告够|公告满)(?:个|了|至少|最少|不少于|够|满|要|得|也就|大概|一般)*$"
)
# 先三天讲一声, 头一天贴: these words mean notice only when something is told.
EARLIER = re.compile(r"(?:[先头前早]|至少|最少|不少于|停[电店]?之?前|断之?前|拉之?前)(?:个|至少|够|满|提)?$")
# A call the day before is a favour, not the notice.
REMINDER = re.compile(r"^的?(?:电话|短信|微信)?提醒")
BEFORE_IT = re.compile(rf"^[之以]?前(?:就|都|该|得|要|会|把|先|应)*\w{{0,6}}(?:{_TELL})|^[之以]前$")
HUNG = re.compile(r"(?:挂|贴|发|公告|公示|通知)(?:\w{0,3})$")
THEN_CUT = re.compile(
    r"^(?:再|才)能?[停断拉剪]|^[之以]?后(?:还|仍|再)?(?:欠|[不没]交)|^(?:[之以]?后|[一过]过|一到|期满|还)\w{0,10}(?:拉闸|拉了|停[电了供]|能停|就停|[再才]能?停|断[电了]|剪[线了]|掐[电了]|会停|去停|去拉|[才就再]\w{0,3}[停断拉剪掐])"
    r"|^(?:[之以]?[内里])?\w{0,4}[不没][交缴]\w{0,6}[停断拉剪掐]"
)
BY_CUSTOMER = re.compile(
    r"申请|递|提[出交上]|^\W?[提交]|预约|登记|报停|申报|来办|打95598|打电话来|跟我们|给我们|说一声就|准备|约"
)
CHANGED = re.compile(r"改(?:期|约|时间|日子)")
WISHED = re.compile(r"[您你]\w{0,2}要[^,.!?]{0,3}$")
ASKED_AHEAD = re.compile(
    r"提[前早]|早[点些]?(?:说|讲|贴|通知)|[几多].{0,3}通知|[咋怎]么?不.{0,3}(?:通知|说|贴|讲)|欠费.{0,3}[几多].{0,3}停"
)
EARLY_END = re.compile(r"来电|送[上电]|恢复|完工|结束|到场|修好|亮")
NORM = re.compile(
    r"规定|规矩|标准|合规|违规|按章|就[行够可能成]|够[了规意就]|可以|才[能好]|一般|都是|就.{0,3}[停断拉剪]|很早|够早|不晚|了[啊呀嘛]|就(?:公告|通知|贴|发)|应[该当]|须|正常|没?算|得|就算|也[算是]|不算"
)
PAST = re.compile(
    r"(?:贴|发|送|通知|公告|讲|说|挂|放|告诉|告知|公示)(?:过|了)|是[^,.!?]{0,12}的$|已经?|那[天次回]|这[次回]|昨|查到"
)
OWN_FAULT = re.compile(
    r"是我们|不够|没[够到满]|少了|抱歉|道歉|对不[起住]|理亏|说不过去|不合规|才[贴发通告讲说提一两三]|只[隔有提]|短了"
)
CUT_WORDS = re.compile(r"欠费|欠|催|[不没][交缴]|拉闸|断[电之]|剪|掐|停电通知|通知单|拉")
PLAN_WORDS = re.compile(r"计划|检修|公告|公示|告示|停[电店]")
CUT_OR_PLAN = re.compile(f"{CUT_WORDS.pattern}|{PLAN_WORDS.pattern}")


def notice_of(setting: Setting, time: Duration) -> tuple[str, bool]:
    """outage_notice or arrears_notice and whether it is sure; ("", False) where the time is no notice."""
    topic = topic_of(setting)
    if time.hours < 2 or not _is_notice(setting, topic):
        return "", False
    nearby = setting.sentence
    if THEN_CUT.search(setting.after) or topic == "arrears":
        subject = "arrears_notice"
    elif topic == "outage" or (PLAN_WORDS.search(nearby) and not CUT_WORDS.search(nearby)):
        subject = "outage_notice"
    elif CUT_WORDS.search(nearby + setting.asked):
        subject = "arrears_notice"
    else:
        subject = "outage_notice"
    known = bool(
        topic in ("arrears", "outage") or CUT_WORDS.search(nearby) or PLAN_WORDS.search(nearby + setting.asked)
    )
    told = setting.before + setting.after
    return subject, known and not (PAST.search(told) and not NORM.search(told))


def _is_notice(setting: Setting, topic: str) -> bool:
    about = topic in ("arrears", "outage")
    if not about and not _spoken_of(setting):
        return False
    before, after = setting.before, setting.after
    if OWN_FAULT.search(setting.sentence) and not NORM.search(before + after):
        return False
    if THEN_CUT.search(after) or (about and THEN_CUT.search(setting.next_clause)):
        return topic == "arrears" or CUT_WORDS.search(setting.sentence + setting.asked) is not None
    if EARLY_END.search(after):
        return False
    told = TELL.search(before + after + setting.next_clause)
    if REMINDER.match(after):
        return False
    if WISHED.search(before) or QUOTED_BEFORE.search(before):
        return False
    if AHEAD.search(before):
        if (BY_CUSTOMER.search(after) or CHANGED.search(before)) and not re.search(
            r"公告|通知|贴|告知", before + after
        ):
            return False
        return about or bool(told or TELL.search(setting.sentence + setting.asked))
    lead = EARLIER.search(before) or BEFORE_IT.search(after) or (HUNG.search(before) and re.match(r"[之以]?前", after))
    if lead and told:
        return True
    # A bare answer to 提前几天通知?
    bare = EMPTY.fullmatch(before) and (EMPTY.fullmatch(after) or NORM.search(after))
    return bool(bare and ASKED_AHEAD.search(setting.asked))


def _spoken_of(setting: Setting) -> bool:
    """Whether the words themselves speak of a planned outage or a cut-off."""
    return CUT_OR_PLAN.search(setting.sentence + setting.asked) is not None
