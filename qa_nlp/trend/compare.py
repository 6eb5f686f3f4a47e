"""Periods → rows: each measure in every period, the difference, whether it is more than chance."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from qa_nlp.records import DIMENSIONS
from qa_nlp.report.naming import in_order, step_name, subtype_name
from qa_nlp.report.tables import code_name
from qa_nlp.report.trend import FELL, FEW, RARE, ROSE, SAME, Cell, Row, Trend
from qa_nlp.rulebook.book import Rulebook
from qa_nlp.stats import Interval
from qa_nlp.trend import judge
from qa_nlp.trend.match import Shared, shared_calls, warnings
from qa_nlp.trend.periods import FAULT, GRADE, GROUPS, OVERALL, RULE, STEP, SUBTYPE, TEAM, Key, Period, Track

# Fewer calls than this in a period, or fewer occurrences over all of them (of either kind): not judged.
# Of five, even all in one period is within chance.
LEAST_CALLS, LEAST_HITS = 20, 6
SURE = 0.05
OVERALL_NAMES = {
    "score": "平均分", "veto": "触及红线", "faulty": "有扣分差错", "unscored": "未评", "review": "业务需复核",
}  # fmt: skip
TEAM_PARTS = {"score": "平均分", "faulty": "有扣分差错"}
BAD_OVERALL = ("veto", "faulty", "unscored", "review")
Arrays = list[np.ndarray]


@dataclass(frozen=True)
class _Tested:
    """A row with its p values, before they are adjusted for being many; None where it is not judged."""

    row: Row
    end: float | None = None
    slope: float | None = None
    trend: float | None = None


def compare(periods: Sequence[Period], book: Rulebook) -> Trend:
    """All rows of two or more periods in their given order of time; the same calls are compared call by call."""
    shared = shared_calls(periods)
    tested = [_mean_row(key, periods, shared, book) for key in _keys(p.means for p in periods)]
    tested += [_share_row(key, periods, shared, book) for key in _keys(p.shares for p in periods)]
    rows = _judged(tested)
    if shared is not None:
        # The calls are the same: what changed is how they are judged, which is neither better nor worse.
        rows = [replace(row, good=0) for row in rows]
    rows.sort(key=_place(book))
    return Trend(
        names=tuple(period.name for period in periods),
        spans=tuple(f"{p.first} 至 {p.last}" if p.first else "" for p in periods),
        calls=tuple(period.calls for period in periods),
        paired=None if shared is None else shared.count,
        rows=tuple(rows),
        warnings=tuple(warnings(periods, shared)),
    )


def _place(book: Rulebook) -> Callable[[Row], tuple[object, ...]]:
    """The order of rows: by group; means first, grades as in the book, teams by name, all else the most frequent first."""
    groups = {group: number for number, group in enumerate(GROUPS)}
    known = ["score", *DIMENSIONS, *OVERALL_NAMES, *(grade for _, grade in book.scoring.grades)]
    named = {name: number for number, name in enumerate(dict.fromkeys(known))}

    def place(row: Row) -> tuple[object, ...]:
        fixed = named.get(row.key, len(named)) if row.group in (OVERALL, GRADE) else 0
        team = in_order(row.key) if row.group == TEAM else ()
        return groups[row.group], fixed, team, row.unit != "分", -row.weight, row.key

    return place


def _keys(tracks: Iterable[Iterable[Key]]) -> list[Key]:
    return sorted({key for found in tracks for key in found})


def _mean_row(key: Key, periods: Sequence[Period], shared: Shared | None, book: Rulebook) -> _Tested:
    tracks = [period.means.get(key) for period in periods]
    if shared is None:
        values = [np.array(track.values if track else (), dtype=float) for track in tracks]
    else:
        spread = []
        for track, place in zip(tracks, shared.places, strict=True):
            spread.append(_known_values(track, place, shared.count))
        known = ~np.isnan(np.array(spread)).any(axis=0)
        values = [line[known] for line in spread]
    cells = tuple(Cell(float(v.mean()) if len(v) else None, None, len(v)) for v in values)
    row = _row(key, "分", cells, book)
    if min(len(v) for v in values) < LEAST_CALLS:
        return _Tested(row)
    paired = shared is not None
    interval, chance = judge.mean_difference(values[0], values[-1], paired)
    row = _with(row, interval, "配对 t 检验（同一批通话）" if paired else "Welch t 检验")
    if paired and _changes(values) < LEAST_HITS:
        return _Tested(replace(row, verdict=SAME))
    tested = _Tested(row, chance)
    return (
        tested if len(values) < 3 else _with_trend(tested, (judge.paired_trend if paired else judge.mean_trend)(values))
    )


def _known_values(track: Track | None, place: np.ndarray, count: int) -> np.ndarray:
    line = np.full(count, np.nan)
    if track:
        where = place[np.array(track.base)]
        line[where[where >= 0]] = np.array(track.values)[where >= 0]
    return line


def _share_row(key: Key, periods: Sequence[Period], shared: Shared | None, book: Rulebook) -> _Tested:
    if shared is None:
        counts = [_counts(period, key) for period in periods]
        row = _row(key, "%", tuple(_cell(*c) for c in counts), book)
        if unjudged := _unjudged(counts):
            return _Tested(replace(row, verdict=unjudged))
        chance, method = judge.shares_by_chance(counts[0], counts[-1])
        tested = _Tested(_with(row, judge.share_difference(counts[0], counts[-1]), method), chance)
        return tested if len(counts) < 3 else _with_trend(tested, judge.share_trend(counts), "Cochran–Armitage")
    values = _marks(key, periods, shared)
    counts = [(int(v.sum()), len(v)) for v in values]
    row = _row(key, "%", tuple(_cell(*c) for c in counts), book)
    if counts[0][1] < LEAST_CALLS:
        return _Tested(row)
    row = _with(row, judge.paired_difference(values[0], values[-1]), "McNemar 精确检验（同一批通话）")
    if _changes(values) < LEAST_HITS:
        return _Tested(replace(row, verdict=SAME if any(hits for hits, _ in counts) else RARE))
    tested = _Tested(row, judge.changed_by_chance(values[0], values[-1]))
    return tested if len(values) < 3 else _with_trend(tested, judge.paired_trend(values))


def _changes(values: Arrays) -> int:
    """In how many of the same calls something changed. A few cannot pass a test; left out, they spare the others."""
    return int(np.any([line != values[0] for line in values[1:]], axis=0).sum())


def _unjudged(counts: Sequence[tuple[int, int]]) -> str:
    hits, calls = (sum(part) for part in zip(*counts, strict=True))
    if min(count for _, count in counts) < LEAST_CALLS:
        return FEW
    return RARE if min(hits, calls - hits) < LEAST_HITS else ""


def _counts(period: Period, key: Key) -> tuple[int, int]:
    base = period.base(key)
    return (len(period.shares[key].hits) if key in period.shares else 0, period.calls if base is None else len(base))


def _marks(key: Key, periods: Sequence[Period], shared: Shared) -> Arrays:
    """For each period, whether it was so in each of the shared calls in which every period could tell."""
    known, hits = np.ones(shared.count, dtype=bool), []
    for period, place in zip(periods, shared.places, strict=True):
        base, track = period.base(key), period.shares.get(key)
        if base is not None:
            known &= _spread(base, place, shared.count)
        hits.append(_spread(track.hits if track else (), place, shared.count))
    return [line[known] for line in hits]


def _spread(places: Sequence[int], place: np.ndarray, count: int) -> np.ndarray:
    line = np.zeros(count, dtype=bool)
    where = place[np.array(places, dtype=np.int64)]
    line[where[where >= 0]] = True
    return line


def _cell(hits: int, calls: int) -> Cell:
    return Cell(100 * hits / calls if calls else None, hits, calls)


def _row(key: Key, unit: str, cells: tuple[Cell, ...], book: Rulebook) -> Row:
    group, name, _ = key
    weight = sum(cell.hits if cell.hits is not None else cell.calls for cell in cells)
    return Row(group, name, _name(key, book), unit, _good(key), cells, weight, verdict=FEW)


def _with(row: Row, interval: Interval, method: str) -> Row:
    scale = 100 if row.unit == "%" else 1
    parts = (round(scale * part, 6) for part in (interval.value, interval.low, interval.high))
    gap, low, high = parts
    return replace(row, gap=gap, low=low, high=high, method=method)


def _with_trend(tested: _Tested, found: tuple[float, float], name: str = "线性趋势") -> _Tested:
    method = f"{name}；末期比首期：{tested.row.method}"
    return replace(tested, row=replace(tested.row, method=method), slope=found[0], trend=found[1])


def _judged(tested: Sequence[_Tested]) -> list[Row]:
    """The rows with their verdicts: p values adjusted over all rows that were tested, each kind of test by itself."""
    ends = iter(judge.adjusted([t.end for t in tested if t.end is not None]))
    trends = iter(judge.adjusted([t.trend for t in tested if t.trend is not None]))
    rows = []
    for t in tested:
        row = t.row
        if t.end is not None:
            row = _settled(row, t.end, next(ends))
        if t.trend is not None and t.slope is not None:
            chance = next(trends)
            row = replace(row, ends=row.verdict, verdict=_word(t.slope, chance), p=t.trend, adjusted=chance)
        rows.append(row)
    return rows


def _settled(row: Row, chance: float, after: float) -> Row:
    return replace(row, verdict=_word(row.gap or 0.0, after), p=chance, adjusted=after)


def _word(gap: float, chance: float) -> str:
    if chance >= SURE or not gap:
        return SAME
    return ROSE if gap > 0 else FELL


def _name(key: Key, book: Rulebook) -> str:
    group, name, part = key
    if group == TEAM:
        return f"{name} {TEAM_PARTS[part]}"
    if group == RULE:
        return _rule_name(name, book)
    named = {FAULT: code_name, STEP: step_name, SUBTYPE: subtype_name}
    if group in named:
        return named[group](name, book)
    return OVERALL_NAMES.get(name, name) if group == OVERALL else name


def _rule_name(rule: str, book: Rulebook) -> str:
    if rule in book.by_id:
        return f"{rule} {book.by_id[rule].name}"
    kind, _, code = rule.partition("-")
    return f"语句模型：{code_name(code, book)}" if kind == "MODEL" and code else rule


def _good(key: Key) -> int:
    """1 where more is better, -1 where more is worse, 0 where it is neither."""
    group, name, part = key
    if group == GRADE:
        return {"优秀": 1, "不合格": -1}.get(name, 0)
    if group in (FAULT, STEP, RULE):
        return -1
    if group == SUBTYPE:
        return 0
    return -1 if (part or name) in BAD_OVERALL else 1
