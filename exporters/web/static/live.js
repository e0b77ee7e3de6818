// Keeps the page live: asks for the changing part every two seconds and puts it in place of the old one.
// When no answer comes, everything on the page becomes unknown: old news is never shown as up.
"use strict";

const EVERY = 2000, PATIENCE = 5000, TOO_OLD = 10000;
const text = document.documentElement.dataset;
const filter = document.getElementById("filter");
const lost = document.getElementById("lost");
const title = document.title;
const live = document.getElementById("live");
const asof = document.getElementById("asof");
let heard = performance.now();
let timer = 0;

// Change only what differs, so that focus, selection and scroll positions stay where they are.
function morph(old, fresh) {
  if (old.nodeName !== fresh.nodeName) return old.replaceWith(fresh);
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const before = [...old.childNodes], after = [...fresh.childNodes];
  after.forEach((node, place) => (place < before.length ? morph(before[place], node) : old.append(node)));
  before.slice(after.length).forEach((node) => node.remove());
}

function forget() {
  for (const one of live.querySelectorAll("[data-state]")) {
    if (one.closest(".counts, .legend")) continue;
    one.dataset.state = "unknown";
    for (const word of one.querySelectorAll(".word")) word.textContent = text.unknown;
  }
  for (const count of live.querySelectorAll(".count")) {
    for (const one of count.querySelectorAll("dd")) {
      const unknown = one.dataset.state === "unknown";
      one.querySelector("b").textContent = unknown ? count.dataset.total : "0";
      one.classList.toggle("none", !unknown);
    }
  }
  for (const calm of live.querySelectorAll(".faults .calm")) calm.textContent = text.unknown;
  for (const heading of live.querySelectorAll("[data-before]")) heading.textContent = heading.dataset.before;
  for (const figure of live.querySelectorAll(".figure, .ticks")) figure.textContent = "—";
  asof.className = "off";
  asof.querySelector(".watching").textContent = text.lost;
}

function lose() {
  if (!lost.hidden) return;
  lost.querySelector("time").textContent = asof.querySelector("time").textContent;
  lost.hidden = false;
  document.documentElement.classList.add("lost");
  document.title = `(?) ${text.lost} · ${title}`;
  forget();
}

function show(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const old of [asof, live]) {
    const fresh = page.getElementById(old.id);
    if (!fresh) throw new Error("not the page");
    morph(old, document.adoptNode(fresh));
  }
  lost.hidden = true;
  document.documentElement.classList.remove("lost");
  heard = performance.now();
  document.title = live.dataset.down === "0" ? title : `(${live.dataset.down}) ${title}`;
}

function tick() {
  if (performance.now() - heard > TOO_OLD) lose();
  if (!lost.hidden) return;
  const now = Number(live.dataset.at) + (performance.now() - heard) / 1000;
  for (const one of live.querySelectorAll(".ticks")) one.textContent = lasted(now - Number(one.dataset.since));
}

function lasted(seconds) {
  const whole = Math.max(0, Math.floor(seconds)), two = (number) => String(number).padStart(2, "0");
  const days = Math.floor(whole / 86400), hour = Math.floor(whole / 3600) % 24;
  const time = `${hour}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return days ? text.days.replace("{days}", days).replace("{time}", time) : time;
}

async function poll() {
  clearTimeout(timer);
  const wanted = filter.value;
  const giving = new AbortController(), up = setTimeout(() => giving.abort(), PATIENCE);
  try {
    const query = new URLSearchParams({ lang: text.lang, q: wanted });
    const answer = await fetch(`/live?${query}`, { cache: "no-store", signal: giving.signal });
    if (!answer.ok) throw new Error(answer.status);
    const html = await answer.text();
    if (wanted === filter.value) show(html);
  } catch {
    lose();
  }
  clearTimeout(up);
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(poll, EVERY);
}

function typed() {
  clearTimeout(timer);
  timer = setTimeout(poll, 200);
}

filter.addEventListener("input", typed);
filter.form.addEventListener("submit", (event) => { event.preventDefault(); poll(); });
document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (document.hidden) return;
  tick();
  poll();
});
setInterval(tick, 1000);
timer = setTimeout(poll, EVERY);
