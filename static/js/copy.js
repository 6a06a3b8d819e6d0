// <button data-copies="id"> puts the text of a field onto the clipboard; without a clipboard (plain HTTP) it selects it
// and copies the old way. Without this script the button stays hidden, and the text can be selected by hand.
{
  const showAll = () => {
    for (const button of document.querySelectorAll("[data-copies][hidden]")) button.hidden = false;
  };

  async function copy(field) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(field.value);
    field.focus();
    field.select();
    if (!document.execCommand("copy")) throw new Error("not copied");
  }

  showAll();
  document.addEventListener("htmx:afterSettle", showAll);
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-copies]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copies);
    try {
      await copy(field);
      button.textContent = button.dataset.done;
    } catch {
      field.select(); // it is chosen: Ctrl+C does the rest
    }
  });
}
