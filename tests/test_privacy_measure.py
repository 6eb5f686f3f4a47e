"""How well masking does on invented sentences; ``python -m tests.test_privacy_measure`` prints docs/privacy.md's table."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from qa_nlp.privacy import KINDS, NUMERIC, mask

ROOT = Path(__file__).resolve().parent.parent
CASES = [json.loads(line) for line in (ROOT / "tests/data/pii.jsonl").read_text(encoding="utf-8").splitlines()]
NAMES = {
    "mobile": "手机号", "landline": "座机号", "id_card": "身份证号", "bank_card": "银行卡号", "account": "户号、表号",
    "name": "姓名", "address": "地址", "plate": "车牌", "email": "邮箱",
}  # fmt: skip


def measure() -> tuple[Counter[str], Counter[str], int, int, list[str]]:
    """(annotated by kind, wholly covered by kind, spans found, spans that touch an annotated one, what went wrong)."""
    wanted: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    found = right = 0
    wrong = []
    for case in CASES:
        text, masked = case["text"], mask(case["text"])
        for start, end, kind in case["spans"]:
            wanted[kind] += 1
            whole = all(c == "●" for c in masked.text[start:end] if c.isalnum())
            caught[kind] += whole
            if not whole:
                wrong.append(f"漏 {kind}：{text} → {masked.text}")
        for start, end, kind in masked.spans:
            found += 1
            # Right: at least half of what is covered was to be covered.
            overlap = sum(max(0, min(end, e) - max(start, s)) for s, e, _ in case["spans"])
            good = overlap * 2 >= end - start
            right += good
            if not good:
                wrong.append(f"误 {kind}：{text} → {masked.text}")
    return wanted, caught, found, right, wrong


def table() -> str:
    """The table of ``docs/privacy.md``."""
    wanted, caught, found, right, _ = measure()
    lines = ["| 种类 | 标注 | 全部遮住 | 召回率 |", "|---|---|---|---|"]
    lines += [f"| {NAMES[k]} | {wanted[k]} | {caught[k]} | {caught[k] / wanted[k]:.3f} |" for k in KINDS if wanted[k]]
    numeric, numeric_caught = (sum(counter[k] for k in NUMERIC) for counter in (wanted, caught))
    lines.append(f"| 数字类合计 | {numeric} | {numeric_caught} | {numeric_caught / numeric:.3f} |")
    clean = sum(not case["spans"] for case in CASES)
    spared = sum(not case["spans"] and not mask(case["text"]).spans for case in CASES)
    lines += ["", f"遮了 {found} 处，其中 {right} 处该遮，精确率 {right / found:.3f}；"]
    lines.append(f"{len(CASES)} 句中 {clean} 句没有个人信息，{spared} 句一字未遮。")
    return "\n".join(lines)


def test_the_set_is_large_and_has_hard_negatives() -> None:
    assert len(CASES) >= 300
    assert sum(not case["spans"] for case in CASES) >= 100
    for case in CASES:
        assert all(0 <= start < end <= len(case["text"]) and kind in KINDS for start, end, kind in case["spans"])


def test_recall_and_precision() -> None:
    wanted, caught, found, right, wrong = measure()
    numeric = sum(caught[kind] for kind in NUMERIC) / sum(wanted[kind] for kind in NUMERIC)
    assert numeric >= 0.98, "\n".join(wrong)
    assert min(caught[kind] / wanted[kind] for kind in wanted) >= 0.9, "\n".join(wrong)
    assert right / found >= 0.95, "\n".join(wrong)


def test_the_page_shows_what_is_measured() -> None:
    assert table() in (ROOT / "docs/privacy.md").read_text(encoding="utf-8")


if __name__ == "__main__":
    print(table())
    print("\n".join(measure()[-1]))
