// Keeps the card true while it is looked at. Without it, the page reloads itself while it must.
"use strict";

const main = document.querySelector("main");
let over = false;

async function renew() {
  const answer = await fetch(location.pathname, { credentials: "same-origin" });
  const text = await answer.text();
  if (!answer.ok || over) return;
  history.replaceState(null, "", answer.url);
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const open = [...main.querySelectorAll("details[open]")].map((each) => each.id);
  const log = main.querySelector("pre");
  const atEnd = !log || log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
  const scrolled = log ? log.scrollTop : 0;
  const hadFocus = main.contains(document.activeElement);
  const wasAt = document.activeElement.closest("details") && document.activeElement.closest("details").id;

  const instead = fresh.querySelector("main");
  main.replaceChildren(...instead.childNodes);
  for (const name of ["phase", "version", "still", "watch"]) {
    if (instead.dataset[name] === undefined) delete main.dataset[name];
    else main.dataset[name] = instead.dataset[name];
  }
  document.title = fresh.title;

  for (const id of open) {
    const again = document.getElementById(id);
    if (again) again.open = true;
  }
  const newLog = main.querySelector("pre");
  if (newLog) newLog.scrollTop = atEnd ? newLog.scrollHeight : scrolled;
  const wanted = main.querySelector("[autofocus]");
  const place = wasAt && document.getElementById(wasAt);
  if (wanted) wanted.focus();
  else if (hadFocus) (place ? place.querySelector("summary") : main).focus({ preventScroll: true });
  say();
}

function say() {
  const status = document.getElementById("status");
  const said = document.getElementById("stage") || document.querySelector(".told p");
  const words = said ? said.textContent : document.title.split(" · ")[0];
  if (status.textContent !== words) status.textContent = words;
}

function gone() {
  over = true;
  main.replaceChildren();
  const title = document.createElement("h1");
  title.textContent = "This page has ended";
  const advice = document.createElement("p");
  advice.className = "lead";
  advice.textContent =
    "The program behind it has stopped. What you connected stays connected. Run stripe-apex connect again to come back.";
  main.append(title, advice);
  main.removeAttribute("data-phase");
  document.title = title.textContent;
  say();
}

// Screen readers announce what changes after loading, not what was there from the start.
if (main.querySelector(".doing, .sync")) setTimeout(say, 100);

const events = new EventSource("/events");
events.onmessage = async (message) => {
  const told = JSON.parse(message.data);
  const { version } = told;
  const phase = told[main.dataset.watch || "phase"];
  if (told.phase === "ended") {
    events.close();
    gone();
  } else if (String(version) !== main.dataset.version) {
    // What somebody is typing stays, until the page has to show something else.
    if (main.dataset.still === undefined || phase !== main.dataset.phase) await renew();
  }
};
events.onerror = () => {
  setTimeout(() => {
    if (events.readyState !== EventSource.OPEN) {
      events.close();
      gone();
    }
  }, 1500);
};

// One press is enough: the second would only be turned away.
document.addEventListener("submit", (event) => {
  const buttons = event.target.querySelectorAll("button");
  setTimeout(() => { for (const button of buttons) button.disabled = true; }, 0);
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button")) button.disabled = false;
});

// Files that are dropped anywhere on the page, or chosen, are sent at once.
function field() {
  return document.querySelector(".drop input[type=file]");
}
function send() {
  const files = field();
  const size = [...files.files].reduce((sum, file) => sum + file.size, 0);
  const tooLarge = size > Number(files.dataset.most);
  files.setCustomValidity(tooLarge ? "These files are too large for the page: use stripe-apex import in the terminal." : "");
  files.form.requestSubmit();
}
document.addEventListener("change", (event) => {
  if (event.target === field() && field().files.length) send();
});
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  const files = field();
  event.dataTransfer.dropEffect = files ? "copy" : "none";
  if (files) files.form.classList.add("over");
});
for (const end of ["dragleave", "drop"]) {
  document.addEventListener(end, (event) => {
    const files = field();
    if (files && (end === "drop" || !event.relatedTarget)) files.form.classList.remove("over");
  });
}
document.addEventListener("drop", (event) => {
  event.preventDefault();
  const files = field();
  if (!files || !event.dataTransfer.files.length) return;
  files.files = event.dataTransfer.files;
  send();
});
document.documentElement.classList.add("scripted");
