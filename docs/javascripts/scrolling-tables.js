// A table that scrolls sideways must be reachable by keyboard. The theme puts tables into their boxes after loading.
(() => {
  "use strict";

  const reach = () => {
    for (const box of document.querySelectorAll(".md-typeset__scrollwrap")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };

  window.addEventListener("load", () => requestAnimationFrame(reach));
  window.addEventListener("resize", reach);
})();
