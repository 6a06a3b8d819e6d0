// Choosing another estate shows it at once; without scripts there is a button.
for (const choice of document.querySelectorAll("[data-estate-choice]")) {
  choice.form.querySelector("button").hidden = true;
  choice.addEventListener("change", () => choice.form.requestSubmit());
}
