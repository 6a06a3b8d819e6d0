// What a browser itself refuses before anything is sent, it would say in its own language: here it says it in the
// user's. The sentences are on the body. A sentence goes as soon as anything in its form changes or is sent again, also
// where a script filled the field in, so that it can never hold a form back by itself.
{
  const sentence = (field) => {
    const words = document.body.dataset;
    const { valueMissing, badInput, rangeUnderflow, rangeOverflow, stepMismatch } = field.validity;
    const chosen = field.matches("select, [type=radio], [type=checkbox], [type=file]");
    if (valueMissing) return chosen ? words.notChosen : words.missing;
    if (badInput || stepMismatch) return words.unreadable;
    if (rangeUnderflow) return words.tooLittle.replace("{}", field.min);
    if (rangeOverflow) return words.tooMuch.replace("{}", field.max);
    return "";
  };

  const forget = (form) => {
    for (const field of form?.elements ?? []) field.setCustomValidity("");
  };

  document.addEventListener("invalid", ({ target }) => {
    target.setCustomValidity("");
    target.setCustomValidity(sentence(target));
  }, true);
  for (const happened of ["input", "change"]) {
    document.addEventListener(happened, ({ target }) => forget(target.form), true);
  }
  document.addEventListener("click", ({ target }) => forget(target.closest("button, input")?.form), true);
}
