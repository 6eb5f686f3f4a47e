"""The rules commands in a real process: exit codes, what goes where, what a person reads."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from qa_nlp.cli.rules import _to_store
from qa_nlp.paths import data_file
from qa_nlp.records import Call, Turn

Run = Callable[..., subprocess.CompletedProcess[str]]
CALL = "座席：您好\n客户：我家没电了\n座席：谁让您不早点交电费\n客户：好吧\n座席：再见\n"


@pytest.fixture
def lexicons(tmp_path: Path) -> Path:
    return Path(shutil.copytree(data_file("lexicons"), tmp_path / "lexicons"))


@pytest.fixture
def call(tmp_path: Path) -> Path:
    path = tmp_path / "一通.txt"
    path.write_text(CALL, encoding="utf-8")
    return path


def add_row(path: Path, **cells: str) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow([cells.get(name, "") for name in header])


def test_check_prints_warnings_and_exits_zero(run_cli: Run, lexicons: Path) -> None:
    add_row(
        lexicons / "power/phrases.csv", 编号="TST-001", 类别="blame", 词语="谁让你瞎弄", 除非出现="让你瞎弄",
        应命中例句="【谁让你瞎弄】", 不应命中例句="您好",
    )  # fmt: skip
    result = run_cli("rules", "check", "--lexicons", lexicons)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("W301") == result.stdout.count("总被“除非出现”排除") + 1
    assert "TST-001" in result.stdout
    assert result.stderr == ""


def test_check_lists_errors_once_and_still_warns(run_cli: Run, lexicons: Path) -> None:
    add_row(lexicons / "common/cases.csv", 编号="REG-900", 对话="座：好", 代码="rude", 应该="命中")
    add_row(lexicons / "power/phrases.csv", 编号="TST-001", 类别="rude", 词语="(")
    result = run_cli("rules", "check", "--lexicons", lexicons)
    assert result.returncode == 2
    assert result.stderr.count("没有“rude”") == 2
    assert "cases.csv" in result.stderr
    assert "括号" in result.stderr


def test_test_runs_examples_situations_and_cases(run_cli: Run, lexicons: Path) -> None:
    result = run_cli("rules", "test", "--profile", "power", "--lexicons", lexicons)
    assert result.returncode == 0, result.stdout
    assert "个例句" in result.stdout
    assert "个案例，0 个不符" in result.stdout
    add_row(lexicons / "common/cases.csv", 编号="REG-900", 对话="座：请您放心", 代码="blame", 应该="命中")
    result = run_cli("rules", "test", "REG-900", "BLA-001-应1", "--profile", "power", "--lexicons", lexicons)
    assert result.returncode == 1
    assert "✗" in result.stdout
    assert "REG-900：应命中 blame，实际没有命中" in result.stdout
    assert "1 个例句，0 段情景对话，1 个案例，1 个不符" in result.stdout


def test_show_finds_rules_of_any_profile(run_cli: Run) -> None:
    for number in ("BLA-001", "tel-001", "H16"):
        result = run_cli("rules", "show", number)
        assert result.returncode == 0
        assert "换个说法" in result.stdout
    result = run_cli("rules", "show", "BLA-999")
    assert result.returncode == 2
    assert "BLA-009" in result.stderr


def test_try_tells_hits_near_misses_and_mentions(run_cli: Run) -> None:
    result = run_cli("rules", "try", "谁让您受委屈了")
    assert "除非出现：句中有“受委屈”" in result.stdout
    result = run_cli("rules", "try", "您的原文“你去投诉好了”我记下了", "--nearest", "0")
    assert result.returncode == 0
    assert "差一点" not in result.stdout


def test_diff_tells_what_a_new_rule_finds(run_cli: Run, lexicons: Path, call: Path, tmp_path: Path) -> None:
    new = shutil.copytree(lexicons, tmp_path / "new")
    add_row(
        new / "power/phrases.csv", 编号="TST-001", 类别="command", 词语="不早点交电费", 应命中例句="【不早点交电费】",
        不应命中例句="您好",
    )  # fmt: skip
    result = run_cli("rules", "diff", lexicons, new, call)
    assert result.returncode == 0, result.stderr
    assert "新增" in result.stdout
    assert "一通 第3句“不早点交电费” command TST-001" in result.stdout
    assert run_cli("rules", "diff", lexicons, new, tmp_path / "没有.txt").returncode == 2


def test_stats_of_a_run(run_cli: Run, call: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_cli("score", call, "-o", out, "--quiet", "--format", "csv,jsonl")
    result = run_cli("rules", "stats", out)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("1 通；")
    assert "BLA-001" in result.stdout
    assert "从未命中" in result.stdout
    assert run_cli("rules", "stats", tmp_path).returncode == 2


def test_accepted_appeal_goes_into_the_sheet_once(run_cli: Run, lexicons: Path, call: Path) -> None:
    path = lexicons / "common/cases.csv"
    before = path.read_bytes()
    command = ("rules", "accept-appeal", "一通", 3, "blame", call, "--reason", "约定的说法", "--lexicons", lexicons)
    first = run_cli(*command)
    assert first.returncode == 0, first.stderr
    assert "APL-001" in first.stdout
    data = path.read_bytes()
    assert data.startswith(before)
    assert "约定的说法" in data.decode("utf-8-sig")
    again = run_cli(*command)
    assert "已有这句话" in again.stdout
    assert path.read_bytes() == data
    tested = run_cli("rules", "test", "--profile", "power", "--lexicons", lexicons)
    assert tested.returncode == 0
    assert "APL-001：BLA-001" in tested.stdout
    tried = run_cli("rules", "try", "谁让您不早点交电费", "--lexicons", lexicons)
    assert "cases 里已认定不算" in tried.stdout


def test_an_appeal_against_what_was_never_judged_is_told(run_cli: Run, lexicons: Path, call: Path) -> None:
    result = run_cli("rules", "accept-appeal", "一通", 3, "privacy", call, "--reason", "约定", "--lexicons", lexicons)
    assert result.returncode == 0
    assert "APL-001" in result.stdout
    assert "并没有判为 privacy" in result.stdout
    assert "第3句 blame" in result.stdout


def test_an_appeal_keeps_no_customers_number(run_cli: Run, lexicons: Path, tmp_path: Path) -> None:
    path = tmp_path / "一通.txt"
    path.write_text("座：您好\n客：我的手机13912345678怎么打不通\n座：谁让您不早点交电费\n", encoding="utf-8")
    result = run_cli("rules", "accept-appeal", "一通", 3, "blame", path, "--reason", "约定", "--lexicons", lexicons)
    assert result.returncode == 0, result.stderr
    row = (lexicons / "common/cases.csv").read_text(encoding="utf-8-sig").splitlines()[-1]
    assert "13912345678" not in row
    assert "怎么打不通" in row
    assert "谁让您不早点交电费" in row


def test_an_appeal_keeps_nobodys_name_and_still_holds(run_cli: Run, lexicons: Path, tmp_path: Path) -> None:
    path, out = tmp_path / "一通.txt", tmp_path / "out"
    said = "王建国先生13912345678，谁让您不早点交电费，建设路12号3单元的"
    path.write_text(f"座：您好\n客：我叫王建国\n座：{said}\n", encoding="utf-8")
    reason = "王建国先生13912345678说过可以这样讲"
    result = run_cli("rules", "accept-appeal", "一通", 3, "blame", path, "--reason", reason, "--lexicons", lexicons)
    assert result.returncode == 0, result.stderr
    assert "注意" not in result.stdout
    row = (lexicons / "common/cases.csv").read_text(encoding="utf-8-sig").splitlines()[-1]
    for secret in ("王", "建国", "139", "建设路"):
        assert secret not in row
    assert "谁让您不早点交电费" in row
    assert "说过可以这样讲" in row
    run_cli("score", path, "-o", out, "--lexicons", lexicons, "--format", "jsonl", "--quiet")
    verdict = json.loads((out / "calls.jsonl").read_text(encoding="utf-8"))
    assert {f["status"] for f in verdict["findings"] if (f["turn"], f["code"]) == (2, "blame")} == {"suppressed"}


def test_the_words_of_the_fault_stay_where_masking_takes_them_for_a_name() -> None:
    call = Call("T", (Turn("agent", "我叫王建国，电话13912345678"),))
    words, why = _to_store(call, 0, [(2, 19)], "王建国说的")
    assert words == ["我叫王建国，电话●●●●●●●●●●●"]
    assert why == "●●●说的"


@pytest.mark.parametrize("wrong", ["不存在", "lexicons/power"])
def test_a_folder_without_sheets_is_named(run_cli: Run, lexicons: Path, wrong: str) -> None:
    result = run_cli("rules", "check", "--lexicons", lexicons.parent / wrong)
    assert result.returncode == 2
    assert wrong in result.stderr
    assert "这里没有规则表" in result.stderr


def test_an_appeal_needs_a_reason(run_cli: Run, lexicons: Path, call: Path) -> None:
    before = (lexicons / "common/cases.csv").read_bytes()
    result = run_cli("rules", "accept-appeal", "一通", 3, "blame", call, "--reason", " ", "--lexicons", lexicons)
    assert result.returncode == 2
    assert "没有写理由" in result.stderr
    assert (lexicons / "common/cases.csv").read_bytes() == before


def test_an_unknown_number_is_no_passed_test(run_cli: Run) -> None:
    result = run_cli("rules", "test", "BLA-01")
    assert result.returncode == 2
    assert "没有这个编号" in result.stderr
    assert "BLA-0" in result.stderr


def test_an_accepted_appeal_takes_no_points_in_the_next_run(
    run_cli: Run, lexicons: Path, call: Path, tmp_path: Path
) -> None:
    def blamed() -> list[tuple[str, float]]:
        out = tmp_path / "out"
        run_cli("score", call, "-o", out, "--lexicons", lexicons, "--format", "jsonl", "--quiet")
        verdict = json.loads((out / "calls.jsonl").read_text(encoding="utf-8"))
        return [(f["status"], f["points"]) for f in verdict["findings"] if (f["turn"], f["code"]) == (2, "blame")]

    assert blamed()[0][0] != "suppressed"
    run_cli("rules", "accept-appeal", "一通", 3, "blame", call, "--reason", "约定", "--lexicons", lexicons)
    assert blamed() == [("suppressed", 0.0)]


@pytest.mark.parametrize(
    ("call_id", "turn", "code", "told"),
    [
        ("二通", 3, "blame", "没有这通电话"),
        ("一通", 2, "blame", "不是座席的话"),
        ("一通", 3, "rude", "没有这个差错或步骤"),
    ],
)
def test_appeals_that_cannot_be_recorded(
    run_cli: Run, lexicons: Path, call: Path, call_id: str, turn: int, code: str, told: str
) -> None:
    before = (lexicons / "common/cases.csv").read_bytes()
    result = run_cli("rules", "accept-appeal", call_id, turn, code, call, "--reason", "无", "--lexicons", lexicons)
    assert result.returncode == 2
    assert told in result.stderr
    assert (lexicons / "common/cases.csv").read_bytes() == before


def test_a_step_that_was_done_is_accepted_by_its_chinese_name(run_cli: Run, lexicons: Path, tmp_path: Path) -> None:
    call = tmp_path / "电费.txt"
    call.write_text(
        "座席：您好，请问有什么可以帮您？\n客户：我家这个月电费是多少\n座席：一百二十元\n客户：哦\n"
        "座席：中不中\n客户：嗯\n座席：再见\n",
        encoding="utf-8",
    )
    before = run_cli("explain", "电费", call, "--lexicons", lexicons).stdout
    assert any("[违规" in line and "询问其他需要" in line for line in before.splitlines())
    result = run_cli(
        "rules", "accept-appeal", "电费", 5, "询问其他需要", call, "--reason", "当地的说法", "--lexicons", lexicons
    )
    assert result.returncode == 0, result.stderr
    assert "注意" not in result.stdout
    after = run_cli("explain", "电费", call, "--lexicons", lexicons).stdout
    assert "[合格] 询问其他需要（必须）第5句“中不中”" in after
