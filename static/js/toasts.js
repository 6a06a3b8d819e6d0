// Short messages in a corner: what happened elsewhere (HX-Trigger: {"toast": "…"}), and requests that failed.
// A failure stays until it is closed; other messages leave by themselves, not while somebody reads them.
{
  const region = document.getElementById("toasts");
  const STAYS_MS = 8_000;

  function show(text, stays) {
    const toast = document.createElement("div");
    toast.className = "toast";
    toast.append(document.createElement("p"), document.createElement("button"));
    toast.firstChild.textContent = text;
    toast.lastChild.type = "button";
    toast.lastChild.textContent = "×";
    toast.lastChild.setAttribute("aria-label", region.dataset.wordsClose);
    toast.lastChild.addEventListener("click", () => toast.remove());
    if ([...region.children].some((other) => other.firstChild.textContent === text)) return;
    region.append(toast);
    while (region.children.length > 3) region.firstChild.remove();
    const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, STAYS_MS) : toast.remove());
    if (!stays) setTimeout(leave, STAYS_MS);
  }

  function said(xhr) {
    const answer = new DOMParser().parseFromString(xhr.responseText ?? "", "text/html");
    return answer.querySelector("[role=alert]")?.textContent.replace(/\s+/g, " ").trim();
  }

  // A region that refreshes itself fails silently: the connection state in the top line tells it.
  const asked = (event) => event.detail.requestConfig?.verb !== "get";

  if (region) {
    document.addEventListener("toast", (event) => show(event.detail.value ?? event.detail, false));
    document.addEventListener("htmx:responseError", (event) => {
      if (asked(event)) show(said(event.detail.xhr) || region.dataset.wordsFailed, true);
    });
    for (const lost of ["htmx:sendError", "htmx:timeout"]) {
      document.addEventListener(lost, (event) => asked(event) && show(region.dataset.wordsOffline, true));
    }
  }
}
