"""The parts of ``docs/reports.md`` on the comparison of runs and on vCon files."""

from __future__ import annotations

TREND = """## 两期对比（qa-nlp trend）

```
qa-nlp trend 三月结果 四月结果                     # 屏幕上看主要数字和有变化的
qa-nlp trend 三月结果 四月结果 五月结果 -o 对比.html  # 几期的趋势，全部项目写成一个不联网的网页
qa-nlp trend 旧规则结果 新规则结果 -o 对比.csv       # 同一批通话，两套规则
```

读 `score` 的结果文件夹（要有 calls.jsonl），旧的写在前面。比较的项目：平均分和四个维度、各等级、触及红线、有扣分差错、未评、需复核、每种差错、每个漏做的步骤、每个班组、每种业务、每条规则。

| 写法 | 意思 |
|---|---|
| 上升、下降 | 差别超出了偶然；括号里是变好还是变差（业务、良好、合格的占比无所谓好坏） |
| 看不出变化 | 差别没有超出偶然的范围，**不能**说上升或下降 |
| 样本不足 | 有一期不到 20 通（班组按班组的通话数，步骤按判得出的通话数） |
| 次数太少 | 各期合起来不到 6 次（或不到 6 次不是）：就算全在一期也可能是偶然 |

- 区间是单项的 95% 区间；“判断”按全部项目一起校正过，所以区间不含零的也可能写“看不出变化”。
- 三期以上，“趋势”看各期是不是一路升或降，“末期比首期”只看两头。
- **同一批通话**（编号有一半以上相同）逐通配对比较，只有一期有的通话不参加，开头会写明；变的是判法，所以不写变好变差。
- 规则表、模型、程序版本或档不同时，开头会提醒：变化可能来自工具。要分清，用现在的规则把旧的通话重新检查一遍再比。
- 两期的业务构成不同，平均分也会变；先看“业务”一组有没有变化。

### How it is judged

| measure | two runs, other calls | two runs, same calls | more runs |
|---|---|---|---|
| share | pooled two-proportion test, Fisher's exact where a cell expects fewer than 5; Newcombe's interval (method 10) | exact McNemar; Newcombe's paired interval | Cochran–Armitage (same calls: linear contrast of each call) |
| mean | Welch's t | paired t | linear contrast of the means, each with its own variance |

p values are adjusted over all judged rows after Benjamini and Hochberg (trend and last-against-first each by
themselves); below 0.05 counts. Rows that cannot reach 0.05 (the last two of the table above; of the same calls, fewer
than 6 changed) are not tested, so they do not weigh on the others.

`python bench/trend_noise.py OUT 200` cuts one run of 530 calls at random into periods, in which nothing can have
changed, and then plants a fault that rises from 5 % (200 rounds each):

| periods (calls each) | planted fault rises to | found | other rows called changed, of some 147 judged | rounds with any such |
|---|---|---|---|---|
| 2 (265) | 5 % (no change) | 0 % | 0.03 | 1.5 % |
| 2 (265) | 10 % | 10 % | 0.03 | 2.0 % |
| 2 (265) | 15 % | 74 % | 0.07 | 6.5 % |
| 2 (265) | 25 % | 100 % | 0.09 | 7.5 % |
| 3 (176) | 5 % (no change) | 0 % | 0.02 | 2.0 % |
| 3 (176) | 15 % | 38 % | 0.04 | 4.0 % |
| 3 (176) | 25 % | 98 % | 0.10 | 9.0 % |

So with a few hundred calls a period only changes of ten points are found reliably: few calls, little to say. Two runs
of 50,000 calls take 7 s of one core and 190 MB.
"""
VCON = """## vCon（--format vcon）

```
qa-nlp score 通话文件 -o 结果 --format csv,jsonl,vcon
```

每通写一个 IETF vCon（draft-ietf-vcon-vcon-core，语法 0.4.0），在 `vcon/` 里，文件名是通话编号（不能作文件名的字换成 `_`，加八位校验）。默认不写，要在 `--format` 里写明。与别的报告一样遮盖个人信息。

| vCon 里 | 内容 |
|---|---|
| `uuid` | 由通话编号和开始时间算出（UUIDv5）；编号本身是 UUID 且没有遮盖时就用它 |
| `created_at` | 通话开始时间；不知道时写 `1970-01-01T00:00:00Z`（规范要求必有），本程序读回时当作不知道 |
| `redacted` | 有字被遮盖时才有：`{"type": "PII masked"}`，编号是 UUID 的另写原来的 `uuid` |
| `parties` | 0 座席（`name` 工号，`dept` 班组）、1 客户；`role` 属于扩展 `CC` |
| `dialog` | 一个 `recording`，没有录音内容，只有开始时间、时长、双方；`originator` 是打电话的一方 |
| `analysis` 一 | `transcript`：逐句 `speaker`（parties 的序号；系统提示写 `system`）、`text`、`start`、`end`（秒） |
| `analysis` 二 | `report`：`vendor` qa-nlp，`schema` qa-nlp.verdict.v1，`body` 与 calls.jsonl 的一行相同 |

- 没有时区的开始时间按东八区写。不知道开始时间的，dialog 里没有 `start`。
- 同样的输入写出的文件逐字节相同，里面没有写文件的时间。
- 本程序能读回来（`qa-nlp read 结果/vcon`），句子、角色、时间不变。

One file a call, ending `.vcon` (the extension that the draft registers): vCon tools load single objects, and the draft
defines no container of several. Beyond 10,000 calls the next ones go to `vcon/part-0002`, `vcon/part-0003` …, so that
no folder grows without bound; `vcon/**/*.vcon` matches all. A call is a recording that we do not have, hence a
`recording` dialog without content and the words as `transcript` analysis; `text` dialogs would call it a chat, and
without a date they could hold no times. A file is about 8 kB and takes 1.2 ms.
"""


def sections() -> str:
    """Both parts as Markdown."""
    return f"{TREND}\n{VCON}"
