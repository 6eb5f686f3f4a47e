"""``train`` and ``evaluate``: learn from labelled calls, measure what was learned."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qa_nlp.cli.common import Jobs, Lexicons, ModelPath, Profile, app, cores, model_folder


@app.command()
def train(
    paths: Annotated[list[Path], typer.Argument(help="标注过的通话（JSONL 或标注文本），文件或文件夹")],
    out: Annotated[Path, typer.Option("-o", "--out", help="模型文件夹")],
    profile: Profile = "power",
    lexicons: Lexicons = None,
    jobs: Jobs = 0,
) -> None:
    """用标注过的通话训练模型。"""
    from qa_nlp.model.store import save_model
    from qa_nlp.rulebook.load import load_book
    from qa_nlp.training.corpus import read_corpus
    from qa_nlp.training.train import train as fit_model

    samples = read_corpus(paths)
    fitted = fit_model(samples, load_book(profile, lexicons), jobs=cores(jobs))
    save_model(fitted, out)
    print(f"已用 {len(samples)} 份标注训练，写入 {out}")
    for name, value in fitted.card["cross_validated"].items():
        print(f"  {name} = {value:.4f}")


@app.command()
def evaluate(
    paths: Annotated[list[Path], typer.Argument(help="标注过的通话（JSONL 或标注文本）")],
    profile: Profile = "power",
    model: ModelPath = None,
    lexicons: Lexicons = None,
    customer_turns: Annotated[int | None, typer.Option("--customer-turns", min=1, help="只看客户的前几句")] = None,
) -> None:
    """用标注过的通话检验模型与规则，打印成绩。"""
    from qa_nlp.inspector import Inspector
    from qa_nlp.model.store import load_model
    from qa_nlp.rulebook.load import load_book
    from qa_nlp.training.corpus import read_corpus
    from qa_nlp.training.evaluate import evaluate as measure
    from qa_nlp.training.evaluate import render

    inspector = Inspector(load_book(profile, lexicons), load_model(model_folder(model, profile)))
    print(render(measure(read_corpus(paths, with_locked=True), inspector, customer_turns)))
