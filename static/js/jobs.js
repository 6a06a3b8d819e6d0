// A technician's taps: the phone's own time goes with them, and a second tap in the same place does nothing.
{
  const SETTLES_MS = 700; // a button that has just appeared under the thumb is not meant yet
  const LOADED_MS = 300;
  let opened = [];
  let posting = false, missed = false;

  // The moment of the tap, kept when the form is sent again because the basement had no signal.
  document.addEventListener("submit", ({ target }) => {
    const claimed = target.querySelector("input[name=claimed_at]");
    if (claimed && !claimed.value) claimed.value = new Date().toISOString();
  }, true);

  // A button that changed looks as if it were not ready for as long as it is not. One that came with its page looks ready
  // at once: only the second half of a double tap, which meant the page before, is not taken.
  let ready;
  function settle(look, ms) {
    const thumb = document.getElementById("thumb");
    clearTimeout(ready);
    thumb.classList.remove("not-yet", "just-loaded");
    thumb.classList.add(look);
    ready = setTimeout(() => thumb.classList.remove(look), ms);
  }
  const changed = () => settle("not-yet", SETTLES_MS);
  settle("just-loaded", LOADED_MS);

  document.addEventListener("click", (event) => {
    if (!event.target.closest("#thumb:is(.not-yet, .just-loaded)")) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);

  document.addEventListener("htmx:oobAfterSwap", ({ detail }) => {
    if (detail.target.id === "thumb" || detail.elt?.id === "thumb") changed();
  });

  // Something else may change between a tap and its answer, when nothing else is asked for: ask once more afterwards.
  const news = document.querySelector("[data-topic]")?.dataset.topic;
  const isTap = ({ detail }) => detail.requestConfig.verb === "post";
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isTap(event)) posting = true;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!isTap(event)) return;
    posting = false;
    if (missed) setTimeout(() => document.body.dispatchEvent(new CustomEvent(news)), SETTLES_MS);
    missed = false;
  });
  if (news) document.body.addEventListener(news, () => (missed ||= posting));

  // In a basement nothing is sent: the tap is kept with its moment, and sent by itself as soon as there is a signal.
  const AGAIN_MS = 5_000;
  let unsent = null, again;

  function keep(kept) {
    unsent = kept;
    clearTimeout(again);
    if (unsent) again = setTimeout(sendAgain, AGAIN_MS);
    const said = document.getElementById("unsent");
    if (said) said.hidden = !unsent;
  }

  // What renewed itself meanwhile has a form of its own, which knows nothing of the tap.
  function sendAgain() {
    if (!unsent) return;
    if (unsent.form.isConnected) unsent.form.requestSubmit();
    else {
      const values = { ...unsent.values, csrf_token: document.querySelector("meta[name=csrf-token]").content };
      const region = document.querySelector(unsent.target);
      htmx.trigger(region, "htmx:abort"); // what it asked for before the tap would come after the answer, and be older
      htmx.ajax("post", unsent.url, { source: region, target: region, swap: "outerHTML", values });
    }
  }

  for (const lost of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(lost, (event) => {
      const { elt, verb, path } = event.detail.requestConfig ?? {};
      if (verb !== "post") return;
      if (elt.matches("form:has([name=claimed_at])")) {
        keep({ form: elt, url: path, target: elt.getAttribute("hx-target"), values: Object.fromEntries(new FormData(elt)) });
      } else if (unsent?.url === path) keep(unsent);
      else return;
      event.stopImmediatePropagation(); // it is said above the button
    }, true);
  }
  // Nobody is signed in any more, or the phone is locked: the tap waits for its owner, and goes with the new token.
  function waitForOwner({ elt, path }) {
    if (elt.matches("form:has([name=claimed_at])")) {
      unsent = { form: elt, url: path, target: elt.getAttribute("hx-target"), values: Object.fromEntries(new FormData(elt)) };
    }
    if (unsent?.url === path) clearTimeout(again);
    const said = document.getElementById("unsent");
    if (said) said.hidden = !unsent;
  }

  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.requestConfig.verb !== "post" || !detail.xhr.status) return;
    if (detail.xhr.status === 401) waitForOwner(detail.requestConfig);
    else if (unsent?.url === detail.requestConfig.path) keep(null);
  });
  addEventListener("online", sendAgain);
  document.addEventListener("signed-in-again", sendAgain);
  document.addEventListener("count-unsent", ({ detail }) => (detail.steps += unsent ? 1 : 0));

  // What was unfolded stays so when a region renews itself.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    opened = [...document.querySelectorAll("details[open][id]")].map((details) => details.id);
    if (detail.xhr.status === 404 && detail.target.id === "facts") gone(detail.target);
  });

  document.addEventListener("htmx:afterSettle", () => {
    for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
    document.querySelector("main .problems")?.scrollIntoView({ block: "center" });
  });

  // Handed over or called off while it was on the screen: what was typed stays, the button only leads back.
  function gone(facts) {
    facts.replaceChildren(document.getElementById("gone").content.cloneNode(true));
    for (const button of document.querySelectorAll("#job form button")) button.disabled = true;
    document.getElementById("thumb").replaceChildren(document.getElementById("gone-thumb").content.cloneNode(true));
    changed();
  }

  // "Repaired" on the page of the day leads here, to words that are folded away until one is on site.
  function unfold() {
    const aim = document.getElementById(location.hash.slice(1));
    aim?.closest("details")?.setAttribute("open", "");
  }
  unfold();
}
