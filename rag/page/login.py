"""The page that asks who one is, where the chat was started with users."""

from __future__ import annotations

from dateline.rag.html.render import asset, page_html

_FORM = """<form class="dl-login" action="login" method="post">
<h1>Dateline</h1>
<p class="dl-hint">Log in to ask the articles.</p>
<label>Name<input name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required></label>
<p class="dl-told" role="alert" hidden></p>
<button class="dl-go">Log in</button>
</form>"""

_SCRIPT = """document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const told = form.querySelector("[role=alert]");
  const button = form.querySelector("button");
  button.disabled = true;
  const status = await fetch("login", { method: "POST", body: new FormData(form) }).then((r) => r.status, () => 0);
  if (status === 200) return location.reload();
  button.disabled = false;
  told.hidden = false;
  told.textContent =
    status === 429 ? "Too many attempts. Wait a minute, then try again."
    : status === 400 ? "Name or password is wrong."
    : "The server does not answer. Try again in a moment.";
  form.password.select();
});"""


def login_page() -> str:
    """A form that posts to Gradio's own login and then shows the chat."""
    return page_html(
        "Log in · Dateline",
        _FORM,
        asset("fonts.css") + asset("page.css") + asset("frame.css"),
        asset("page.js") + _SCRIPT,
    )
