// Who is on duty changes by the clock, without anybody doing anything: at the minute [data-changes-at] the line asks again.
{
  const LOOK_MS = 5_000, AGAIN_MS = 20_000; // a clock that is fast asks too early; it does not ask all the time
  let askedAt = 0;

  function look() {
    const now = Date.now();
    if (document.hidden || now - askedAt < AGAIN_MS) return;
    for (const line of document.querySelectorAll("[data-changes-at]")) {
      if (Date.parse(line.dataset.changesAt) > now) continue;
      askedAt = now;
      line.dispatchEvent(new CustomEvent("hour-changed"));
    }
  }

  setInterval(look, LOOK_MS);
  document.addEventListener("visibilitychange", look);

  // The list of numbers closes when somebody goes on to something else.
  document.addEventListener("click", ({ target }) => {
    const open = document.querySelector(".on-duty details[open]");
    if (open && !open.contains(target)) open.open = false;
  });
  document.addEventListener("keydown", ({ key }) => {
    const open = document.querySelector(".on-duty details[open]");
    if (key === "Escape" && open) open.open = false;
  });
}
