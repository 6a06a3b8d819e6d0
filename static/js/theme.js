// Light or dark at once, without loading the page again (somebody may be typing); the choice is kept on the server.
{
  const NEXT = { auto: "dark", dark: "light", light: "auto" };
  const form = document.querySelector("form[data-theme-switch]");

  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    const body = new FormData(form);
    const theme = button.value;
    body.set("theme", theme);
    document.documentElement.dataset.theme = theme;
    document.getElementById("dark").media = theme === "auto" ? "(prefers-color-scheme: dark)" : "all";
    button.value = NEXT[theme];
    button.title = form.dataset[`words${theme[0].toUpperCase()}${theme.slice(1)}`];
    button.querySelector(".visually-hidden").textContent = button.title;
    const use = button.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#theme-${theme}`));
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(body), redirect: "manual", headers: { "HX-Request": "true" } }).catch(() => null);
    if (answer?.status === 401) document.body.dispatchEvent(new CustomEvent(answer.headers.get("HX-Trigger"), { bubbles: true }));
  });
}
