// Says whether what is typed is kept. A draft that could not be kept says so, with what to do, and is sent again by itself:
// at once with a new token, after signing in again, or every few seconds while the server cannot be reached.
{
  const AGAIN_MS = 3_000;
  const waiting = new Set(); // places that send drafts, whose last one was not kept

  const isDraft = ({ requestConfig }) => requestConfig?.verb === "post" && requestConfig.elt.matches("[data-sends-draft]");
  const keepAgain = (place) => waiting.has(place) && place.isConnected && htmx.trigger(place, "keep-again");
  const stateOf = (place) => place.querySelector("[data-words]");

  function say(place, words) {
    const state = stateOf(place);
    state.classList.toggle("not-kept", Boolean(words));
    if (words) state.textContent = words;
  }

  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (!isDraft(detail)) return;
    const { elt: place } = detail.requestConfig;
    const { status } = detail.xhr;
    const wasWaiting = waiting.delete(place);
    if (status >= 200 && status < 300) return say(place, "");
    if (status === 409 || status === 422) return say(place, ""); // the answer itself says why
    waiting.add(place);
    say(place, status === 401 ? stateOf(place).dataset.wordsSignedOut : stateOf(place).dataset.wordsNotKept);
    if (status === 400 && !wasWaiting) setTimeout(keepAgain, 0, place); // the token was renewed with the answer
    else if (status !== 401) setTimeout(keepAgain, AGAIN_MS, place);
  });

  // What was typed before the scripts were there is kept as soon as they are: no key will tell of it.
  const isTyped = (field) => "defaultValue" in field && field.type !== "hidden" && field.value !== field.defaultValue;
  document.addEventListener("htmx:load", ({ detail }) => {
    if (detail.elt !== document.body) return;
    for (const place of document.querySelectorAll("[data-sends-draft]")) {
      if ([...place.closest("form").elements].some(isTyped)) htmx.trigger(place, "keep-again");
    }
  });

  document.addEventListener("signed-in-again", () => waiting.forEach(keepAgain));
  document.addEventListener("count-unsent", ({ detail }) => (detail.drafts += [...waiting].filter((place) => place.isConnected).length));

  // It is said where it is typed; a message in the corner would tell it once more with every key.
  for (const failed of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(failed, (event) => isDraft(event.detail) && event.stopImmediatePropagation(), true);
  }
}
