// Wires the page: colours, filters, opening a call by click, key or address.
var THEMES = [["", "跟随系统"], ["light", "浅色"], ["dark", "深色"]];

function themed(name) {
  var known = THEMES.find(function (theme) { return theme[0] === name; }) || THEMES[0];
  if (known[0]) document.documentElement.setAttribute("data-theme", known[0]);
  else document.documentElement.removeAttribute("data-theme");
  byId("theme").textContent = "配色：" + known[1];
  return known[0];
}

function stored(value) {
  try {
    if (value !== undefined) localStorage.setItem("qa-nlp-theme", value);
    return localStorage.getItem("qa-nlp-theme") || "";
  } catch (error) { return value || ""; }
}

function days(due) {
  var parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(due), today = new Date();
  if (!parts) return "";
  var left = Math.round((Date.UTC(+parts[1], parts[2] - 1, +parts[3]) - Date.UTC(today.getFullYear(), today.getMonth(), today.getDate())) / 864e5);
  return left < 0 ? "已过 " + -left + " 天" : left === 0 ? "今天" : left + " 天";
}

// What is still to come first, soonest on top; then what is past, latest on top.
function orderPromises() {
  var body = document.querySelector("#due tbody"), now = new Date();
  if (!body) return;
  var today = now.getFullYear() + "-" + String(now.getMonth() + 1).padStart(2, "0") + "-" + String(now.getDate()).padStart(2, "0");
  var lines = Array.from(body.rows);
  var coming = lines.filter(function (line) { return line.dataset.due >= today; });
  var past = lines.filter(function (line) { return line.dataset.due < today; }).reverse();
  body.replaceChildren.apply(body, coming.concat(past));
}

function wirePromises() {
  var numbers = new Map(CALLS.map(function (call) { return [call.id, call.number]; }));
  document.querySelectorAll("#due tbody tr").forEach(function (line) {
    line.querySelector(".left").textContent = days(line.dataset.due);
    var place = line.querySelector("[data-call]"), number = numbers.get(place.dataset.call);
    if (number !== undefined) place.replaceWith(el("button", { type: "button", "class": "pick", "data-open": number }, place.dataset.call));
  });
}

function openAddress() {
  var wanted = /^#call=(.*)$/.exec(location.hash), id = "";
  if (!wanted) return;
  try { id = decodeURIComponent(wanted[1]); } catch (error) { return; }
  var call = CALLS.find(function (c) { return c.id === id; });
  if (call) show(call.number);
}

function clicked(event) {
  var target = event.target instanceof Element ? event.target : null;
  var picked = target && target.closest("[data-filter]"), open = target && target.closest("[data-open]");
  var line = target && target.closest("[data-row]");
  if (picked) pick(picked.dataset.filter, picked.dataset.value);
  else if (open) show(Number(open.dataset.open));
  else if (line && !String(window.getSelection())) show(Number(line.dataset.row));
}

function turnPage(by) {
  LIST.page += by;
  drawList();
  byId("found").scrollIntoView();
}

function keyed(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || !byId("call").open) return;
  if (event.key === "ArrowLeft") byId("c-before").click();
  if (event.key === "ArrowRight") byId("c-after").click();
}

CALLS.forEach(prepare);
fillFilters();
themed(stored());
byId("theme").addEventListener("click", function () {
  var now = document.documentElement.getAttribute("data-theme") || "";
  var at = THEMES.findIndex(function (theme) { return theme[0] === now; });
  stored(themed(THEMES[(at + 1) % THEMES.length][0]));
});
byId("print").addEventListener("click", function () { window.print(); });
byId("filters").addEventListener("submit", function (event) { event.preventDefault(); });
byId("filters").addEventListener("input", refresh);
byId("filters").addEventListener("reset", function () { setTimeout(refresh, 0); });
byId("p-before").addEventListener("click", function () { turnPage(-1); });
byId("p-after").addEventListener("click", function () { turnPage(1); });
byId("call").addEventListener("close", closed);
document.addEventListener("click", clicked);
document.addEventListener("keydown", keyed);
window.addEventListener("hashchange", openAddress);
orderPromises();
wirePromises();
refresh();
openAddress();
