// A save waits for the draft of its own form that is still under way: it would overtake it, and a draft that comes behind
// its own save is refused as a late one.
{
  const waiting = new Map(); // form with a draft under way -> the save that waits for it, or null

  const formOfDraft = ({ requestConfig }) => {
    const form = requestConfig?.verb === "post" && requestConfig.elt.closest("form");
    return form && form !== requestConfig.elt ? form : null;
  };

  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    const form = formOfDraft(detail);
    if (form && !waiting.has(form)) waiting.set(form, null);
  });

  document.addEventListener("htmx:confirm", (event) => {
    const { elt, issueRequest } = event.detail;
    if (!waiting.has(elt)) return;
    event.preventDefault();
    waiting.set(elt, () => issueRequest(true));
  });

  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const form = formOfDraft(detail);
    const save = form && waiting.get(form);
    waiting.delete(form);
    save?.();
  });
}
