"""What is wrong with the layout of a page, in words: text that is cut, boxes that stick out or overlap."""

from __future__ import annotations

from playwright.sync_api import Page

_FAULTS = """() => {
    scrollTo({ top: 0, behavior: "instant" }); // a head that sticks to the top may lie over rows
    const faults = [];
    const name = one => {
        const text = (one.textContent ?? "").trim().replace(/\\s+/g, " ").slice(0, 40);
        const kind = one.getAttribute("class");
        return `<${one.tagName.toLowerCase()}${kind ? " class=" + kind : ""}> "${text}"`;
    };
    const seen = one => one.checkVisibility() && one.getClientRects().length > 0;
    const style = one => getComputedStyle(one);
    const scrolls = one => ["auto", "scroll"].includes(style(one).overflowX);
    const inScroller = one => {
        for (let box = one.parentElement; box && box !== document.body; box = box.parentElement)
            if (scrolls(box)) return true;
        return false;
    };
    const wide = document.scrollingElement.scrollWidth - document.documentElement.clientWidth;
    if (wide > 0) faults.push(`the page scrolls sideways by ${wide} px`);

    const all = [...document.body.querySelectorAll("*")].filter(one => seen(one) && !one.closest("svg, math, .skip"));
    for (const one of all) {
        const box = one.getBoundingClientRect();
        if (!inScroller(one) && (box.right > innerWidth + 1 || box.left < -1))
            faults.push(`${name(one)} sticks out of the page`);
        if (one.matches("td, th, .badge, button, summary, label, li, dd, dt, p") && style(one).display !== "inline"
            && one.scrollWidth > one.clientWidth + 1 && !scrolls(one))
            faults.push(`${name(one)} is too narrow for its content`);
        if (["hidden", "clip"].includes(style(one).overflowX) && one.scrollWidth > one.clientWidth + 1
            && !one.matches("input"))
            faults.push(`${name(one)} cuts its content`);
        if (["hidden", "clip"].includes(style(one).overflowY) && one.scrollHeight > one.clientHeight + 1)
            faults.push(`${name(one)} cuts its content below`);
    }

    const cross = (a, b, slack) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > slack
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > slack;
    const apart = (items, slack) => {
        const boxes = items.map(one => [one, one.getBoundingClientRect()]).sort((a, b) => a[1].top - b[1].top);
        boxes.forEach(([one, box], i) => {
            for (let j = i + 1; j < boxes.length && boxes[j][1].top < box.bottom; j++) {
                const [other, its] = boxes[j];
                if (!one.contains(other) && !other.contains(one) && cross(box, its, slack))
                    faults.push(`${name(one)} and ${name(other)} overlap`);
            }
        });
    };
    apart(all.filter(one => one.matches("td, th, button, input, summary, .badge, .count, dt, dd, figure, h2, h3")), 1);

    for (const svg of [...document.querySelectorAll("svg")].filter(seen)) {
        const frame = svg.getBoundingClientRect();
        const texts = [...svg.querySelectorAll("text")].filter(seen);
        for (const text of texts) {
            const box = text.getBoundingClientRect();
            if (box.left < frame.left - 1 || box.right > frame.right + 1
                || box.top < frame.top - 2 || box.bottom > frame.bottom + 2)
                faults.push(`${name(text)} is cut by its picture "${svg.querySelector("title")?.textContent}"`);
        }
        apart(texts, 3);
    }
    return faults;
}"""


def faults(page: Page) -> list[str]:
    """Empty for a page that is laid out well at the size of its window."""
    return page.evaluate(_FAULTS)
