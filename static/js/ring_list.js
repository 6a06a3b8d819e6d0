// The ring list by keyboard: Alt+R goes to its first line, arrows go from line to line, 1, 2, 3 say what came of the try.
// Whoever was reached takes it with 4 or cannot with 5: other keys, so that a key struck twice decides nothing. The hand
// rests on the keys of a line, never on one button, so that Enter struck twice does nothing either. Escape goes back.
{
  const lines = () => [...document.querySelectorAll("#ring-list .ring")].filter((line) => line.querySelector(".ring-keys button"));
  let back = null; // where the hand was before
  let at = ""; // the line it is in, so that it stays there when the line is swapped

  const enter = (line) => line?.querySelector(".ring-keys").focus();

  function open(from) {
    back = from;
    enter(lines()[0]);
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.altKey) {
      if (event.code !== "KeyR" || !lines().length) return;
      event.preventDefault();
      open(event.target.closest?.("#ring-list") ? back : event.target.id);
      return;
    }
    const line = event.target.closest?.(".ring");
    if (!line) return;
    const digit = /^(?:Digit|Numpad)([1-5])$/.exec(event.code)?.[1];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (digit && !event.repeat) {
      event.preventDefault();
      [...line.querySelectorAll(".ring-keys button")].find((button) => button.querySelector("kbd").textContent === digit)?.click();
    } else if (step && line.closest("#ring-list")) {
      event.preventDefault();
      enter(lines()[lines().indexOf(line) + step]);
    } else if (event.key === "Escape" && line.closest("#ring-list")) {
      at = "";
      document.getElementById(back || "caller_number")?.focus();
    }
  });

  document.addEventListener("focusin", ({ target }) => {
    if (target === document.body) return;
    at = target.closest(".ring")?.id ?? "";
    document.body.classList.toggle("rings-open", Boolean(target.closest("#ring-list"))); // stays while the list is swapped
  });

  document.addEventListener("click", ({ target }) => target.closest("[data-opens-rings]") && open(back));

  // A line that is gone gives the hand to the next one, or back to the call.
  document.addEventListener("htmx:afterSettle", () => {
    if (!at || (document.activeElement !== document.body && document.activeElement !== null)) return;
    const line = document.getElementById(at);
    if (line?.querySelector(".ring-keys button")) enter(line);
    else if (lines().length) enter(lines()[0]);
    else document.getElementById(back || "caller_number")?.focus();
  });
}
