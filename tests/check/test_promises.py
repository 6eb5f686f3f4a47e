"""Promised times: what is one, what it is about, whether it keeps its limit, when it falls due."""

from __future__ import annotations

from dataclasses import replace as dreplace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_nlp.check.evidence import Evidence
from qa_nlp.check.promises.due import add_workdays, is_workday
from qa_nlp.check.promises.find import find_promises
from qa_nlp.inspector import Inspector
from qa_nlp.records import Call, Finding, Label, Promise, RunnerUp, Turn
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.rulebook.rule import Place
from qa_nlp.rulebook.sheet import Row
from qa_nlp.text.prepared import prepare
from tests.conftest import make_call

THURSDAY = "2026-03-05T09:12:00+08:00"


def check(call: Call, subtype: str, book: Rulebook, label: Label | None = None) -> tuple[list[Promise], list[Finding]]:
    """Promises need no model and no rule hits."""
    prepared = prepare(call)
    evidence = Evidence(prepared, (), np.zeros((len(prepared.agent_turns), 0)), model=None)  # type: ignore[arg-type]
    return find_promises(evidence, label or Label(subtype.split(".")[0], subtype, 0.99), book)


def talk(asked: str, answer: str, **fields: object) -> Call:
    return make_call(f"客：{asked}\n座：{answer}", **fields)


# subtype, question, answer with the broken time in 【】, subject
BROKEN = [
    ("repair.outage_single", "多久到", "市区的话【九十分钟内】到", "arrive"),
    ("repair.outage_area", "什么时候来人", "农村【三个钟头以内】师傅到", "arrive"),
    ("repair.hazard", "快点", "已经派了，【五六个钟头】能到您那", "arrive"),
    ("repair.meter_creep", "能来看吗", "给您登记，计量的去看，【七八天】吧，人手少", "arrive"),
    ("repair.pole_collision", "人呢", "城区九十分钟", "arrive"),
    ("repair.outage_single", "啥时候来", "大概【后天】能有师傅过去", "arrive"),
    ("repair.urge", "规定多久", "农村嘛，规定就是【俩半小时】", "arrive"),
    ("repair.outage_area", "多久修好", "到了现场城区一般【六个小时之内】修好", "restore"),
    ("complaint.late_reconnect", "等到啥时候", "交清了【三天之内】给您送，还没到呢", "reconnect"),
    ("consult.arrears", "交完多久来电", "结清以后【四十八小时】", "reconnect"),
    ("complaint.late_reconnect", "要等多久", "复电最长不超过【72小时】", "reconnect"),
    ("complaint.arrears_cutoff", "提前多久通知", "规矩是提前【一天】贴单子就行", "arrears_notice"),
    ("complaint.arrears_cutoff", "怎么就停了", "通知单送到，【两天后】就能拉闸", "arrears_notice"),
    ("consult.arrears", "欠费几天停", "通知了【三天】不交就给您停了", "arrears_notice"),
    ("complaint.outage", "规定提前几天", "提前【三天】公告就可以了", "outage_notice"),
    ("consult.outage_info", "咋不早说", "前天贴的正常，头【一天】贴也合规定", "outage_notice"),
    ("complaint.agent_attitude", "给我回话", "【三个工作日】联系您", "complaint_contact"),
    ("complaint.hall_hours", "然后呢", "转上去了，【一周后】给您回音", "complaint_contact"),
    ("complaint.inspection", "多久", "写上去了，专人联系您，【十天半个月】吧", "complaint_contact"),
    ("complaint.pricing", "几天有结果", "处理意见【一个月】出来", "complaint_reply"),
    ("complaint.outage", "什么时候有说法", "【二十个工作日内】书面回您", "complaint_reply"),
    ("complaint.metering", "验表多久", "校表得排，【二十个工作日】出结果", "meter_test"),
    ("consult.metering", "校完多久出单子", "现在排队，【10来天】吧", "meter_test"),
    ("complaint.over_reading", "几天核实", "抄表的数要核，【一个月内】答复您", "reading_check"),
    ("consult.new_connection", "方案要几天", "居民的供电方案，【十个工作日】", "supply_plan"),
    ("consult.new_connection", "几天能装好", "低压非居民全程【三十个工作日】", "connect_total"),
    ("complaint.connection", "双电源多久", "双电源全过程【六十个工作日】", "connect_total"),
    ("complaint.metering", "验表多久出来", "校验得【二十天】出结果", "meter_test"),
]  # fmt: skip


@pytest.mark.parametrize(("subtype", "asked", "answer", "subject"), BROKEN)
def test_broken_limits_are_found(subtype: str, asked: str, answer: str, subject: str, book: Rulebook) -> None:
    _, findings = check(talk(asked, answer.replace("【", "").replace("】", "")), subtype, book)
    assert [(f.rule_id, f.code, f.status) for f in findings] == [(f"LIM-{subject}", "wrong_limit", "confirmed")]
    if "【" in answer:
        assert findings[0].quote == answer[answer.index("【") + 1 : answer.index("】")]
    assert findings[0].points == book.codes["wrong_limit"].points
    assert findings[0].basis in findings[0].message


# Values that nobody has checked against their source: hints without points.
HINTS = [
    ("consult.appliance_damage", "有人来看吗", "有的，一周之内上门核查", "appliance_visit"),
    ("consult.appliance_damage", "有人来看吗", "有的，下周三派人上门给您核查", "appliance_visit"),
    ("consult.appliance_damage", "过期了吗", "登一下，十四天以内都来得及", "appliance_claim"),
    ("complaint.hall_unattended", "多久", "三十分钟内给您回电话", "hall_callback"),
]


@pytest.mark.parametrize(("subtype", "asked", "answer", "subject"), HINTS)
def test_unchecked_limits_only_hint(subtype: str, asked: str, answer: str, subject: str, book: Rulebook) -> None:
    promises, findings = check(talk(asked, answer, started_at=THURSDAY), subtype, book)
    assert [(f.rule_id, f.status, f.points) for f in findings] == [(f"LIM-{subject}", "suspected", 0.0)]
    assert "只作提示" in findings[0].message
    assert (subject, "doubtful") in {(p.subject, p.status) for p in promises}


KEPT = [
    ("complaint.agent_attitude", "多久回", "我给您记下来一个工作日内联系您", "complaint_contact"),
    ("complaint.over_reading", "咋弄", "一个工作日内先联系您，三个工作日内把账算清", "complaint_contact"),
    ("consult.new_connection", "小铺子要多久", "您这不算居民，小容量的，从受理到通电六个工作日", "connect_total"),
    ("repair.hazard", "几点到", "木头乡那边路远，两小时里头到", "arrive"),
    ("complaint.agent_attitude", "多久回", "我记好了二十四小时内给您回话", "complaint_contact"),
    ("repair.outage_single", "多久", "市区四十五分钟之内到达现场", "arrive"),
    ("repair.outage_area", "多久", "乡下一个半钟头以内见着人", "arrive"),
    ("repair.hazard", "多久", "山里最晚两个钟头到", "arrive"),
    ("repair.outage_single", "多久", "师傅一个半小时到", "arrive"),
    ("repair.urge", "多久修好", "城里到场后一般三个小时修好", "restore"),
    ("consult.arrears", "多久来电", "结清之后24小时内恢复", "reconnect"),
    ("complaint.arrears_cutoff", "通知了吗", "停之前至少提前七天送通知单", "arrears_notice"),
    ("consult.outage_info", "提前几天", "公告八天前就发了，规定七天", "outage_notice"),
    ("complaint.agent_attitude", "多久回", "24小时内给您回话", "complaint_contact"),
    ("complaint.agent_attitude", "多久回", "一个工作日内有人联系您", "complaint_contact"),
    ("complaint.hall_hours", "多久", "明天下班前有人联系您", "complaint_contact"),
    ("complaint.hall_unattended", "多久", "五分钟内给您回电话", "hall_callback"),
    ("complaint.pricing", "结果呢", "处理意见五个工作日内答复", "complaint_reply"),
    ("complaint.power_quality", "多久", "五个工作日内有人给您书面回", "complaint_reply"),
    ("complaint.repair_service", "多久", "五个工作日里回您处理意见", "complaint_reply"),
    ("repair.urge", "停了两个多钟头", "到场以后城区恢复平均三小时", "restore"),
    ("complaint.missed_reading", "几天", "核实一周给你答复", "reading_check"),
    ("consult.metering", "几天", "校验五个工作日出结果", "meter_test"),
    ("consult.ev_charging", "几天能通", "居民全程五个工作日", "connect_total"),
    ("consult.appliance_damage", "多久来", "24小时内派人上门核查", "appliance_visit"),
]  # fmt: skip


@pytest.mark.parametrize(("subtype", "asked", "answer", "subject"), KEPT)
def test_kept_limits_are_promises_without_findings(
    subtype: str, asked: str, answer: str, subject: str, book: Rulebook
) -> None:
    promises, findings = check(talk(asked, answer), subtype, book)
    assert (subject, "within") in {(p.subject, p.status) for p in promises}
    assert not findings


@pytest.mark.parametrize(
    ("subtype", "asked", "answer"),
    [
        # The one who rings up is no crew, though he is of the repair service.
        ("complaint.repair_service", "谁管", "一个工作日内抢修中心跟您联系"),
        ("complaint.repair_service", "谁管", "一个工作日内有人来问您情况"),
        ("repair.pole_collision", "多久", "戈壁滩上，两小时之内赶到"),
        # Nothing is sure where the agent says so.
        ("repair.urge", "几点到", "又不在现场，难说，三个小时四个小时嘛"),
        ("repair.voltage", "几点到", "三五天吧，看他们心情"),
        # Within that time something else will be done.
        ("complaint.power_quality", "电压老低", "我报上去，一个月之内新变压器肯定立您村头"),
        ("complaint.outage", "又停", "给您登投诉，查完以后一年之内断不会再停"),
        ("complaint.hall_hours", "门没开", "我报上去了，七天原则上"),
        # A plan for better voltage is no plan for a new supply.
        ("repair.voltage", "老这样", "调不动就报改造，十五个工作日内答复您改造方案"),
    ],
)
def test_doubtful_times_take_no_points(subtype: str, asked: str, answer: str, book: Rulebook) -> None:
    _, findings = check(talk(asked, answer), subtype, book)
    assert not [finding for finding in findings if finding.status == "confirmed"]


MENTIONS = [
    ("consult.arrears", "欠费多少天停电", "一般超过缴费日三十天，再催交以后，提前七天送通知，才会停"),
    ("repair.voltage", "电器坏了怎么办", "我给您登记家电核损，二十四小时内来人看，七天之内提出都有效"),
    ("complaint.agent_attitude", "我要投诉", "好的会如实调查二十四小时内有人联系您五个工作日内给您答复电话就是现在这个号码吗"),
    ("consult.channel", "怎么查", "打开手机一分钟就能查到"),
    ("repair.outage_single", "没电了", "半个月家里是完全没人吗"),
    ("complaint.arrears_cutoff", "没通知我", "系统显示6月3号已经给您发过催费短信"),
    # Not so long, so long only for others, or what to do if nobody has come by then.
    ("repair.outage_single", "多久到", "不用等两个小时，城区四十五分钟内师傅就到"),
    ("repair.outage_single", "多久到", "不需要三个小时，市区的话四十五分钟"),
    ("repair.outage_single", "两个小时啊", "不是两个小时，是四十五分钟内到"),
    ("repair.outage_single", "多久到", "上一单要两个小时，您这单城区四十五分钟内到"),
    ("repair.outage_single", "多久到", "以前是两小时到达，现在规定是四十五分钟"),
    ("repair.outage_single", "多久到", "师傅来回要两个小时，不过城区都是四十五分钟内到"),
    ("complaint.late_reconnect", "那我等着", "如果48小时后还没来电，您再拨打95598"),
    ("complaint.late_reconnect", "那我等着", "48小时后还没来电您再打电话给我们"),
    # What is used in a month, not what is done within it.
    ("repair.meter_creep", "表走得快", "烘干机每天开两个小时，一个月便是一百度上下，前后比一下再申请校验"),
    ("consult.bill", "怎么翻倍了", "油汀开四个小时就是八度，一个月累计下来有两百多度，表准不准要检测"),
    ("complaint.connection", "不是说六天吗", "规定是六个工作日，现在确实超了，我给您说声不是"),
    ("complaint.connection", "不是说六天就完吗", "规定是六个工作日现在确实超了我给您说声不是"),
    ("complaint.arrears_cutoff", "那几号会停", "通知是送到之日起七天，您家二十七号之前交上就停不了"),
    ("complaint.missed_reading", "我要投诉你", "五个工作日答复，刚才那个一个月是我嘴快，改掉"),
    # Gone by, spread, kept, listed, climbed: none of them is a time by which something will be done.
    ("complaint.connection", "一直没人理", "快三个月，您着急我明白，先给您赔不是"),
    ("complaint.connection", "一直没人理", "行，我写投诉：报装三十天未通电"),
    ("complaint.late_reconnect", "还没电", "昨晚到今早，一天半还多，是我们慢了"),
    ("complaint.late_reconnect", "还没电", "按承诺是二十四小时之内 已经过了 这话我不跟您绕"),
    ("complaint.missed_reading", "一下交不起", "能，我给您申请分四个月，所里核了回您"),
    ("complaint.pricing", "你记好", "两千六、七个月、一块二都写着了，转给同事核实"),
    ("complaint.metering", "旧表呢", "封在库里，半年内拿得出来比"),
    ("complaint.repair_service", "慢", "爬杆爬一天，人也累"),
    ("complaint.outage", "没提前讲", "七天那是规定，这回确实没做到"),
    ("repair.hazard", "线断了", "有人碰到没有，四周灯灭没灭，离远一点"),
    ("repair.hazard", "线断了", "四周都别站人，师傅马上出发"),
    ("complaint.late_reconnect", "一直没来电", "拖二十六个小时的缘故我登记"),
    ("complaint.late_reconnect", "昨天交的", "二十九小时，过了二十四小时的规定，请您原谅"),
    ("complaint.power_quality", "老坏", "十几回，每次管三天，是老问题一直没治好"),
    ("repair.outage_single", "我等了三个小时了", "您等了三个小时了，真对不起"),
    ("repair.outage_single", "十分钟能到吗", "我不能保证十分钟到"),
    ("repair.urge", "师傅说的", "师傅刚才说三个小时到，是从几点算的呢"),
    ("repair.urge", "停了一天了", "停了一天了是吧，邻居有电吗"),
    ("repair.outage_area", "一礼拜了还没修", "一礼拜，我看看旧单子"),
    ("repair.customer_side", "能撑多久", "UPS能撑三个小时，先存盘"),
    ("repair.voltage", "一直这样", "一天里哪个钟点最厉害"),
    ("complaint.late_reconnect", "四天了", "从您交清到现在四天没送电，是我们的问题"),
    ("complaint.late_reconnect", "说要48小时", "同事说的48小时是不对的"),
    ("complaint.outage", "只提前两天", "您说只提前两天通知，这个我们核实"),
    ("complaint.outage", "没通知", "这次只提前了两天，是我们不对"),
    ("complaint.arrears_cutoff", "怎么停", "停电前三十分钟再通知您一次"),
    ("complaint.hall_attitude", "排了半天", "您排队排了三个小时，对吗"),
    ("complaint.missed_reading", "几个月没抄", "您三个月没有抄表，我登记一下"),
    ("consult.account_change", "怎么办", "您提前五个工作日到营业厅申请"),
    ("consult.channel", "几点上班", "早上八点半到下午五点半，热线二十四小时都有人"),
    ("consult.bill", "几号抄", "两个月抄一回，单月十五号"),
    ("consult.arrears", "欠了多久", "您欠费三个月了，逾期四十天"),
    ("consult.outage_info", "停多久", "计划停电十二个小时，检修变压器"),
    ("complaint.inspection", "规定呢", "纸上写着“三天内联系”"),
    ("complaint.arrears_cutoff", "咋停了", "两个月共四百三十五块没交，今早停的"),
    ("complaint.late_reconnect", "四十个小时了", "四十个小时，比规定的二十四小时超了很多，对不起"),
    ("complaint.late_reconnect", "到现在四十个小时", "嗯，四十个小时，那就是晚了"),
    ("complaint.hall_attitude", "我要投诉", "您整理一份书面的，三天之内寄给我们"),
    ("complaint.hall_attitude", "我要投诉", "按理要提前七天送纸条，再打电话，最后才停，这里头哪一步没到您手上，我来查"),
    ("complaint.outage", "又改时间", "改期要提前一天说，这个我给您反映"),
    ("repair.voltage", "灯发红", "灯发红，是一直这样，还是一天里头有个点儿才这样"),
    ("repair.voltage", "老是低", "装个记录仪，能看得出一天里头哪个钟头低"),
    ("complaint.repair_service", "等三个多小时", "您也体谅人家师傅，他一天干十几家，饭都没吃"),
    ("complaint.connection", "那咋办", "十八号报的，方案出了，经理三天联系不上"),
    ("complaint.missed_reading", "几个月没抄", "您这个户，抄表周期登记的是一个月"),
    ("repair.voltage", "再烧怎么办", "再来电话，我这儿二十四小时有人"),
    ("consult.outage_info", "会不会忘", "要不要我给您登记个检修前一天的电话提醒"),
    ("other.silent", "取消吧", "取消要提前一天，今天取消算爽约一次"),
    ("complaint.missed_reading", "几个月没人抄了", "我登记，请他们核对三个月的真实示数"),
    ("complaint.power_quality", "又暗了", "这回给您装一台仪器，从早到晚记五天"),
    ("repair.voltage", "灯老是暗", "一天到黑都暗，还是吃饭那阵"),
    ("complaint.connection", "到底几天", "方案第十二个工作日才出来，是我们晚了"),
    ("complaint.pricing", "他乱收", "我转上去，单子上写的一个月多少"),
    ("complaint.repair_service", "没人管", "我登记，请他们查后头两天为啥停"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "promised"),
    [
        ("今天下午3点之前师傅到您家", [("今天下午3点之前", "within", "2026-03-05T15:00:00+08:00")]),
        ("城区的，师傅明天上午才能到", [("明天上午", "doubtful", "2026-03-06T12:00:00+08:00")]),
        ("后天您来营业厅", []),
        ("明天您自己去看看", []),
    ],
)
def test_a_day_and_hour_to_come_is_in_the_ledger(answer: str, promised: list[tuple[str, ...]], book: Rulebook) -> None:
    promises, findings = check(talk("什么时候能到", answer, started_at=THURSDAY), "repair.outage_single", book)
    assert [(p.quote, p.status, p.due) for p in promises] == promised
    assert all(f.status == "suspected" for f in findings)


@pytest.mark.parametrize(("subtype", "asked", "answer"), MENTIONS)
def test_mentions_break_nothing(subtype: str, asked: str, answer: str, book: Rulebook) -> None:
    promises, findings = check(talk(asked, answer), subtype, book)
    assert not findings
    assert not [p for p in promises if p.status in ("over", "doubtful")]


@pytest.mark.parametrize(
    ("subtype", "answer", "subject"),
    [
        ("consult.pv", "两个工作日内给您回话", "callback"),
        ("consult.payment", "三到五个工作日到账", "other"),
        ("consult.account_change", "过户五个工作日内办完", "other"),
        ("consult.metering", "移表三天内有人上门看", "visit"),
        ("repair.transformer_noise", "安排人三天内上门测噪声", "visit"),
        # Who is no repair crew has no 45 minutes.
        ("other.report", "三天之内会去现场查", "visit"),
        ("consult.law_safety", "供电所三天之内会有人到场查看", "visit"),
        ("consult.ev_charging", "三个工作日之内到现场看", "visit"),
        ("complaint.missed_reading", "让抄表组三天内到场补抄", "visit"),
        ("repair.transformer_noise", "转给运维班，两个工作日内他们会联系您约时间复测，处理意见会告诉您", "callback"),
    ],
)
def test_subjects_without_a_limit(subtype: str, answer: str, subject: str, book: Rulebook) -> None:
    promises, findings = check(talk("多久", answer), subtype, book)
    assert [(p.subject, p.status, p.limit) for p in promises] == [(subject, "unjudged", "")]
    assert not findings


def test_a_customer_promises_nothing(book: Rulebook) -> None:
    """Only the agent's times count."""
    assert check(make_call("客：你们三天之内给我回话"), "complaint.pricing", book) == ([], [])


def test_older_edition_is_outdated_and_free(book: Rulebook) -> None:
    """Seven working days held until 2023-08; before that they were right, two dates apart."""
    answer = talk("几天", "处理意见七个工作日内答复", started_at=THURSDAY)
    promises, findings = check(answer, "complaint.pricing", book)
    assert ([p.status for p in promises], findings) == (["outdated"], [])
    before = talk("几天", "处理意见七个工作日内答复", started_at="2020-03-05T09:12:00+08:00")
    assert [p.status for p in check(before, "complaint.pricing", book)[0]] == ["within"]
    ten = talk("几天", "处理意见十个工作日内答复", started_at="2020-03-05T09:12:00+08:00")
    assert "7个工作日" in check(ten, "complaint.pricing", book)[1][0].message


def test_area_comes_from_the_nearest_words(book: Rulebook) -> None:
    call = talk("我住城区", "城区九十分钟到，乡下九十分钟到")
    promises, _ = check(call, "repair.outage_area", book)
    assert [(p.limit, p.status) for p in promises] == [("45分钟（城区）", "over"), ("90分钟（农村）", "within")]
    call = make_call("客：我在市中心\n座：好的\n客：多久到\n座：师傅两个小时到")
    assert check(call, "repair.outage_single", book)[1][0].basis == "国家电网供电服务十项承诺"


def test_unknown_area_takes_the_widest_limit_and_says_so(book: Rulebook) -> None:
    promises, findings = check(talk("多久", "师傅三个小时到"), "repair.outage_single", book)
    assert promises[0].limit == "120分钟（特殊边远）"
    assert "没有说明" in findings[0].message


@pytest.mark.parametrize(
    ("subtype", "answer"),
    [
        ("repair.meter_burnt", "明天师傅给您换"),
        ("consult.arrears", "交了自己会来电的，两天也有可能"),
        ("complaint.hall_hours", "十分钟内给您回电话"),
        ("complaint.outage", "三天前公告贴了的"),
        ("complaint.pricing", "下周有人联系您"),
        ("repair.outage_single", "城里花园小区是吧，可能两个小时到"),
    ],
)
def test_doubtful_times_are_suspected_and_cost_nothing(subtype: str, answer: str, book: Rulebook) -> None:
    _, findings = check(talk("多久", answer), subtype, book)
    assert [(f.status, f.points) for f in findings] == [("suspected", 0.0)]


def test_a_slow_time_at_a_town_address_says_what_is_doubted(book: Rulebook) -> None:
    _, findings = check(talk("我在幸福路十二号三单元", "师傅一两个小时到"), "repair.outage_single", book)
    assert [f.status for f in findings] == ["suspected"]
    assert "没有超出；但地址像在城区，城区为45分钟" in findings[0].message


def test_doubtful_subtype_needs_both_to_agree(book: Rulebook) -> None:
    """Three days for a call back break the limit of a complaint, but none of a consultation."""
    call = talk("多久", "三天之内联系您")
    label = Label("complaint", "complaint.outage", 0.4, RunnerUp("consult.outage_info", 0.3), needs_review=True)
    assert [f.status for f in check(call, "", book, label)[1]] == ["suspected"]
    agreed = Label("complaint", "complaint.outage", 0.4, RunnerUp("complaint.pricing", 0.3), needs_review=True)
    assert [f.status for f in check(call, "", book, agreed)[1]] == ["confirmed"]


@pytest.mark.parametrize(
    ("subtype", "answer", "due"),
    [
        ("repair.outage_single", "师傅四十五分钟到", "2026-03-05T09:57:00+08:00"),
        ("complaint.pricing", "24小时内联系您", "2026-03-06T09:12:00+08:00"),
        ("complaint.pricing", "一个工作日内联系您", "2026-03-06"),
        ("complaint.pricing", "处理意见三到五个工作日答复", "2026-03-12"),
        ("consult.pv", "两三天给您回话", "2026-03-08"),
        ("consult.pv", "明天上午给您回话", "2026-03-06T12:00:00+08:00"),
        ("consult.arrears", "结清之后24小时内恢复", ""),
        ("complaint.outage", "提前七天公告", ""),
    ],
)
def test_due_dates(subtype: str, answer: str, due: str, book: Rulebook) -> None:
    promises, _ = check(talk("多久", answer, started_at=THURSDAY), subtype, book)
    assert [p.due for p in promises] == [due]
    assert [p.due for p in check(talk("多久", answer), subtype, book)[0]] == [""]


def test_due_counts_from_the_turn(book: Rulebook) -> None:
    call = Call("T", (Turn("agent", "十分钟内给您回话", 60.0, 63.5),), started_at=THURSDAY)
    assert check(call, "consult.pv", book)[0][0].due == "2026-03-05T09:23:00+08:00"


def test_working_days_skip_holidays_and_keep_shifted_ones() -> None:
    """National Day 2025 took 1–8 October; Sunday 28 September and Saturday 11 October were worked."""
    assert add_workdays(date(2025, 9, 26), 1) == date(2025, 9, 28)
    assert add_workdays(date(2025, 9, 30), 1) == date(2025, 10, 9)
    assert is_workday(date(2025, 10, 11))
    assert not is_workday(date(2026, 3, 7))


def test_beyond_the_known_years_weekdays_are_working_days() -> None:
    assert is_workday(date(2090, 10, 2)) == (date(2090, 10, 2).weekday() < 5)
    assert add_workdays(date(2090, 10, 6), 1) == date(2090, 10, 9)


def test_traditional_and_full_width_words_keep_raw_quotes(book: Rulebook) -> None:
    call = talk("多久", "市區▁９０分鐘內到")
    promises, findings = check(call, "repair.outage_single", book)
    assert promises[0].quote == findings[0].quote == "９０分鐘內"
    assert call.turns[1].text[findings[0].start : findings[0].end] == "９０分鐘內"


def test_no_turns_and_no_times(book: Rulebook) -> None:
    assert check(Call("T", ()), "consult.bill", book) == ([], [])
    assert check(talk("喂", "您好，请讲"), "consult.bill", book) == ([], [])


WORDS = [
    "三天",
    "内",
    "联系您",
    "四十五分钟",
    "到",
    "市区",
    "农村",
    "提前",
    "通知",
    "半个月",
    "明天",
    "下午",
    "五点前",
    "，",
    "。",
    "？",
    "您",
    "了",
    "不能",
    "规定",
    "结果",
    "24小时",
    "１２",
    "𝟐",
    "㎡",
    "ﷺ",
    "一个",
    "工作日",
    "投诉",
    "师傅",
    "▁",
    "后",
]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(WORDS), max_size=9).map("".join), min_size=1, max_size=4),
    st.sampled_from(
        ["repair.outage_single", "complaint.outage", "consult.arrears", "consult.metering", "", "other.report"]
    ),
    st.sampled_from(["", THURSDAY, "9999-12-31T23:00:00", "0001-01-01", "昨天"]),
)
def test_quotes_are_raw_words_whatever_is_said(book: Rulebook, texts: list[str], subtype: str, start: str) -> None:
    turns = tuple(Turn(("agent", "customer")[i % 2], text) for i, text in enumerate(texts))
    call = Call("T", turns, started_at=start)
    promises, findings = check(call, subtype, book)
    for record in (*promises, *findings):
        assert record.quote == turns[record.turn].text[record.start : record.end]
        assert turns[record.turn].role == "agent"
    assert len({(f.turn, f.rule_id) for f in findings}) == len(findings)
    assert all(p.status in ("within", "over", "outdated", "doubtful", "unjudged") for p in promises)


def test_a_promise_that_an_appeal_cleared_costs_nothing(inspector: Inspector) -> None:
    call = talk("我家停电了，就我一户，抢修师傅多久到，我在市区", "城区九十分钟内到")
    assert [f.status for f in inspector.inspect([call])[0].findings if f.code == "wrong_limit"] == ["confirmed"]
    cells = {"编号": "APL-001", "对话": "座：城区九十分钟内到", "代码": "wrong_limit", "应该": "不命中"}
    case = Row({"理由": "", "日期": ""} | cells, Place("common/cases.csv", 2))
    book = dreplace(inspector.book, tables=dict(inspector.book.tables) | {"cases": (case,)})
    found = [f for f in dreplace(inspector, book=book).inspect([call])[0].findings if f.code == "wrong_limit"]
    assert [(f.status, f.points) for f in found] == [("suppressed", 0.0)]
