// Photos are sent one after the other, made smaller on the phone first, each with a key of its own: a weak signal
// may break a sending, but never doubles a photo. Without this script the form sends one photo at a time.
{
  const SIDE = 2048, SMALL_ENOUGH = 800_000, RETRY_MS = 5_000;
  const queue = []; // {file, stage, key, url, item, failed}
  let working = false;
  let afterwards = null; // a report that waits until its photos have arrived

  const form = () => document.querySelector("form[data-photos]");
  const waiting = () => queue.filter((photo) => !photo.failed);
  const pause = () => new Promise((resolve) => {
    setTimeout(resolve, RETRY_MS);
    for (const sign of ["online", "signed-in-again"]) window.addEventListener(sign, resolve, { once: true });
  });

  // crypto.randomUUID is missing on plain http.
  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  async function smaller(file) {
    try {
      const picture = await createImageBitmap(file);
      const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
      if (scale === 1 && file.size < SMALL_ENOUGH) return file;
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      picture.close();
      return (await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85))) ?? file;
    } catch {
      return file; // the server says what is wrong with it
    }
  }

  function show(photo, words) {
    photo.item.querySelector("span").textContent = words;
  }

  function preview(photo) {
    const item = document.createElement("li");
    item.className = "pending";
    item.append(document.createElement("img"), document.createElement("span"));
    item.firstChild.src = URL.createObjectURL(photo.file);
    item.firstChild.alt = "";
    item.firstChild.addEventListener("error", () => item.firstChild.removeAttribute("src"));
    item.lastChild.setAttribute("role", "status");
    return item;
  }

  // What is no photo will not become one: it can only be taken away. Anything else may be tried again.
  function fail(photo, words, hopeless) {
    photo.failed = true;
    show(photo, words || form().dataset.wordsFailed);
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = hopeless ? form().dataset.wordsRemove : form().dataset.wordsAgain;
    button.addEventListener("click", () => {
      button.remove();
      photo.failed = false;
      if (hopeless) drop(photo).remove();
      else send();
    });
    photo.item.append(button);
  }

  function drop(photo) {
    queue.splice(queue.indexOf(photo), 1);
    URL.revokeObjectURL(photo.item.firstChild.src);
    return photo.item;
  }

  async function post(photo) {
    photo.body ??= await smaller(photo.file);
    const body = new FormData();
    const fields = { csrf_token: "", request_key: photo.key, visit_id: photo.visit, claimed_at: photo.at, stage: photo.stage };
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    body.append("photo", photo.body, "photo.jpg");
    const token = document.querySelector("meta[name=csrf-token]").content;
    body.set("csrf_token", token);
    return fetch(photo.url, { method: "POST", body, headers: { "HX-Request": "true", "X-CSRFToken": token } });
  }

  // True when this photo needs no further try.
  async function tried(photo) {
    const words = form().dataset;
    show(photo, words.wordsSending);
    let answer, page;
    try {
      answer = await post(photo);
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      show(photo, words.wordsWaiting);
      return false;
    }
    if (answer.status === 401) {
      show(photo, words.wordsSignIn);
      document.body.dispatchEvent(new CustomEvent(answer.headers.get("HX-Trigger"), { bubbles: true }));
      return false;
    }
    const said = page.querySelector("#photos .error, [role=alert]")?.textContent.replace(/\s+/g, " ").trim();
    if (answer.ok) arrived(photo, page.getElementById("photos"));
    else fail(photo, said, answer.status === 422);
    return true;
  }

  function arrived(photo, region) {
    drop(photo);
    const old = document.getElementById("photos");
    const stage = form().querySelector("[name=stage]:checked")?.value;
    old.replaceWith(document.adoptNode(region));
    htmx.process(region);
    prepare();
    const same = stage && form()?.querySelector(`[name=stage][value=${stage}]`);
    if (same) same.checked = true;
  }

  async function send() {
    if (working) return;
    working = true;
    while (waiting().length) if (!(await tried(waiting()[0]))) await pause();
    working = false;
    afterwards?.requestSubmit();
    afterwards = null;
  }

  function choose(input) {
    const { stage, visit_id: visit } = form().elements;
    for (const file of input.files) {
      const photo = { file, stage: stage.value, visit: visit.value, key: newKey(), url: form().action, at: new Date().toISOString() };
      photo.item = preview(photo);
      queue.push(photo);
    }
    input.value = "";
    prepare();
    send();
  }

  // After every renewal of the region: the form chooses instead of sending, and what is under way is shown again.
  function prepare() {
    const here = form();
    document.querySelector("#photos .photos")?.append(...queue.map((photo) => photo.item));
    if (!here || here.classList.contains("scripted")) return;
    const input = here.querySelector("input[type=file]");
    here.classList.add("scripted");
    input.multiple = true;
    input.required = false;
    input.addEventListener("change", () => choose(input));
    here.addEventListener("submit", (event) => {
      event.preventDefault();
      input.click();
    });
  }

  document.addEventListener("htmx:afterSettle", prepare);
  document.addEventListener("signed-in-again", () => window.dispatchEvent(new Event("signed-in-again")));
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "finish" || !waiting().length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    afterwards = event.target;
  }, true);
  window.addEventListener("beforeunload", (event) => {
    if (waiting().length) event.preventDefault();
  });
  prepare();
}
