// The screen is locked: by hand (button, Alt+L), after a quiet while, or because the server says "unlock-needed". What was
// typed stays in the page behind; the PIN goes into a box that has the focus, and afterwards everything goes on at once.
{
  const dialog = document.getElementById("screen-lock");
  const form = dialog?.querySelector("form");
  const problem = dialog?.querySelector("[role=alert]");
  const secret = form?.elements.unlocks_with;
  const { lockUrl } = document.getElementById("presence")?.dataset ?? {};
  const channel = new BroadcastChannel("lock"); // other tabs of this browser have the same session
  const token = () => document.querySelector("meta[name=csrf-token]").content;
  let before = null, locked = false;

  function say(text) {
    problem.textContent = text;
    problem.hidden = !text;
  }

  function close() {
    if (!locked) return;
    locked = false;
    dialog.close();
    before?.focus?.();
  }

  function show() {
    if (dialog.open || document.getElementById("sign-in-again").open) return;
    before = document.activeElement;
    locked = true;
    document.getElementById("idle-warning").close();
    secret.value = "";
    say("");
    dialog.showModal();
    secret.focus();
  }

  // The page is covered first, and the server told then: it refuses everything from there on.
  async function lock() {
    show();
    channel.postMessage("locked");
    const answer = await fetch(lockUrl, { method: "POST", headers: { "HX-Request": "true", "X-CSRFToken": token() } }).catch(() => null);
    if (answer?.status === 401 && answer.headers.get("HX-Trigger") === "sign-in-needed") over();
  }

  function over() {
    close();
    document.body.dispatchEvent(new CustomEvent("sign-in-needed", { bubbles: true }));
  }

  function unlocked() {
    close();
    document.body.dispatchEvent(new CustomEvent("signed-in-again", { bubbles: true }));
  }

  async function unlock() {
    const answer = await fetch(form.action, {
      method: "POST", body: new URLSearchParams({ unlocks_with: secret.value }), headers: { "X-Sign-In-Again": "1", "X-CSRFToken": token() },
    });
    secret.value = "";
    if (answer.status === 401) return over();
    if (answer.status !== 204) {
      say((await answer.text()).trim());
      return secret.focus();
    }
    channel.postMessage("unlocked");
    unlocked();
  }

  if (dialog) {
    document.addEventListener("unlock-needed", show);
    document.addEventListener("lock-wanted", lock);
    document.addEventListener("sign-in-needed", () => close());
    channel.addEventListener("message", ({ data }) => (data === "locked" ? show() : dialog.open && unlocked()));
    dialog.addEventListener("close", () => locked && dialog.showModal()); // by a gesture of the phone
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      unlock().catch(() => say(form.dataset.wordsOffline));
    });
    document.addEventListener("submit", (event) => {
      if (!event.target.matches("form[data-lock]")) return;
      event.preventDefault();
      lock();
    });
    // The keys of the page behind do nothing meanwhile, and Escape does not open it.
    window.addEventListener("keydown", (event) => {
      const locks = event.altKey && !event.ctrlKey && !event.metaKey && event.code === "KeyL" && !event.isComposing;
      if (dialog.open && (event.altKey || event.key === "Escape")) {
        event.preventDefault();
        event.stopImmediatePropagation();
      } else if (locks) {
        event.preventDefault();
        lock();
      }
    }, true);
    // A page that the back button brings from the browser's memory asks whether it may still be seen.
    addEventListener("pageshow", async ({ persisted }) => {
      if (!persisted) return;
      const answer = await fetch(document.body.dataset.poll, { headers: { "HX-Request": "true" } }).catch(() => null);
      if (answer?.status === 401) location.reload();
    });
  }
}
