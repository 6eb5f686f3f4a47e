"""Addresses, kept to the district: what follows 区 or 县 is covered once it points at a door."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa_nlp.privacy.span import Span

_WORD = r"[^\W0-9_a-zA-Z我你您他她们住在是的了到这那就请问去从往要没停跟给把被呃嗯啊哦今全整几也都只还个哪什么呢]"
_SUFFIX = (
    r"(?:(?<![线电短回断来上走开通半])路|大街|大道|街道|街|巷|胡同|小区|社区|花园|新村|家园|公寓|大厦|广场|新城|雅苑|苑|(?<![农全整])村"
    r"|(?<!村)庄|屯|镇|乡|里弄|坊|府邸|公馆|名邸|佳苑|工业园|产业园|大院|家属院)"
)
_DIGIT = r"[0-9０-９零〇一二三四五六七八九十百幺两a-zA-Z甲乙丙丁东西南北]"
_NUM = _DIGIT + r"{1,6}(?:[-－—杠之][0-9０-９零一二三四五六七八九十幺]{1,4}){0,3}"
_DATE = (
    r"(?!前|之前|晚|早|上午|下午|中午|凌晨|到|至|开始|以后|以前|那天|就|要|才|左右|线|杆|变|台|码|工|座席|话务|为您)"
)
_DOOR = rf"(?<!月)(?<!第){_NUM}\s?(?:号楼|号院|号{_DATE}|栋|幢|座(?!席|机)|单元|室|弄|巷|组|队|楼|层)"
_BARE = r"(?:(?<=单元)|(?<=栋)|(?<=幢)|(?<=座)|(?<=楼)|(?<=号))[，,\s]?(?:[0-9]{3,4}|[零一二三四五六七八九幺]{3,4})(?![0-9年元块度点伏户家个多])"
_NAMED = rf"(?!家){_WORD}{{1,8}}?{_SUFFIX}+"
_GAP = r"(?:[，,、\s]|嗯|呃|啊|的){0,2}"
_CHAIN = rf"(?P<x>{_NAMED}(?:{_GAP}(?:{_DOOR}|{_BARE}|{_NAMED}))*)"
HINT = re.compile(r"[路街巷区园村寓厦场城苑庄屯镇乡坊栋幢元室弄组楼院馆邸号]")
_SPOT = r"(?:小区|村|位置|地方|路|街)"
ASKS = re.compile(rf"地址|门牌|几栋|几号楼|几单元|住(?:在)?(?:哪|什么)|哪个{_SPOT}|什么{_SPOT}|具体位置|哪条路")
_AT_DOOR = re.compile(rf"(?P<x>{_NAMED}(?:{_GAP}{_NAMED})*{_GAP}{_DOOR}(?:{_GAP}(?:{_DOOR}|{_BARE}))*)")
_DOORS = re.compile(rf"(?P<x>{_DOOR}(?:{_GAP}(?:{_DOOR}|{_BARE}))+)")
# 三号、五号、七号 are days or neighbours, 三栋二单元 is a door.
_BUILDING = re.compile(r"[栋幢室元弄]|号楼|号院")
_HOME = r"(?:(?<![居])住在?|家住|家在|住址(?:是|在|为)?|地址(?:是|在|为|呢)?|门牌(?:是|号)?|寄[到往]|送到)"
DOOR_HINT = re.compile("|".join(rf"{char}(?:(?<={_DIGIT}.)|(?<={_DIGIT}\s.))" for char in "栋幢座室弄巷组队楼层号单"))
HOME_HINT = re.compile(r"住|家在|地址|门牌|寄|送到")
_SAID = re.compile(rf"{_HOME}(?:[，,：:\s]|嗯|呃|那个|就是|这个|是){{0,3}}{_CHAIN}")
_ANSWER = re.compile(
    rf"^(?:嗯|呃|啊|我们?|是|在|住|就是|那个|这个|家|[，,\s])*(?:{_CHAIN}|(?P<y>{_DOOR}(?:{_GAP}(?:{_DOOR}|{_BARE}))*))"
)
_DISTRICT = re.compile(r"省|(?<![超城都闹夜菜])市(?!场)|县|[左右前后中联]旗|自治州|(?<![小社园校台片地厂业])区")


def find_places(text: str, asked: bool = False) -> Iterator[Span]:
    """Spans of addresses below the district; ``asked`` (the agent has just asked) makes a bare 阳光小区 one."""
    if not HINT.search(text):
        return
    # The open-ended expressions run only where a door or a word for living somewhere makes them worth it.
    patterns: tuple[re.Pattern[str], ...] = (_AT_DOOR, _DOORS) if DOOR_HINT.search(text) else ()
    patterns += (_SAID,) if HOME_HINT.search(text) else ()
    patterns += (_ANSWER,) if asked else ()
    for pattern in patterns:
        for match in pattern.finditer(text):
            group = "x" if match["x"] else "y"
            start, end = match.span(group)
            if pattern is _DOORS and not _BUILDING.search(match["x"]):
                continue
            # The district stays; it is looked for in the named part only, a door holds none.
            for district in _DISTRICT.finditer(text, start, end):
                start = district.end()
            if start < end:
                yield Span(start, end, "address")
