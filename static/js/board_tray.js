// A card of the tray is dragged to a technician: with the mouse at once, with a finger after holding it for a moment.
// While it is over the board a shadow shows where and how long it would be; Escape lets it fall back.
{
  const HOLD_MS = 350, FAR_PX = 6, STEP_MIN = 5;
  let held; // { card, ghost, shadow, timer, x, y, active, pointer }

  const rounded = (date) => new Date(Math.round(date.getTime() / (STEP_MIN * 60_000)) * STEP_MIN * 60_000);

  // As a form that makes something sends it: once, however often it arrives (plain http has no randomUUID).
  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  function begin() {
    const { card } = held;
    held.active = true;
    document.activeElement?.blur(); // the tray may change under the hand
    window.board.hold();
    held.ghost = card.cloneNode(true);
    held.ghost.classList.add("tray-ghost");
    held.ghost.removeAttribute("id");
    held.ghost.style.inlineSize = `${card.offsetWidth}px`;
    document.body.append(held.ghost);
    card.classList.add("being-dragged");
    document.body.classList.add("dragging");
    follow(held.x, held.y);
  }

  function follow(x, y) {
    held.ghost.style.transform = `translate(${x + 8}px, ${y + 8}px)`;
    const under = window.board.under(x, y);
    held.shadow = under?.resource ? { who: under.resource.id, date: rounded(under.date) } : null;
    held.ghost.dataset.at = held.shadow ? window.board.local(held.shadow.date).slice(11, 16) : "";
    held.ghost.classList.toggle("over-board", Boolean(held.shadow));
    scrollAt(x, y);
  }

  function scrollAt(x, y) {
    const pane = window.board.scroller();
    const box = pane.getBoundingClientRect();
    if (x < box.left || x > box.right) return;
    if (y > box.bottom - 40) pane.scrollTop += 12;
    else if (y < box.top + 90 && y > box.top) pane.scrollTop -= 12;
    if (x > box.right - 40) pane.scrollLeft += 12;
  }

  function end(drops) {
    const { card, ghost, shadow, active, timer } = held;
    clearTimeout(timer);
    held = null;
    if (!active) return;
    ghost.remove();
    card.classList.remove("being-dragged");
    document.body.classList.remove("dragging");
    window.board.letGo();
    if (drops && shadow) drop(card, shadow);
    addEventListener("click", stop, { capture: true, once: true }); // the link under the finger was not meant
    setTimeout(() => removeEventListener("click", stop, { capture: true }), 50);
  }

  function stop(event) {
    event.preventDefault();
    event.stopPropagation();
  }

  async function drop(card, { who, date }) {
    const { url, version, minutes } = card.dataset;
    const values = { version, minutes, crew: [who], starts_at: window.board.local(date), lock: "none", agreed: "", seen: "", request_key: newKey() };
    card.classList.add("being-sent");
    await window.board.send(url, values);
    card.classList.remove("being-sent");
    window.board.read();
  }

  document.addEventListener("pointerdown", (event) => {
    const card = event.target.closest("[data-drag]");
    if (!card || event.button !== 0 || !window.board?.calendar) return;
    held = { card, x: event.clientX, y: event.clientY, pointer: event.pointerId, touch: event.pointerType === "touch" };
    if (held.touch) held.timer = setTimeout(begin, HOLD_MS);
  });

  document.addEventListener("pointermove", (event) => {
    if (!held || event.pointerId !== held.pointer) return;
    const { clientX: x, clientY: y } = event;
    const far = Math.hypot(x - held.x, y - held.y) > FAR_PX;
    if (held.active) follow(x, y);
    else if (far && held.touch) end(false); // a finger that moves at once scrolls
    else if (far) {
      Object.assign(held, { x, y });
      begin();
    }
  });

  document.addEventListener("pointerup", () => held && end(true));
  document.addEventListener("pointercancel", () => held && end(false));
  document.addEventListener("keydown", ({ key }) => key === "Escape" && held && end(false));
  document.addEventListener("dragstart", (event) => event.target.closest?.("[data-drag]") && event.preventDefault());
  // A finger that holds a card drags it; the page must not scroll with it.
  document.addEventListener("touchmove", (event) => held?.active && event.preventDefault(), { passive: false });
}
