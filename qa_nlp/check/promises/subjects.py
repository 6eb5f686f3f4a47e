"""What a promised time is about: the words around it first, the customer's question and the subtype last."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa_nlp.check.promises.setting import Setting

# What is done by the time, in the order of telling; "foreign" has no limit in the table.
ACTIONS = (
    ("foreign", r"到账|退[款费钱回给补到]|退了|发票|开票|移表|挪|迁|过户|更名|销户|暂停|审核|勘[察查]|打印|邮寄|分期|违约金|密码|短信|打款|打钱|打[到进]?[您你]?的?卡|发[到给您你]|换回|起算|抵扣|开除|处分|辞退"),
    ("test", r"校[表验个]|[校检验测](?:完|出来|一次)|验[表个]|表验|检定|送检|检测|报告"),
    ("plan", r"方案(?!\w{0,3}[之以]后)"),
    (
        "contact",
        r"联[系络]|通话|(?<!绝)对接|回电|回[您你]|回个?[话信]|回音|回访|给[您你](?:一个)?回|去电|来电话|[给打来去回有接通](?:[您你我]|一?个|到|了){0,3}电话|打给|拨[您你给]|(?<![再您你])打[您你过]|给[您你侬]\w{0,2}打|给侬"
        r"|找[您你]|[给跟][您你](?:个|一个)?(?:[谈话]|[说讲](?!法|清|明))|跟[您你][对核]|答话|碰头",
    ),
    (
        "arrive",
        r"到场(?!\w{0,2}后)|到现场(?!\w{0,2}后)|到达(?!\w{0,2}后)|赶[到往过]|上门|登门|来人|见(?:着|到|得到)?人|人(?:\w{0,3})到|(?<!给)到[您你那]|人来(?!问|[跟找和][您你])|去现场|去[测看查量瞅瞧]|来[测看查修换瞅瞧]"
        r"|派人|师傅|抢修(?!\w{0,3}(?:主管|中心|负责人|队长|班长))|班组|(?:能|会|就|内|里|准|定|才|都|左右|以内)到|^\W?(?:之内|以内|内|里头?|左右)?到(?![账期点时二三四五六七八九十0-9]|[场达]\w{0,2}后)|来一趟|过[去来]|奔",
    ),
    ("power", r"复电|送[上电到]|[准能就会]送(?=$|了|吧)|给[您你]送|推[上送]|恢复|来电(?!话)|有电|通电|合闸|复上|给电|[能会就准]?亮|修[好复]|弄[好回]|抢通|通上|[能就]通|通都|接电|装表|上表|装[上好]|挂表|送不上|上电|接[上通]|自动.{0,2}来|电就来"),
    ("finish", r"办[完成好到]|全程|全过程|全流程|走完|从受理到|办电|全套|全部下来|整套"),
    ("reply", r"答复|答您|处理意见|处理结果|出?结果|结论|说法|准信|交代|意见|出[得不]?来|回复|核[实完对给]|文书|信儿|音信|处理|[讲说算理](?:清|明)"),
    ("appoint", r"约(?:[您你时定个]|上门)|跟[您你]约"),
    ("someone", r"有人|专人|专员|主管|负责人"),
)  # fmt: skip
_ACTIONS = tuple((name, re.compile(words)) for name, words in ACTIONS)
_ANY_ACTION = re.compile("|".join(words for _, words in ACTIONS))
ASKED_WHEN = re.compile(
    r"多久|多长时间|几[天时点号个日]|几分钟|(?:什么|啥|么子|什么个)时[候间]|何时|啥会|多会|好久|哪[天日]|时限|准[信话]|时间|日子|快点|多少[天日]|多快|最快|咋通知|提前"
)
CLAIMS = re.compile(r"规定|规矩|标准|派|登记|转了|报上|记下|安排|系统[说是里]")
AREA = re.compile(r"城区|市区|城里|农村|乡下|乡里|山区|边远|偏远")
WITHIN = re.compile(r"[之以]?内|里头")
# Letters behind 之内 from which on they tell what will be done.
OWN_DEED = 4
MOVED = re.compile(r"移表|[挪移]|迁|换[个到表新]|新表")
CLAIM = re.compile(r"[来赶]得及|有效|算数|算及时|[报登提递]|过期|放弃|期限")
# Who looks at damaged appliances is no repair crew, in whatever call he is promised.
ASSESSOR = re.compile(r"核损|定损|(?:家电|电器)\w{0,4}(?:登记|赔)")
TOPICS = {
    "consult.arrears": "arrears", "complaint.arrears_cutoff": "arrears", "complaint.late_reconnect": "arrears",
    "consult.outage_info": "outage", "complaint.outage": "outage",
    "consult.new_connection": "connection", "complaint.connection": "connection", "consult.ev_charging": "connection",
    "complaint.metering": "metering", "consult.metering": "metering",
    "complaint.over_reading": "reading", "complaint.missed_reading": "reading",
    "consult.appliance_damage": "appliance", "repair.transformer_noise": "noise",
    "complaint.hall_hours": "hall", "complaint.hall_unattended": "hall",
}  # fmt: skip
# Read off the words where the subtype does not say it.
TOPIC_WORDS = (
    ("arrears", r"欠费|结清|[交缴付还]清|[交缴]完|交了(?:钱|费)|钱(?:我)?交了|复电|拉闸|催费|断之?前"),
    ("appliance", r"家电|电器(?:损坏|烧)|核损"),
    ("metering", r"[校验送检]个?表|校验|检定|送检|表验|表不准"),
    ("connection", r"新装|报装|装表|开户|增容|供电方案|办电|进线|装电|装桩"),
    ("reading", r"抄(?:表|错|的数)|表码|多抄"),
    ("hall", r"(?:营业厅|大厅|厅里?|门)没?(?:人|开)"),
    (
        "outage",
        r"计划(?:停|检修)|停[电店]公告|检修公告|公告|停[电店]\w{0,6}(?:提前|通知|咋不|讲)|提前\w{0,3}通知",
    ),
)
_TOPIC_WORDS = tuple((name, re.compile(words)) for name, words in TOPIC_WORDS)
_COMPLAINT = re.compile(r"投诉|处理意见|反映给|反映到|受理单")
_REPAIR = re.compile(
    r"师傅|抢修|到场|现场|派|停电|没电|跳闸|修好|来电|城区|市区|城里|农村|乡下|乡里|村里|镇上|山[里沟区]|边远|偏|几[点时]能?到|多久到|有人"
)
_PAID = re.compile(r"费没交|欠的|钱清|清了|补[上交一]|[结交缴付还补]清|[交缴付还补]完|[交缴付还]了|还上|复电|欠费")
_TEST_CALL = re.compile(
    r"[校验送检测][验一]?个?表|校验|检定|送检|表验|鉴定|校[,.完]|验一?次|[要想能]验|表.{0,4}(?:准|快)"
)


FOREIGN = dict(_ACTIONS)["foreign"]
PLANNED = re.compile(r"计划|检修|公告|停电时间|停到|停[了多]?[一二两三四五六七八九十0-9]")
ASKED_POWER = re.compile(r"修好|来电|恢复|亮|有电|通电|[到来][了场]?[之以]?后")
# What is put in writing is the answer itself, not a first call.
_WRITTEN = re.compile(r"书面|发函|出函|盖章|处理意见|处理结果")
ASKED_RESULT = re.compile(r"结果|答复|说法|意见|处理完|处理好")


def subject_of(setting: Setting, unit: str) -> tuple[str, bool]:
    """The subject of a time (a number of ``limits.csv``, or visit, callback, other) and whether it is sure.

    ("", False) where nothing says that the time is one by which something will be done.
    """
    topic = topic_of(setting)
    if (
        topic == "appliance"
        and unit in ("天", "周", "月")
        and CLAIM.search(setting.sentence if setting.bare else setting.before + setting.after)
    ):
        return "appliance_claim", True
    for action in _actions(setting):
        subject = _resolve(action, topic, setting)
        if subject == "complaint_contact" and topic == "hall" and unit == "分钟":
            return "hall_callback", True
        if subject:
            return subject, True
    within = WITHIN.match(setting.after)
    # 一年之内断不会再停: a deed of its own that none of the actions above is.
    other = within and len(setting.after) > within.end() + OWN_DEED
    answers = ASKED_WHEN.search(setting.asked) or (within and not other) or AREA.search(setting.before)
    if answers or CLAIMS.search(setting.said):
        return _default(topic, setting, unit), bool(answers)
    return "", False


def topic_of(setting: Setting) -> str:
    """What the call is about: by its subtype, else by the words of the turn and the question."""
    topic = TOPICS.get(setting.subtype, "")
    if topic or setting.label.category not in ("", "other"):
        return topic
    here = setting.asked + "\n" + setting.said
    return next((name for name, words in _TOPIC_WORDS if words.search(here)), "")


def _actions(setting: Setting) -> Iterator[str]:
    """Actions named near the time, the nearest place first."""
    for text in _around(setting):
        if text and (first := _ANY_ACTION.search(text)):
            found = sorted(
                (_place(name, match.start(), len(text)), order, name)
                for order, (name, words) in enumerate(_ACTIONS)
                if (match := words.search(text, first.start()))
            )
            for _, _, name in found:
                yield name


def _around(setting: Setting) -> Iterator[str]:
    """Where an action is looked for, the nearest first."""
    yield setting.after
    yield setting.before
    if setting.label.category != "repair":
        yield setting.next_clause
    yield setting.sentence
    if setting.bare:
        yield setting.asked


def _place(action: str, start: int, length: int) -> int:
    """Words that name their subject go first, 有人 goes last, the others by their place."""
    return -1 if action in ("test", "plan", "finish") else length if action == "someone" else start


def _resolve(action: str, topic: str, setting: Setting) -> str:
    """Which subject an action means in this call; "" where it says nothing by itself."""
    here = setting.asked + "\n" + setting.said
    category = setting.label.category
    complaint = category == "complaint" or (category != "repair" and _COMPLAINT.search(here) is not None)
    repair = setting.label.category == "repair" or (not setting.subtype and _REPAIR.search(here) is not None)
    if action == "foreign":
        return "other"
    if action == "plan":
        return "supply_plan" if topic == "connection" or not setting.subtype else "other"
    if action == "test":
        return "meter_test" if topic == "metering" or _TEST_CALL.search(setting.said + setting.asked) else ""
    if action == "someone" and setting.label.category == "repair":
        return _arrive(topic, repair, setting)
    if action in ("contact", "someone") and complaint and _WRITTEN.search(setting.after):
        return "complaint_reply"
    if action in ("contact", "someone"):
        return "complaint_contact" if complaint else "callback"
    if action == "arrive":
        return _arrive(topic, repair, setting)
    if action == "power":
        return _power(topic, repair, setting)
    if action == "finish":
        if topic == "connection" or not setting.subtype:
            return "connect_total"
        return "other" if "办" in setting.before + setting.after else ""
    return _reply(topic, complaint, setting)


def _arrive(topic: str, repair: bool, setting: Setting) -> str:
    if topic == "noise":
        return "visit"
    if topic == "appliance" or ASSESSOR.search(setting.sentence):
        return "appliance_visit"
    if repair or setting.subtype == "complaint.repair_service" or "抢修" in setting.said:
        return "arrive"
    # Others go there as well: who reads meters, plans a supply or follows up a report has no 45 minutes.
    other = setting.label.category in ("consult", "other") or topic in ("reading", "metering", "connection")
    there = re.search(r"到场|到现场", setting.sentence) or AREA.search(setting.sentence)
    return "arrive" if there and not other else "visit"


def _power(topic: str, repair: bool, setting: Setting) -> str:
    if topic == "connection":
        return "connect_total"
    if topic == "arrears" or _PAID.search(setting.sentence + setting.asked):
        return "reconnect"
    if PLANNED.search(setting.sentence):
        return "other"
    return "restore" if repair or setting.subtype in ("complaint.repair_service", "complaint.outage") else "other"


def _reply(topic: str, complaint: bool, setting: Setting) -> str:
    here = setting.after + setting.before + setting.next_clause + (setting.asked if setting.bare else "")
    if "方案" in setting.before:
        return "supply_plan"
    if topic == "reading" and not re.search(r"处理意见|处理结果", here):
        return "reading_check"
    if re.search(r"结果|结论|报告", here) and (topic == "metering" or _TEST_CALL.search(setting.sentence)):
        return "meter_test"
    if topic == "metering" and re.search(r"出[得不]?来", here) and _about_test(setting):
        return "meter_test"
    if topic == "connection" and not complaint:
        return "supply_plan" if "方案" in setting.asked else "callback"
    if complaint or topic == "appliance":
        return "complaint_reply"
    return "callback"


def _about_test(setting: Setting) -> bool:
    """Whether testing the meter, not moving or changing it, was spoken of last."""
    so_far = setting.text[: setting.end]
    test, move = ([match.start() for match in words.finditer(so_far)] for words in (_TEST_CALL, MOVED))
    return bool(test) and (not move or test[-1] > move[-1])


def _default(topic: str, setting: Setting, unit: str) -> str:
    """The subject of a bare answer to "how long?"."""
    category, asked = setting.label.category, setting.asked
    if FOREIGN.search(asked):
        return "other"
    if topic == "metering" and _about_test(setting):
        return "meter_test"
    if topic == "noise":
        return "visit"
    if category == "repair":
        if ASKED_POWER.search(asked):
            return "other" if PLANNED.search(setting.sentence) else "restore"
        return "arrive"
    if topic == "arrears":
        if setting.subtype == "complaint.late_reconnect":
            return "reconnect"
        return "reconnect" if re.search(r"来电|有电|恢复|复电|通电?|送电?|给电|上电", asked + setting.said) else ""
    if topic == "connection":
        return "supply_plan" if "方案" in asked else "connect_total"
    if topic == "reading":
        return "reading_check"
    if topic == "appliance":
        return "appliance_visit"
    if category == "complaint":
        return "complaint_reply" if ASKED_RESULT.search(asked) else "complaint_contact"
    if not setting.subtype and ASKED_POWER.search(asked):
        return "restore"
    if not setting.subtype and unit in ("分钟", "小时"):
        return "arrive" if re.search(r"师傅|到|来人|抢修|城|村|乡|市区|有人", asked + setting.said) else ""
    return ""
