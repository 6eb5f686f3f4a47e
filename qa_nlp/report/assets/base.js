// Shared by the other scripts: the data, and how elements are made. Text only ever becomes text nodes.
var DATA = JSON.parse(document.getElementById("data").textContent);
var NAMES = DATA.names, CALLS = DATA.calls;
var SVG = "http://www.w3.org/2000/svg";
var ROLES = ["座席", "客户", "系统", "不明"];

function byId(id) { return document.getElementById(id); }

function fill(node, attributes, children) {
  Object.keys(attributes || {}).forEach(function (name) {
    var value = attributes[name];
    if (value === null || value === undefined || value === false) return;
    if (name.slice(0, 2) === "on") node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  });
  children.forEach(function (child) {
    if (child === null || child === undefined || child === "") return;
    node.append(child instanceof Node ? child : String(child));
  });
  return node;
}

function el(tag, attributes) {
  return fill(document.createElement(tag), attributes, Array.prototype.slice.call(arguments, 2));
}

function shape(tag, attributes) {
  return fill(document.createElementNS(SVG, tag), attributes, Array.prototype.slice.call(arguments, 2));
}

// A message, suggestion or basis: a number, [number, detail] or the text itself.
function textOf(value) {
  if (typeof value === "number") return NAMES.texts[value];
  return Array.isArray(value) ? NAMES.texts[value[0]] + value[1] : value;
}

function findingOf(row) {
  return {
    rule: row[0], code: row[1], severity: row[2], points: row[3], turn: row[4], start: row[5], end: row[6],
    message: textOf(row[7]), suggestion: textOf(row[8]), basis: textOf(row[9]), match: row[10],
    confidence: row[11], status: row[12]
  };
}

function stepOf(row) {
  var names = NAMES.steps[row[0]];
  return { id: names[0], name: names[1], advice: names[2], need: row[1], verdict: row[2], turn: row[3], quote: row[4], points: row[5], evidence: row[6] };
}

function nameOf(table, key) { return Object.prototype.hasOwnProperty.call(table, key) ? table[key] : key; }

function points(value) { return value === null || value === undefined ? "—" : value.toFixed(1); }

function moment(iso) { return (iso || "").slice(0, 16).replace("T", " "); }

function clock(seconds) {
  var whole = Math.max(0, Math.round(seconds));
  return Math.floor(whole / 60) + ":" + String(whole % 60).padStart(2, "0");
}
