"""What the customer has already told: without it a question is not a repeated one, and what is his own is no secret."""

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
)  # fmt: skip
_ASKED = tuple((re.compile(asked), re.compile(given)) for _, asked, given in ASKED)
OWN = re.compile(r"[您你](?:这个?|的|家|本人|上个?|名下|户|账)")
OTHERS = re.compile(
    r"他|她|邻居|隔壁|房东|租客|师傅|同事|别人|人家|那户|那家|哪家|某|女士|先生|姓|业主|房主|原来|手机|电话|号码"
)


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


def is_own(prepared: Prepared, turn: int) -> bool:
    """Whether an agent's turn tells the customer of nobody but himself."""
    folded = prepared.folded
    words = folded.match[folded.starts[turn] : folded.ends[turn]]
    return OWN.search(words) is not None and OTHERS.search(words) is None
