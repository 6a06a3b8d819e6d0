// Arrow keys move among the rows of one table or list; Enter opens, as links do.
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || !event.target.matches?.(".row-link")) return;
  const rows = [...event.target.closest("table, ul, ol").querySelectorAll(".row-link")];
  const here = rows.indexOf(event.target);
  const there = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (there === undefined) return;
  event.preventDefault();
  rows[Math.min(Math.max(there, 0), rows.length - 1)].focus();
});
