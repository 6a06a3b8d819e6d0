// The session has ended while somebody was at work: sign in here, in a dialog, with everything typed still on the page.
// Whoever finds that out fires "sign-in-needed" on the body; afterwards "token-renewed" and "signed-in-again" follow.
{
  const dialog = document.getElementById("sign-in-again");
  const form = dialog?.querySelector("form");
  const problem = dialog?.querySelector("[role=alert]");
  const button = dialog?.querySelector("button");
  let before = null;

  function say(text) {
    problem.textContent = text;
    problem.hidden = !text;
  }

  async function signIn() {
    const token = await (await fetch(dialog.dataset.tokenUrl, { cache: "no-store" })).text();
    const body = new URLSearchParams({ ...Object.fromEntries(new FormData(form)), csrf_token: token.trim() });
    const pin = /^\d{4,6}$/.test(body.get("password")) && dialog.dataset.pinUrl; // a technician's own phone
    if (pin) body.set("pin", body.get("password"));
    const answer = await fetch(pin || form.action, {
      method: "POST", body, headers: { "X-Sign-In-Again": "1", "X-CSRFToken": token.trim() },
    });
    if (answer.status === 410) {
      delete dialog.dataset.pinUrl; // the phone is not known any more: letters again
      form.elements.password.inputMode = "";
    }
    if (answer.status !== 204) return say((await answer.text()).trim());
    document.body.dispatchEvent(new CustomEvent("token-renewed", { bubbles: true, detail: { token: answer.headers.get("X-CSRF-Token") } }));
    dialog.close();
    document.body.dispatchEvent(new CustomEvent("signed-in-again", { bubbles: true }));
  }

  if (dialog) {
    document.addEventListener("sign-in-needed", () => {
      if (dialog.open) return;
      before = document.activeElement;
      dialog.showModal();
      form.elements.password.focus();
    });
    dialog.addEventListener("close", () => {
      form.elements.password.value = "";
      say("");
      before?.focus?.();
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      button.disabled = true;
      try {
        await signIn();
      } catch {
        say(form.dataset.wordsOffline);
      } finally {
        button.disabled = false;
        if (dialog.open) form.elements.password.select();
      }
    });
  }
}
