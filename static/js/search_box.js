// The box in the header: "/" goes to it from anywhere but a field; the answers are a list box below it. Arrow keys move
// among them, Enter opens the chosen one, Escape puts them away and goes back. Nothing is chosen beforehand, and Enter
// without a choice goes nowhere: what was typed must not become part of an address that the browser remembers.
{
  const input = document.querySelector("[data-search-box]");
  if (input) {
    const list = document.getElementById(input.dataset.list);
    const said = document.querySelector("[data-search-said]");
    const options = () => [...list.querySelectorAll("[role=option]")];
    const chosen = () => list.querySelector("[aria-selected=true]");
    let cameFrom = null;

    const told = { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" };
    for (const [name, value] of Object.entries(told)) input.setAttribute(name, value);
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.labels[0].textContent);

    const select = (option) => {
      chosen()?.setAttribute("aria-selected", "false");
      option?.setAttribute("aria-selected", "true");
      option?.scrollIntoView({ block: "nearest" });
      if (option) input.setAttribute("aria-activedescendant", option.id);
      else input.removeAttribute("aria-activedescendant");
    };

    const show = (open) => {
      list.hidden = !open || !list.childElementCount;
      input.setAttribute("aria-expanded", String(!list.hidden));
      if (list.hidden) select(null);
    };

    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
      if (event.key !== "/" || typing || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      cameFrom = document.activeElement;
      input.focus();
      input.select();
    });

    input.addEventListener("keydown", (event) => {
      if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey) return;
      const here = options().indexOf(chosen());
      if (event.key === "Enter") {
        event.preventDefault();
        if (chosen()) location.assign(chosen().dataset.url);
        else show(true);
      } else if (event.key === "Escape") {
        event.preventDefault();
        if (list.hidden) (cameFrom ?? document.body).focus?.();
        if (list.hidden) input.blur();
        show(false);
      } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options().length) {
        event.preventDefault();
        show(true);
        const steps = event.key === "ArrowDown" ? here + 1 : here - 1;
        select(options()[here < 0 && steps < 0 ? options().length - 1 : steps] ?? null);
      }
    });

    input.addEventListener("input", () => {
      select(null);
      if (!input.value.trim()) list.replaceChildren();
      if (!input.value.trim()) show(false);
    });
    input.addEventListener("focusout", () => show(false));
    input.addEventListener("focus", () => show(input.value.trim() !== ""));
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", ({ target }) => {
      const option = target.closest("[role=option]");
      if (option) location.assign(option.dataset.url);
    });

    document.addEventListener("htmx:afterSwap", ({ detail }) => {
      if (detail.target !== list) return;
      said.textContent = list.querySelector(".answer")?.dataset.said ?? "";
      show(document.activeElement === input && input.value.trim() !== "");
    });
  }
}
