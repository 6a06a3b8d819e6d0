// The session has ended while somebody was at work: sign in here, in a dialog, with everything typed still on the page.
// Whoever finds that out fires "sign-in-needed" on the body; afterwards "token-renewed" and "signed-in-again" follow.
{
  const dialog = document.getElementById("sign-in-again");
  const form = dialog?.querySelector("form");
  const problem = dialog?.querySelector("[role=alert]");
  const button = dialog?.querySelector("button");
  const code = form?.elements.code;
  let before = null;

  function say(text) {
    problem.textContent = text;
    problem.hidden = !text;
  }

  // The password was right, and this person has a second step: ask for its code in the same dialog, or begin again.
  function askCode(asked) {
    code.required = asked;
    code.value = "";
    code.parentElement.hidden = !asked;
    form.elements.password.parentElement.hidden = asked;
    (asked ? code : form.elements.password).focus();
    say("");
  }

  async function signIn() {
    const token = await (await fetch(dialog.dataset.tokenUrl, { cache: "no-store" })).text();
    const body = new URLSearchParams({ ...Object.fromEntries(new FormData(form)), csrf_token: token.trim() });
    const pin = !code.required && /^\d{4,6}$/.test(body.get("password")) && dialog.dataset.pinUrl; // one's own phone
    if (pin) body.set("pin", body.get("password"));
    const answer = await fetch(pin || (code.required ? dialog.dataset.codeUrl : form.action), {
      method: "POST", body, headers: { "X-Sign-In-Again": "1", "X-CSRFToken": token.trim() },
    });
    if (answer.status === 202) return askCode(true);
    if (answer.status === 409) askCode(false);
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
      askCode(false);
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
        if (dialog.open) (code.required ? code : form.elements.password).select();
      }
    });
  }
}
