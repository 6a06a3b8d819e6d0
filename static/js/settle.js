// Nothing jumps. When a region refreshes itself because of others, the rows that changed are tinted for two seconds.
// Rows that would come, go or change places wait while somebody points at the region or has the focus in it;
// the pill [data-new-rows="<region's id>"] says how many. Rows are known by their ids.
{
  const held = new Map(); // region's id -> how to ask for it again
  const refreshed = new Map(); // region's id -> its rows as they were

  function said(row) {
    const countdowns = [...row.querySelectorAll("time[data-deadline]")].map((time) => time.textContent);
    return countdowns.reduce((text, left) => text.replace(left, ""), row.textContent).replace(/\s+/g, " ");
  }

  const rowsOf = (root) => new Map([...root.querySelectorAll("tr[id], li[id]")].map((row) => [row.id, said(row)]));
  const inUse = (region) =>
    region.contains(document.activeElement) || (matchMedia("(hover: hover)").matches && region.matches(":hover"));

  function tell(id, count) {
    const pill = document.querySelector(`[data-new-rows="${CSS.escape(id)}"]`);
    if (!pill) return;
    pill.hidden = count === 0;
    pill.textContent = pill.dataset.words.replace("{n}", count);
  }

  function release(id) {
    const { path, swap } = held.get(id);
    held.delete(id);
    tell(id, 0);
    const region = document.getElementById(id);
    if (!region) return;
    refreshed.set(id, rowsOf(region));
    htmx.ajax("GET", path, { source: region, target: region, swap });
  }

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const { target: region, requestConfig, serverResponse, shouldSwap } = detail;
    if (!shouldSwap || !region.id || !requestConfig.triggeringEvent?.type.endsWith("-changed")) return;
    const answer = document.createElement("template");
    answer.innerHTML = serverResponse;
    const [before, after] = [rowsOf(region), rowsOf(answer.content)];
    const moves = [...before.keys()].join() !== [...after.keys()].join();
    if (moves && before.size > 0 && inUse(region)) {
      detail.shouldSwap = false;
      held.set(region.id, { path: requestConfig.path, swap: requestConfig.elt.getAttribute("hx-swap") ?? "innerHTML" });
      tell(region.id, [...after.keys()].filter((id) => !before.has(id)).length);
    } else {
      refreshed.set(region.id, before);
      const row = region.contains(document.activeElement) && document.activeElement.closest("tr[id], li[id]");
      if (row) setTimeout(() => document.getElementById(row.id)?.querySelector(".row-link")?.focus({ preventScroll: true }), 50);
    }
  });

  document.addEventListener("htmx:afterSettle", () => {
    for (const [id, before] of refreshed) {
      const region = document.getElementById(id);
      for (const [rowId, text] of region ? rowsOf(region) : []) {
        if (before.get(rowId) !== text) document.getElementById(rowId).classList.add("just-changed");
      }
    }
    refreshed.clear();
  });

  function look() {
    for (const id of [...held.keys()]) {
      const region = document.getElementById(id);
      if (!region || !inUse(region)) release(id);
    }
  }

  document.addEventListener("pointerover", look);
  document.addEventListener("focusin", look);
  document.addEventListener("click", ({ target }) => {
    const id = target.closest("[data-new-rows]")?.dataset.newRows;
    if (held.has(id)) release(id);
  });
}
