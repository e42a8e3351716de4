"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const say = data.words_of_page;
const ABSENT = -32768, SHORTEST_S = 0.25, LONG = 120;
const element = (id) => document.getElementById(id);
const unpack = (text, kind) =>
  new kind(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)).buffer);
const seconds = (text) => Float64Array.from(unpack(text, Int32Array), (ms) => ms / 1000);
const time = seconds(data.time_ms), holds_time = seconds(data.holds_ms);
const flex = data.flex.map((text) => unpack(text, Int16Array));
const believed = data.believed.map((text) => unpack(text, Int16Array));
const gravity = data.gravity.map((text) => unpack(text, Int16Array));
const holds = data.holds.map((text) => unpack(text, Int16Array));
const end_s = Math.max(data.duration, SHORTEST_S);
const name_of = (sign) => ({ rest: say.rest, no_sign: say.no_sign })[sign] ?? sign;
const percent = (share) => `${Math.round(100 * share)}%`;
const share_of = (sign) => (sign.read.find(([name]) => name === sign.sign) ?? ["", 0])[1];

/* what is seen: a stretch of time, and the segment that was chosen */
let from = 0, to = end_s, chosen = -1, pointer = null;

function look(start, end) {
  const length = Math.min(Math.max(end - start, SHORTEST_S), end_s);
  from = Math.min(Math.max(start, 0), end_s - length);
  to = from + length;
  draw();
}
const zoom = (factor, at = (from + to) / 2) => look(at - (at - from) * factor, at + (to - at) * factor);
const shift = (share) => look(from + share * (to - from), to + share * (to - from));

/* of the ways to cut the signal where there were several */
const n_lanes = data.cuts.reduce((most, { lane }) => Math.max(most, lane + 1), 1);

/* lanes from the top to the bottom: name, share of the height, how to draw */
const lanes = [
  { name: say.text, part: 1.1, draw: drawWords },
  { name: say.read, part: 1.7, draw: drawSigns },
  ...(data.truth.length ? [{ name: say.truth, part: 1, draw: drawTruth }] : []),
  ...(data.cuts.length ? [{ name: say.cuts, part: Math.min(0.8 * n_lanes, 3), draw: drawCuts }] : []),
  { name: say.flex, part: 5, draw: drawFlex },
  { name: say.gravity, part: 3, draw: drawGravity },
  { name: say.holds, part: 2.6, draw: drawHolds },
];
const LEFT = 78, GAP = 6;
let pen, size, colours;

const x_of = (s) => LEFT + ((s - from) / (to - from)) * (size.width - LEFT);
const s_of = (x) => from + ((x - LEFT) / (size.width - LEFT)) * (to - from);

function prepare(canvas) {
  const ratio = window.devicePixelRatio || 1;
  size = { width: canvas.clientWidth, height: canvas.clientHeight };
  canvas.width = Math.round(size.width * ratio);
  canvas.height = Math.round(size.height * ratio);
  pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  pen.textBaseline = "middle";
  const style = getComputedStyle(document.documentElement);
  colours = (name) => style.getPropertyValue(`--${name}`).trim();
}
const font = (px) => (pen.font = `${px}px ${getComputedStyle(document.body).fontFamily}`);

function draw() {
  prepare(element("chart"));
  const parts = lanes.reduce((sum, lane) => sum + lane.part, 0);
  const unit = (size.height - 22 - GAP * lanes.length) / parts;
  let y = 0;
  for (const lane of lanes) {
    Object.assign(lane, { y, height: unit * lane.part });
    y += lane.height + GAP;
  }
  const bottom = y - GAP;
  backdrop(bottom);
  for (const lane of lanes) {
    font(12);
    pen.fillStyle = colours("dim");
    pen.textAlign = "left";
    pen.fillText(lane.name, 0, lane.y + Math.min(10, lane.height / 2), LEFT - 8);
    pen.save();
    pen.beginPath();
    pen.rect(LEFT, lane.y, size.width - LEFT, lane.height);
    pen.clip();
    lane.draw(lane);
    pen.restore();
  }
  drawTime(bottom);
  drawPointer(bottom);
  drawOverview();
}

/* behind all lanes: where letters were found, and where the signal is missing */
function backdrop(bottom) {
  const top = lanes.find((lane) => lane.draw === drawFlex).y;
  data.signs.forEach((sign, i) => {
    if (sign.end < from || sign.start > to) return;
    pen.globalAlpha = i === chosen ? 0.6 : 0.25;
    pen.fillStyle = colours(sign.letter ? "letter" : "rest");
    const left = Math.max(x_of(sign.start), LEFT);
    pen.fillRect(left, top, Math.max(x_of(sign.end) - left, 1), bottom - top);
  });
  pen.globalAlpha = 0.25;
  pen.fillStyle = colours("alarm");
  for (const [start, end] of data.gaps) {
    const left = Math.max(x_of(start), LEFT);
    if (end > from && start < to) pen.fillRect(left, 0, x_of(end) - left, bottom);
  }
  pen.globalAlpha = 1;
}

function box(lane, start, end, fill) {
  const left = x_of(start), width = Math.max(x_of(end) - left, 1);
  pen.fillStyle = fill;
  pen.fillRect(left, lane.y, width, lane.height);
  return { middle: (Math.max(left, LEFT) + Math.min(left + width, size.width)) / 2, width };
}

function write(text, x, y, px, colour, most) {
  font(px);
  if (most !== undefined && pen.measureText(text).width > most) return false;
  pen.fillStyle = colour;
  pen.textAlign = "center";
  pen.fillText(text, x, y);
  return true;
}

function drawWords(lane) {
  for (const [word, start, end, confidence] of data.words) {
    if (start === null || end < from || start > to) continue;
    const { middle, width } = box(lane, start, end, colours(confidence < data.doubtful ? "doubt" : "panel"));
    const y = lane.y + lane.height / 2;
    write(word, middle, y, 16, colours("ink"), width) || write(word, middle, y, 10, colours("ink"), width);
  }
}

function drawSigns(lane) {
  data.signs.forEach((sign, i) => {
    if (sign.end < from || sign.start > to) return;
    const share = share_of(sign);
    const kind = !sign.letter ? "rest" : share < data.unsure ? "doubt" : "letter";
    const { middle, width } = box(lane, sign.start, sign.end, colours(kind));
    if (i === chosen) {
      pen.strokeStyle = colours("accent");
      pen.lineWidth = 2;
      pen.strokeRect(x_of(sign.start) + 1, lane.y + 1, Math.max(width - 2, 1), lane.height - 2);
    }
    const ink = colours(sign.letter ? "ink" : "dim");
    if (!sign.letter) write(name_of(sign.sign), middle, lane.y + lane.height / 2, 11, ink, width);
    else if (write(sign.sign, middle, lane.y + lane.height * 0.36, 20, ink, width + 6))
      write(percent(share), middle, lane.y + lane.height * 0.8, 10, ink, width + 8);
  });
}

const held = data.truth.map(([sign, start, end]) => {
  const there = data.signs.filter((s) => s.letter && s.start < end && s.end > start);
  const name = there.length ? sign : `${sign} ${say.missed}`;
  return { sign, start, end, name, right: there.some((s) => s.sign === sign) };
});

function drawTruth(lane) {
  const y = lane.y + lane.height / 2;
  for (const { sign, start, end, name, right } of held) {
    if (end < from || start > to) continue;
    const { middle, width } = box(lane, start, end, colours(right ? "letter" : "doubt"));
    write(name, middle, y, 14, colours("ink"), width) || write(sign, middle, y, 14, colours("ink"), width + 6);
  }
}

/* how else the signal might have been cut; filled is what the text was made of */
function drawCuts(lane) {
  const height = lane.height / n_lanes;
  for (const { start, end, share, chosen: taken, lane: number } of data.cuts) {
    if (end < from || start > to) continue;
    const y = lane.y + lane.height - (number + 1) * height;
    const part = { y: y + 1, height: height - 2 };
    const { middle, width } = box(part, start, end, colours(taken ? "letter" : "page"));
    pen.strokeStyle = colours("dim");
    pen.lineWidth = 1;
    pen.strokeRect(x_of(start), part.y, width, part.height);
    write(percent(share), middle, y + height / 2, 10, colours("ink"), width);
  }
}

/* lines of a lane; where many samples share a pixel, their least and greatest value */
function lines(lane, series, colour, [low, high], step = 1, at = time) {
  const y_of = (value) => lane.y + lane.height - ((value / step - low) / (high - low)) * lane.height;
  const first = Math.max(below(at, from) - 1, 0), last = Math.min(below(at, to) + 1, at.length);
  const dense = last - first > 3 * size.width;
  pen.strokeStyle = colour;
  pen.lineWidth = 1.3;
  pen.beginPath();
  let on = false, column = -1, least = 0, most = 0;
  for (let i = first; i < last; i++) {
    const value = series[i];
    if (value === ABSENT || (i > first && at[i] - at[i - 1] > 0.4)) on = false;
    if (value === ABSENT) continue;
    const x = x_of(at[i]);
    if (dense && on && Math.floor(x) === column) {
      least = Math.min(least, value);
      most = Math.max(most, value);
      continue;
    }
    if (dense && on) {
      pen.lineTo(column, y_of(least));
      pen.lineTo(column, y_of(most));
    }
    on ? pen.lineTo(x, y_of(value)) : pen.moveTo(x, y_of(value));
    [on, column, least, most] = [true, Math.floor(x), value, value];
  }
  pen.stroke();
}

function below(values, limit) {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    values[middle] < limit ? (low = middle + 1) : (high = middle);
  }
  return low;
}

function range(all, margin, step = 1) {
  let [low, high] = [Infinity, -Infinity];
  for (const series of all)
    for (const value of series)
      if (value !== ABSENT) [low, high] = [Math.min(low, value / step), Math.max(high, value / step)];
  return low > high ? [0, 1] : [low - margin, high + margin + 0.12 * (high - low)];  // a legend fits
}
const ranges = { flex: range(believed, 10), gravity: range(gravity, 0.1, data.steps) };

function scale(lane, [low, high], digits) {
  font(10);
  pen.fillStyle = colours("dim");
  pen.textAlign = "left";
  pen.fillText(high.toFixed(digits), LEFT + 3, lane.y + 7);
  pen.fillText(low.toFixed(digits), LEFT + 3, lane.y + lane.height - 6);
}

function legend(lane, names, inks = names.map((_, i) => `c${i}`)) {
  font(11);
  pen.textAlign = "right";
  let x = size.width - 6;
  for (let i = names.length - 1; i >= 0; i--) {
    pen.fillStyle = colours(inks[i]);
    pen.fillText(names[i], x, lane.y + 8);
    x -= pen.measureText(names[i]).width + 10;
  }
}

function drawFlex(lane) {
  flex.forEach((series) => lines(lane, series, colours("line"), ranges.flex));
  believed.forEach((series, i) => lines(lane, series, colours(`c${i}`), ranges.flex));
  scale(lane, ranges.flex, 0);
  legend(lane, say.fingers);
}

function drawGravity(lane) {
  gravity.forEach((series, i) => lines(lane, series, colours(`c${i}`), ranges.gravity, data.steps));
  scale(lane, ranges.gravity, 1);
  legend(lane, ["x", "y", "z"]);
}

/* what the segmenter sees: held, a hold begins; and the level from which it believes each */
const HOLDS = [0, 1.25], INKS = ["ink", "alarm"];  // a legend fits
function drawHolds(lane) {
  holds.forEach((series, i) => {
    const y = lane.y + lane.height * (1 - data.levels[i] / HOLDS[1]);
    pen.strokeStyle = colours(INKS[i]);
    pen.lineWidth = 0.7;
    pen.setLineDash([4, 4]);
    pen.beginPath();
    pen.moveTo(LEFT, y);
    pen.lineTo(size.width, y);
    pen.stroke();
    pen.setLineDash([]);
    lines(lane, series, colours(INKS[i]), HOLDS, data.steps, holds_time);
  });
  legend(lane, say.heads, INKS);
}

function drawTime(bottom) {
  const steps = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600];
  const step = steps.find((s) => (s / (to - from)) * (size.width - LEFT) > 60) ?? 7200;
  font(11);
  pen.textAlign = "center";
  for (let tick = Math.ceil(from / step); tick * step <= to; tick++) {
    const x = x_of(tick * step);
    pen.fillStyle = colours("line");
    pen.fillRect(x, 0, 0.5, bottom);
    pen.fillStyle = colours("dim");
    if (x > LEFT + 12 && x < size.width - 12)
      pen.fillText(`${(tick * step).toFixed(step < 1 ? (step < 0.1 ? 2 : 1) : 0)} s`, x, bottom + 12);
  }
}

function drawPointer(bottom) {
  if (pointer === null || pointer < LEFT) return;
  pen.fillStyle = colours("accent");
  pen.fillRect(pointer, 0, 1, bottom);
  font(11);
  pen.textAlign = pointer > size.width - 60 ? "right" : "left";
  pen.fillText(`${s_of(pointer).toFixed(2)} s`, pointer + (pen.textAlign === "left" ? 4 : -4), bottom + 12);
}

/* the whole session below, and which part of it is seen */
let whole = null;  // the picture behind it, drawn once
function drawOverview() {
  const seen = [from, to], canvas = element("overview");
  prepare(canvas);
  [from, to] = [0, end_s];
  if (whole) pen.drawImage(whole, 0, 0, size.width, size.height);
  else {
    const lane = { y: 0, height: size.height };
    data.signs.forEach((sign) => sign.letter && box(lane, sign.start, sign.end, colours("letter")));
    believed.forEach((series, i) => lines(lane, series, colours(`c${i}`), ranges.flex));
    whole = document.createElement("canvas");
    Object.assign(whole, { width: canvas.width, height: canvas.height });
    whole.getContext("2d").drawImage(canvas, 0, 0);
  }
  pen.strokeStyle = colours("accent");
  pen.lineWidth = 2;
  pen.strokeRect(x_of(seen[0]), 1, Math.max(x_of(seen[1]) - x_of(seen[0]), 3), size.height - 2);
  [from, to] = seen;
  size = { width: element("chart").clientWidth, height: element("chart").clientHeight };
}

/* segments: details of the chosen one, and the table of all */
function choose(i, follow = true) {
  if (i < 0 || i >= data.signs.length) return;
  chosen = i;
  const sign = data.signs[i];
  if (follow && (sign.start < from || sign.end > to)) {
    const length = Math.max(to - from, 2 * (sign.end - sign.start));
    const middle = (sign.start + sign.end) / 2;
    look(middle - length / 2, middle + length / 2);
  } else draw();
  showDetails(sign);
  document.querySelectorAll("#segments tbody tr").forEach((row, n) => {
    row.classList.toggle("chosen", n === i);
    if (n === i) row.parentElement.parentElement.parentElement.scrollTop = row.offsetTop - 90;
  });
}

function make(tag, text, parent, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  parent?.append(made);
  return made;
}

function showDetails(sign) {
  const details = element("details");
  details.replaceChildren();
  make("h3", `${name_of(sign.sign)}  ${sign.start.toFixed(2)}–${sign.end.toFixed(2)} s`, details);
  const sides = make("div", undefined, details, "sides");
  for (const [title, shares] of [[say.as_read, sign.read], [say.as_seen, sign.seen]]) {
    const side = make("div", undefined, sides);
    make("h4", title, side);
    for (const [name, share] of shares) {
      const line = make("div", undefined, side, "share");
      make("span", name_of(name), line);
      make("i", undefined, make("span", undefined, line, "bar")).style.width = percent(share);
      make("span", `${(100 * share).toFixed(share < 0.1 ? 1 : 0)}%`, line);
    }
  }
}

function fillTable() {
  const table = document.querySelector("#segments table");
  const head = make("tr", undefined, make("thead", undefined, table));
  say.columns.forEach((name) => make("th", name, head));
  const body = make("tbody", undefined, table);
  data.signs.forEach((sign, i) => {
    const row = make("tr", undefined, body, sign.letter ? "" : "rest");
    const share = share_of(sign);
    make("td", i + 1, row);
    make("td", sign.start.toFixed(2), row);
    make("td", (sign.end - sign.start).toFixed(2), row);
    make("td", name_of(sign.sign), row, sign.letter ? "letter" : "");
    make("td", percent(share), row, sign.letter && share < data.unsure ? "doubtful" : "");
    make("td", sign.seen.slice(0, 3).map(([n, p]) => `${name_of(n)} ${percent(p)}`).join(" · "), row);
    row.addEventListener("click", () => choose(i));
  });
}

function fillPage() {
  element("source").textContent = data.source;
  element("summary").textContent = data.summary;
  element("text").classList.toggle("long", data.text.length > LONG);
  let rest = data.text;
  for (const [word, start, end, confidence] of data.words) {
    const at = rest.indexOf(word);
    if (at < 0) continue;
    element("text").append(rest.slice(0, at));
    rest = rest.slice(at + word.length);
    const button = make("button", word, element("text"), confidence < data.doubtful ? "doubtful" : "");
    button.title = percent(confidence);
    if (start !== null) button.addEventListener("click", () => look(start - 0.5, end + 0.5));
  }
  element("text").append(rest);
  const aside = (id, name, text) => {
    element(id).hidden = !text;
    element(id).textContent = `${name}: ${text}`;
  };
  aside("true-text", say.true_text, data.true_text);
  aside("others", say.others, data.candidates.join(" · "));
  for (const id of ["warnings", "comparison"]) {
    element(id).hidden = !data[id].length;
    data[id].forEach((text) => {
      const line = make("li", text.trim(), element(id));
      const at = text.match(/^\s*([\d.]+)–([\d.]+) s/);
      if (!at) return;
      line.className = "at";
      line.addEventListener("click", () => look(Number(at[1]) - 1, Number(at[2]) + 1));
    });
  }
  element("hint").textContent = say.hint;
  element("details").textContent = say.choose;
  element("segments-title").textContent = say.segments;
  element("chart").setAttribute("aria-label", `${say.segments}: ${data.signs.map((s) => name_of(s.sign)).join(" ")}`);
  const controls = {
    nearer: () => zoom(0.5), farther: () => zoom(2), earlier: () => shift(-0.5),
    later: () => shift(0.5), whole: () => look(0, end_s),
  };
  for (const [name, act] of Object.entries(controls)) {
    const button = make("button", say[name], element("controls"));
    button.id = name;
    button.addEventListener("click", act);
  }
  fillTable();
}

function listen() {
  const chart = element("chart");
  let drag = null;
  chart.addEventListener("wheel", (event) => {
    event.preventDefault();
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
    sideways ? shift(event.deltaX / size.width) : zoom(1.0015 ** event.deltaY, s_of(event.offsetX));
  }, { passive: false });
  chart.addEventListener("pointerdown", (event) => {
    drag = { x: event.offsetX, from, to, moved: false };
    chart.setPointerCapture(event.pointerId);
  });
  chart.addEventListener("pointermove", (event) => {
    pointer = event.offsetX;
    if (!drag) return draw();
    const moved = ((event.offsetX - drag.x) / (size.width - LEFT)) * (drag.to - drag.from);
    drag.moved ||= Math.abs(event.offsetX - drag.x) > 3;
    look(drag.from - moved, drag.to - moved);
  });
  chart.addEventListener("pointerup", (event) => {
    const clicked = drag && !drag.moved, at = s_of(event.offsetX);
    drag = null;
    if (clicked) choose(data.signs.findIndex((sign) => sign.start <= at && at <= sign.end), false);
  });
  chart.addEventListener("pointerleave", () => { pointer = null; draw(); });
  chart.addEventListener("keydown", (event) => {
    const act = {
      ArrowLeft: () => shift(-0.25), ArrowRight: () => shift(0.25), "+": () => zoom(0.5),
      "=": () => zoom(0.5), "-": () => zoom(2), 0: () => look(0, end_s),
      n: () => choose(chosen + 1), p: () => choose(chosen - 1),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  const overview = element("overview");
  const jump = (event) => {
    const at = ((event.offsetX - LEFT) / (overview.clientWidth - LEFT)) * end_s;
    if (event.buttons) look(at - (to - from) / 2, at + (to - from) / 2);
  };
  overview.addEventListener("pointerdown", jump);
  overview.addEventListener("pointermove", jump);
  const anew = () => { whole = null; draw(); };
  window.addEventListener("resize", anew);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", anew);
}

fillPage();
listen();
draw();
