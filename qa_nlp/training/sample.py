"""Which calls to label next: where the model doubts, spread over matters and agents, and some it is sure of.

Uncertainty and diversity sampling (Settles, Active Learning Literature Survey, 2009); the sure ones
are an audit: without them a confidently wrong habit of the model would never be seen.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from qa_nlp.errors import Problem, UsageError
from qa_nlp.privacy.shield import Shield
from qa_nlp.read import open_calls, write_native
from qa_nlp.records import Call
from qa_nlp.report.rule_stats import MARK
from qa_nlp.report.tables import neutralised

RESULTS, TABLE, CALLS = "calls.jsonl", "sample.csv", "sample.jsonl"
HEADERS = ("序号", "通话编号", "座席", "判为", "把握", "其次", "其次把握", "为什么选它", "标注业务", "备注")
AUDIT_SHARE = 0.2
# What one more call of the same subtype or agent costs, against an uncertainty between 0 and 1.
SAME_SUBTYPE, SAME_AGENT = 0.05, 0.02
REVIEW_BONUS, SUSPECT_WORTH, SUSPECT_MOST = 0.2, 0.05, 3


@dataclass(frozen=True)
class Scored:
    """What the choice rests on, of one line of calls.jsonl."""

    call_id: str
    agent: str
    subtype: str
    confidence: float
    runner_up: str
    runner_up_confidence: float
    needs_review: bool
    suspected: int

    @property
    def doubt(self) -> float:
        """From 0 (sure) up: closeness of the two best subtypes, abstention, doubtful findings."""
        close = 1.0 - (self.confidence - self.runner_up_confidence)
        return close + REVIEW_BONUS * self.needs_review + SUSPECT_WORTH * min(self.suspected, SUSPECT_MOST)


@dataclass(frozen=True)
class Pick:
    """A chosen call and why (Chinese)."""

    scored: Scored
    reason: str


def read_results(folder: Path) -> list[Scored]:
    """The lines of a result folder's calls.jsonl.

    Raises:
        UsageError: when the folder holds no results or a line is damaged.
    """
    file = folder / RESULTS
    if not file.is_file():
        advice = "先用 qa-nlp score … -o 写出结果（格式含 jsonl），再指定那个文件夹"
        raise UsageError(Problem("U010", str(folder), f"这里没有 {RESULTS}，不是检查结果", advice))
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            found.append(_scored(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(Problem("U011", f"{file}:{number}", f"这一行读不出：{error}", "请重新检查一次")) from error
    return found


def _scored(line: dict[str, Any]) -> Scored:
    second = line.get("runner_up") or {}
    return Scored(
        str(line["call_id"]),
        str(line.get("agent_id") or ""),
        str(line["subtype"]),
        float(line["confidence"]),
        str(second.get("subtype", "")),
        float(second.get("confidence", 0.0)),
        bool(line.get("needs_review")),
        sum(finding.get("status") == "suspected" for finding in line.get("findings", ())),
    )


def choose(scored: Sequence[Scored], count: int, audit_share: float = AUDIT_SHARE) -> list[Pick]:
    """The calls most worth a label, the most doubtful first, the audited ones last.

    The same results give the same choice: ties and the audit go by a hash of the call id.

    Args:
        scored: all calls of a result.
        count: how many to choose; all when there are fewer.
        audit_share: part of them taken from the calls the model is sure of (0–1).
    """
    count = min(count, len(scored))
    audits = round(count * audit_share)
    doubtful = _doubtful(scored, count - audits)
    chosen = {pick.scored.call_id for pick in doubtful}
    rest = [s for s in scored if s.call_id not in chosen]
    sure = sorted((s for s in rest if not s.needs_review), key=_chance)
    others = sorted((s for s in rest if s.needs_review), key=_chance)
    return doubtful + [Pick(s, "抽查：模型很有把握，看看是否真对") for s in _spread(sure + others, audits)]


def _doubtful(scored: Sequence[Scored], count: int) -> list[Pick]:
    """Greedily the most doubtful, each taken one making others of its subtype and agent less wanted."""
    left = sorted(scored, key=lambda s: (-s.doubt, _chance(s)))
    subtypes: Counter[str] = Counter()
    agents: Counter[str] = Counter()
    picks: list[Pick] = []
    while left and len(picks) < count:
        worth = [s.doubt - SAME_SUBTYPE * subtypes[s.subtype] - SAME_AGENT * agents[s.agent] for s in left]
        best = left.pop(worth.index(max(worth)))
        picks.append(Pick(best, _reason(best, first=not subtypes[best.subtype])))
        subtypes[best.subtype] += 1
        agents[best.agent] += 1
    return picks


def _spread(ordered: Sequence[Scored], count: int) -> list[Scored]:
    """The first ``count`` in order, going round the subtypes."""
    rounds: Counter[str] = Counter()
    ranked = []
    for place, s in enumerate(ordered):
        ranked.append((rounds[s.subtype], place, s))
        rounds[s.subtype] += 1
    return [s for _, _, s in sorted(ranked, key=lambda item: item[:2])[:count]]


def _reason(scored: Scored, *, first: bool) -> str:
    reasons = []
    if scored.needs_review:
        reasons.append("把握低于复核线")
    if scored.confidence - scored.runner_up_confidence < 0.3:
        reasons.append("两种业务难分")
    if scored.suspected:
        reasons.append(f"有 {scored.suspected} 处疑似问题")
    if first:
        reasons.append("这种业务还没选过")
    return "；".join(reasons) or "补足业务和座席的分布"


def _chance(scored: Scored) -> bytes:
    return blake2b(scored.call_id.encode("utf-8", "replace"), digest_size=8).digest()


def write_table(picks: Sequence[Pick], names: dict[str, str], path: Path) -> None:
    """The choice as CSV (UTF-8 with BOM), with empty columns to write the label in."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        for number, pick in enumerate(picks, 1):
            s = pick.scored
            second = [names.get(s.runner_up, s.runner_up), f"{s.runner_up_confidence:.3f}" if s.runner_up else ""]
            found = [names.get(s.subtype, s.subtype), f"{s.confidence:.3f}"]
            writer.writerow(
                [number, neutralised(s.call_id), neutralised(s.agent), *found, *second, pick.reason, "", ""]
            )


def run_facts(results: Path) -> dict[str, Any]:
    """What run.json tells of the run; nothing when it cannot be read."""
    try:
        facts = json.loads((results / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def refuse_without_key(results: Path, facts: Mapping[str, Any], shield: Shield) -> None:
    """Raise UsageError where the run used pseudonyms and the words to be written would tell the agents."""
    if facts.get("pseudonyms") and not shield.key:
        advice = "请加上 --pseudonyms 和当时的密钥文件"
        raise UsageError(Problem("U051", str(results), "这次运行用了化名，导出也要用同一个密钥", advice))


def refuse_among_masked(results: Path, folder: Path, shield: Shield) -> None:
    """Raise UsageError where raw words would lie in the folder of a masked run, and be taken for masked ones."""
    inside = folder.resolve().is_relative_to(results.resolve())
    if inside and not shield.mask and run_facts(results).get("masked", True):
        advice = "请用 -o 写到另一个文件夹"
        raise UsageError(Problem("U054", str(folder), "这里的结果都遮蔽过，原话不能写在一起", advice))


def write_calls(picks: Sequence[Pick], paths: Sequence[Path], target: Path, shield: Shield) -> list[str]:
    """The chosen calls as native JSONL, in the order of the choice; gives the ids that were not found.

    ``shield``: how people are protected in what is written.

    Raises:
        UsageError: for a missing path.
    """
    wanted = {pick.scored.call_id for pick in picks}
    found: dict[str, Call] = {}
    for item in open_calls(paths):
        if isinstance(item, Call) and item.call_id in wanted:
            found.setdefault(item.call_id, item)
    ids = [pick.scored.call_id for pick in picks]
    write_native((shield.call(found[call_id]) for call_id in ids if call_id in found), target)
    return [call_id for call_id in ids if call_id not in found]
