// One call opened: its transcript with the findings in place, the steps beside it.
var OPEN = { number: null, back: null };
var WHOLE = { measured: true, linked: true };
var CONDUCT = {
  agent_cpm: ["座席语速", "字/分"], long_silences: ["长时间静音", "次"], interruptions: ["抢话", "次"],
  opening: ["开头语", ""], closing: ["结束语", ""]
};

// Offsets count code points, not UTF-16 units. Cuts the text at every edge of a finding.
function marked(text, findings) {
  var letters = Array.from(text), edges = new Set([0, letters.length]);
  findings.forEach(function (f) { edges.add(f.start); edges.add(f.end); });
  var cuts = Array.from(edges).sort(function (a, b) { return a - b; }), pieces = [];
  for (var i = 0; i + 1 < cuts.length; i += 1) {
    var from = cuts[i], to = cuts[i + 1], words = letters.slice(from, to).join("");
    var over = findings.filter(function (f) { return f.start <= from && f.end >= to; });
    if (!over.length) { pieces.push(words); continue; }
    var lead = over.slice().sort(function (a, b) { return rank(b) - rank(a); })[0];
    pieces.push(el("mark", {
      "class": lead.severity + " " + lead.status, "data-start": from, "data-end": to,
      "data-findings": over.map(function (f) { return f.number; }).join(" "),
      "aria-describedby": over.map(function (f) { return "note-" + f.number; }).join(" ")
    }, words));
  }
  return pieces;
}

function rank(f) {
  return ["suppressed", "suspected", "confirmed"].indexOf(f.status) * 10 + ["info", "trivial", "minor", "major", "critical"].indexOf(f.severity);
}

function note(f, quote) {
  var cost = f.status === "confirmed" && f.points > 0 ? "扣 " + f.points + " 分" : "不扣分";
  return el("li", { "class": "note " + f.severity + " " + f.status, id: "note-" + f.number },
    el("p", {}, el("b", {}, nameOf(NAMES.codes, f.code)), " ", el("span", { "class": "tag " + f.severity }, nameOf(NAMES.severity, f.severity)), " ", el("span", { "class": "tag" }, f.status === "suspected" ? "疑似" : f.status === "suppressed" ? "排除" : "确认"), " ", el("b", {}, cost)),
    WHOLE[f.match] ? null : el("p", {}, "原话：“" + quote + "”"),
    f.message ? el("p", {}, "理由：" + f.message) : null,
    f.suggestion ? el("p", {}, "建议：" + f.suggestion) : null,
    el("p", { "class": "meta" }, (f.basis ? "依据：" + f.basis + "　" : "") + "规则：" + f.rule + "（" + nameOf(NAMES.match, f.match) + "，可信度 " + Math.round(f.confidence * 100) + "%）"));
}

function turnItem(turn, index, findings) {
  var here = findings.filter(function (f) { return f.turn === index; });
  var letters = Array.from(turn[1]);
  var said = fill(el("div", { "class": "said" }), {}, marked(turn[1], here.filter(function (f) { return !WHOLE[f.match]; })));
  var time = typeof turn[2] === "number" ? "　" + clock(turn[2]) : "";
  var notes = here.map(function (f) { return note(f, letters.slice(f.start, f.end).join("")); });
  return el("li", { "class": "r" + turn[0], id: "turn-" + index, tabindex: "-1" },
    el("span", { "class": "who" }, "第 " + (index + 1) + " 句　" + ROLES[turn[0]] + time), said,
    notes.length ? fill(el("ul", { "class": "notes" }), {}, notes) : null);
}

function goTo(index) {
  var target = byId("turn-" + index);
  if (!target) return;
  document.querySelectorAll(".flash").forEach(function (old) { old.classList.remove("flash"); });
  target.classList.add("flash");
  target.scrollIntoView({ block: "center" });
  target.focus({ preventScroll: true });
}

function jump(index, text) { return el("button", { type: "button", "class": "pick", onclick: function () { goTo(index); } }, text); }

function block(title, children) {
  return children.length ? fill(el("section"), {}, [el("h3", {}, title)].concat(children)) : null;
}

function stepList(steps, line) { return [fill(el("ul", { "class": "plain" }), {}, steps.map(line))]; }

function aside(call) {
  function doneLine(s) {
    var where = typeof s.turn === "number" ? jump(s.turn, "第 " + (s.turn + 1) + " 句") : "";
    return el("li", {}, s.name, s.need ? "（" + s.need + "）" : "", " ", where, s.quote ? "：“" + s.quote + "”" : "");
  }
  var done = call.did.filter(function (s) { return s.verdict === "pass"; });
  var unclear = call.did.filter(function (s) { return s.verdict === "insufficient"; });
  var spared = call.spared.map(function (n) { return NAMES.steps[n][1]; });
  var missing = stepList(call.missing, function (s) {
    return el("li", {}, el("b", {}, s.name), "（" + s.need + "） ", s.points ? el("span", { "class": "tag bad" }, "扣 " + s.points + " 分") : null, s.evidence && s.need === "情景" ? el("p", {}, "缺：" + s.evidence) : null, s.advice ? el("p", {}, "建议：" + s.advice) : null);
  });
  var promises = call.promises.map(function (p) {
    return el("li", {}, textOf(p[0]) + "：", jump(p[1], "“" + p[2] + "”"), p[3] ? "，" + moment(p[3]) + " 到期" : "", "（" + nameOf(NAMES.promise, p[5]) + (p[4] ? "，规定：" + p[4] : "") + "）");
  });
  var conduct = Object.keys(call.conduct).filter(function (k) { return CONDUCT[k]; }).map(function (k) { return el("li", {}, CONDUCT[k][0] + "：" + call.conduct[k] + " " + CONDUCT[k][1]); });
  return fill(el("aside", { "aria-label": "步骤与评析" }), {}, [
    block("缺少的步骤", call.missing.length ? missing : [el("p", {}, "该做的步骤都做了，或不要求。")]),
    block("证据不足", unclear.length ? stepList(unclear, doneLine) : []),
    block("案例分析", [el("p", { "class": "summary" }, call.summary)]),
    block("做到的步骤", done.length ? stepList(done, doneLine) : []),
    block("时限承诺", promises.length ? [fill(el("ul", { "class": "plain" }), {}, promises)] : []),
    block("声音与规范", conduct.length ? [fill(el("ul", { "class": "plain" }), {}, conduct)] : []),
    spared.length ? el("section", {}, el("details", {}, el("summary", {}, "这通不要求的步骤（" + spared.length + " 项）"), el("p", {}, spared.join("、")))) : null
  ]);
}

function facts(call) {
  function fact(name, value) { return value ? el("span", {}, name + "：", el("b", {}, value)) : null; }
  var sure = Math.round(call.confidence * 100) + "%";
  var other = call.runner && call.review ? "，其次“" + nameOf(NAMES.subtypes, call.runner[0]) + "” " + Math.round(call.runner[1] * 100) + "%" : "";
  var dims = NAMES.dimensions.map(function (name, i) { return el("span", { "class": "dim" }, name + " " + points(call.dims[i])); });
  return el("section", {},
    el("div", { "class": "facts" }, el("b", { "class": "big" }, call.score === null ? "未评" : points(call.score) + " 分"),
      el("span", {}, el("span", { "class": "tag " + gradeTone(call.grade) }, call.grade)),
      fact("业务", nameOf(NAMES.categories, call.category) + " / " + nameOf(NAMES.subtypes, call.subtype) + "（把握 " + sure + other + "）"),
      fact("坐席", call.agent), fact("班组", call.team), fact("开始", moment(call.at))),
    fill(el("p", {}), {}, dims.concat(el("span", { "class": "dim" }, "（各项百分制）"))),
    call.veto ? el("p", { "class": "notice" }, "触及红线：" + call.veto) : null,
    call.unscored ? el("p", { "class": "notice" }, "未评分：" + call.unscored) : null,
    call.review ? el("p", { "class": "notice" }, "业务类别把握不足，请人工复核。") : null,
    call.notes.length ? el("p", { "class": "quiet" }, "备注：" + call.notes.join("；")) : null);
}

function show(number) {
  var call = CALLS[number], dialog = byId("call"), place = LIST.found.indexOf(call);
  if (!call) return;
  call.all.forEach(function (f, i) { f.number = i; });
  function step(by) { return function () { show(LIST.found[place + by].number); }; }
  var before = el("button", { type: "button", id: "c-before", onclick: step(-1), disabled: place <= 0 }, "上一通");
  var after = el("button", { type: "button", id: "c-after", onclick: step(1), disabled: place < 0 || place + 1 >= LIST.found.length }, "下一通");
  var shut = el("button", { type: "button", id: "c-close", onclick: function () { dialog.close(); } }, "关闭");
  var turns = fill(el("ol", { "class": "turns" }), {}, call.turns.map(function (turn, i) { return turnItem(turn, i, call.all); }));
  var rest = call.cut ? el("p", { "class": "notice" }, "通话太长，后面还有 " + call.cut + " 句没有放进本页；问题见 findings.csv。") : null;
  dialog.replaceChildren(
    el("div", { "class": "bar-top" }, el("h2", { id: "call-title", tabindex: "-1" }, "通话 " + call.id), before, after, shut),
    el("div", { "class": "call" }, facts(call), fill(el("div"), {}, [timeline(call, goTo)]),
      el("div", { "class": "split" }, el("section", { "aria-label": "对话" }, el("h3", {}, "对话"), turns, rest), aside(call))));
  if (!dialog.open) { OPEN.back = document.activeElement; dialog.showModal(); }
  OPEN.number = number;
  document.body.classList.add("reading");
  dialog.scrollTop = 0;
  byId("call-title").focus({ preventScroll: true });
  remember("#call=" + encodeURIComponent(call.id));
}

function remember(hash) {
  try { history.replaceState(null, "", hash || location.pathname + location.search); } catch (error) { /* a viewer without history: nothing to remember */ }
}

function closed() {
  document.body.classList.remove("reading");
  remember("#calls");
  var button = document.querySelector('[data-open="' + OPEN.number + '"]');
  var back = OPEN.back && OPEN.back.isConnected && OPEN.back !== document.body ? OPEN.back : button;
  if (button && OPEN.back && OPEN.back.hasAttribute && OPEN.back.hasAttribute("data-open")) back = button;
  OPEN.number = OPEN.back = null;
  if (back) back.focus();
}
