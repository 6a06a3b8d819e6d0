// Tells the regions of this page that something changed: fires `<topic>-changed` on the body, and each asks for itself.
// <body data-live="/live" data-poll="/live/changes" data-seq="17"> says whom to ask, and from where on.
//
// One stream per browser: the tab that holds the lock "live" listens and tells the others. While the server has no place
// free it asks every 3 s instead; without locks (plain http) every tab that is looked at does.
// A tab that nobody looks at remembers what changed. Nothing is kept in the browser's storage.
{
  const { live, poll, seq } = document.body.dataset;
  const POLL_MS = 3_000, FULL_POLLS = 10, SILENT_MS = 25_000, LOOK_MS = 2_500; // the server gives a sign of life every 10 s
  const shared = Boolean(window.isSecureContext && navigator.locks);
  const channel = new BroadcastChannel("live");
  const name = Math.random();
  const changed = new Set(); // topics still to be fired: nobody looks at this tab
  const again = new Set(); // ids of regions that were just asking when they were told
  const heard = new Map(); // topic -> seq of its last change, for tabs that open later
  let upTo = Number(seq); // what this page shows, or knows to be changed
  let from = upTo; // since when this tab has listened
  let heardAt = Date.now() - SILENT_MS + 2 * LOOK_MS; // a tab that hears nothing at first soon listens itself
  let trueAt = Date.now(); // until when the page was known to be up to date
  let leading = false, over = ""; // or what is needed to go on: to sign in, or to unlock the screen
  let hangUp = () => {}, resume = () => {}, queue;

  // ── every tab ──

  function show(state) {
    document.body.dataset.liveState = state;
    const how = { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" };
    for (const place of document.querySelectorAll("[data-live-at]")) {
      const time = new Date(trueAt).toLocaleTimeString("en-GB", how);
      const text = state === "off" ? (place.dataset.words ?? "{time}").replace("{time}", time) : "";
      if (place.textContent !== text) place.textContent = text;
    }
  }

  function fire() {
    if (document.hidden) return;
    const topics = [...changed];
    changed.clear();
    for (const topic of topics) {
      for (const region of document.querySelectorAll(`.htmx-request[id][hx-trigger*="${topic}-changed"]`)) again.add(region.id);
      document.body.dispatchEvent(new CustomEvent(`${topic}-changed`));
    }
  }

  // What a region is told while it asks would be lost with it when the answer takes its place: it alone asks once more.
  // (Telling all of them again would let them keep each other asking for ever.)
  document.addEventListener("htmx:afterSettle", () => {
    for (const id of [...again]) {
      const region = document.getElementById(id);
      if (region?.matches(".htmx-request")) continue;
      again.delete(id);
      const event = new CustomEvent("again-changed");
      if (region) htmx.ajax("GET", region.getAttribute("hx-get"), { source: region, target: region, swap: region.getAttribute("hx-swap"), event });
    }
  });

  function askForSignIn() {
    if (over && !document.hidden) document.body.dispatchEvent(new CustomEvent(over, { bubbles: true }));
  }

  function receive({ topics = [], seq: newest = upTo, state, signedOut = "" }) {
    heardAt = Date.now();
    if (state !== "off") trueAt = heardAt;
    upTo = newest;
    show(state);
    over = signedOut;
    askForSignIn();
    topics.forEach((topic) => changed.add(topic));
    fire();
  }

  const greet = () => channel.postMessage({ hello: upTo, name });

  function signedIn() {
    over = "";
    resume();
  }

  // ── the tab that listens or asks ──

  function tell(message) {
    for (const topic of message.topics ?? []) heard.set(topic, message.seq);
    if (shared) channel.postMessage({ ...message, after: upTo });
    receive(message);
  }

  // A tab has opened, or has missed something while it was asleep.
  function answer({ hello, name: to }) {
    if (over) return signedIn(); // its page could be opened
    if (hello < from) {
      upTo = hello;
      return ask(document.body.dataset.liveState);
    }
    const topics = [...heard].filter(([, at]) => at > hello).map(([topic]) => topic);
    channel.postMessage({ to, topics, seq: upTo, state: document.body.dataset.liveState });
  }

  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms * (0.8 + 0.4 * Math.random())));

  // The stream, until it breaks; true if it ever stood. A silent one is broken as well: the network may be gone.
  function listen() {
    return new Promise((resolve) => {
      const source = new EventSource(`${live}?after=${upTo}`);
      let stood = false;
      const watch = setInterval(() => Date.now() - heardAt > SILENT_MS && hangUp(), LOOK_MS);
      hangUp = () => {
        source.close();
        clearInterval(watch);
        resolve(stood);
      };
      const news = ({ lastEventId }, topics) => tell({ seq: Number(lastEventId), topics, state: "on" });
      source.onopen = () => (stood = true);
      source.onmessage = (event) => news(event, event.data.split(" "));
      source.addEventListener("here", (event) => news(event, []));
      source.addEventListener("over", () => hangUp());
      source.onerror = () => hangUp();
    });
  }

  // One question instead of the stream; true when the server answered. Waits while nobody is signed in or the screen is
  // locked, and says "back" afterwards: whoever unlocks may have somebody on the line.
  async function ask(state) {
    const reply = await fetch(`${poll}?after=${upTo}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (reply?.status === 401) {
      tell({ state: "off", signedOut: reply.headers.get("HX-Trigger") ?? "sign-in-needed" });
      await new Promise((resolve) => (resume = resolve));
      return "back";
    }
    const news = reply?.ok ? await reply.json().catch(() => null) : null;
    tell(news ? { ...news, state } : { state: "off" });
    return Boolean(news);
  }

  async function lead() {
    leading = true;
    from = upTo;
    heard.clear();
    while (leading) {
      heardAt = Date.now();
      const stood = await listen();
      let asks = stood ? 1 : FULL_POLLS; // it broke: listen again soon; refused, because all places are taken: after 30 s
      while (leading && asks > 0) {
        const answered = await ask(stood ? "off" : "poll");
        if (answered === "back") break;
        asks = answered ? asks - 1 : 1;
        await pause(POLL_MS);
      }
    }
  }

  async function askAlone() {
    for (;;) {
      if (!document.hidden && (await ask("poll")) === "back") continue;
      await pause(POLL_MS);
    }
  }

  // ── who listens ──

  function hold(options) {
    navigator.locks.request("live", options, lead).catch(() => {
      if (!leading) return;
      leading = false; // another tab took over, because nothing was heard from this one: it was asleep
      hangUp();
      queueUp();
    });
  }

  function queueUp() {
    queue = new AbortController();
    hold({ signal: queue.signal });
  }

  function takeOverFromSilent() {
    if (leading || over || document.hidden || Date.now() - heardAt < SILENT_MS) return;
    heardAt = Date.now();
    queue.abort();
    hold({ steal: true });
  }

  function listenToOthers({ data }) {
    if (data.signedIn) return signedIn();
    if (!shared || ("to" in data && data.to !== name)) return;
    if ("hello" in data) {
      if (leading) answer(data);
    } else if (data.after > upTo) {
      greet();
    } else {
      receive(data);
    }
  }

  function start() {
    channel.addEventListener("message", listenToOthers);
    if (!shared) return askAlone();
    addEventListener("pagehide", () => {
      leading = false;
      hangUp();
    });
    greet();
    queueUp();
    setInterval(takeOverFromSilent, LOOK_MS);
  }

  // What a region asks because of a change elsewhere is no sign that somebody is at work here.
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.triggeringEvent?.type?.endsWith("-changed")) detail.headers["X-Refresh"] = "1";
  });

  if (live) {
    document.addEventListener("signed-in-again", () => {
      channel.postMessage({ signedIn: true });
      signedIn();
    });
    document.addEventListener("visibilitychange", () => {
      fire();
      askForSignIn();
    });
    document.addEventListener("DOMContentLoaded", start); // the regions listen from then on
  }
}
