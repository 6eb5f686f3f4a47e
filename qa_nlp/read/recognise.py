"""One JSON value → its calls: native, or of the first vendor format that knows itself in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from qa_nlp.read.entries import Entry, call_of, objects, word
from qa_nlp.read.native import from_object
from qa_nlp.read.source import Placed, Source
from qa_nlp.read.vcon import is_vcon, vcon_call
from qa_nlp.read.vendors_alibaba import paraformer, sca_result, sca_upload, transcription
from qa_nlp.read.vendors_cn import huawei, iflytek, iflytek_old, loads, tencent, volcengine
from qa_nlp.read.vendors_open import contact_lens, funasr, whisper
from qa_nlp.records import Call

Vendor = Callable[[Any], list[Call] | None]
# In order of how unmistakable each is.
VENDORS: dict[str, Vendor] = {
    "阿里云 SCA 上传": sca_upload,
    "阿里云 SCA 结果": sca_result,
    "Contact Lens": contact_lens,
    "讯飞 orderResult": iflytek,
    "讯飞 onebest": iflytek_old,
    "华为云 SIS": huawei,
    "FunASR": funasr,
    "阿里云 Paraformer": paraformer,
    "阿里云录音文件识别": transcription,
    "腾讯云录音文件识别": tencent,
    "火山引擎": volcengine,
    "WhisperX": whisper,
}
LISTS = ("dialogue", "dialog", "messages", "conversation", "utterances", "entries", "sentences")
WORDS = ("text", "content", "words", "message", "sentence")
SPEAKERS = ("role", "speaker", "spk", "sender", "from")
NO_UNIT = "文件没有说明时间单位，未采用时间"


def calls_of(value: Any, source: Source, line: int | None = None) -> Iterator[Placed]:
    """The calls in one JSON value, each with ``line``; a value of no known format is one Skipped."""
    name = format_of(value)
    if name == "native":
        yield line, from_object(value, source, line)
    elif name == "list":
        for item in value:
            yield from calls_of(item, source, line)
    elif name == "vCon":
        yield line, vcon_call(value, source, line)
    elif name in VENDORS:
        calls = VENDORS[name](unwrapped(value)) or []
        for call in calls:
            yield line, call
        if not calls:
            yield line, source.skip(f"{name}的结果里没有句子", "检查转写任务是否成功", line)
    elif name == "turns":
        yield line, _plain_turns(value)
    else:
        yield line, source.skip("这段 JSON 不是认识的通话格式", "支持的格式见 docs/formats.md；可转成 JSONL 再试", line)


def format_of(value: Any) -> str:
    """native, list (of calls), vCon, the name of a vendor, turns (a bare list of turns), or empty text."""
    if isinstance(value, dict) and ("turns" in value or ("call_id" in value and len(value) <= 2)):
        return "native"
    if is_vcon(value):
        return "vCon"
    inner = unwrapped(value)
    for name, vendor in VENDORS.items():
        if vendor(inner) is not None:
            return name
    if _turn_list(value):
        return "turns"
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return "list" if format_of(value[0]) else ""
    return ""


def unwrapped(value: Any) -> Any:
    """What a request or an answer wraps as a text of JSON (``JsonStr``)."""
    if isinstance(value, dict):
        for name in ("JsonStr", "jsonStr"):
            if isinstance(value.get(name), str):
                return loads(value[name])
    return value


def _turn_list(value: Any) -> list[dict[str, Any]]:
    """A list of objects that each say something, in ``value`` or under one of the usual names."""
    lists = [value, *(value.get(name) for name in LISTS)] if isinstance(value, dict) else [value]
    for items in map(objects, lists):
        said = [item for item in items if word(item, *WORDS)]
        if said and any(word(item, *SPEAKERS) for item in said):
            return said
    return []


def _plain_turns(value: Any) -> Call:
    items = _turn_list(value)
    timed = any({"start", "begin", "time"} & item.keys() for item in items)
    entries = [Entry(word(item, *SPEAKERS), word(item, *WORDS)) for item in items]
    return call_of(entries, word(value, "call_id", "id"), notes=(NO_UNIT,) if timed else ())
