"""The chat's look as Gradio's theme: fonts that ship with the program, and the colours of ``page.css``."""

from __future__ import annotations

import gradio as gr

_COLOURS = {
    "paper": ("background_fill_secondary",),
    "sheet": ("background_fill_primary", "input_background_fill", "button_secondary_background_fill"),
    "ink": ("block_label_text_color", "block_title_text_color"),
    "muted": ("body_text_color_subdued", "input_placeholder_color"),
    "rule": ("border_color_primary", "button_secondary_border_color"),
    "edge": ("input_border_color",),
    "wash": ("button_secondary_background_fill_hover",),
    "link": (
        "border_color_accent",
        "button_primary_background_fill",
        "button_primary_background_fill_hover",
        "button_secondary_text_color",
        "input_border_color_focus",
        "link_text_color",
        "slider_color",
    ),
    "on-link": ("button_primary_text_color",),
}
"""Colours of ``page.css`` (light and dark in one) and where Gradio uses them."""


def theme() -> gr.themes.Base:
    """Fonts that are not fetched from elsewhere, and the colours of ``page.css``."""
    colours = {
        f"{name}{mode}": f"var(--dl-{colour})"
        for colour, names in _COLOURS.items()
        for name in names
        for mode in ("", "_dark")
    }
    return gr.themes.Base(
        font=[gr.themes.LocalFont("Source Sans Pro", weights=(400, 700)), "system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
        radius_size="md",
    ).set(
        # These two are painted before any style sheet is there, and so stand as they are.
        body_background_fill="#faf8f3",
        body_background_fill_dark="#15171b",
        body_text_color="#1d1b18",
        body_text_color_dark="#e9e6df",
        color_accent="var(--dl-link)",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        **colours,
    )
