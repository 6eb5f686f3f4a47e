// Who spoke when: two lanes, silences and overlaps; only where turns carry times.
var SHOWN_GAP = 3;

function timed(call) {
  return call.turns.map(function (turn, index) { return { role: turn[0], from: turn[2], to: turn[3], index: index }; })
    .filter(function (t) { return typeof t.from === "number" && typeof t.to === "number" && t.to >= t.from && t.role !== 2; });
}

// Stretches where nobody speaks, and where one speaker starts before the other has ended.
function gapsAndOverlaps(spoken) {
  var gaps = [], overlaps = [], reached = null;
  spoken.forEach(function (t) {
    if (reached !== null && t.from - reached.to >= SHOWN_GAP) gaps.push({ from: reached.to, to: t.from, index: t.index });
    if (reached !== null && reached.role !== t.role && reached.to - t.from >= 0.2) overlaps.push({ from: t.from, to: Math.min(reached.to, t.to), index: t.index });
    if (reached === null || t.to > reached.to) reached = t;
  });
  return { gaps: gaps, overlaps: overlaps };
}

function timeline(call, go) {
  var spoken = timed(call);
  var total = spoken.reduce(function (most, t) { return Math.max(most, t.to); }, 0);
  if (spoken.length < 2 || total <= 0) return null;
  var found = gapsAndOverlaps(spoken);
  var long = found.gaps.filter(function (gap) { return gap.to - gap.from >= NAMES.silence; });
  function block(t, y, kind, title) {
    return shape("rect", { "class": kind + " has", x: (100 * t.from / total).toFixed(2) + "%", width: Math.max(0.25, 100 * (t.to - t.from) / total).toFixed(2) + "%", y: y, height: 16, rx: 2, onclick: function () { go(t.index); } }, shape("title", {}, title));
  }
  var drawing = shape("svg", { "class": "timeline", role: "img", "aria-label": spokenShare(spoken, found, total) });
  drawing.append(shape("line", { "class": "axisline", x1: 0, x2: "100%", y1: 66, y2: 66 }));
  spoken.forEach(function (t) {
    drawing.append(block(t, t.role === 0 ? 2 : 22, "t" + t.role, ROLES[t.role] + " " + clock(t.from) + "–" + clock(t.to)));
  });
  found.gaps.forEach(function (gap) { drawing.append(block(gap, 42, "gap", "静音 " + (gap.to - gap.from).toFixed(0) + " 秒，" + clock(gap.from) + " 起")); });
  found.overlaps.forEach(function (o) { drawing.append(block(o, 42, "over", "重叠 " + (o.to - o.from).toFixed(1) + " 秒，" + clock(o.from) + " 起")); });
  [0, 0.25, 0.5, 0.75, 1].forEach(function (part) {
    var anchor = part === 0 ? "start" : part === 1 ? "end" : "middle";
    drawing.append(shape("text", { x: 100 * part + "%", y: 82, "text-anchor": anchor }, clock(total * part)));
  });
  var legend = el("p", { "class": "legend" }, spokenShare(spoken, found, total), el("span", { "class": "key gap" }), "静音", el("span", { "class": "key over" }), "重叠");
  var jumps = el("p", { "class": "legend" });
  long.forEach(function (gap) { jumps.append(el("button", { type: "button", onclick: function () { go(gap.index); } }, "静音 " + (gap.to - gap.from).toFixed(0) + " 秒，第 " + (gap.index + 1) + " 句前")); });
  found.overlaps.slice(0, 8).forEach(function (o) { jumps.append(el("button", { type: "button", onclick: function () { go(o.index); } }, "重叠 " + (o.to - o.from).toFixed(1) + " 秒，第 " + (o.index + 1) + " 句")); });
  return el("section", { "aria-label": "通话时间轴" }, el("h3", {}, "谁在什么时候说话"),
    el("div", { "class": "lanes" }, el("ul", { "aria-hidden": "true" }, el("li", {}, "座席"), el("li", {}, "客户"), el("li", {}, "静音"), el("li", {}, "分:秒")), drawing), legend, jumps.childNodes.length ? jumps : null);
}

function spokenShare(spoken, found, total) {
  function seconds(role) { return spoken.reduce(function (sum, t) { return sum + (t.role === role ? t.to - t.from : 0); }, 0); }
  var quiet = found.gaps.reduce(function (most, gap) { return Math.max(most, gap.to - gap.from); }, 0);
  return "全长 " + clock(total) + "；座席说 " + clock(seconds(0)) + "，客户说 " + clock(seconds(1)) + "；" + SHOWN_GAP + " 秒以上的静音 " + found.gaps.length + " 处" + (quiet ? "，最长 " + quiet.toFixed(0) + " 秒" : "") + "；重叠 " + found.overlaps.length + " 处。";
}
