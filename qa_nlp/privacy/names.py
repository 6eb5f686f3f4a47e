"""Names of people: after 姓, 叫, 我是, 户主 …, before 先生, 老板, 师傅 …, beside a telephone, as the answer to 贵姓."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qa_nlp.privacy.span import Span

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧肖程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟"
    "汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温"
    "季俞章鲁葛伍韦申尤毕聂焦柳邢路岳齐梅莫庄辛管祝左涂谷祁舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲游裴席卫屈鲍覃霍翁隋甘景柏宁"
    "柯阮桂闵解柴华车冉房辜吉饶刁瞿戚丘古米池滕苑臧苟褚廉简娄盖符奚穆党燕郎冀谈姬屠连晏栾郁蒙喻窦迟冷卓仇艾蓝巩仲虞卞封"
    "闫付骆邬佟缪阚巫邝冼岑鞠匡佘芦敖逯亓訾晁粟荆仝邸尚"
    "張劉陳楊趙黃吳孫馬羅鄭謝韓馮蕭許傅蘇盧蔣賈薛葉閻鍾蕭"
)
_S = rf"(?:欧阳|上官|司马|诸葛|司徒|东方|皇甫|尉迟|公孙|慕容|令狐|夏侯|宇文|端木|[{SURNAMES}])"
# Surnames that hardly ever end another word, so that 那边王师傅 is one of them and 线路师傅 none.
_PLAIN_S = "[王李刘陈杨赵吴徐孙胡朱郭罗梁宋郑韩冯董曹袁邓沈彭吕卢蒋蔡贾魏薛阎潘杜戴姚谭廖邹郝崔邱侯邵孟龚庞樊]"
_G = r"[\u4e00-\u9fff]"
# Syllables that names of Uyghurs, Kazakhs, Tibetans and Mongols are written in; three in a row are no word.
_F = "[阿艾依古丽买提热巴木江尔克孜努汗麦合迪肯别卓玛扎西次仁旦丹增多吉达娃央桑格尼拉姆洛平措德曲珍贡嘎索朗其乌云娜图雅呼萨斯那宝音布特库吐逊肉拜伊力帕夏祖哈米莱赛甫玉素卡再尤苏外瓦孜琴敖登都赫额吾里]"
_FAR = rf"(?:(?!阿里巴巴|那里|里){_F}{{3,10}}|扎西|卓玛|达娃|尼玛|次仁|多吉|旦增|丹增|央金|德吉|白玛|拉姆|格桑|巴桑|洛桑|索朗|古丽|买提|巴图|娜仁|萨仁)"
_FULL = rf"(?:{_G}{{1,6}}·{_G}{{1,8}}|{_S}{_G}{{1,2}}?)"
_TITLE = r"先生|女士|小姐|太太|同志|阿姨|大爷|大哥|大姐"
_ROLE = r"老板|师傅|经理|主任|老师|大妈|大叔|大伯"
_SHORT_TITLE = r"[姐哥叔婶总](?:$|(?=[\s，。,.！!？?、您你说在好啊呀吧呢家那这的刚给让来]))"
_STOP = r"$|[\s，。,.！!？?；;、：:”\"）)]"
_END = rf"(?={_STOP}|{_TITLE}|[啊呀哦吧哈嘛呢吗的了呗]|住|是|家|电话|手机|户号|身份证|号码|我|你|您|打|反映|想|要|这|在|他|她)"
_NO_NAME = (
    r"(?!安装|安排|高压|高层|高速|方便|方面|金额|江苏|江西|马上|马路|白天|白班|何时|何必|万一|钱|史上|时候|严重|常常|管理|管线|温度|温馨"
    r"|成本|路边|路灯|单位|单元|计划|计量|于是|解释|解决|程序|程度|华为|文件|黄灯|红|石油|田地|房东|房子|房客|车主|车间|车棚|游客|关于|易"
    r"|党员|管家|祝您|莫名|连续|符合|费用|项目|景区|古镇|米|党支部|施工|任何|许多|曾经|包月|武汉|宁波|苏州|广州|杭州|徐州|常州|温州|冷库|冷冻|路口|路政|连锁|封"
    r"|.?.?(?:公司|小区|村|单位|师傅|客服|电工|物业|经理|老师|医院|学校|县|市|区|镇|乡|街|路))"
)
HINT = re.compile(rf"姓|叫|我是|我名|名字|户[主名]|机主|联系人|收[件货]人|本人|{_TITLE}|{_ROLE}|姐|哥|叔|婶|总")
_DONE = r".{0,4}(?:已|变更|过户)"
ASKS = re.compile(rf"贵姓|怎么称呼|姓名(?!{_DONE})|名字(?!{_DONE})|户名(?!{_DONE})|户主(?!{_DONE})|您姓")
_FAMILY = re.compile(
    rf"(?<![百同改重])姓(?:是)?(?P<x>欧阳|上官|司马|诸葛|司徒|东方|皇甫|尉迟|公孙|慕容|令狐|夏侯|(?![名什啥氏甚哪么的吗不是在啊呀呢吧就也和人都以]|[一二两三四五六七八九十几]个|[上下]面){_G})"
)
_SPELT = re.compile(
    rf"(?:弓长|立早|木子|耳东|双木|口天|草头|古月|言午|双口|走肖|人可|三横一竖|木土|禾女)(?:的)?[{SURNAMES}]?"
)
_CALLED = re.compile(
    r"(?:(?:名字|姓名|户主|户名|机主|联系人|收件人|收货人)(?:的?(?:名字|姓名))?(?:是|叫|就是|写的是|登记的是|写的?)?|(?<![打呼喊别])叫(?:做)?|本人)"
    rf"(?:[，,：:\s]|嗯|呃|那个)*{_NO_NAME}(?P<x>{_FULL}){_END}"
)
_CALLED_FAR = re.compile(
    rf"(?:(?:名字|姓名|户主|户名|机主|联系人|收件人|收货人)(?:是|叫|就是|写的是|登记的是)?|(?<![打呼喊别])叫(?:做|我)?)"
    rf"(?:[，,：:\s]|嗯|呃|那个)*(?P<x>{_FAR})(?={_STOP}|{_TITLE}|[啊呀哦吧哈就的]|住|家|来|电话|手机|户号|我|你|您)"
)
_I_AM = re.compile(rf"我(?:就)?是(?:[，,\s]|嗯|呃|那个)*{_NO_NAME}(?P<x>{_FULL})(?={_STOP}|[啊呀哦呢]|先生|女士)")
_GIVEN = re.compile(rf"叫(?P<x>{_G}{{1,2}})(?={_STOP}|[啊呀哦吧])")
_ADDRESSES = ("先生", "女士", "小姐", "太太")
_ADDRESSED = re.compile(
    rf"(?P<x>(?:(?<=[，。,.！？\s是好给找请问为帮跟叫的])|(?<![\s\S])){_S}{_G}{{1,2}}|(?<![任由]){_S})(?={'|'.join(_ADDRESSES)})"
)
# 谢师傅, 管经理, 祝大哥 thank, ask and wish; 给钱老板 pays.
_TITLED = re.compile(
    rf"(?P<x>{_PLAIN_S}|(?:(?<=[\s，。,.！!？?：:、是好给找请问为帮跟叫的让和向位个们次天说])|^)(?![钱连管祝关谢]){_S})"
    rf"(?={_TITLE}|{_ROLE}|{_SHORT_TITLE})"
)
_ANSWER_FAR = re.compile(
    rf"^(?:(?:嗯|啊|呃|哦|我|是|叫|就|那个)[，,\s]?)*(?P<x>{_FAR})(?={_STOP}|{_TITLE}|[啊呀吧哈的就])"
)
_NEAR = (
    rf"(?!郑州|沈阳|韩国|董事|胡同|杨树|徐州|孙[子女]|罗马|.(?:{_TITLE}|{_ROLE})){_NO_NAME}(?P<x>(?:{_PLAIN_S}|张){_G}"
    rf"{{0,1}}(?![吗呢吧了的啊呀]){_G})"
)
_AFTER = re.compile(rf"\s?{_NEAR}(?={_STOP}|\])")
_BEFORE = re.compile(rf"(?:(?<=[，。,：:\s的是])|^){_NEAR}[\s：:，,]?$")
_REACH = 8
_PERSONAL = ("mobile", "id_card", "bank_card")
_ANSWER = re.compile(
    rf"^(?:(?:嗯|啊|呃|哦|免贵|我|是|叫|那个)[，,\s]?)*{_NO_NAME}(?P<x>{_S}(?:{_G}{{1,2}})?)(?={_STOP}|[啊呀吧哈的])"
)
# What begins with an assertion or a choice is slow to look for, so plain words in it are looked for first.
_CALLED_HINT = re.compile(r"名字|姓名|户主|户名|机主|联系人|收件人|收货人|叫|本人")
_ADDRESSED_HINT = re.compile("|".join(_ADDRESSES))
_TITLED_HINT = re.compile(rf"{_TITLE}|{_ROLE}|姐|哥|叔|婶|总")
_STROKES = re.compile(rf"{_G}{{0,3}}(?P<c>{_G}{{1,2}}){_G}{{0,2}}的(?P=c)")
_SHORT = 14


def find_names(text: str, asked: bool = False) -> Iterator[Span]:
    """Spans of names; ``asked`` means the agent has just asked for one, so a bare 王建国 is a name."""
    found = False
    if HINT.search(text):
        family = "姓" in text
        patterns: tuple[re.Pattern[str], ...] = (_FAMILY,) if family else ()
        patterns += (_CALLED,) if _CALLED_HINT.search(text) else ()
        patterns += (_I_AM,) if "我是" in text or "我就是" in text else ()
        patterns += (_CALLED_FAR,) if _CALLED_HINT.search(text) else ()
        patterns += (_ADDRESSED,) if _ADDRESSED_HINT.search(text) else ()
        for pattern in patterns:
            for match in pattern.finditer(text):
                found = True
                yield Span(*match.span("x"), "name")
        if family and _FAMILY.search(text):
            for match in _GIVEN.finditer(text):
                yield Span(*match.span("x"), "name")
        if _TITLED_HINT.search(text):
            yield from (Span(*match.span("x"), "name") for match in _TITLED.finditer(text))
    if asked and len(text) <= _SHORT and (answer := _ANSWER.search(text) or _ANSWER_FAR.search(text)):
        found = True
        yield Span(*answer.span("x"), "name")
    if found or asked:
        for pattern in (_SPELT, _STROKES):
            for match in pattern.finditer(text):
                yield Span(*match.span(), "name")


def beside_numbers(text: str, numbers: Sequence[Span]) -> Iterator[Span]:
    """Spans of names that touch a telephone or a card number: 13900001111王建国."""
    for start, end, kind in numbers:
        if kind not in _PERSONAL:
            continue
        if match := _AFTER.match(text, end):
            yield Span(*match.span("x"), "name")
        if match := _BEFORE.search(text, max(0, start - _REACH), start):
            yield Span(*match.span("x"), "name")
