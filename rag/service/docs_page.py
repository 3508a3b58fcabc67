"""The page /docs: the OpenAPI description as one page of HTML that loads nothing from elsewhere."""

from __future__ import annotations

import json
from html import escape
from typing import Any

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:52rem;padding:0 1rem}
code,pre{font:14px/1.45 ui-monospace,monospace}pre{overflow:auto;padding:.75rem;border:1px solid}
section{border-top:1px solid;padding:.5rem 0}th,td{text-align:left;vertical-align:top;padding:.15rem .75rem .15rem 0}
:root{color-scheme:light dark}
"""


def docs_page(description: dict[str, Any]) -> str:
    """Return the page for an OpenAPI description."""
    info = description["info"]
    sections = [
        _operation(method.upper(), path, operation, description)
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
    ]
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(info['title'])}</title><style>{_STYLE}</style>"
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1><p>{escape(info['description'])}</p>"
        '<p>For programs: <a href="openapi.json">openapi.json</a>.</p>' + "".join(sections) + "</html>"
    )


def _operation(method: str, path: str, operation: dict[str, Any], description: dict[str, Any]) -> str:
    parts = [f"<section><h2><code>{method} {escape(path)}</code></h2><p>{escape(operation.get('description', ''))}</p>"]
    rows = [
        (each["name"], _kind(each["schema"]), each.get("description") or each["schema"].get("description", ""))
        for each in operation.get("parameters", ())
    ]
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        parts.append(f"<p>Body: <code>{escape(kind)}</code></p>")
        fields = _resolved(content["schema"], description).get("properties", {})
        rows += [(name, _kind(schema), schema.get("description", "")) for name, schema in fields.items()]
    if rows:
        cells = "".join(
            f"<tr><th scope=row><code>{escape(name)}</code><td>{escape(kind)}<td>{escape(told)}"
            for name, kind, told in rows
        )
        parts.append(f"<table>{cells}</table>")
    answers = "".join(
        f"<tr><th scope=row>{escape(status)}<td>{escape(answer['description'])}"
        for status, answer in operation["responses"].items()
    )
    return "".join(parts) + f"<table>{answers}</table></section>"


def _resolved(schema: dict[str, Any], description: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return description["components"]["schemas"][name] if name else schema


def _kind(schema: dict[str, Any]) -> str:
    kinds = [each.get("type", "") for each in schema.get("anyOf", [schema])]
    bounds = {key: schema[key] for key in ("default", "minimum", "maximum") if schema.get(key) not in (None, [], "")}
    return " or ".join(str(kind) for kind in kinds if kind) + (f" {json.dumps(bounds)}" if bounds else "")
