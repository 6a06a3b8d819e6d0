// Ticks all changes of a plan, or none. The buttons do nothing without scripts, so they are shown by them.
{
  const show = () => document.querySelectorAll("#plan .needs-script").forEach((line) => { line.hidden = false; });

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-tick-all], [data-tick-none]");
    if (!button) return;
    for (const box of button.closest("form").querySelectorAll('input[name="chosen"]')) box.checked = "tickAll" in button.dataset;
  });
  document.addEventListener("htmx:afterSettle", show);
  show();
}
