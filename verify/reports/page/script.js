// What the report page does beyond reading: filter, sort, open claims by link, copy, print everything.
(() => {
  "use strict";

  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const element = (tag, text, attributes = {}) => {
    const made = document.createElement(tag);
    made.textContent = text;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };

  const table = document.getElementById("claims");
  const rows = table ? all("tbody tr[data-claim]", table) : [];
  const claims = all("details.claim");
  const claimOf = new Map(claims.map((claim) => [claim.dataset.claim, claim]));

  // Filter: rows of the table and the claims themselves, by every word typed and by the boxes that are ticked.
  const filterClaims = (form) => {
    const words = form.querySelector("#filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    const statuses = new Set(all("input[name=status]:checked", form).map((box) => box.value));
    const onlyUnexpected = form.querySelector("input[name=unexpected]")?.checked ?? false;
    let shown = 0;
    for (const row of rows) {
      const { claim, status, expected, text } = row.dataset;
      const fits = statuses.has(status) && !(onlyUnexpected && expected === "true");
      row.hidden = !(fits && words.every((word) => text.includes(word)));
      if (claimOf.has(claim)) claimOf.get(claim).hidden = row.hidden;
      if (!row.hidden) shown += 1;
    }
    document.getElementById("matches").textContent = `${shown} of ${rows.length} claims`;
  };

  const enableFilter = (form) => {
    form.hidden = false;
    form.addEventListener("input", () => filterClaims(form));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(() => filterClaims(form)));
    filterClaims(form); // a browser may have kept what was typed before a reload
  };

  // Sort: stable in both directions, numbers as numbers; what has no value stands last either way.
  const names = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const keyOf = (row, column, kind) => {
    const cell = row.cells[column];
    const text = (cell.dataset.value ?? cell.textContent).trim();
    if (kind !== "number") return text || null;
    const number = text === "" ? NaN : Number(text);
    return Number.isNaN(number) ? null : number;
  };
  const order = (a, b, sign) => {
    if (a === null || b === null) return (a === null) - (b === null);
    return sign * (typeof a === "number" ? (a > b) - (a < b) : names.compare(a, b));
  };
  const sortBy = (head) => {
    const descending = head.getAttribute("aria-sort") === "ascending";
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const body = table.tBodies[0];
    const keyed = [...body.rows].map((row) => [keyOf(row, head.cellIndex, head.dataset.sort), row]);
    keyed.sort(([a], [b]) => order(a, b, descending ? -1 : 1));
    body.append(...keyed.map(([, row]) => row));
  };
  const enableSort = (head) => {
    const button = element("button", "", { type: "button" });
    button.append(...head.childNodes);
    button.addEventListener("click", () => sortBy(head));
    head.append(button);
  };

  // Open the claim that a link or the address names, even where the filter had hidden it.
  const reveal = (hash) => {
    let id = hash.slice(1);
    try {
      id = decodeURIComponent(id);
    } catch {
      // not percent-encoded text: taken as it stands
    }
    const target = document.getElementById(id);
    const claim = target?.closest("details");
    if (!claim) return;
    claim.hidden = false;
    claim.open = true;
    target.scrollIntoView();
    if (target === claim) claim.querySelector("summary").focus({ preventScroll: true });
  };

  const openAll = (open) => {
    for (const claim of claims) if (!claim.hidden) claim.open = open;
  };
  const addTools = () => {
    const tools = element("p", "", { class: "tools" });
    for (const [text, open] of [["Open all", true], ["Close all", false]]) {
      const button = element("button", text, { type: "button" });
      button.addEventListener("click", () => openAll(open));
      tools.append(button);
    }
    claims[0].before(tools);
  };

  // Copy, told on the button itself for two seconds.
  const enableCopy = (button, text) => {
    const label = button.textContent;
    button.type = "button";
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Not allowed here";
      }
      setTimeout(() => (button.textContent = label), 2000);
    });
  };
  const addCopyButton = (code) => {
    const button = element("button", "Copy", { class: "copy", "data-copy": code.textContent });
    code.after(" ", button);
  };

  // A box that scrolls sideways must be reachable by keyboard.
  const reachScrolling = () => {
    for (const box of all(".wide, .statement, .pictures, figure, pre")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };

  if (navigator.clipboard) {
    document.documentElement.classList.add("js");
    for (const code of all("code.copyable")) addCopyButton(code);
    for (const button of all("button.copy")) enableCopy(button, button.dataset.copy);
  }
  if (table) for (const head of all("thead th[data-sort]", table)) enableSort(head);
  const form = document.getElementById("filters");
  if (form) enableFilter(form);
  if (claims.length) addTools();

  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link) reveal(link.getAttribute("href"));
  });
  window.addEventListener("hashchange", () => reveal(location.hash));
  reveal(location.hash);

  document.addEventListener("toggle", reachScrolling, true);
  window.addEventListener("resize", reachScrolling);
  reachScrolling();

  // Paper shows every claim.
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    for (const one of closed) one.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
  });
})();
