"""What the customer has already told.

Without it a question is not a repeated one; what is his own is no secret; and words retold to him are not the agent's.
"""

from __future__ import annotations

import re

from qa_nlp.text.prepared import Prepared

_DIGITS = "0-9零一二三四五六七八九幺×*"
# What an agent asks for, and how it looks when it was given; over folded text.
ASKED = (
    ("account", r"户号|户头|客户编号|表号", rf"户号|表号|尾号|编号|[{_DIGITS}]{{4}}"),
    ("phone", r"电话|手机|号码|联系方式", rf"尾号|[{_DIGITS}]{{4}}|(?:电话|手机|号码?)\w{{0,3}}[就是这]|这个(?:电话|手机|号)|来电"),
    ("name", r"贵姓|怎么称呼|姓什么|姓啥|名字|户名", r"姓|叫|名字|我是\w{1,4}|户名"),
    (
        "address",
        r"地址|住哪|住在|哪个小区|什么位置|哪条路|几栋|几号楼|门牌|什么地方|在哪",
        r"[路街巷村镇乡栋幢组苑园城区弄屯庄县市店厂院楼坊里湾桥]|小区|单元|公寓|大厦|中心",
    ),
    ("hall", r"哪个?(?:营业)?[厅所]|哪个网点", r"[路街镇乡县区村桥门]|(?!营业)[^\W你我他们个这那家哪在去到的]{2}(?:营业)?[厅所]"),
    (
        "time", r"几点|几时|哪天|几号|(?:什么|啥)时候|多久|多长时间",
        r"[0-9一二两三四五六七八九十半](?:点|号|天|个?月|年|分钟|个?小时|个?钟头|日)|[昨前今][天晚]|[早晚]上|[上中下]午|夜里|刚|礼拜|星期|个月",
    ),
)  # fmt: skip
_ASKED = tuple((re.compile(asked), re.compile(given)) for _, asked, given in ASKED)
OWN = re.compile(r"[您你](?:这个?|的|家|本人|上个?|名下|户|账)")
OTHERS = re.compile(
    r"他|她|邻居|隔壁|房东|租客|师傅|同事|别人|人家|那户|那家|哪家|某|女士|先生|姓|业主|房主|原来|手机|电话|号码"
)

# Somebody else's words follow; what the agent himself says or has said is his own.
RETELLING = re.compile(
    r"(?:(?<![我咱谁能])(?<!我刚才)(?<!我们)(?<!我跟你)(?<!不是跟你)[说讲喊骂]|原话|那句话)[^.!?\n]{0,8}$"
)
RETOLD = re.compile(r"[说讲喊骂]|原话|那句话")
# A name has so many letters, and a span that holds little else so many.
NAME, SHORT = 3, 8
# So many letters in a row are the same words; and of his turns before the agent's so many are looked at.
SAME, LOOKED_AT = 4, 2

# A colleague or a number stays a secret, though the customer asked for it by name.
SECRET = re.compile(r"师傅|同事|邻居|房东|电话|手机|号码|[0-9]")


def was_given(prepared: Prepared, turn: int) -> bool:
    """Whether what an agent's turn asks for was given, or asked for, before; True where it asks for something else.

    Telephone, name, account and address are known by their looks; of other questions nothing can be told.
    """
    folded = prepared.folded
    words = folded.match[folded.starts[turn] : folded.ends[turn]]
    kinds = [(asked, given) for asked, given in _ASKED if asked.search(words)]
    if not kinds:
        return True
    for earlier in range(turn):
        said, role = folded.match[folded.starts[earlier] : folded.ends[earlier]], prepared.roles[earlier]
        if any((asked if role == "agent" else given).search(said) for asked, given in kinds):
            return True
    return False


def is_own(prepared: Prepared, turn: int, start: int, end: int) -> bool:
    """Whether an agent's turn tells the customer of nobody but himself, or a short span of it what he has told."""
    folded = prepared.folded
    words = folded.match[folded.starts[turn] : folded.ends[turn]]
    if OWN.search(words) is not None and OTHERS.search(words) is None:
        return True
    customers = (nth for nth in range(turn) if prepared.roles[nth] == "customer")
    said = "\n".join(folded.match[folded.starts[nth] : folded.ends[nth]] for nth in customers)
    span = folded.match[start:end]
    if len(span) > SHORT or SECRET.search(span):
        return False
    return any(span[at : at + NAME] in said for at in range(len(span) - NAME + 1))


def is_retold(prepared: Prepared, turn: int, start: int, end: int) -> bool:
    """Whether an agent's words, a span of the joined text, retell what the customer has just told of somebody.

    Four letters in a row of them stand in one of the customer's last two turns, and behind a word such as 说.
    """
    folded = prepared.folded
    begin = folded.starts[turn]
    if not RETOLD.search(folded.match, begin, end):
        return False
    heard = [nth for nth in range(max(0, turn - 2 * LOOKED_AT), turn) if prepared.roles[nth] == "customer"][-LOOKED_AT:]
    said = "\n".join(folded.match[folded.starts[nth] : folded.ends[nth]] for nth in heard)
    shared = (at for at in range(start, end - SAME + 1) if folded.match[at : at + SAME] in said)
    return any(RETELLING.search(folded.match, begin, at) for at in shared)
