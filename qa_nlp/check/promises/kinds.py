"""To whom or where a limit applies: 城区 or 农村, 居民 or 高压双电源, as far as the call says it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from qa_nlp.check.promises.setting import Setting

# Words → the cells of column 适用 that they mean.
AREAS = (
    (
        ("特殊边远", "边远"),
        r"边远|偏远|山区|深山|山沟|山里|大山|高原|海岛|岛上|远郊|(?:地方|[那这]儿|您那|路)太?偏|路[程上]?(?:太|又|也|很|确实|实在)?远|偏得|草原|牧区|戈壁|沙漠|山路",
    ),
    (("农村",), r"农村|乡[下里村镇间]|村[里上子屯]|镇[上里]|屯子|下乡|郊外|城外|城郊|镇区"),
    (("城区",), r"城区|市区|主城|城[里内]|市[里内]|市中心|县城|城关|城[东南西北][班所片区]|城市"),
)
CUSTOMERS = (
    (("高压双电源",), r"双电源|双回路|两路(?:电|进|电源)|第二路|两路"),
    (("高压单电源",), r"单电源|高压|千伏|专变|箱变"),
    (
        ("低压", "低压非居民", "非居民"),
        r"非居|不[算是]居民|小容量|低压|门面|门脸|商铺|铺[面子]|小店|店[里面]|作坊|小买卖|民宿|大棚|草莓棚|工商",
    ),
    (("居民",), r"居民|家里|住宅|民房|宅基地|自建房|老房子|入户|家用|我家"),
)
AREA_CELLS = tuple(cell for cells, _ in AREAS for cell in cells)
_AREAS = tuple((cells, re.compile(words)) for cells, words in AREAS)
_CUSTOMERS = tuple((cells, re.compile(words)) for cells, words in CUSTOMERS)
HIGH_VOLTAGE = re.compile(r"高压|千伏|双电源|双回路|专变|变压器|两路|第二路|单电源|一百千瓦|[几\d]百千瓦|kva|千伏安")
# An address that looks like a town's: good enough to doubt a rural limit, not to confirm a fault.
TOWN = re.compile(
    r"路[0-9一二三四五六七八九十百]+号|大街|街道|小区|花园|[0-9一二三四五六七八九十][栋幢座]|单元|大厦|商场|广场|弄[0-9]|写字楼"
)
VILLAGE = re.compile(r"[镇乡村屯寨沟岙坳坪湾]|[一二三四五六七八九十]组|生产队|苏木|嘎查|林场|农场")


def area_of(setting: Setting) -> tuple[str, ...]:
    """Cells of column 适用 that the area of the call means; empty when the call does not say."""
    return _said(setting, _AREAS)


def customer_of(setting: Setting) -> tuple[str, ...]:
    """Cells of column 适用 that the customer's kind of supply means; empty when unknown."""
    return _said(setting, _CUSTOMERS)


def speaks_of_high_voltage(setting: Setting) -> bool:
    """Whether the call is about a high-voltage supply at all."""
    return HIGH_VOLTAGE.search(setting.text) is not None


def looks_urban(setting: Setting) -> bool:
    """Whether the address alone lets one think of a town."""
    return TOWN.search(setting.text) is not None and VILLAGE.search(setting.text) is None


def _said(setting: Setting, kinds: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]) -> tuple[str, ...]:
    """The kind named nearest: in the clause, then the turn, the question, the agent's and the customer's turns."""
    return next((cells for text in _outwards(setting) if (cells := _named(text, kinds))), ())


@lru_cache(maxsize=64)
def _named(text: str, kinds: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]) -> tuple[str, ...]:
    """Kept for the words of a whole call, which every promise of the call asks about.

    In the order of the table: the special kind first, 非居民 before 居民.
    """
    return next((cells for cells, words in kinds if words.search(text)), ())


def _outwards(setting: Setting) -> Iterator[str]:
    yield setting.clause
    yield setting.before + setting.after
    yield setting.said
    yield setting.asked
    yield setting.words.agent
    yield setting.words.customer
