// Whether somebody is here. Keys, taps and the mouse count; what a page asks by itself does not. The server is told at most
// once a minute. After a quiet while an operator's screen locks; two minutes before a session ends for want of anybody,
// the page says so and lets one stay.
{
  const said = document.getElementById("presence")?.dataset;
  const warning = document.getElementById("idle-warning");
  const TOLD_EVERY_MS = 60_000, WARNED_MS = 120_000, LOOK_MS = 1_000;
  const channel = new BroadcastChannel("presence");
  let told = Date.now(), last = Date.now();
  let ends = Date.now() + Number(said?.leftS) * 1_000;

  const isCovered = () => document.querySelector("dialog.covers[open]");

  function counted(at = Date.now()) {
    told = last = Math.max(last, at);
    ends = at + Number(said.limitS) * 1_000;
    warning.close();
  }

  async function tell() {
    const at = told = last = Date.now();
    const token = document.querySelector("meta[name=csrf-token]").content;
    const answer = await fetch(said.hereUrl, { method: "POST", headers: { "HX-Request": "true", "X-CSRFToken": token } }).catch(() => null);
    if (answer?.status === 204) {
      counted(at);
      channel.postMessage("here");
    } else if (answer?.status === 401 && said.leftS) {
      warning.close();
      document.body.dispatchEvent(new CustomEvent(answer.headers.get("HX-Trigger"), { bubbles: true }));
    }
  }

  function noticed({ isTrusted }) {
    if (!isTrusted || isCovered() || warning.open) return;
    last = Date.now();
    if (last - told >= TOLD_EVERY_MS) tell();
  }

  function warn() {
    const place = warning.querySelector("[data-words]");
    const time = new Date(ends).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
    warning.showModal();
    place.textContent = place.dataset.words.replace("{time}", time); // after it is shown, so that it is read out
  }

  function look() {
    const now = Date.now();
    if (isCovered()) return warning.close();
    if (said.lockS && now - last >= Number(said.lockS) * 1_000) {
      last = now;
      document.dispatchEvent(new CustomEvent("lock-wanted"));
    } else if (said.leftS && !warning.open && now >= ends - WARNED_MS && now < ends) warn();
    else if (warning.open && now >= ends) tell(); // it may have been extended elsewhere; else the server asks for the password
  }

  if (said) {
    for (const sign of ["keydown", "pointerdown", "pointermove", "wheel"]) {
      document.addEventListener(sign, noticed, { capture: true, passive: true });
    }
    warning.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      tell();
    });
    warning.addEventListener("cancel", (event) => {
      event.preventDefault();
      tell();
    });
    channel.addEventListener("message", () => counted());
    document.addEventListener("signed-in-again", () => counted());
    setInterval(look, LOOK_MS);
  }
}
