// The form of a call: Ctrl+Enter saves, Alt+1 … Alt+9 say what becomes of it, Alt+N begins another,
// Alt+J adds it to what is known, Alt+T names more times at which they are at home. What the server makes of the words is filled in as a proposal, until somebody decides by hand; from then on their choice stays.
// What was typed in the last moment before the page is left is still sent.
{
  const call = () => document.getElementById("call-form");
  const field = (name) => call().elements[name];
  const byHand = (name) => "byHand" in holder(name).dataset;
  const holder = (name) => (["category", "praised"].includes(name) ? document.getElementById(name) : document.getElementById(`${name === "outcome" ? "outcome" : "urgencie"}s`));

  function mark(name, hand) {
    if (hand) holder(name).dataset.byHand = "";
    else delete holder(name).dataset.byHand;
  }

  function check(name, value) {
    const radio = call().querySelector(`[name="${name}"][value="${CSS.escape(value)}"]`);
    if (radio) radio.checked = true;
    else for (const other of call().querySelectorAll(`[name="${name}"]`)) other.checked = false;
  }

  // Repair is proposed as soon as something was recognised, and taken back when it no longer is.
  function propose(outcome) {
    if (byHand("outcome")) return;
    const outcomes = holder("outcome");
    for (const chip of outcomes.querySelectorAll("[data-proposed]")) delete chip.dataset.proposed;
    check("outcome", outcome);
    if (outcome) outcomes.querySelector(`[value="${outcome}"]`).closest(".chip").dataset.proposed = "";
  }

  function fillIn() {
    const { category, urgencyCode, repair, praised, goesOn: next } = document.querySelector("#suggestion > [data-category]").dataset;
    if (!byHand("category")) field("category").value = category;
    if (!byHand("urgency")) check("urgency", urgencyCode);
    if (praised && !byHand("praised")) field("praised").value = praised;
    propose(field("about") ? "chase" : repair);
    // In a danger somebody goes, unless it is decided otherwise; the server says what is one.
    const goesOn = document.getElementById("goes-on");
    if (goesOn && !("byHand" in goesOn.dataset)) check("goes_on", next);
  }

  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.elt.id !== "suggestion") return;
    const said = (name) => (byHand(name) ? field(name).value : "");
    detail.parameters = { category: said("category"), urgency: said("urgency"), outcome: field("outcome").value, visit_window: field("visit_window").value, technician_id: field("technician_id")?.value ?? "", place_id: field("place_id")?.value ?? "" };
  });

  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.requestConfig?.elt.id === "call-form" && detail.successful) unsent = false;
    if (detail.target?.id === "suggestion") fillIn();
    if (detail.target?.id === "caller-card" && field("about")) propose("chase");
  });

  // Alt+J adds the call to the first line below the words; Alt+Down goes into that list, where the arrows move.
  function addToFirst() {
    const first = document.querySelector("#suggestion .near-by")?.dataset.first;
    if (first) document.getElementById(first)?.click();
  }

  function amongNear(event) {
    const buttons = [...document.querySelectorAll("#suggestion .near-by button")];
    if (!buttons.length) return;
    event.preventDefault();
    const here = buttons.indexOf(document.activeElement);
    const next = event.key === "ArrowDown" ? here + 1 : here - 1;
    if (next < 0) document.getElementById("words").focus();
    else buttons[Math.min(next, buttons.length - 1)].focus();
  }

  let unsent = false;
  let saving = false; // a draft that came behind its own save would be refused as a late one

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.id === "call-form") saving = true;
    if (event.detail.elt.id === "autosave" && saving) event.preventDefault();
  });

  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.requestConfig?.elt.id === "call-form") saving = false;
  });

  document.addEventListener("input", ({ target }) => {
    if (target.form && target.form === call()) unsent = true;
  });

  addEventListener("pagehide", () => {
    const url = document.getElementById("autosave")?.getAttribute("hx-post");
    if (unsent && url) navigator.sendBeacon(url, new FormData(call()));
  });

  // The next draft says what this window knows to be kept, so that two windows of one call cannot undo each other.
  document.addEventListener("draft-kept", ({ detail }) => {
    if (!call() || detail.key !== (field("call_key").value || field("request_key").value)) return;
    unsent = false;
    field("kept").value = detail.kept;
    const state = document.getElementById("draft-state");
    state.textContent = detail.kept ? state.dataset.words : "";
  });

  // A usual answer of the stairwell goes into the field below; another one behind it.
  document.addEventListener("click", ({ target }) => {
    const answer = target.closest("[data-answers]");
    if (!answer || !call()?.contains(answer)) return;
    const text = field("answer");
    text.value = [text.value.trim(), answer.textContent.trim()].filter(Boolean).join("\n");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  });

  // A time that fits ticks the same one in the list, which is what is saved; a time of the list shows where it is offered.
  document.addEventListener("change", ({ target }) => {
    if (target.form !== call() || !["offered", "visit_window"].includes(target.name)) return;
    check(target.name === "offered" ? "visit_window" : "offered", target.value);
  });

  // The same times again are left alone: a key may be half pressed on one of them.
  let offered = "";
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, serverResponse, xhr } = event.detail;
    if (target.id !== "offers" || xhr.status !== 200) return;
    if (serverResponse === offered && target.firstElementChild) event.detail.shouldSwap = false;
    offered = serverResponse;
  });

  document.addEventListener("change", ({ target }) => {
    if (target.form === call() && target.name === "goes_on") document.getElementById("goes-on").dataset.byHand = "";
  });

  document.addEventListener("change", ({ target }) => {
    if (target.form !== call() || !["category", "urgency", "outcome", "praised"].includes(target.name)) return;
    mark(target.name, target.name !== "category" || target.value !== "");
    if (target.name === "outcome") for (const chip of call().querySelectorAll("[data-proposed]")) delete chip.dataset.proposed;
  });

  const holdsNothing = () => !["caller_number", "place_words", "place_id", "words"].some((name) => field(name)?.value);
  const nameMoreTimes = () => {
    const also = document.getElementById("also");
    if (!also) return;
    also.open = true;
    also.querySelector("input")?.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (!call() || event.isComposing || event.keyCode === 229) return;
    const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code)?.[1];
    const inside = call().contains(event.target);
    if (event.key === "Enter" && inside && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (holdsNothing() && document.querySelector(".saved-call")) return; // the second of two strokes, which came late
      call().requestSubmit(call().querySelector("button.primary"));
    } else if (event.key === "Enter" && inside && event.target.matches("input")) {
      event.preventDefault(); // only the button and Ctrl+Enter save
    } else if (event.altKey && !event.ctrlKey && !event.metaKey && digit) {
      event.preventDefault();
      const radio = holder("outcome").querySelectorAll("input")[(Number(digit) + 9) % 10];
      radio.focus();
      radio.click();
    } else if (event.altKey && !event.ctrlKey && !event.metaKey && event.code === "KeyJ") {
      event.preventDefault();
      addToFirst();
    } else if (event.altKey && !event.ctrlKey && !event.metaKey && event.code === "KeyT") {
      event.preventDefault();
      nameMoreTimes();
    } else if (event.altKey && !event.ctrlKey && !event.metaKey && event.code === "KeyO") {
      event.preventDefault();
      document.getElementById("make-outage")?.click();
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) && (event.altKey || event.target.closest(".near-by")) && !event.target.matches("select")) {
      amongNear(event);
    } else if (event.altKey && !event.ctrlKey && !event.metaKey && event.code === "KeyN") {
      event.preventDefault();
      location.assign(call().dataset.newCall);
    }
  });
}
