// Marks open their sentence in the articles beside the answer; everything else is the server's.
(() => {
  if (window.datelinePage) return;
  window.datelinePage = true;

  // Light, dark, or as the system has it; the browser remembers.
  window.datelineLooksNow = () => localStorage.getItem("dateline-look") || window.datelineDefault || "System";
  window.datelineLook = (look) => {
    localStorage.setItem("dateline-look", look);
    paint(look);
  };
  function paint(look) {
    const dark = look === "Dark" || (look === "System" && matchMedia("(prefers-color-scheme: dark)").matches);
    document.body.classList.toggle("dark", dark);
  }
  const look = window.datelineLooksNow();
  if (look !== "System") new MutationObserver((_, watch) => {
    if (!document.querySelector(".dl-masthead")) return;
    watch.disconnect();
    paint(look);
  }).observe(document, { childList: true, subtree: true });

  let opener = null; // the button to go back to
  let wanted = null; // a sentence asked for before its articles are there

  const pane = () => document.getElementById("dl-pane");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const send = (element, name, detail) =>
    element.dispatchEvent(new CustomEvent("dateline:" + name, { bubbles: true, detail }));

  function show(turn, n) {
    const sources = document.querySelector(".dl-sources");
    if (!sources || sources.dataset.turn !== turn) return false;
    const lit = [...sources.querySelectorAll("mark")].filter((m) => m.dataset.n.split(" ").includes(n));
    if (!lit.length) return false;
    sources.querySelectorAll("mark.dl-now").forEach((m) => m.classList.remove("dl-now"));
    lit.forEach((m) => m.classList.add("dl-now"));
    document.querySelectorAll(".dl-mark, .dl-jump").forEach((b) =>
      b.setAttribute("aria-pressed", String(b.dataset.turn === turn && b.dataset.n === n)));
    const open = lit[0].closest(".dl-article").querySelector(".dl-permalink");
    if (open) open.hash = "char=" + sources.querySelector(`.dl-jump[data-n="${n}"]`).dataset.char;
    document.body.classList.add("dl-pulled");
    lit[0].focus({ preventScroll: true });
    reveal(lit[0], calm.matches ? "auto" : "smooth");
    return true;
  }

  // Scrolls the articles alone: the answer stays where the reader's eye is.
  function reveal(element, behavior) {
    const box = pane();
    const offset = element.getBoundingClientRect().top - box.getBoundingClientRect().top;
    box.scrollTo({ top: box.scrollTop + offset - box.clientHeight * 0.4, behavior });
  }

  function close(back = true) {
    document.body.classList.remove("dl-pulled");
    if (back && opener && opener.isConnected) opener.focus();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.matches(".dl-mark, .dl-jump, .dl-open, .dl-bar, .dl-chip")) {
      const { turn, n } = button.dataset;
      if (!button.matches(".dl-jump")) opener = button;
      hide();
      if (!show(turn, n)) {
        wanted = { turn, n };
        send(button, "cite", { turn, n });
      }
    } else if (button.matches(".dl-close")) {
      close();
    } else if (button.dataset.send) {
      const { confirm: sure, prompt: wish, value } = button.dataset;
      if (sure && !confirm(sure)) return;
      const answer = wish ? prompt(wish, value) : "";
      if (answer === null) return;
      const comment = button.closest("details")?.querySelector("textarea")?.value;
      send(button, button.dataset.send, { ...button.dataset, comment, answer });
      if (button.dataset.vote)
        button.parentElement.querySelectorAll("[data-vote]").forEach((b) => b.setAttribute("aria-pressed", String(b === button)));
      if (button.dataset.send === "comment") button.closest("details").open = false;
    }
  });

  document.addEventListener("dateline:updated", () => {
    // Whoever has no mouse scrolls the articles by keyboard.
    Object.assign(pane(), { tabIndex: 0, role: "region", ariaLabel: "Articles" });
    if (wanted && show(wanted.turn, wanted.n)) {
      wanted = null;
      return;
    }
    const first = document.querySelector(".dl-sources mark");
    if (first) reveal(first, "auto");
    address();
  });

  // The page's address leads back to the conversation, from its first kept answer on.
  function address() {
    const kept = document.querySelector('.dl-turn[data-conversation]:not([data-conversation=""])')?.dataset.conversation;
    if (kept) history.replaceState(null, "", "?conversation=" + encodeURIComponent(kept));
  }

  // Gradio ends its stream of answers when nothing is under way; a question sent at that very moment would wait for
  // ever. Any further event opens the stream anew.
  document.addEventListener("dateline:sent", () => {
    const turn = () => document.querySelector("#dl-current section");
    const before = turn().outerHTML;
    for (const wait of [2000, 6000]) setTimeout(() => turn().outerHTML === before && send(turn(), "nudge"), wait);
  });

  // What was begun stays, and says that it was stopped; Ask takes the place of Stop again.
  window.datelineStopped = () => {
    const turn = document.querySelector("#dl-current [aria-busy=true]");
    if (!turn) return;
    turn.setAttribute("aria-busy", "false");
    turn.querySelector(".dl-waiting")?.remove();
    turn.append(Object.assign(document.createElement("p"), { className: "dl-notice", textContent: "Stopped; this answer is not kept." }));
  };

  // A question to be edited is put into the box; the box gets the focus.
  document.addEventListener("dateline:edit", () => document.querySelector("#dl-box textarea").focus());

  // A question just sent comes into view with its heading at the top.
  document.addEventListener("dateline:turn", (event) => {
    const turn = event.target.querySelector(".dl-turn");
    address();
    if (turn && turn.querySelector(".dl-waiting, .dl-error")) {
      close(false);
      turn.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
    }
  });

  // #char=START,END on an article's own page: offsets count characters (code points) of the article.
  function light() {
    const asked = /^#char=(\d+),(\d+)$/.exec(location.hash);
    document.querySelectorAll("mark.dl-linked").forEach((m) => m.replaceWith(...m.childNodes));
    if (!asked) return;
    const [start, end] = [Number(asked[1]), Number(asked[2])];
    for (const paragraph of document.querySelectorAll("p[data-start]")) {
      paragraph.normalize();
      const characters = Array.from(paragraph.textContent);
      const from = Math.max(0, start - paragraph.dataset.start);
      const to = Math.min(characters.length, end - paragraph.dataset.start);
      if (from >= to) continue;
      const mark = Object.assign(document.createElement("mark"), { className: "dl-linked dl-now", tabIndex: -1 });
      mark.textContent = characters.slice(from, to).join("");
      paragraph.replaceChildren(characters.slice(0, from).join(""), mark, characters.slice(to).join(""));
    }
    const first = document.querySelector("mark.dl-linked");
    if (first) first.scrollIntoView({ block: "center" });
  }
  if (document.querySelector("body.dl-page")) light();
  addEventListener("hashchange", light);

  // The quote and its dates, on hovering a mark and on reaching it by keyboard.
  const card = document.createElement("div");
  card.id = "dl-card";
  card.setAttribute("role", "tooltip");
  card.hidden = true;

  function hide() {
    card.hidden = true;
  }

  function hover(mark) {
    if (!card.isConnected) document.body.append(card);
    const line = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
    card.replaceChildren(line("span", "“" + mark.dataset.quote + "”"), line("small", mark.dataset.from));
    if (mark.dataset.dates) card.append(line("small", mark.dataset.dates));
    card.hidden = false;
    const at = mark.getBoundingClientRect();
    const size = card.getBoundingClientRect();
    const above = at.top > size.height + 12;
    card.style.left = Math.max(8, Math.min(at.left - 20, innerWidth - size.width - 8)) + "px";
    card.style.top = (above ? at.top - size.height - 8 : at.bottom + 8) + "px";
  }

  for (const [name, act] of [["mouseover", hover], ["focusin", hover], ["mouseout", hide], ["focusout", hide]]) {
    document.addEventListener(name, (event) => {
      const mark = event.target.closest && event.target.closest("[data-quote]");
      if (mark && (act === hide || name === "mouseover" || mark.matches(":focus-visible"))) act(mark);
    });
  }
  document.addEventListener("scroll", hide, true);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    hide();
    if (pane()?.contains(document.activeElement)) close();
  });
})();
