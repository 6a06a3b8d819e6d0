// "Move to …" opens over the board: links marked [data-place] fill the dialog, and an answer that asks again opens it.
// Without scripts, and with Ctrl or the middle button, the same link leads to the same form on a page of its own.
{
  const dialog = document.getElementById("placing");
  const here = document.getElementById("placing-here");

  function open() {
    if (!dialog.open) dialog.showModal();
    here.querySelector("input:not([type=hidden]), select, button")?.focus();
  }

  function close() {
    dialog.close();
    here.replaceChildren();
  }

  function show(url) {
    htmx.ajax("GET", url, { source: dialog, target: here, swap: "innerHTML" });
  }

  // A drop goes to the same address as the form; what it answers is the form, when something is to be said.
  function send(url, values) {
    return htmx.ajax("POST", url, { source: dialog, target: here, swap: "innerHTML", values });
  }

  // A region in use waits with what others change (settle.js); what one did oneself is shown at once.
  function refreshTray() {
    const tray = document.getElementById("tray");
    if (tray) htmx.ajax("GET", tray.getAttribute("hx-get"), { source: dialog, target: tray, swap: "outerHTML" });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-place]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      show(link.href);
    }
    if (event.target.closest("#placing [data-close]")) {
      event.preventDefault();
      close();
    }
  });

  document.addEventListener("htmx:afterSettle", () => here.firstElementChild && open());
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.xhr.status !== 204 || !dialog.contains(detail.elt)) return;
    if (dialog.open) close();
    refreshTray();
  });
  dialog.addEventListener("close", () => {
    here.replaceChildren();
    document.dispatchEvent(new CustomEvent("placing-closed"));
  });

  window.board = { show, send };
}
