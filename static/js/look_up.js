// <input data-look-up data-list="matches">: what is typed is looked up (by htmx), the answers are a list box below it.
// Arrow keys move among them, Enter takes one, Escape puts them away. Nothing is chosen beforehand, so Enter without a
// choice only goes on to the words; a whole number that is known, or a home number, brings its card on the way.
{
  const form = () => document.getElementById("call-form");
  const listOf = (input) => document.getElementById(input.dataset.list);
  const optionsOf = (input) => [...listOf(input).querySelectorAll("[role=option]")];
  const chosenIn = (input) => listOf(input).querySelector("[aria-selected=true]");
  const wantsCard = new WeakSet(); // inputs that were left with Enter before their answer came

  function show(input, open) {
    const list = listOf(input);
    list.hidden = !open || !list.childElementCount;
    input.setAttribute("aria-expanded", String(!list.hidden));
    if (list.hidden) select(input, null);
  }

  function select(input, option) {
    chosenIn(input)?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function prepare(input) {
    if (input.getAttribute("role") === "combobox") return;
    const told = { role: "combobox", "aria-autocomplete": "list", "aria-controls": input.dataset.list, "aria-expanded": "false" };
    for (const [name, value] of Object.entries(told)) input.setAttribute(name, value);
    listOf(input).setAttribute("role", "listbox");
    listOf(input).setAttribute("aria-label", input.labels[0].firstChild.textContent.trim());
  }

  function showCard(ids) {
    const asked = new URLSearchParams(Object.entries(ids).filter(([, value]) => value));
    const card = document.getElementById("caller-card");
    return htmx.ajax("GET", `${form().dataset.card}?${asked}`, { source: card, target: card, swap: "innerHTML" });
  }

  function take(input, option) {
    const [place_id, person_id, phone_id] = option.dataset.choice.split(".");
    const rings = form().elements.phone_id?.value; // an address that is looked up for a known number keeps the number
    showCard({ place_id, person_id, phone_id: phone_id || ("keepsNumber" in input.dataset ? rings : ""), about: option.dataset.about });
    goOn(input);
  }

  function takeKnown(input) {
    const { known, home } = listOf(input).querySelector(".answer")?.dataset ?? {};
    if (known && !("keepsNumber" in input.dataset)) showCard({ phone_id: known });
    else if (home) showCard({ place_id: home, phone_id: "keepsNumber" in input.dataset ? form().elements.phone_id?.value : "" });
  }

  function goOn(input) {
    show(input, false);
    document.getElementById("words").focus();
  }

  const lookUp = (target) => (target.matches?.("[data-look-up]") ? target : null);

  const prepareAll = () => document.querySelectorAll("[data-look-up]").forEach(prepare);

  prepareAll();
  document.addEventListener("htmx:afterSettle", prepareAll);
  document.addEventListener("focusout", ({ target }) => lookUp(target) && show(target, false));

  // The query is named q, whatever the field is called in the form.
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    const input = lookUp(detail.elt);
    if (input) detail.parameters = { q: input.value.trim() };
  });

  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    const input = lookUp(detail.requestConfig?.elt ?? detail.elt);
    if (!input?.isConnected || detail.target !== listOf(input)) return;
    if (wantsCard.delete(input)) takeKnown(input);
    document.getElementById("matches-said").textContent = listOf(input).querySelector(".answer")?.dataset.said ?? "";
    show(input, document.activeElement === input && input.value.trim() !== "");
  });

  document.addEventListener("keydown", (event) => {
    const input = lookUp(event.target);
    if (!input || event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey) return;
    const options = optionsOf(input);
    const here = options.indexOf(chosenIn(input));
    if (event.key === "Enter") {
      event.preventDefault();
      if (here >= 0) return take(input, options[here]);
      if (listOf(input).hidden || input.classList.contains("htmx-request")) wantsCard.add(input);
      takeKnown(input);
      goOn(input);
    } else if (event.key === "Escape") {
      show(input, false);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length) {
      event.preventDefault();
      show(input, true);
      const steps = event.key === "ArrowDown" ? here + 1 : here - 1;
      select(input, options[here < 0 && steps < 0 ? options.length - 1 : steps] ?? null);
    }
  });

  document.addEventListener("input", ({ target }) => {
    const input = lookUp(target);
    if (!input) return;
    wantsCard.delete(input);
    select(input, null);
    if (!input.value.trim()) listOf(input).replaceChildren();
    if (!input.value.trim()) show(input, false);
  });

  // A press of the mouse must not take the focus from the field before the click is heard.
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest(".matches")) event.preventDefault();
  });

  document.addEventListener("click", ({ target }) => {
    const option = target.closest(".matches [role=option]");
    const list = option?.closest(".matches");
    const input = list && document.querySelector(`[data-look-up][data-list="${list.id}"]`);
    if (input) take(input, option);
    if (target.closest("[data-clears-card]")) showCard({}).then(() => document.getElementById("place_words")?.focus());
  });
}
