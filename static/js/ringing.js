// Who rings, at the console: Alt+A writes about the newest ring. Whoever has answered and has an empty form in front of
// them sees the caller at once; a call that is being written is never moved away.
{
  const form = () => document.getElementById("call-form");
  const newest = (of = "") => document.querySelector(`#ringing ${of} [data-takes-ring]`);
  const isEmpty = () => ["caller_number", "words", "call_key", "place_id", "person_id"].every((name) => !form().elements[name]?.value);

  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    const answered = detail.elt.id === "ringing" && newest("[data-answered-by-me]");
    if (answered && form() && isEmpty() && answered.search !== location.search) location.assign(answered.href);
  });

  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyA" || event.isComposing || !newest()) return;
    event.preventDefault();
    newest().click();
  });
}
