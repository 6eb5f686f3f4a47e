"""What the label before someone's words says of who speaks: a role, a courtesy title, a person, or no speaker at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from qa_nlp.read.values import DECORATION, role_of

HAN = r"[\u4e00-\u9fff]"
# The commonest only: a rare one is oftener part of a word than of a name.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆"
    "汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严武戴莫孔汤"
)
COMPOUND = "欧阳|上官|司马|诸葛|皇甫|慕容|尉迟|令狐"
PERSON = rf"(?:[小老阿]{HAN}|(?:{COMPOUND}|[{SURNAMES}]){HAN}{{1,2}})"
RANK = "师傅|老师|班长|组长|主管|经理|主任|队长|站长|所长"
NUMBER = r"(?:工号)?[A-Za-z]{0,3}\d{1,8}号?"
TITLES = "先生|女士|小姐|太太|男士|大爷|大妈|阿姨|大叔|大姐|大哥|大娘|大伯|奶奶|爷爷"
TITLE = re.compile(rf"(?!.{{0,3}}[的位我你您他她这那])(?:{HAN}{{0,3}}(?:{TITLES}))")
KIN = "家属|爸爸|妈妈|父亲|母亲|丈夫|妻子|儿子|女儿|邻居|同事|旁人|第三人|第三方|男声|女声|电工"
ANYBODY = re.compile(rf"{KIN}|{PERSON}(?:{RANK})?|[{SURNAMES}](?:{RANK}|工)|(?:值班|当班)?(?:{RANK})")
# The role first, then a name or a number; what else follows (客服电话, 客户余额) is the name of a field.
AGENT = re.compile(
    r"(?:\d{1,8}号?)?(?:座席|坐席|客服|话务|接线|受理|营业|工号(?=[A-Za-z]{0,3}\d))(?:人员|员|代表|专员|工号|端|方)?"
    rf"(?P<rest>(?:{NUMBER}|{PERSON}|[{SURNAMES}]|(?:{PERSON}|[{SURNAMES}])(?:{TITLES}|{RANK})|[A-Za-z]{{2,8}}){{0,2}})"
)
CUSTOMER = re.compile(
    rf"(?:客户|客戶|用户|用戶|来电人|来电者|顾客)(?P<rest>{NUMBER}|{PERSON}|[{SURNAMES}]|{HAN}{{0,3}}(?:{TITLES}))"
)
NOTE = re.compile(r"[(（]([^()（）]{1,10})[)）]$")
NUMBERED = re.compile(r"(?:说话人|发言人|讲话人|speaker|spk)", re.IGNORECASE)
# Words that begin like a name, and words that no name holds.
_WORDS = """
小计 小结 小时 小区 小票 小心 小号 小类 小程序 老人 老板 老旧 老年 老表 老户 老师 阿里 高压 高峰 高温 高速
高空 高级 马上 马路 方案 方法 方式 方向 方便 方言 金额 金融 石油 白天 白班 夏季 夏天 江边 江苏 江西 黄金
黄河 周一 周二 周三 周四 周五 周六 周日 周边 周期 周末 周围 万一 万元 严重 严格 武汉 何时 何地 何人 许多
许可 许可证 任务 任何 任意 程序 程度 龙头 史料 毛病 于是 余额 余量 余款 陆续 叶片 田间 钱款 段落 雷电 雷雨
曾经 时长 丁类 贺卡 顾问 林区 江南 汤料 孔位 陈述 周知 高低压 高压侧 方案一 方案二 方案三 周一至 万能 白名单
黄页 金卡 石材 马达 高度 高频 高负荷 比如 例如 譬如 就像 首先 其次 然后 最后 另外 总之 此外 同时 因此 所以
但 但是 不过 以及 包括 地点 注意 备注 提醒 提示 附件 附 注 原因 结论 结果 标题 主题 正文 摘要 关键词 目录
作者 版本 来源 日期 时段 姓名 性别 年龄 联系人 经办人 受理人 处理人 责任人 负责人 户主 机主 收件人 寄件人
收货人 发件人 申请人 审核人 记录人 质检员 质检 工号 工单 班组 班次 部门 单位 区域 线路 台区 网点 业务 业务员
子类 大类 步骤 措施 流程 材料 条件 依据 标准 要求 要点 重点 难点 分析 点评 评析 解析 评语 得分 扣分 总分
满分 优点 缺点 亮点 不足 案例 示例 样本 情景 场景 诉求 处理 回复 答复 反馈 微信 邮箱 网址 公众号 短信 传真
邮编 品牌 规格 颜色 尺寸 星期 上午 下午 晚上 早上 中午 凌晨 今天 明天 昨天 好评 差评 评价 满意 客服热线 注释
编者按 qq wx app vip http https ftp www note ps ok info warn warning error debug todo faq tel email id key
value title date time name host port version author
"""
NO_NAMES = frozenset(_WORDS.split())
FUNCTION = re.compile(r"[我你您他她它们的了是说请这那么怎没把被都很也还不吗呢吧啊与或及]")
NO_NAME = re.compile(
    rf"{FUNCTION.pattern}|^(?:第|其|一、|上述|以下|如下|根据|关于)"
    r"|(?:(?<!\d)号|码|址|间|额|费|价|量|数|率|型|类|名|称|(?<!调)度|表|单|卡|书|法|式|点|段|路|处|因|案|况|果|容|注|释|明|示|求|准|限|件|骤|施|议|见|息|录|态|级|热线|电话)$"
)
# Words that would fall under the above.
PARTIES = frozenset(("主叫", "被叫", "男的", "女的", "我方", "我"))
KNOWN, ROLE, TITLED, PERSONAL, OPEN, NONE = "known", "role", "title", "person", "open", ""
ROLES = ("agent", "customer", "system")


@lru_cache(maxsize=8192)
def said_role(name: str) -> str:
    """agent | customer | system | unknown by what a label says: as ``role_of``, and with a person's name or number."""
    role = role_of(name)
    if role != "unknown":
        return role
    if (note := NOTE.search(name.strip())) and (inner := said_role(note[1])) != "unknown":
        return inner
    plain = DECORATION.sub("", unicodedata.normalize("NFKC", name[:60]))
    for role, form in (("agent", AGENT), ("customer", CUSTOMER)):
        if (match := form.fullmatch(plain)) and not _is_word(match["rest"]):
            return role
    return "unknown"


def titled(name: str) -> bool:
    """Whether a label is a courtesy title, as staff call their customers (王女士)."""
    return bool(TITLE.fullmatch(NOTE.sub("", name)))


def roles_of(names: Iterable[str]) -> dict[str, str]:
    """The role of each speaker of one call by their labels.

    Courtesy titles are the customer's, unless another speaker is called the customer, or where nobody is called the
    agent and two speakers have titles: then either may be the agent.
    """
    roles = {name: said_role(name) for name in set(names)}
    polite = [name for name, role in roles.items() if role == "unknown" and titled(name)]
    if polite and "customer" not in roles.values():
        others = [role for name, role in roles.items() if name and name not in polite]
        if "agent" in others or (len(polite) == 1 and "unknown" in others):
            roles |= dict.fromkeys(polite, "customer")
    return roles


@lru_cache(maxsize=8192)
def sort_of(label: str) -> str:
    """What a label without spaces may be: a known role word or numbered speaker, a role with a name, a courtesy
    title, a person, open (a speaker if it takes turns), or empty text for what is no speaker."""
    if role_of(label) != "unknown" or NUMBERED.match(label):
        return KNOWN
    if said_role(label) in ROLES:
        return ROLE
    plain = NOTE.sub("", label)
    if _is_word(plain) or plain.isdecimal():
        return NONE
    if TITLE.fullmatch(plain):
        return TITLED
    if ANYBODY.fullmatch(plain) and not FUNCTION.search(plain):
        return PERSONAL
    return OPEN if plain in PARTIES or not NO_NAME.search(plain) else NONE


def _is_word(text: str) -> bool:
    return text.lower() in NO_NAMES or (len(text) > 2 and text[:2] in NO_NAMES)
