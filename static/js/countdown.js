// Keeps "11 min left" true between two answers of the server. Says nothing aloud: the clock time beside it is the fact.
// The sentences come from the page, made with the numbers 1 to 4, which are replaced here.
{
  const words = document.getElementById("countdown-words")?.dataset;

  function counted(one, many, number) {
    return number === 1 ? one : many.replace("2", number);
  }

  function duration(minutes) {
    if (minutes < 60) return counted(words["minutes-1"], words["minutes-2"], minutes);
    if (minutes < 24 * 60) return words.hours.replace(/[34]/g, (n) => (n === "3" ? Math.floor(minutes / 60) : minutes % 60));
    return counted(words["days-1"], words["days-2"], Math.floor(minutes / (24 * 60)));
  }

  function tick() {
    const now = Date.now();
    for (const time of document.querySelectorAll("time[data-deadline]")) {
      const left = Date.parse(time.dataset.deadline) - now;
      const sentence = left >= 0 ? words.left : words.late;
      const text = sentence.replace("{wait}", duration(Math.floor(Math.abs(left) / 60_000)));
      if (time.textContent !== text) time.textContent = text;
      if (left < 0) time.closest(".deadline")?.setAttribute("data-standing", "late");
    }
  }

  if (words) {
    tick();
    setInterval(tick, 10_000);
    document.addEventListener("htmx:afterSettle", tick);
    document.addEventListener("visibilitychange", tick);
  }
}
