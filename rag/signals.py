"""What the page's own script (``page.js``) and Gradio tell each other, and how quietly Gradio listens."""

from __future__ import annotations

from typing import Any

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""Options of an event that shows no progress of Gradio's own and is no endpoint."""
PLAIN: dict[str, Any] = {"apply_default_css": False}
"""Options of an HTML component that ``page.css`` styles alone."""


def announce(name: str) -> str:
    """Script that tells the page when Gradio has put new HTML in."""
    return f"watch('value', () => element.dispatchEvent(new CustomEvent('dateline:{name}', {{bubbles: true}})));"


def forward(*names: str) -> str:
    """Script that hands the page's own events of these names to Gradio."""
    return "".join(f"element.addEventListener('dateline:{n}', (e) => trigger('{n}', e.detail));" for n in names)
