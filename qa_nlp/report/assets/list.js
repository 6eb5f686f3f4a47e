// The list of calls: search, filters, order, pages.
var PAGE = 50;
var LIST = { found: [], page: 0 };
var SORTS = [
  ["worst", "得分从低到高"], ["best", "得分从高到低"], ["new", "时间从新到旧"], ["old", "时间从旧到新"],
  ["faults", "问题从多到少"], ["id", "通话编号"], ["input", "原来的次序"]
];
var REVIEWS = [
  ["", "全部"], ["veto", "触及红线"], ["suspected", "有疑似问题"], ["label", "业务待复核"], ["unscored", "未评分"], ["escalation", "客户提到升级"]
];

function folded(text) { return text.normalize("NFKC").toLowerCase(); }

function prepare(call, number) {
  call.number = number;
  call.all = call.findings.map(findingOf);
  call.did = call.steps.map(stepOf);
  call.faults = call.all.filter(function (f) { return f.status === "confirmed" && f.points > 0; });
  call.missing = call.did.filter(function (s) { return s.verdict === "violation"; });
  call.suspected = call.all.some(function (f) { return f.status === "suspected"; });
}

function haystack(call) {
  if (call.hay === undefined) {
    var said = call.turns.map(function (turn) { return turn[1]; });
    var words = call.all.map(function (f) { return f.rule + " " + nameOf(NAMES.codes, f.code); });
    call.hay = folded([call.id, call.agent, call.team, nameOf(NAMES.subtypes, call.subtype), call.summary].concat(said, words).join("\n"));
  }
  return call.hay;
}

function options(select, rows) {
  select.replaceChildren.apply(select, rows.map(function (row) { return el("option", { value: row[0] }, row[1]); }));
}

// 一班, 二班, 三班 in their order.
function byName(a, b) {
  function digits(text) { return text.replace(/[一二三四五六七八九]/g, function (c) { return "一二三四五六七八九".indexOf(c) + 1; }); }
  var x = digits(a), y = digits(b);
  return x < y ? -1 : x > y ? 1 : 0;
}

function counted(key) {
  var counts = {};
  CALLS.forEach(function (call) { if (call[key]) counts["=" + call[key]] = (counts["=" + call[key]] || 0) + 1; });
  return Object.keys(counts).sort(byName).map(function (name) { return [name.slice(1), counts[name]]; });
}

// Two categories may have a subtype of the same name.
function subtypeNames() {
  var names = {};
  Object.keys(NAMES.subtypes).forEach(function (id) { names[id] = nameOf(NAMES.categories, id.split(".")[0]) + " / " + NAMES.subtypes[id]; });
  return names;
}

function fillFilters() {
  function rows(key, names) {
    return [["", "全部"]].concat(counted(key).map(function (row) { return [row[0], (names ? nameOf(names, row[0]) : row[0]) + "（" + row[1] + "）"]; }));
  }
  options(byId("f-subtype"), rows("subtype", subtypeNames()));
  options(byId("f-agent"), rows("agent"));
  options(byId("f-team"), rows("team"));
  var grades = counted("grade");
  grades.sort(function (a, b) { return NAMES.grades.indexOf(a[0]) - NAMES.grades.indexOf(b[0]); });
  options(byId("f-grade"), [["", "全部"]].concat(grades.map(function (row) { return [row[0], row[0] + "（" + row[1] + "）"]; })));
  options(byId("f-review"), REVIEWS);
  options(byId("f-sort"), SORTS);
  var codes = new Map(), steps = new Map();
  CALLS.forEach(function (call) {
    new Set(call.all.filter(function (f) { return f.status !== "suppressed"; }).map(function (f) { return f.code; })).forEach(function (c) { codes.set(c, (codes.get(c) || 0) + 1); });
    new Set(call.missing.map(function (s) { return s.id; })).forEach(function (s) { steps.set(s, (steps.get(s) || 0) + 1); });
  });
  var stepNames = new Map(NAMES.steps.map(function (row) { return [row[0], row[1]]; }));
  function group(label, counts, prefix, name) {
    var rows = Array.from(counts).sort(function (a, b) { return b[1] - a[1]; });
    return fill(el("optgroup", { label: label }), {}, rows.map(function (row) { return el("option", { value: prefix + row[0] }, name(row[0]) + "（" + row[1] + "）"); }));
  }
  byId("f-code").replaceChildren(
    el("option", { value: "" }, "全部"), el("option", { value: "any" }, "有任何扣分差错"),
    group("差错（含疑似）", codes, "c:", function (c) { return nameOf(NAMES.codes, c); }),
    group("缺少的步骤", steps, "s:", function (s) { return stepNames.get(s); })
  );
}

function matchesCode(call, wanted) {
  if (!wanted) return true;
  if (wanted === "any") return call.faults.length > 0;
  var id = wanted.slice(2);
  if (wanted[0] === "s") return call.missing.some(function (s) { return s.id === id; });
  return call.all.some(function (f) { return f.code === id && f.status !== "suppressed"; });
}

function matchesReview(call, wanted) {
  if (wanted === "veto") return Boolean(call.veto);
  if (wanted === "suspected") return call.suspected;
  if (wanted === "label") return Boolean(call.review);
  if (wanted === "unscored") return call.score === null;
  if (wanted === "escalation") return call.signals.indexOf("升级") >= 0;
  return true;
}

function compare(how) {
  function text(key, sign) { return function (a, b) { return a[key] < b[key] ? -sign : a[key] > b[key] ? sign : 0; }; }
  function score(sign) {
    return function (a, b) {
      if (a.score === null || b.score === null) return (a.score === null) - (b.score === null);
      return sign * (a.score - b.score);
    };
  }
  return {
    worst: score(1), best: score(-1), "new": text("at", -1), old: text("at", 1), id: text("id", 1),
    faults: function (a, b) { return b.faults.length + b.missing.length - a.faults.length - a.missing.length; },
    input: function () { return 0; }
  }[how];
}

function refresh() {
  var words = folded(byId("f-text").value).split(/\s+/).filter(Boolean);
  function same(id, key, call) { var wanted = byId(id).value; return !wanted || call[key] === wanted; }
  var order = compare(byId("f-sort").value);
  LIST.found = CALLS.filter(function (call) {
    return same("f-subtype", "subtype", call) && same("f-agent", "agent", call) && same("f-team", "team", call) &&
      same("f-grade", "grade", call) && matchesCode(call, byId("f-code").value) && matchesReview(call, byId("f-review").value) &&
      words.every(function (word) { return haystack(call).indexOf(word) >= 0; });
  }).sort(function (a, b) { return order(a, b) || a.number - b.number; });
  LIST.page = 0;
  drawList();
}

function gradeTone(grade) {
  var rank = NAMES.grades.indexOf(grade);
  return grade === "未评" || rank < 0 ? "" : rank === NAMES.grades.length - 2 ? "bad" : rank <= 1 ? "good" : "";
}

function drawList() {
  var first = LIST.page * PAGE, pages = Math.max(1, Math.ceil(LIST.found.length / PAGE));
  var body = byId("list").tBodies[0];
  body.replaceChildren.apply(body, LIST.found.slice(first, first + PAGE).map(row));
  byId("found").textContent = LIST.found.length ? "找到 " + LIST.found.length.toLocaleString("zh-CN") + " 通，共 " + CALLS.length.toLocaleString("zh-CN") + " 通" : "没有符合条件的通话。请放宽条件，或点“清除条件”。";
  byId("p-where").textContent = "第 " + (LIST.page + 1) + " 页，共 " + pages + " 页";
  byId("p-before").disabled = LIST.page === 0;
  byId("p-after").disabled = LIST.page + 1 >= pages;
}

function row(call) {
  var tags = [];
  if (call.veto) tags.push(el("span", { "class": "tag critical" }, "红线"));
  if (call.review) tags.push(el("span", { "class": "tag warn" }, "业务待复核"));
  if (call.suspected) tags.push(el("span", { "class": "tag warn" }, "有疑似"));
  var names = new Map();
  call.faults.forEach(function (f) { var name = nameOf(NAMES.codes, f.code); names.set(name, (names.get(name) || 0) + 1); });
  names.forEach(function (count, name) { tags.push(el("span", { "class": "tag bad" }, count > 1 ? name + " " + count + " 处" : name)); });
  call.missing.forEach(function (s) { tags.push(el("span", { "class": "tag" }, "缺：" + s.name)); });
  var open = el("button", { type: "button", "class": "pick", "data-open": call.number }, call.id);
  return el("tr", { "data-row": call.number },
    el("th", { scope: "row" }, open), el("td", { "class": "when", "data-label": "时间" }, moment(call.at)),
    el("td", { "data-label": "坐席" }, [call.agent, call.team].filter(Boolean).join("　")),
    el("td", { "data-label": "业务" }, nameOf(NAMES.subtypes, call.subtype)),
    el("td", { "class": "n", "data-label": "得分（分）" }, points(call.score)),
    el("td", { "data-label": "等级" }, el("span", { "class": "tag " + gradeTone(call.grade) }, call.grade)),
    fill(el("td"), {}, tags));
}

// A name in a chart shows its calls: sets that one filter, clears the others.
function pick(kind, value) {
  byId("filters").reset();
  var select = byId("f-" + (kind === "step" ? "code" : kind));
  select.value = kind === "code" ? "c:" + value : kind === "step" ? "s:" + value : value;
  refresh();
  byId("calls").scrollIntoView();
  select.focus({ preventScroll: true });
}
