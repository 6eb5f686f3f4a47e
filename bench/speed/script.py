"""(b) The script that a competent analyst writes: jieba, re, a scikit-learn pipeline, pandas.

It does less than the product: no offsets into the raw text, no conditions, no scores, no page.
"""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

import jieba
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from bench.speed.calls import corpus
from bench.speed.contender import Work, main
from bench.speed.phrases import phrases


def ready() -> Work:
    """Train the pipeline, compile one expression a code."""
    jieba.setLogLevel(logging.ERROR)
    pipeline = make_pipeline(TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None), LinearSVC())
    labelled = corpus()
    pipeline.fit([_text(call) for call in labelled], [call["labels"]["subtype"] for call in labelled])
    expressions = {code: re.compile("|".join(map(re.escape, words))) for code, words in phrases().items()}

    def work(calls: Path, out: Path) -> int:
        read = [json.loads(line) for line in calls.open(encoding="utf-8")]
        subtypes = pipeline.predict([_text(call) for call in read])
        rows, findings = [], []
        for call, subtype in zip(read, subtypes, strict=True):
            for number, turn in enumerate(call["turns"]):
                if turn["role"] == "agent":
                    for code, expression in expressions.items():
                        for match in expression.finditer(turn["text"]):
                            findings.append((call["call_id"], number, code, match.start(), match.end(), match[0]))
            rows.append((call["call_id"], call.get("agent_id"), subtype))
        out.mkdir(parents=True, exist_ok=True)
        pd.DataFrame(rows, columns=["call_id", "agent", "subtype"]).to_csv(out / "calls.csv", index=False)
        columns = ["call_id", "turn", "code", "start", "end", "quote"]
        pd.DataFrame(findings, columns=columns).to_csv(out / "findings.csv", index=False)
        return len(read)

    return work


def _text(call: dict) -> str:  # type: ignore[type-arg]
    return "\n".join(turn["text"] for turn in call["turns"])


if __name__ == "__main__":
    main(ready)
