"""``train-roles``: learn from labelled calls to tell the agent from the customer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qa_nlp.cli.common import app


@app.command("train-roles")
def train_roles(
    paths: Annotated[list[Path], typer.Argument(help="标明了座席和客户的通话：JSONL 或标注文本，文件或文件夹")],
    out: Annotated[Path, typer.Option("-o", "--out", help="模型文件夹，随程序安装的是 models/roles")],
) -> None:
    """训练说话人模型：由双方的话分辨谁是座席，查出标反的通话。各档共用一个。"""
    from qa_nlp.model.roles import save_roles
    from qa_nlp.training.roles import train_roles as train

    model = train(paths)
    save_roles(model, out)
    print(f"已用 {model.card['calls']} 份标注（{model.card['turns']} 句）训练，写入 {out}")
