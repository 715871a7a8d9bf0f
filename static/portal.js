// Three comforts; every page works without them.
// The menu, where it is wider than a phone, begins at the page one is on.
// Copy: <button data-copy="id-of-the-element" data-copied="Copied" hidden>
// Refresh: <div id="…" data-refresh-url="…" data-refresh-seconds="5">, replaced by the element with
// the same id in the answer. It stops once that element carries no data-refresh-url any more.
"use strict";

const SLOWEST = 60;

function offerCopy(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  const word = button.querySelector("[data-word]") || button;
  const before = word.textContent;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText((source.value ?? source.textContent).trim());
    word.textContent = button.dataset.copied;
    setTimeout(() => (word.textContent = before), 4000);
  });
}

async function fetchAgain(element) {
  const answer = await fetch(element.dataset.refreshUrl || location.href, {
    credentials: "same-origin",
    headers: { Accept: "text/html" },
    redirect: "error",
  });
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.getElementById(element.id);
}

function swap(element, fresh) {
  if (fresh.outerHTML === element.outerHTML || element.contains(document.activeElement)) return element;
  const opened = [...element.querySelectorAll("details[open][id]")].map((fold) => fold.id);
  const placed = document.importNode(fresh, true);
  element.replaceWith(placed);
  opened.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  placed.querySelectorAll("button[data-copy]").forEach(offerCopy);
  return placed;
}

function keepFresh(first) {
  const usual = Number(first.dataset.refreshSeconds) || 5;
  let element = first;
  let pause = usual;
  const look = async () => {
    if (document.hidden) {
      document.addEventListener("visibilitychange", look, { once: true });
      return;
    }
    try {
      const fresh = await fetchAgain(element);
      if (!fresh) return;
      element.removeAttribute("data-stale");
      element = swap(element, fresh);
      if (!fresh.hasAttribute("data-refresh-url")) return;
      pause = usual;
    } catch {
      pause = Math.min(pause * 2, SLOWEST);
      if (pause > usual * 4) element.setAttribute("data-stale", "");
    }
    setTimeout(look, pause * 1000);
  };
  setTimeout(look, pause * 1000);
}

function closeMenu(event) {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (event.key === "Escape") menu.querySelector("summary").focus();
    else if (menu.contains(event.target)) return;
    menu.open = false;
  });
}

document.querySelectorAll("button[data-copy]").forEach(offerCopy);
document.querySelector(".pages [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
document.querySelectorAll("[data-refresh-url]").forEach(keepFresh);
document.addEventListener("click", closeMenu);
document.addEventListener("keydown", (event) => event.key === "Escape" && closeMenu(event));
