"""Times that are only mentioned: passed, refused, quoted, taken back, or asked of the customer."""

from __future__ import annotations

import re

from qa_nlp.check.promises.setting import Setting

PASSED_BEFORE = re.compile(
    r"(?:等了|过了|(?<![不超通])过(?!个)|(?<!不)(?<!不会)(?<!不[得能])超过?了?|(?<!不)(?<!不会)(?<!不[得能])超过[^,.!?]{0,6}|逾期[^,.!?]{0,4}|停了|黑了|欠了|拖了?|来回(?:[要得])?|上一?[单户家][^,.!?]{0,4}|(?:以前|原来|原先|从前|(?<![以之前])之前)(?:都?是)[^,.!?]{0,6}|花了|用了|打了|响了|站了|忙了|闹了|坏了|断了|连着|连续|已经|已"
    r"|都|才过去?|[这近每隔满差整](?:都|有)?|最近|上|还[有剩]|再有|(?<!最)迟了?|晚了|[多少早]了|我来|干了|做了|时隔|前后|一共|总共|去年|刚才等|(?:间|中间|之间)|歇|保存|(?<![最很尽赶加])快|半径|[倒拖又]欠|第[一二三四五六七八九十0-9]{0,2}|后头)\W?$"
)
PASSED_AFTER = re.compile(
    r"^(?:[多来半]|左右)?(?:(?:现在|今天)(?:确实|的确|是|已经?)*[超过]了?|未|还?[多不]止?(?=[,.!?]|$)|有余|的缘故|了(?!结|事|账)|没(?!问题|事)|过去了|以来|来的|[之以]?前|[没还]没|早[就已]?过|过了|才到|才来|没[有到]|实在|不[打来接问管交缴抄]|联系不上|找不[到着]|打不通|不见人|都有人$|一?共|总共|加起来|合计|比(?:规定|标准)|都?(?:有人(?:值|守|在线)|不打烊|开着|亮着|营业|值班|在线|运[行转])|[拆平]|还不|是超|倒|走的|到[黑晚]|为[啥什]|多少|的(?!话|时[间候限]|样子|工夫|[吧呢啊]|[,.!?]|$))"
)
# 捏了五个半钟头 has passed; 交清了三天之内 has not.
ELAPSED = re.compile(r"(?<![交付清还结缴完到好办理请留给定])了$")
# 四十个小时，那就是晚了: what follows a bare time says that it has passed.
LATE = re.compile(
    r"(?:现在|今天)?(?:确实|的确|是|已经?|早就?|都)*(?:过了|超了)|比(?:规定|标准)|那?就?是(?:晚|久|超)|[太够]久"
)
WITHIN = re.compile(r"[之以]?内|里头?")
RATE_AFTER = re.compile(
    r"^(?:左右)?(?:[之以]?[内里])?(?:[催打停跑来去抄闪跳报查看干接办修]?了?[一两三四五六七八九十百千0-9]+(?:来|多|几)?(?:[度块元毛次回趟张遍户家单档抄]|公里)|\w{0,2}一[回次抄趟看]|[多少几]{1,2}[度块钱次]|的?(?:电[费量]|账单|用量|量|数|事|工夫|路|票)"
    r"|(?:便|就|也|才|都|能|要|得|该|大概|大约|差不多|将近|平均|累计|合计|总共|一共|加起来|下来|算|用|跑|走|是|有|约|不过|顶多|最多|起码|至少){1,4}"
    r"[一两三四五六七八九十百千万0-9]+[来多几]?(?:度|块|元|毛|吨|方))"
)
REFUSED_BEFORE = re.compile(
    r"(?:不能|没法|没办法|不敢|无法|不可能|难以|不好|哪[能敢]|不会|不方便|没(?:有)?(?:说|讲|答应|承诺)|不(?:保证|承诺|答应|许|应))[^,.!?]{0,8}$|(?:不用|不需要?|不必|用不[着了]|无需|不是)[^,.!?]{0,4}$"
)
REFUSED_AFTER = re.compile(
    r"^(?:[之以]?[内里])?[^,.!?]{0,6}(?:保证不了|[不没](?:敢|能|法)|做不到|到不了|来不了|赶不到|说不[好准定]|不好说|不现实|来不及|没问|不够|可?不行|不可能|没到|都?嫌)"
)
QUOTED_BEFORE = re.compile(
    r"(?:[您你他她]们?|客户|人家|对方|网上|邻居|谁|哪个|哪位|同事|前面|上次|之前|刚才|业务员|听|报告)[^,.!?]{0,5}(?:说|讲|写|答应|承诺|要求|告诉|写着)的?(?:是|了|过)?[^,.!?]{0,3}$"
)
TAKEN_BACK = re.compile(
    r"(?<!没)(?<!没有)[讲说看报记听](?:错|岔|混|漏)了?|嘴快|口误|[改划]掉|说快了|老黄历|误传|旧规定|老规矩|不作数|都?写着了|都写[上进]|写着好看|不对|是他自己|自己估"
)
ECHOED = re.compile(r"多?[了没才过还都的]")
HOLD = re.compile(r"稍等|稍候|请等|等我|占用|耽误|打扰|别挂|您等|你等|候一下|不挂|在线等")
TASK_BEFORE = re.compile(
    r"(?:(?<!登)记$|每次管|爬|盯|站|数|拉|停|扳|观察|晾|充|晒|煮|睡|挂|录|跑|响|断|烤|泡|测|量|开|关|顶|撑|扛|憋|坐|能用|够用|使用)(?:[个上着满它够住]|下来)?\w{0,2}$"
)
CUSTOMER_DOES = re.compile(
    r"^(?:[之以]?[内里])?(?:之?后|以后)?[^,.!?]{0,3}(?:(?<![给帮替跟和为到打找让叫])[您你](?:要|得|需|去|来|把|可|应|再|自己)|请[您你]|提出|寄[给到过来]|[送发][来到给](?:我们|这[里边儿])|申请(?!校)|缴|交(?!清)|再打|再拨|自行|来办|来拿|来取)"
    r"|^(?:之?后|以后)[您你]|^[之以]?[内里]的(?!话)|^[之以]?[内里]?(?:都|能|可以?)?(?:拿得出|查得[到出]|调得出|有效|可查)"
    r"|^(?:[之以]?[内里])?那[是都]"
)
# A stretch of which something is told, or a span that is a mere measure: 一天里头哪个钟头低, 周期是一个月.
PART_AFTER = re.compile(
    r"^[之以]?内?就?能?查[到得出]|^(?:的)?(?:月租|租|流量|通话|话费|套餐)|^家里|^[之以]?里头?(?:哪|有个|有几|什么|啥|几|就|老|总)"
)
DAY_AND_NIGHT = re.compile(r"(?:24|2十4|二十四)个?(?:小时|钟头)[,，]?都?有人$")
MEASURE_BEFORE = re.compile(
    r"(?:送到|送达|贴出|发出)(?:之日|那天|当天)?起$|(?:周期|登记)[^,.!?]{0,4}[是为]$|按[您你]?$|拆成[^,.!?]{0,4}$|(?<![部积几0-9一二两三四五六七八九十])分[成作]?$"
)
CUSTOMER_BEFORE = re.compile(
    r"(?:[您你](?:要|得|需|可以|应该|最好|就|先|再|那)?(?:在|等|提前|歇|停|住|用|交)|请[您你](?:在|于)?)[^,.!?]{0,3}$"
)
# Any of these before or behind a time makes it a mention.
MENTION_BEFORE = re.compile(
    "|".join(
        words.pattern
        for words in (PASSED_BEFORE, REFUSED_BEFORE, QUOTED_BEFORE, TASK_BEFORE, MEASURE_BEFORE, CUSTOMER_BEFORE)
    )
)
MENTION_AFTER = re.compile(
    "|".join(words.pattern for words in (PASSED_AFTER, RATE_AFTER, PART_AFTER, REFUSED_AFTER, CUSTOMER_DOES))
)
QUESTION = re.compile(r"吗|没有?$|是不是|对吧|含不含|呢$|多少|几|哪")
ASKING = re.compile(r"行吗|可以吗|好吗|方便吗|行不|成吗")
DOUBT = re.compile(
    r"可能|[说讲]不[准定好]|不好[说讲]|谁说得准|没准|兴许|或许|看情况|不一定|难说|也许|保不齐|估计|看(?:他们|人家|运气|心情)"
)

# What is done by a day, and what the customer is to do on it.
DEED = re.compile(
    r"有(?:专)?人|[给帮替跟和][您你]|(?<!没有)(?<!没)(?:派|安排)|联系|回[电话您你复]|答复|打给|打[您你]|找[您你]|上门|到场|到[您你]|[能会准]到|到达|送[上电]|复电|恢复|修好|来人|师傅|抢修|准?信|结果"
)
CUSTOMERS_DEED = re.compile(
    r"^[^,.!?]{0,3}(?<![到给帮替跟和为找])[您你](?:来|去|带|打(?!开)|交|再|别|先|自己|拿|要|可以|记得|家|那|这|就|还|还是|看)|应[该当]|没|了$|了[,.!?]|过了|昨|吗$"
)
# 6月3号已经给您发了短信: the day has passed.
DONE = re.compile(r"[^,.!?]{0,4}已经?")
# 如果24小时后还没来电，您再打: what the customer may do if the time passes without it.
UNMET = re.compile(r"^(?:[之以]?[内里后]|过后)?[^,.!?]{0,4}(?:[没未]|不(?:到|来|亮))")
# 24小时后还没来电您再打电话
CALL_AGAIN = re.compile(r"^(?:[之以]?[内里后]|过后)[^,.!?]{0,4}[没未][^,.!?]{0,8}[您你](?:再|就|可以|随时)")
UNMET_BEFORE = re.compile(r"(?:如果|要是|万一|若是?|假如|倘若|超过)[^,.!?]{0,8}$")
CONDITION = re.compile(r"(?:要是|如果|万一|假如|若|等)[^,.!?]{0,3}$")


def is_mention(setting: Setting) -> bool:
    """Whether the agent promises nothing with this time, judged by the words around it."""
    before, after = setting.before, setting.after
    if (before.endswith("了") and ELAPSED.search(before) and not WITHIN.match(after)) or LATE.match(
        setting.next_clause
    ):
        return True
    if (before and MENTION_BEFORE.search(before)) or (after and MENTION_AFTER.match(after)):
        return True
    if (UNMET_BEFORE.search(before) and UNMET.match(after)) or CALL_AGAIN.match(after):
        return True
    if _is_echo(setting) or DAY_AND_NIGHT.match(setting.text[setting.start : setting.end] + after):
        return True
    rest = setting.sentence[setting.sentence.find(setting.text[setting.start : setting.end]) :]
    if TAKEN_BACK.search(rest) or setting.restated:
        return True
    return _is_question(setting)


def names_deed(setting: Setting) -> bool:
    """Whether something the agent's side will do is named right behind a day."""
    words = setting.after + setting.next_clause
    if CONDITION.search(setting.before) or CUSTOMERS_DEED.search(words) or DONE.match(words):
        return False
    return DEED.search(words) is not None


def is_doubtful(setting: Setting) -> bool:
    """Whether the agent hedges the time: 可能两天, 一两天也有可能."""
    return DOUBT.search(setting.sentence + setting.next_clause) is not None


def is_hold(setting: Setting) -> bool:
    """Whether the customer is asked to stay on the line so long."""
    return HOLD.search(setting.sentence) is not None


def _is_echo(setting: Setting) -> bool:
    """Whether the customer has just named the time as passed: 一礼拜了还没修 – 一礼拜？我看看。"""
    said = setting.text[setting.start : setting.end]
    place = setting.asked.find(said)
    return place >= 0 and ECHOED.match(setting.asked, place + len(said)) is not None


def _is_question(setting: Setting) -> bool:
    stop = setting.end + len(setting.after)
    if setting.text[stop : stop + 1] != "?" or ASKING.search(setting.after):
        return False
    return QUESTION.search(setting.before + setting.after) is not None
