"use strict";
// Shows the text of a session as its events tell it, and starts from the whole state again
// whenever the line was lost.

const RETRY_S = [0.3, 1, 2, 4];
const SILENT_S = 25;  // the server says something every ten seconds
const ANSWERED_S = 5;
const SETTLED_S = 2;  // what has not changed for so long is read out, though no space follows it
const SCALES = [0.4, 0.5, 0.65, 0.8, 1, 1.25, 1.5, 2];

const the = (id) => document.getElementById(id);
const news = JSON.parse(document.body.dataset.news);
const language = document.documentElement.lang;

let state = null;  // the last one, with every event since
let socket = null;
let tries = 0;
let silence = 0, settling = 0, retrying = 0;
let announced = "";  // the beginning of the text that a screen reader was given

function tell(words) {
  if (the("news").textContent !== words) the("news").textContent = words;
}

// ---- the text

function show() {
  const main = the("text");
  const at_end = main.scrollHeight - main.scrollTop - main.clientHeight < 0.75 * main.clientHeight;
  the("committed").textContent = state.committed;
  the("preedit").textContent = state.preedit;
  the("waiting").hidden = Boolean(state.committed || state.preedit);
  if (at_end) main.scrollTop = main.scrollHeight;
  const searching = !["live", "ended"].includes(state.link);
  tell(!state.ready ? news.loading : state.paused ? news.paused : searching ? news.no_glove : "");
  announce(state.committed.search(/\S*$/u));
  clearTimeout(settling);
  settling = setTimeout(() => state.preedit || announce(state.committed.length), SETTLED_S * 1000);
}

// Let screen readers hear whole words, and every word once unless it has changed.
function announce(until) {
  const text = state.committed;
  let start = 0;
  while (start < announced.length && announced[start] === text[start]) start += 1;
  announced = announced.slice(0, start);
  if (/^\S/u.test(text.slice(start))) start = text.slice(0, start).search(/\S*$/u);  // in a word
  const new_text = text.slice(start, until);
  if (!new_text.trim()) return;
  announced = text.slice(0, until);
  const line = document.createElement("p");
  line.textContent = new_text.trim();
  the("heard").append(line);
  while (the("heard").childElementCount > 20) the("heard").firstChild.remove();
}

// ---- the line

function take(event) {
  if (event.type === "state") {
    if (!state) announced = event.committed;  // what stands there already can be read
    state = event;
  } else {
    const expected = state.seq + (event.type === "alive" ? 0 : 1);
    if (event.seq !== expected) return socket.close();  // something is missing: begin anew
    state.seq = event.seq;
    if (event.type === "commit") {
      const letters = [...state.committed];  // characters, as the server counts them
      letters.length -= event.delete;
      state.committed = letters.join("") + event.insert;
    }
    if ("preedit" in event) state.preedit = event.preedit;
    for (const name of ["link", "ready", "paused"]) if (name in event) state[name] = event[name];
    if (event.type === "alive") return;
  }
  show();
}

function listen() {
  clearTimeout(silence);
  silence = setTimeout(() => lost(socket, news.lost), SILENT_S * 1000);
}

function connect() {
  clearTimeout(retrying);
  const mine = socket = new WebSocket(`ws://${location.host}/v1/events`);
  listen();
  mine.onmessage = (message) => {
    if (mine !== socket) return;
    tries = 0;
    listen();
    take(JSON.parse(message.data));
  };
  mine.onclose = (closed) => lost(mine, closed.code === 1001 ? news.ended : null);
}

async function lost(mine, why) {
  if (mine !== socket) return;
  socket = null;
  mine.close();
  clearTimeout(silence);
  const last = the("news").textContent;
  tell(why ?? (last === news.ended ? last : state ? news.lost : news.connecting));
  const soon = {signal: AbortSignal.timeout(1000 * ANSWERED_S)};
  const answer = await fetch("/v1/state", soon).catch(() => null);
  if (socket) return;  // the reader was quicker
  if (answer && [401, 403].includes(answer.status)) return tell(news.refused);
  clearTimeout(retrying);
  retrying = setTimeout(connect, 1000 * RETRY_S[Math.min(tries, RETRY_S.length - 1)]);
  tries += 1;
}

function hurry() {  // the reader looks at the page again, or the network is back
  if (document.hidden || socket) return;
  tries = 0;
  connect();
}

// ---- what the reader does

async function post(path, content) {
  const answer = await fetch(path, {
    method: "POST",
    headers: {"Content-Type": "application/json"},
    body: JSON.stringify(content),
  });
  if (answer.ok) return;
  throw new Error((await answer.json())[language]);
}

async function wish(path, content, done) {
  try {
    await post(path, content);
    the("told").textContent = done;
    return true;
  } catch (error) {
    the("told").textContent = error instanceof TypeError ? news.failed : error.message;
    return false;
  }
}

function resize(step) {
  const known = SCALES.indexOf(Number(localStorage.getItem("scale") ?? 1));
  const next = SCALES[Math.min(Math.max((known < 0 ? 4 : known) + step, 0), SCALES.length - 1)];
  localStorage.setItem("scale", next);
  document.documentElement.style.setProperty("--scale", next);
  the("text").scrollTop = the("text").scrollHeight;
}

// As the system has it, until the reader wants the other one.
function paint() {
  document.documentElement.style.colorScheme = localStorage.getItem("scheme") ?? "";
}

function repaint() {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const shown = localStorage.getItem("scheme") ?? system;
  localStorage.setItem("scheme", shown === "dark" ? "light" : "dark");
  paint();
}

async function begin() {
  the("answering").onsubmit = async (event) => {
    event.preventDefault();
    const text = the("answer").value.trim();
    if (text && await wish("/v1/answer", {text}, `${news.sent} ${text}`)) the("answer").value = "";
  };
  the("answer").onkeydown = (event) => {  // Enter may end a syllable first
    if (event.key === "Enter" && event.isComposing) event.preventDefault();
  };
  the("say").onclick = () => wish("/v1/speak", {}, news.said);
  the("smaller").onclick = () => resize(-1);
  the("larger").onclick = () => resize(1);
  the("scheme").onclick = repaint;
  paint();
  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);
  resize(0);
  tell(news.connecting);
  if (location.hash) await enter(location.hash.slice(1));
  connect();
}

// Exchange the ticket of the address, which is nobody else's business, for a cookie. Whoever was
// let in before may come without it.
async function enter(ticket) {
  history.replaceState(null, "", "/");
  for (const wait_s of [...RETRY_S, 0]) {
    const error = await post("/v1/enter", {ticket}).catch((error) => error);
    if (!(error instanceof TypeError)) return;  // which says that the line is down
    await new Promise((go_on) => setTimeout(go_on, 1000 * wait_s));
  }
}

begin();
