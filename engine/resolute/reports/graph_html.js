"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { steps, inner, edges, blocked, words } = data;
  const get = (id) => document.getElementById(id);
  const stage = get("stage"), svg = stage.querySelector("svg"), panel = get("panel"), details = get("details");
  const many = Object.keys(data.cards).length > 0;
  const cards = new Map([...svg.querySelectorAll(".step")].map((node) => [node.dataset.id, node]));
  const lines = [...svg.querySelectorAll(".edge")];
  const held = new Map(blocked.map((item) => [item.step, item]));
  const before = new Map(), after = new Map();
  for (const [first, second] of edges) {
    if (!after.has(first)) after.set(first, []);
    if (!before.has(second)) before.set(second, []);
    after.get(first).push(second);
    before.get(second).push(first);
  }

  // --- where the picture stands ---
  const size = { width: svg.viewBox.baseVal.width, height: svg.viewBox.baseVal.height };
  const view = { x: 0, y: 0, scale: 1, fitted: true };
  const show = () => {
    view.fitted = false;
    svg.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
    if (many && !view.waiting) { view.waiting = true; requestAnimationFrame(spell); }
  };
  const fit = () => {
    const room = stage.getBoundingClientRect();
    view.scale = Math.min(room.width / size.width, room.height / size.height, 1.4);
    view.x = Math.max((room.width - size.width * view.scale) / 2, 0);
    view.y = 0;
    show();
    view.fitted = true;
  };
  const READABLE = 0.85;  // the words of a card are then ten points high
  const begin = () => {
    fit();
    if (view.scale >= READABLE) return;
    const wide = stage.getBoundingClientRect().width;
    view.scale = Math.max(Math.min(wide / size.width, 1), READABLE);
    view.x = Math.max((wide - size.width * view.scale) / 2, 0);
    show();
  };

  // --- of very many cards only those in sight get their words ---
  const corner = (text) => text.match(/-?[\d.]+/g).map(Number);
  const places = [];
  if (many) {
    const [left, top] = corner(svg.querySelector(".steps").parentNode.getAttribute("transform"));
    for (const [id, card] of cards) {
      const [x, y] = corner(card.getAttribute("transform"));
      places.push({ id, words: card.querySelector(".words"), x: x + left, y: y + top, read: false });
    }
  }
  const write = (place, read) => {
    if (read === place.read) return;
    place.read = read;
    place.words.innerHTML = read ? data.cards[place.id] : "";
  };
  function spell() {
    view.waiting = false;
    const room = stage.getBoundingClientRect(), legible = view.scale > 0.25, margin = 300;
    const low = { x: -view.x / view.scale - margin, y: -view.y / view.scale - margin };
    const high = { x: low.x + room.width / view.scale + 2 * margin, y: low.y + room.height / view.scale + 2 * margin };
    for (const place of places) {
      write(place, legible && place.x > low.x && place.x < high.x && place.y > low.y && place.y < high.y);
    }
  }
  window.addEventListener("beforeprint", () => { for (const place of places) write(place, true); });
  window.addEventListener("afterprint", () => { if (many) spell(); });
  const zoom = (factor, x, y) => {
    const room = stage.getBoundingClientRect();
    const at = { x: x ?? room.width / 2, y: y ?? room.height / 2 };
    const scale = Math.min(Math.max(view.scale * factor, 0.04), 6);
    view.x = at.x - (at.x - view.x) * (scale / view.scale);
    view.y = at.y - (at.y - view.y) * (scale / view.scale);
    view.scale = scale;
    show();
  };
  const bring = (node) => {
    if (view.scale < READABLE) zoom(READABLE / view.scale);
    const box = node.getBoundingClientRect(), room = stage.getBoundingClientRect();
    const inside = box.left >= room.left && box.right <= room.right && box.top >= room.top && box.bottom <= room.bottom;
    if (inside) return;
    view.x += room.left + room.width / 2 - (box.left + box.width / 2);
    view.y += room.top + room.height / 2 - (box.top + box.height / 2);
    show();
  };
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    const room = stage.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY * 0.0015), event.clientX - room.left, event.clientY - room.top);
  }, { passive: false });
  let drag = null;
  stage.addEventListener("pointerdown", (event) => {
    drag = { x: event.clientX - view.x, y: event.clientY - view.y, far: false, fromX: event.clientX, fromY: event.clientY };
  });
  window.addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (Math.hypot(event.clientX - drag.fromX, event.clientY - drag.fromY) > 4) drag.far = true;
    if (!drag.far) return;
    stage.classList.add("dragging");
    view.x = event.clientX - drag.x;
    view.y = event.clientY - drag.y;
    show();
  });
  window.addEventListener("pointerup", (event) => {
    const moved = drag && drag.far;
    drag = null;
    stage.classList.remove("dragging");
    const card = !moved && event.target.closest && event.target.closest(".step");
    if (card) choose(card.dataset.id);
  });

  // --- texts ---
  const make = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    Object.assign(node, attributes);
    node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return node;
  };
  const day = (text) => {
    if (!text) return "";
    const [year, month, number] = text.slice(0, 10).split("-");
    if (data.language === "ru") return `${number}.${month}.${year}`;
    return new Date(Date.UTC(+year, month - 1, +number))
      .toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  };
  const label = (id) => {
    const step = steps[id];
    if (!step) return id;
    const name = step.name && step.name.length > 70 ? step.name.slice(0, 70) + "…" : step.name || "";
    return step.ref ? `${step.ref} ${name}` : name || id;
  };
  const link = (id) => {
    const shown = shownFor(id);
    if (!shown) return document.createTextNode(label(id));
    const node = make("a", { tabIndex: 0, role: "button" }, label(id));
    node.addEventListener("click", () => choose(shown));
    node.addEventListener("keydown", (event) => { if (event.key === "Enter") choose(shown); });
    return node;
  };
  const shownFor = (id) => {
    let place = id;
    for (let level = 0; place && level < 50; level += 1) {
      if (cards.has(place)) return place;
      place = steps[place] && steps[place].parent;
    }
    return null;
  };
  const badge = (state) => make("span", { className: `badge ${state}` }, words[state] || state);
  const section = (heading, body) => (body ? [make("h3", {}, heading), body] : []);
  const list = (items, ordered) => (items.length ? make(ordered ? "ol" : "ul", {}, ...items.map((item) => make("li", {}, ...[].concat(item)))) : null);

  // --- details ---
  const facts = (step, item) => {
    const rows = [];
    const row = (name, value) => { if (value !== "" && value !== null && value !== undefined) rows.push(make("dt", {}, name), make("dd", {}, String(value))); };
    const parties = step.parties || (step.party ? [step.party] : []);
    row(parties.length > 1 ? words.parties : words.party, parties.join("; "));
    row(words.due, day(step.due));
    row(step.state === "done" ? words.done_on : words.since, day(step.since || (item && item.since)));
    if (item) { row(words.finish, day(item.earliest_finish)); row(words.slack, item.slack_days); }
    row(words.decision, step.decision);
    return make("dl", {}, ...rows);
  };
  const describe = (id) => {
    const step = steps[id], item = held.get(id);
    const parts = [make("h2", {}, step.ref ? `${step.ref} ` : "", badge(step.state)), make("p", {}, step.name || "")];
    if (item) parts.push(make("p", { className: "headline" }, item.why));
    parts.push(facts(step, item));
    if (item) {
      if (item.deadlock) parts.push(...section(words.options, list(item.deadlock.options)));
      parts.push(...section(words.act, list(item.roots.map((root) => [
        root.party || words.nobody, ": ", root.action, root.due ? ` (${day(root.due)})` : "",
      ]))));
      const chain = [...new Set(item.chain.map((step) => shownFor(step) || step))];
      if (chain.length > 1) parts.push(...section(words.chain, list(chain.map(link), true)));
      if (item.impact.steps) parts.push(...section(words.behind, make("p", {}, `${words.steps}: ${item.impact.steps}`)));
      parts.push(...section(words.risks, list(item.impact.deadlines_at_risk.map((risk) => [link(risk.step), ` — ${day(risk.due)}`]))));
      parts.push(...section(words.unknown, list(item.unknowns)));
    }
    parts.push(...section(words.before, list((before.get(id) || []).map(link))));
    parts.push(...section(words.after, list((after.get(id) || []).map(link))));
    const members = step.members || inner[id] || [];
    const open = members.filter((member) => !["skipped"].includes((steps[member] || {}).state)).slice(0, 60);
    parts.push(...section(words.inside, list(open.map((member) => [badge(steps[member].state), " ", steps[member].name || member]))));
    details.replaceChildren(...parts);
  };

  // --- choosing ---
  let chosen = null;
  const open = (yes) => {
    const fitted = view.fitted;
    panel.hidden = !yes;
    if (fitted) fit();
  };
  const clear = () => {
    chosen = null;
    for (const node of [...cards.values(), ...lines]) node.classList.remove("chosen", "chain", "near");
  };
  const choose = (id) => {
    clear();
    chosen = id;
    const card = cards.get(id);
    card.classList.add("chosen");
    const item = held.get(id);
    const chain = item ? [...new Set(item.chain.map(shownFor).filter(Boolean))] : [];
    for (const step of chain) if (chain.length > 1) cards.get(step).classList.add("chain");
    const links = new Set(chain.slice(1).map((step, index) => `${chain[index]}\n${step}`));
    for (const line of lines) {
      const { before: first, after: second } = line.dataset;
      if (links.has(`${first}\n${second}`)) line.classList.add("chain");
      else if (first === id || second === id) line.classList.add("near");
    }
    describe(id);
    open(true);
    get("list").setAttribute("aria-expanded", "false");
    card.focus({ preventScroll: true });
    bring(card);
  };
  const listHeld = () => {
    clear();
    const shown = blocked.filter((item) => !item.inner && !item.optional && cards.has(item.step));
    const rows = shown.map((item) => make("li", {}, badge(steps[item.step].state), " ", link(item.step), make("p", {}, item.why)));
    details.replaceChildren(
      make("h2", {}, document.getElementById("list").textContent),
      rows.length ? make("ul", { className: "held" }, ...rows) : make("p", {}, words.nothing),
    );
    open(true);
    get("list").setAttribute("aria-expanded", "true");
  };

  // --- search and filters ---
  const filter = () => {
    const text = get("search").value.trim().toLowerCase();
    const wanted = { decision: get("decision").value, party: get("party").value, state: get("state").value };
    const any = text || wanted.decision || wanted.party || wanted.state;
    let count = 0, first = null;
    for (const [id, card] of cards) {
      const step = steps[id];
      const parties = step.parties || (step.party ? [step.party] : []);
      const fits = (!text || [step.ref, step.name, ...parties].some((part) => part && part.toLowerCase().includes(text)))
        && (!wanted.decision || step.decision === wanted.decision)
        && (!wanted.party || parties.includes(wanted.party))
        && (!wanted.state || step.state === wanted.state);
      card.classList.toggle("dim", !fits);
      if (fits) { count += 1; first = first || card; }
    }
    for (const line of lines) {
      const ends = [line.dataset.before, line.dataset.after].map((id) => cards.get(id));
      line.classList.toggle("dim", ends.some((card) => card.classList.contains("dim")));
    }
    get("found").textContent = any ? words.found.replace("{n}", count) : "";
    if (any && first) bring(first);
  };
  for (const id of ["search", "decision", "party", "state"]) get(id).addEventListener("input", filter);

  // --- keyboard ---
  const centre = (card) => {
    const box = card.getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  };
  const neighbour = (card, dx, dy) => {
    const from = centre(card);
    let best = null, least = Infinity;
    for (const other of cards.values()) {
      if (other === card || other.classList.contains("dim")) continue;
      const to = centre(other);
      const along = (to.x - from.x) * dx + (to.y - from.y) * dy;
      const aside = Math.abs((to.x - from.x) * dy) + Math.abs((to.y - from.y) * dx);
      if (along > 1 && along + 2 * aside < least) { least = along + 2 * aside; best = other; }
    }
    return best;
  };
  const arrows = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = /^(INPUT|SELECT)$/.test(event.target.tagName);
    if (event.key === "Escape") {
      if (typing) { get("search").value = ""; filter(); event.target.blur(); }
      open(false);
      clear();
      return;
    }
    if (typing) return;
    const card = document.activeElement.closest ? document.activeElement.closest(".step") : null;
    if (arrows[event.key]) {
      const next = card ? neighbour(card, ...arrows[event.key]) : [...cards.values()].find((node) => !node.classList.contains("dim"));
      if (next) { next.focus({ preventScroll: true }); bring(next); }
    } else if ((event.key === "Enter" || event.key === " ") && card) choose(card.dataset.id);
    else if (event.key === "/") get("search").focus();
    else if (event.key === "+" || event.key === "=") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else if (event.key === "0") fit();
    else return;
    event.preventDefault();
  });

  get("larger").addEventListener("click", () => zoom(1.25));
  get("smaller").addEventListener("click", () => zoom(0.8));
  get("fit").addEventListener("click", fit);
  get("print").addEventListener("click", () => window.print());
  get("list").addEventListener("click", () => (panel.hidden || chosen ? listHeld() : open(false)));
  get("close").addEventListener("click", () => { open(false); clear(); });
  begin();
  const asked = new URLSearchParams(location.hash.slice(1));
  if (asked.get("step") && cards.has(asked.get("step"))) choose(asked.get("step"));
  else if (asked.has("held")) listHeld();
  document.body.dataset.ready = String(cards.size);
})();
