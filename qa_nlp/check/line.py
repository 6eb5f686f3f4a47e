"""A call seen as a line: who spoke, who was silent, what the recorder noted, who hung up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from qa_nlp.rulebook.matcher import Hit
from qa_nlp.rulebook.situations import KIND
from qa_nlp.text.prepared import Prepared

SILENCE_SECONDS = 4.0
# What a silence without a number is taken for.
UNTOLD_SECONDS = 5.0
# These run on ``folded.match``: digits are ASCII, 您 is 你.
SILENCE = re.compile(
    r"(?:静音|无声|沉默|停顿|无应答|无回应|没有?(?:声音|动静|反应|回应)|无人(?:应答|说话|讲话))(?!.{0,3}后)\D{0,4}(\d+)?"
)
AGENT_HANGUP = re.compile(r"(?:座席|坐席|客服|话务员|接线员)(?!未).{0,4}(?:挂机|挂断|挂线|先挂|挂掉|结束通话)")
CUSTOMER_HANGUP = re.compile(r"(?:客户|用户|对方|主叫)(?!未|没).{0,4}(?:挂机|挂断|挂线|先挂|挂掉|结束通话)|秒后?挂断")
NOT_HUNG = re.compile(r"未挂|没挂|没有挂")
BRACKETS = re.compile(r"[(\[【<][^()\[\]【】<>]{1,40}[)\]】>]")
OPENING = "([【<"
ASIDE = re.compile(r"^\W*[(\[【<].*[)\]】>]\W*$|^\W*$")
# A turn, not the first, that does not begin with a letter or a digit.
WORDLESS = re.compile(r"\n(?![^\W_])")
BUSINESS = re.compile(
    r"政企|集团客户|企业客户|商业客户|单位客户|公司|单位|企业|专线|贵司|工厂|厂里|学校|医院|酒店|门店|营业部|生产|办公|网点|店里|机房|银行|工地|园区"
)
HOME = re.compile(
    r"家庭|个人客户|公众客户|家里|我家|我们家|你家|宽带|住户|小孩|孩子|老人|老婆|电视|追剧|打游戏|上网课|居民|生活"
)
NAME_KEYS = ("customer_name", "caller_name", "name", "surname", "客户姓名", "姓名")
TYPE_KEYS = ("customer_type", "客户类型", "segment", "customer_group")


@dataclass(frozen=True)
class Line:
    """A call seen as a line: who spoke, who was silent, who hung up."""

    prepared: Prepared
    hits: Sequence[Hit]

    def text(self, turn: int) -> str:
        """Folded words of a turn."""
        folded = self.prepared.folded
        return folded.match[folded.starts[turn] : folded.end_of(turn)]

    def length(self, turn: int) -> int:
        """How many characters a turn has, folded."""
        return self.prepared.folded.ends[turn] - self.prepared.folded.starts[turn]

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """Roles, with a customer's turn that holds no words counted as the system's."""
        match = self.prepared.folded.match
        # A turn that begins with a word is no aside.
        if match[:1].isalnum() and not WORDLESS.search(match):
            return self.prepared.roles
        roles = list(self.prepared.roles)
        for i, role in enumerate(roles):
            if role in ("customer", "unknown") and ASIDE.match(self.text(i)):
                roles[i] = "system"
        return tuple(roles)

    @cached_property
    def system(self) -> tuple[int, ...]:
        """Turns that nobody spoke."""
        return tuple(i for i, role in enumerate(self.roles) if role == "system") if "system" in self.roles else ()

    @cached_property
    def spoken(self) -> list[int]:
        """Turns of the agent and the customer."""
        return [i for i, role in enumerate(self.roles) if role in ("agent", "customer")]

    @cached_property
    def notices(self) -> tuple[tuple[int, int, int], ...]:
        """(turn, start, end) of the recorder's lines, and of asides in brackets in a customer's turn."""
        folded = self.prepared.folded
        if "system" not in self.prepared.totals and not any(bracket in folded.match for bracket in OPENING):
            return ()
        found = []
        for turn, role in enumerate(self.prepared.roles):
            start, end = folded.starts[turn], folded.end_of(turn)
            if role == "system":
                found.append((turn, start, end))
            elif role != "agent":
                found += [(turn, *match.span()) for match in BRACKETS.finditer(folded.match, start, end)]
        return tuple(found)

    @cached_property
    def runs(self) -> tuple[tuple[int, ...], ...]:
        """The agent's turns, those together that no customer's word and no silence parts."""
        runs: list[list[int]] = []
        fresh = True
        for i, role in enumerate(self.roles):
            if role == "agent":
                if fresh:
                    runs.append([])
                runs[-1].append(i)
            fresh = role != "agent" and (role == "customer" or i in self.silences or fresh)
        return tuple(map(tuple, runs))

    def silence(self, turn: int) -> float | None:
        """Seconds of silence that a line of the system tells of, ``UNTOLD_SECONDS`` where it names none; None for others."""
        text = self.text(turn)
        match = SILENCE.search(text)
        blank = self.prepared.roles[turn] != "system" and not text.strip(" .,…?!~-")
        return float(match[1] or UNTOLD_SECONDS) if match else UNTOLD_SECONDS if blank else None

    @cached_property
    def silences(self) -> frozenset[int]:
        """System lines that tell of a silence of a few seconds or more."""
        return frozenset(i for i in self.system if (self.silence(i) or 0.0) >= SILENCE_SECONDS)

    @cached_property
    def agent_hung_up(self) -> bool:
        """Whether the agent ended the call, as the recorder or the metadata say."""
        if str(self.prepared.call.meta.get("hangup_by", "")).lower() in ("agent", "座席", "坐席", "客服"):
            return True
        lines = map(self.text, self.system)
        return any(AGENT_HANGUP.search(line) and not NOT_HUNG.search(line) for line in lines)

    @cached_property
    def customer_hung_up(self) -> bool:
        """Whether the customer ended the call, as far as is recorded."""
        if str(self.prepared.call.meta.get("hangup_by", "")).lower() in ("customer", "客户", "用户"):
            return True
        return any(CUSTOMER_HANGUP.search(self.text(i)) for i in self.system)

    @cached_property
    def by_code(self) -> dict[str, list[Hit]]:
        """Trigger hits by the situation's number."""
        found: dict[str, list[Hit]] = {}
        for hit in self.hits:
            if hit.rule.kind == KIND:
                found.setdefault(hit.rule.code, []).append(hit)
        return found

    def gap_after(self, turn: int, until: int) -> float | None:
        """Seconds between two turns; None where the clock is missing."""
        turns = self.prepared.call.turns
        begin, end = turns[turn].end, turns[until].start
        return None if begin is None or end is None or end == 0 else end - begin

    def silent_between(self, turn: int, until: int) -> bool:
        """Whether a silence was recorded between two turns."""
        return any(turn < i < until for i in self.silences)

    @cached_property
    def meta_text(self) -> str:
        """Values of the metadata as one line of words."""
        return " ".join(str(value) for value in self.prepared.call.meta.values() if isinstance(value, str))

    @cached_property
    def recorded_segment(self) -> str:
        """政企, 家庭 or nothing, as the metadata say."""
        value = next((str(value) for key in TYPE_KEYS if (value := self.prepared.call.meta.get(key))), "")
        if not value:
            return ""
        return "政企" if re.search(r"政|企|集团|商|单位|business|enterprise|gov", value) else "家庭"

    @cached_property
    def segment(self) -> str:
        """政企, 家庭 or nothing: by metadata, else by what is said."""
        if self.recorded_segment:
            return self.recorded_segment
        said = self.prepared.folded.match
        business, home = len(BUSINESS.findall(said)), len(HOME.findall(said))
        return "" if business == home else ("政企" if business > home else "家庭")
