// Quick log and paper rows: what is typed is kept as a draft from the first character (by htmx); what was typed in the
// last moment before the page is left is still sent. A draft never comes behind its own save.
{
  const formOf = (element) => element?.closest?.("form[data-kept], #quick-form");
  const unsent = new Set();
  const saving = new Set();

  document.addEventListener("input", ({ target }) => formOf(target) && unsent.add(formOf(target)));

  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = formOf(event.detail.elt);
    if (!form) return;
    if (event.detail.elt === form) saving.add(form);
    else if (event.detail.requestConfig.verb === "post" && saving.has(form)) event.preventDefault();
  });

  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const form = formOf(detail.requestConfig?.elt);
    if (!form || detail.requestConfig.elt !== form) return;
    saving.delete(form);
    if (detail.xhr.status >= 200 && detail.xhr.status < 300) unsent.delete(form); // 401 counts as no error there
  });

  document.addEventListener("draft-kept", ({ detail }) => {
    const form = [...document.querySelectorAll("form[data-kept], #quick-form")].find((one) => one.elements.request_key?.value.toLowerCase() === detail.key);
    if (!form) return;
    unsent.delete(form);
    form.elements.kept.value = detail.kept;
    const state = form.querySelector("[data-words]");
    if (state) state.textContent = detail.kept ? state.dataset.words : "";
  });

  addEventListener("pagehide", () => {
    for (const form of unsent) {
      const url = form.querySelector("[data-url]")?.dataset.url;
      if (form.isConnected && url) navigator.sendBeacon(url, new FormData(form));
    }
  });
}
