// The day as columns. The server says what stands where (data-feed); this draws it, and tells the server what a hand
// moved. Every drop is the form "move to …" sent to its address: refused, the form opens with what was tried.
// What others do appears softly, and waits while something is being dragged.
{
  const root = document.getElementById("board");
  const WIDE = matchMedia("(min-width: 40.01rem)");
  const STEP_MIN = 5, TINT_MS = 2_000, LONG_PRESS_MS = 350;
  const { language, topic, may, feed, blockForm } = root?.dataset ?? {};
  const said = (name) => root.dataset[`words${name}`];
  let calendar, shown = new Map(), dragging = false, reading = false, waits = false, fresh = new Set(), from, until, last;

  const pad = (number) => String(number).padStart(2, "0");
  const local = (date) =>
    `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}T${pad(date.getHours())}:${pad(date.getMinutes())}`;
  const minutes = (event) => Math.round((event.end - event.start) / 60_000);

  function line(name, ...parts) {
    const found = parts.filter(Boolean);
    if (!found.length) return [];
    const made = document.createElement("p");
    made.className = name;
    made.append(...found);
    return [made];
  }

  function tag(name, words, title = "") {
    if (!words) return null;
    const made = document.createElement("span");
    made.className = name;
    made.textContent = words;
    if (title) made.title = title;
    return made;
  }

  // A card is read from its first line: where; the rest appears as far as there is room.
  function content(card) {
    const link = document.createElement("a");
    link.className = "card-link";
    link.href = card.form || card.order || "#";
    if (card.form) link.dataset.place = "";
    link.id = `card-${card.id}`;
    const time = `${card.start.slice(11, 16)}–${card.end.slice(11, 16)}`;
    const words = [time, card.place, card.what, card.people, card.state, card.told, card.lock, ...card.broken];
    link.setAttribute("aria-label", `${words.filter(Boolean).join(", ")}. ${card.form ? said("Open") : ""}`);
    link.title = words.filter(Boolean).join("\n");
    const marks = [tag("mark", card.lock ? "🔒" : ""), tag("mark wrong", card.broken.length ? "!" : "")];
    link.append(
      ...line("where", tag("place", card.place ?? card.what), ...marks, tag("at", time)),
      ...line("what", card.place ? card.what : ""),
      ...line("told", card.told),
      ...line("who", [card.people, card.state].filter(Boolean).join(" · ")),
    );
    return { domNodes: [link] };
  }

  function classes(card) {
    const names = [card.kind];
    if (card.urgency) names.push(`is-${card.urgency}`);
    for (const state of ["over", "underWay", "blocked"]) if (card[state]) names.push(state);
    if (card.broken.length) names.push("broken");
    if (fresh.has(card.id)) names.push("just-changed");
    return names;
  }

  const asEvent = (card) => ({
    id: card.id, start: card.start, end: card.end, resourceIds: card.who, classNames: classes(card),
    startEditable: card.movable, durationEditable: Boolean(may) && !card.over && (card.movable || card.underWay),
    extendedProps: { card },
  });

  const behind = ({ kind, who, start, end, words }, at) => ({
    id: `behind-${at}`, start, end, resourceIds: [who], display: "background", classNames: kind.split(" "),
    extendedProps: { words },
  });

  function label({ resource }) {
    const box = document.createElement("div");
    const name = document.createElement("span");
    const load = document.createElement("meter");
    const words = document.createElement("span");
    const { extendedProps: lane } = resource;
    box.className = "lane-label";
    name.className = "strong";
    name.textContent = lane.name;
    Object.assign(load, { min: 0, max: 100, high: 90, value: Math.min(lane.load, 100), title: lane.words });
    words.className = "small muted";
    words.textContent = lane.words;
    box.append(name, load, words);
    return { domNodes: [box] };
  }

  // ── what the server says ──

  // One question at a time: what happens meanwhile is asked for once more, afterwards.
  async function read() {
    if (dragging || reading) {
      waits = true;
      return;
    }
    waits = false;
    reading = true;
    root.ariaBusy = "true";
    await ask();
    reading = false;
    root.ariaBusy = "false";
    if (waits && !dragging) read();
  }

  async function ask() {
    const reply = await fetch(feed, { headers: { "X-Refresh": "1" } }).catch(() => null);
    const text = reply?.ok ? await reply.text().catch(() => null) : null;
    if (!text) {
      if (reply?.status === 401) document.body.dispatchEvent(new CustomEvent(reply.headers.get("HX-Trigger"), { bubbles: true }));
      else document.dispatchEvent(new CustomEvent("toast", { detail: said("Lost") }));
      return;
    }
    if (dragging) {
      waits = true;
    } else if (text !== last) {
      last = text; // drawn again only when something is different: nothing flickers under the hand
      draw(JSON.parse(text));
    }
  }

  const state = (card) => JSON.stringify([card.start, card.end, card.who, card.state, card.lock, card.told]);

  function draw(day) {
    const cards = new Map(day.cards.map((card) => [card.id, card]));
    fresh = new Set(calendar ? [...cards.keys()].filter((id) => !shown.has(id) || state(shown.get(id)) !== state(cards.get(id))) : []);
    shown = cards;
    const focused = root.contains(document.activeElement) && document.activeElement.id;
    const events = [...day.behind.map(behind), ...day.cards.map(asEvent)];
    const resources = day.lanes.map((lane) => ({ id: lane.id, title: lane.name, extendedProps: lane }));
    if (calendar) {
      if (from !== day.from) calendar.setOption("slotMinTime", day.from);
      if (until !== day.until) calendar.setOption("slotMaxTime", day.until);
      calendar.setOption("resources", resources);
      calendar.setOption("events", events);
    } else {
      calendar = create(day, resources, events);
    }
    [from, until] = [day.from, day.until];
    if (focused) setTimeout(() => document.getElementById(focused)?.focus({ preventScroll: true }), 50);
    if (fresh.size) setTimeout(settled, TINT_MS);
    window.board.calendar = calendar;
  }

  // The calendar calls itself a table, but its cards stand in no cell; the list is the table of the day. Here it is a
  // group of links, which keys can scroll although an empty day has none.
  function tidy() {
    for (const name of ["role", "aria-colindex", "aria-rowindex"]) {
      for (const part of root.querySelectorAll(`[${name}]`)) part.removeAttribute(name);
    }
    const scroller = root.querySelector(".ec-main");
    if (scroller) scroller.tabIndex = 0;
  }

  function settled() {
    for (const card of root.querySelectorAll(".just-changed")) card.classList.remove("just-changed");
    fresh.clear();
  }

  // What is on now stands near the top; of another day the morning.
  function firstSeen(day) {
    const now = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone: "Asia/Shanghai" }).format(new Date());
    const [today, time] = now.split(" ");
    const hour = today === day.day ? Math.max(0, Number(time.slice(0, 2)) - 1) : 7;
    return `${pad(Math.min(hour, 12))}:30:00`;
  }

  function create(day, resources, events) {
    document.getElementById("day-list").remove(); // the same day; it need not ask for itself as well
    root.hidden = false;
    root.classList.add("drawn");
    new MutationObserver(tidy).observe(root, { childList: true, subtree: true });
    return EventCalendar.create(root, {
      view: "resourceTimeGridDay", date: day.day, timeZone: "+08:00", locale: language, headerToolbar: { start: "", center: "", end: "" },
      allDaySlot: false, nowIndicator: true, slotDuration: "00:30:00", slotHeight: 38, snapDuration: { minutes: STEP_MIN },
      slotMinTime: day.from, slotMaxTime: day.until, flexibleSlotTimeLimits: false, slotEventOverlap: false, height: "100%",
      dayHeaderFormat: () => "", slotLabelFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
      scrollTime: firstSeen(day), columnWidth: resources.length > 7 ? "150px" : undefined, editable: Boolean(may), eventLongPressDelay: LONG_PRESS_MS,
      resources, events, resourceLabelContent: label,
      eventContent: ({ event }) => (event.extendedProps.card ? content(event.extendedProps.card) : event.extendedProps.words ?? ""),
      eventDragStart: hold, eventDragStop: letGo, eventResizeStart: hold, eventResizeStop: letGo,
      eventDrop: moved, eventResize: moved,
      dateClick: may ? keepFree : undefined,
    });
  }

  // ── what a hand does ──

  function hold() {
    dragging = true;
  }

  function letGo() {
    dragging = false;
    if (waits) setTimeout(read);
  }

  async function moved({ event }) {
    const { card } = event.extendedProps;
    const sent = { startEditable: false, durationEditable: false, classNames: [...event.classNames, "being-sent"] };
    calendar.updateEvent(Object.assign(event, sent)); // until it is read again: nothing is moved from an old state
    const values = { version: card.version, starts_at: local(event.start), minutes: minutes(event), seen: "" };
    if (card.kind === "visit") {
      Object.assign(values, { crew: event.resourceIds, lock: card.lockCode, agreed: "" });
      if (card.underWay) values.starts_at = card.planned.slice(0, 16);
    } else {
      Object.assign(values, { user_id: event.resourceIds[0], what: card.what });
    }
    await window.board.send(card.url, values);
    last = null; // it stands where it was dropped, wherever it belongs now
    read();
  }

  // A click on free time offers to keep it: twice, because a single one is often meant for nothing.
  let clicked = { at: 0, time: "" };
  function keepFree({ date, resource }) {
    const now = Date.now(), time = local(date);
    const again = now - clicked.at < 400 && clicked.time === time;
    clicked = { at: now, time };
    if (again) window.board.show(`${blockForm}&who=${resource.id}&starts_at=${encodeURIComponent(time)}`);
  }

  // ── from the tray (board_tray.js) ──

  Object.assign(window.board ?? {}, {
    hold, letGo, local, read,
    under: (x, y) => calendar?.dateFromPoint(x, y),
    scroller: () => root.querySelector(".ec-main") ?? root,
  });

  if (root && window.EventCalendar) {
    document.addEventListener("DOMContentLoaded", () => WIDE.matches && read());
    WIDE.addEventListener("change", () => location.reload());
    document.body.addEventListener(`${topic}-changed`, () => calendar && read());
    document.addEventListener("placing-closed", () => calendar && read());
  }
}
