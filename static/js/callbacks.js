// Alt+1 … Alt+4 say what came of ringing; Alt+B on the console says that they rang themselves. Enter in a line of the form
// of an attempt says nothing: only a button does.
document.addEventListener("keydown", (event) => {
  const form = document.getElementById("attempt");
  if (event.isComposing) return;
  if (event.key === "Enter" && form && event.target.form === form && event.target.matches("input")) event.preventDefault();
  if (!event.altKey || event.ctrlKey || event.metaKey) return;
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  const button = digit ? form?.querySelectorAll("[name=answer]")[digit - 1] : event.code === "KeyB" && document.querySelector("[data-rang-in]");
  if (!button) return;
  event.preventDefault();
  button.click();
});
