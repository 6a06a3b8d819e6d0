// Every change asked for by htmx carries the token of this page. A new sign-in makes a new token:
// it goes into the page and into every form, so that what was typed can simply be saved again.
{
  const meta = document.querySelector("meta[name=csrf-token]");

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = meta.content;
  });

  document.addEventListener("token-renewed", (event) => {
    meta.content = event.detail.token;
    for (const input of document.querySelectorAll("input[name=csrf_token]")) input.value = meta.content;
  });
}
