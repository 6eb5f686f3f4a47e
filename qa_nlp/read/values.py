"""Small values as files spell them → as records hold them: roles, times, directions, clean text."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import datetime, timedelta
from typing import Any

ALIASES = {
    "agent": """座席 坐席 座席人员 坐席人员 座席员 坐席员 座席代表 坐席代表 座席端 坐席端 客服 客服人员 客服代表 客服专员 客服端 客服员
人工客服 人工坐席 人工座席 客服坐席 客服座席 话务员 话务人员 接线员 受理员 受理人员 服务人员 专员 工作人员 营业员 客服热线
客服代表员 客户代表 客戶代表 客户经理 客户服务代表 座 agent assistant staff operator representative rep csr advisor seat service kefu employee 坐席方 座席方 客服方""",
    "customer": """客户 用户 客人 顾客 来电人 来电者 来电客户 市民 居民 业主 主叫客户 客户端 客户方 用户方 客 用电客户 顧客 客戶 用戶 买家
customer client user caller guest consumer visitor kehu end_user enduser""",
    "system": """系统 系统提示 系统消息 系统事件 事件 提示音 自动语音 语音导航 机器人 语音机器人 智能语音 system event ivr bot robot automatedagent notice""",
}
ROLE_OF = {alias: role for role, aliases in ALIASES.items() for alias in aliases.split()}
DIRECTION_OF = {
    **dict.fromkeys(("inbound", "in", "incoming", "呼入", "来电", "呼入电话", "接入", "入呼"), "inbound"),
    **dict.fromkeys(("outbound", "out", "outgoing", "呼出", "外呼", "去电", "回访", "出呼"), "outbound"),
}
SURROGATE = re.compile("[\ud800-\udfff]")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")
DECORATION = re.compile(r"[\s\[\]【】<>()「」:*#_\"'-]")
NUMBERED = re.compile(r"^([a-z]+|[\u4e00-\u9fff]+?)(?:no\.?|工号)?[a-z]{0,3}\d+$")
MOMENT = re.compile(
    r"^\s{0,4}(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?:日[ T]{0,2}|[ T]{1,2})(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6})\d{0,3})?)?"
    r"(?:Z|[+-]\d{2}:?\d{2})?\s{0,4}$"
)
IN_WORDS = re.compile(r"\s{0,4}(\d{1,2})[时点](?:(\d{1,2})分?(?:(\d{1,2})秒?)?)?\s{0,4}$")
# Days since Excel's zero, for the years 2000 to 2099.
SERIAL = re.compile(r"\s{0,4}([3-7]\d{4})(\.\d{1,16})?\s{0,4}")
FIRST_SERIAL, LAST_SERIAL = 36_526, 73_050
SERIAL_ZERO = datetime(1899, 12, 30)
CLOCK = re.compile(r"^(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2}(?:[.,]\d+)?)$")


def role_of(name: object) -> str:
    """agent | customer | system | unknown for whatever a file calls a speaker (客服, 座席A07, Customer …)."""
    if not isinstance(name, str):
        return "unknown"
    if name in ("agent", "customer", "unknown", "system"):
        return name
    key = DECORATION.sub("", unicodedata.normalize("NFKC", name[:60]).lower())
    if key in ROLE_OF:
        return ROLE_OF[key]
    match = NUMBERED.match(key)
    return ROLE_OF.get(match[1], "unknown") if match else "unknown"


def direction_of(value: object) -> str:
    """inbound | outbound, or empty text when the value says neither."""
    return DIRECTION_OF.get(text_of(value).strip().lower(), "")


def seconds(value: object, scale: float = 1.0) -> float | None:
    """A number or numeric text times ``scale`` (0.001 for milliseconds); None when it is not a time ≥ 0."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value) if scale == 1.0 else round(float(value) * scale, 6)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and number >= 0 else None


def clock(value: object) -> float | None:
    """Seconds of a clock text ``[h:]m:s[.fff]`` (``00:01:03,5`` → 63.5), or None."""
    match = CLOCK.match(unicodedata.normalize("NFKC", value).strip()) if isinstance(value, str) else None
    if match is None:
        return None
    return int(match[1] or 0) * 3600 + int(match[2]) * 60 + float(match[3].replace(",", "."))


def span(start: float | None, end: float | None) -> tuple[float | None, float | None]:
    """A start and an end that can be believed: both None when the end is before the start."""
    if start is not None and end is not None and end < start:
        return None, None
    return start, end


def clean(text: str) -> str:
    """``text`` with each lone surrogate as U+FFFD; length and offsets stay."""
    return text if text.isascii() else SURROGATE.sub("\ufffd", text)


def plain(text: str) -> str:
    """Clean text of a plain file: NULs, control characters and stray byte order marks dropped."""
    return clean(CONTROL.sub("", text))


def clean_all(value: Any) -> Any:
    """Every text inside a JSON value cleaned; numbers that are not finite become None."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {clean(str(key)): clean_all(item) for key, item in value.items()}
    return [clean_all(item) for item in value] if isinstance(value, list) else value


def text_of(value: object) -> str:
    """Text of a scalar: whole floats lose their ``.0``; None, lists and objects become empty text."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    try:
        return str(value)
    except ValueError:
        return ""


def moment_of(value: str) -> datetime | None:
    """A date and time without zone (``2026/3/5 9:12:03``, ``2026年3月5日 14时20分`` and ISO forms), or None."""
    if value[:1] not in ("1", "2", " "):
        return None
    if not value.isascii():
        value = IN_WORDS.sub(lambda m: f" {m[1]}:{m[2] or '':0>2}:{m[3] or '':0>2}", value.replace("：", ":"))
    match = MOMENT.match(value)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        return datetime(year, month, day, hour, minute, second, int((match[7] or "0").ljust(6, "0")))
    except ValueError:
        return None


def serial_of(value: str) -> str:
    """A number of days as Excel counts them (``46086.59``, 2000 to 2099) as ISO 8601 to the second; "" for others."""
    match = SERIAL.fullmatch(value)
    if match is None or not FIRST_SERIAL <= int(match[1]) < LAST_SERIAL:
        return ""
    moment = SERIAL_ZERO + timedelta(days=int(match[1]), seconds=round(float(match[2] or 0) * 86_400))
    return moment.isoformat() if match[2] else moment.date().isoformat()


def iso_of(value: str) -> str:
    """A date and time as ISO 8601, its zone kept; what is no date stays as it is."""
    text = value.strip()
    try:
        return datetime.fromisoformat(text).isoformat() if len(text) > 10 else text
    except ValueError:
        moment = moment_of(text)
        return moment.isoformat() if moment else text


def tidy_meta(meta: dict[str, Any]) -> dict[str, Any]:
    """Meta with ``hangup_by`` as a role and ``ring_seconds`` as a number, where they are written otherwise."""
    tidy = dict(meta)
    if isinstance(meta.get("hangup_by"), str):
        tidy["hangup_by"] = role_of(meta["hangup_by"])
    if "ring_seconds" in meta:
        tidy["ring_seconds"] = seconds(meta["ring_seconds"])
    return tidy
