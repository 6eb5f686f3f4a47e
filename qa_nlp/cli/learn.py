"""``train``, ``evaluate``, ``compare``, ``promote``, ``sample``: learn from labelled calls and judge what was learned."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_nlp.cli.common import Jobs, Lexicons, ModelPath, Profile, app, cores, model_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa_nlp.inspector import Inspector
    from qa_nlp.rulebook.book import Rulebook
    from qa_nlp.training.corpus import Sample
    from qa_nlp.training.inputs import Labelled

LABELLED = "标注过的通话：JSONL、标注文本、带业务列的 CSV 或 XLSX，文件或文件夹"
LOCKED_HELP = "把关用的标注，不能参加训练；默认用随附的 locked*.jsonl"
Paths = Annotated[list[Path], typer.Argument(help=LABELLED)]
SHOWN = 10


@app.command()
def train(
    paths: Paths,
    out: Annotated[Path, typer.Option("-o", "--out", help="模型文件夹")],
    profile: Profile = "power",
    lexicons: Lexicons = None,
    jobs: Jobs = 0,
) -> None:
    """用标注过的通话训练模型，并列出可疑的标注。"""
    from qa_nlp.model.store import save_model
    from qa_nlp.rulebook.load import load_book
    from qa_nlp.training.inputs import describe, read_labelled_inputs, refuse_without_turns
    from qa_nlp.training.label_review import FILE, doubtful_labels, write_review
    from qa_nlp.training.train import learn

    book = load_book(profile, lexicons)
    labelled = read_labelled_inputs(paths, book)
    refuse_without_turns(labelled.samples)
    for line in describe(labelled.samples):
        print(line)
    _warn(labelled, book)
    learned = learn(labelled.samples, book, jobs=cores(jobs))
    save_model(learned.model, out)
    doubts = doubtful_labels(learned)
    write_review(doubts, book, out / FILE)
    print(f"已用 {len(labelled.samples)} 份标注训练，写入 {out}")
    for name, value in learned.model.card["cross_validated"].items():
        print(f"  {name} = {value:.4f}")
    if doubts:
        print(f"有 {len(doubts)} 份标注可疑，见 {out / FILE}：请逐条看，改好标注后再训练一次。")


def _warn(labelled: Labelled, book: Rulebook) -> None:
    """What may spoil the training, on stderr; nothing stops it."""
    from qa_nlp.training.compare import name_of
    from qa_nlp.training.label_review import FEW, near_copies, small_classes

    notes = list(labelled.notes)
    small = small_classes(labelled.samples)
    if small:
        listed = "、".join(f"{name_of(book, name)}（{count}）" for name, count in small)
        notes.append(f"有 {len(small)} 种业务的标注不足 {FEW} 份，判得不会准，请补充：{listed}")
    copies = near_copies(labelled.samples, labelled.locked)
    if copies:
        notes.append(f"有 {len(copies)} 对通话来源不同却大段相同，会使成绩虚高，请只留一份：")
        notes += [f"  {a.call.call_id} 与 {b.call.call_id}，{share:.0%} 相同" for a, b, share in copies[:SHOWN]]
    for note in notes:
        print(f"注意：{note}" if not note.startswith(" ") else note, file=sys.stderr)


@app.command()
def evaluate(
    paths: Paths,
    profile: Profile = "power",
    model: ModelPath = None,
    lexicons: Lexicons = None,
    customer_turns: Annotated[
        int | None, typer.Option("--customer-turns", min=1, help="只听到客户第几句为止（座席在此之前的话也算）")
    ] = None,
    noise: Annotated[float, typer.Option("--noise", min=0.0, max=1.0, help="先把这个比例的字换成同音字")] = 0.0,
    out: Annotated[Path | None, typer.Option("--out", help="另写分项表、混淆矩阵和网页到这个文件夹")] = None,
    learning_curve: Annotated[
        bool, typer.Option("--learning-curve", help="网页里加学习曲线（要训练多次，几分钟；与 --out 同用）")
    ] = False,
) -> None:
    """用标注过的通话检验模型与规则，打印成绩。"""
    from qa_nlp.errors import Problem, UsageError
    from qa_nlp.training.curves import learning_curve as curve
    from qa_nlp.training.evaluate import answer, heard_badly, render, report
    from qa_nlp.training.evaluation_page import PAGE, write_evaluation

    if learning_curve and out is None:
        raise UsageError(Problem("U012", "--learning-curve", "学习曲线画在网页里", "同时写上 --out 文件夹"))
    inspector = _inspector(model_folder(model, profile), profile, lexicons)
    samples = _asked(paths, inspector.book)
    heard = heard_badly(samples, noise) if noise else samples
    answers = answer(heard, inspector, customer_turns)
    result = report(answers)
    print(render(result))
    if out is not None:
        points = curve(samples) if learning_curve else ()
        write_evaluation(result, answers, inspector.book, out, points, "、".join(path.name for path in paths))
        print(f"网页和表格在 {out}，打开 {out / PAGE}")


@app.command()
def compare(
    old: Annotated[Path, typer.Argument(help="旧模型的文件夹")],
    new: Annotated[Path, typer.Argument(help="新模型的文件夹")],
    paths: Paths,
    profile: Profile = "power",
    lexicons: Lexicons = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="全部数字写成 CSV，变差的通话写在旁边的 …_worse.csv")
    ] = None,
) -> None:
    """在同一批标注上比较两个模型：各项成绩、区间，以及哪些变差了。"""
    from qa_nlp.training.compare import compare as difference
    from qa_nlp.training.compare import render, write_csv
    from qa_nlp.training.evaluate import answer

    first, second = _inspector(old, profile, lexicons), _inspector(new, profile, lexicons)
    samples = _asked(paths, first.book)
    comparison = difference(answer(samples, first), answer(samples, second))
    print(render(comparison, first.book))
    if out is not None:
        worse = write_csv(comparison, first.book, out)
        print(f"全部数字在 {out}，变差的通话在 {worse}")


@app.command()
def promote(
    new: Annotated[Path, typer.Argument(help="新模型的文件夹")],
    profile: Profile = "power",
    lexicons: Lexicons = None,
    locked: Annotated[list[Path] | None, typer.Option("--locked", help=LOCKED_HELP)] = None,
    models: Annotated[Path | None, typer.Option("--models", help="模型所在的文件夹；默认用随程序安装的")] = None,
    force: Annotated[bool, typer.Option("--force", help="变差也换上，并记在 card.json 里")] = False,
) -> None:
    """把新模型换上去；在把关标注上变差的不换。"""
    from qa_nlp.paths import data_file
    from qa_nlp.training import promote as promotion
    from qa_nlp.training.compare import compare as difference
    from qa_nlp.training.evaluate import answer

    target = models / profile if models is not None else data_file("models", profile)
    present = target if target.exists() else model_folder(None, profile)
    first, second = _inspector(present, profile, lexicons), _inspector(new, profile, lexicons)
    samples = _asked(promotion.locked_files(locked), first.book)
    checks = promotion.gate(difference(answer(samples, first), answer(samples, second)))
    print(promotion.render(checks))
    if any(check.refusal for check in checks) and not force:
        print("没有换上：新模型在把关标注上变差了。看明白原因后再训练；一定要换，加 --force。", file=sys.stderr)
        raise typer.Exit(2)
    backup = promotion.install(new, target, checks, replaced=first.model.version, forced=force)
    print(f"已换上 {second.model.version}（{target}）" + (f"，原来的在 {backup}" if backup else ""))


@app.command()
def sample(
    results: Annotated[Path, typer.Argument(help="score 写出的结果文件夹")],
    count: Annotated[int, typer.Option("-n", "--count", min=1, help="挑多少通")] = 50,
    sources: Annotated[list[Path] | None, typer.Option("--from", help="原来的通话文件；给了就另写出这些通话")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="写到哪个文件夹；默认写在结果文件夹里")] = None,
    no_mask: Annotated[
        bool, typer.Option("--no-mask", help="写出的通话不遮蔽个人信息；要用 -o 写到结果文件夹以外")
    ] = False,
    pseudonyms: Annotated[Path | None, typer.Option("--pseudonyms", help="那次检查用的化名密钥文件")] = None,
    profile: Profile = "power",
    lexicons: Lexicons = None,
) -> None:
    """从检查结果里挑出最值得标注的通话，写成 sample.csv。"""
    from qa_nlp.privacy.shield import Shield, read_key
    from qa_nlp.rulebook.load import load_book
    from qa_nlp.training import sample as sampling

    picks = sampling.choose(sampling.read_results(results), count)
    names = {subtype.id: subtype.name for subtype in load_book(profile, lexicons).subtypes.values()}
    folder = out or results
    shield = Shield(not no_mask, read_key(pseudonyms) if pseudonyms else None)
    if sources:
        sampling.refuse_without_key(results, sampling.run_facts(results), shield)
        sampling.refuse_among_masked(results, folder, shield)
    folder.mkdir(parents=True, exist_ok=True)
    sampling.write_table(picks, names, folder / sampling.TABLE)
    print(f"挑了 {len(picks)} 通，写入 {folder / sampling.TABLE}")
    if sources:
        missing = sampling.write_calls(picks, sources, folder / sampling.CALLS, shield)
        print(f"通话写入 {folder / sampling.CALLS}" + (f"；没找到：{'、'.join(missing)}" if missing else ""))
        print(
            "个人信息已遮蔽；训练要用原话的，加 --no-mask 并用 -o 写到别处。"
            if shield.mask
            else "注意：这是原话，个人信息没有遮蔽，请像录音一样保管。"
        )


def _asked(paths: Sequence[Path], book: Rulebook) -> list[Sample]:
    """Labelled samples to be measured on, the locked ones too."""
    from qa_nlp.errors import Problem, UsageError
    from qa_nlp.training.inputs import read_labelled_inputs

    labelled = read_labelled_inputs(paths, book)
    samples = [*labelled.samples, *labelled.locked]
    if not any(s.subtype for s in samples):
        raise UsageError(Problem("T005", "标注数据", "没有标注过业务的通话", "写上 labels.subtype，或业务一列"))
    return samples


def _inspector(folder: Path, profile: str, lexicons: Path | None) -> Inspector:
    from qa_nlp.inspector import Inspector
    from qa_nlp.model.store import load_model
    from qa_nlp.rulebook.load import load_book

    book, model = load_book(profile, lexicons), load_model(folder)
    return Inspector(book, model)
