"""(c) spaCy for Chinese: jieba segmentation, a PhraseMatcher, its default text classifier."""

from __future__ import annotations

import csv
import json
import logging
from pathlib import Path
from random import Random

import jieba
import spacy
from spacy.matcher import PhraseMatcher
from spacy.training import Example

from bench.speed.calls import corpus
from bench.speed.contender import Work, main
from bench.speed.phrases import phrases

LEARNED = 300


def ready() -> Work:
    """Train the classifier a little (its speed does not depend on how well), fill the matcher."""
    jieba.setLogLevel(logging.ERROR)
    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"segmenter": "jieba"}}})
    _learn(nlp)
    matcher = PhraseMatcher(nlp.vocab)
    for code, words in phrases().items():
        matcher.add(code, list(nlp.tokenizer.pipe(words)))

    def work(calls: Path, out: Path) -> int:
        out.mkdir(parents=True, exist_ok=True)
        read = [json.loads(line) for line in calls.open(encoding="utf-8")]
        with (out / "calls.csv").open("w", newline="") as one, (out / "findings.csv").open("w", newline="") as two:
            rows, findings = csv.writer(one), csv.writer(two)
            pairs = ((_text(call), call["call_id"]) for call in read)
            for doc, call_id in nlp.pipe(pairs, as_tuples=True):
                rows.writerow([call_id, max(doc.cats, key=doc.cats.__getitem__)])
                for match, start, end in matcher(doc):
                    findings.writerow([call_id, nlp.vocab.strings[match], start, end, doc[start:end].text])
        return len(read)

    return work


def _learn(nlp: spacy.Language) -> None:
    labelled = corpus()
    Random(0).shuffle(labelled)
    labels = sorted({call["labels"]["subtype"] for call in labelled})
    examples = [
        Example.from_dict(
            nlp.make_doc(_text(call)), {"cats": {label: label == call["labels"]["subtype"] for label in labels}}
        )
        for call in labelled[:LEARNED]
    ]
    classifier = nlp.add_pipe("textcat")
    for label in labels:
        classifier.add_label(label)  # type: ignore[attr-defined]
    optimizer = nlp.initialize(lambda: examples)
    nlp.update(examples, sgd=optimizer)


def _text(call: dict) -> str:  # type: ignore[type-arg]
    return "\n".join(turn["text"] for turn in call["turns"])


if __name__ == "__main__":
    main(ready)
