// Before signing out: whoever still holds something unsent adds it to `detail` of "count-unsent", and the person decides.
{
  const dialog = document.getElementById("unsent-work");
  const words = (kind, count) => (count ? dialog.dataset[`${kind}-${count === 1 ? 1 : 2}`].replace(/[12]/, count) : "");
  let leaving = null;

  if (dialog) {
    document.addEventListener("submit", (event) => {
      if (!event.target.matches("form[data-sign-out]") || leaving === event.target) return;
      const unsent = { steps: 0, drafts: 0 };
      document.dispatchEvent(new CustomEvent("count-unsent", { detail: unsent }));
      if (!unsent.steps && !unsent.drafts) return;
      event.preventDefault();
      leaving = event.target;
      dialog.querySelector("[data-unsent]").textContent = `${words("steps", unsent.steps)} ${words("drafts", unsent.drafts)}`.trim();
      dialog.showModal();
    });
    dialog.addEventListener("close", () => {
      const form = leaving;
      if (dialog.returnValue === "leave") form.requestSubmit();
      leaving = null;
      dialog.returnValue = "";
    });
  }
}
