"""Plots: small SVG drawings for the report, with nothing to load."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from dateline.eval.numbers.metrics import CalibrationBin
from dateline.eval.runs.summary import Estimate

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 420, 280, 58, 40, 14
_INNER_W, _INNER_H = WIDTH - LEFT - 12, HEIGHT - BOTTOM - TOP


def _x(share: float) -> float:
    return round(LEFT + share * _INNER_W, 1)


def _y(share: float) -> float:
    return round(TOP + (1 - share) * _INNER_H, 1)


def _svg(title: str, body: str, height: int = HEIGHT) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}"><title>{escape(title)}</title>'
        f"{body}</svg>"
    )


def _text(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def _tick(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.2f}".rstrip("0").rstrip(".")


def _axes(across: str, up: str, top: float = 1.0, right: float = 1.0) -> str:
    parts = [f'<path class="axis" d="M{_x(0)} {_y(1)}V{_y(0)}H{_x(1)}"/>']
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(_text(_x(tick), HEIGHT - BOTTOM + 16, _tick(tick * right)))
        parts.append(_text(LEFT - 6, _y(tick) + 4, _tick(tick * top), "end"))
        parts.append(f'<path class="grid" d="M{_x(0)} {_y(tick)}H{_x(1)}"/>')
    parts.append(_text(LEFT + _INNER_W / 2, HEIGHT - 6, across))
    parts.append(
        f'<text transform="translate(11 {TOP + _INNER_H / 2}) rotate(-90)" text-anchor="middle">{escape(up)}</text>'
    )
    return "".join(parts)


def risk_coverage_plot(points: Sequence[tuple[float, float]]) -> str:
    """Risk against coverage, as steps from the most confident answer to all of them."""
    top = max([risk for _, risk in points] + [0.05])
    path = " ".join(
        f"{'L' if number else 'M'}{_x(coverage)} {_y(risk / top)}" for number, (coverage, risk) in enumerate(points)
    )
    return _svg("Risk against coverage", _axes("coverage", "risk", top) + f'<path class="line" d="{path}"/>')


def calibration_plot(bins: Sequence[CalibrationBin]) -> str:
    """The reliability diagram: share correct per range of confidence; the diagonal is perfect."""
    body = _axes("confidence", "share correct") + f'<path class="ideal" d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}"/>'
    for row in bins:
        if row.count:
            width = round((row.high - row.low) * _INNER_W - 2, 1)
            label = f"{row.low:.1f} to {row.high:.1f}: {row.count} answers, {row.accuracy:.2f} correct"
            body += (
                f'<rect class="bar" x="{_x(row.low) + 1}" y="{_y(row.accuracy)}" width="{width}" '
                f'height="{round(_y(0) - _y(row.accuracy), 1)}"><title>{label}</title></rect>'
            )
            body += _text(round(_x((row.low + row.high) / 2), 1), _y(row.accuracy) - 3, str(row.count))
    return _svg("Calibration of the confidence", body)


def bars_plot(title: str, rows: dict[str, Estimate]) -> str:
    """One bar a tag with its interval."""
    step, label_width = 22, 130
    scale = WIDTH - label_width - 60
    parts = []
    for place, (name, row) in enumerate(rows.items()):
        y = place * step + 6
        shown = name if len(name) <= 20 else name[:19] + "…"
        low, high = (round(label_width + end * scale, 1) for end in (row.low, row.high))
        parts.append(_text(label_width - 6, y + 12, shown, "end"))
        parts.append(
            f'<rect class="bar" x="{label_width}" y="{y}" width="{round(row.value * scale, 1)}" height="15">'
            f"<title>{escape(name)}: {row.value:.3f} ({row.low:.3f} to {row.high:.3f}), {row.n} questions</title></rect>"
        )
        parts.append(f'<path class="whisker" d="M{low} {y + 7.5}H{high}"/>')
        parts.append(_text(WIDTH - 4, y + 12, f"{row.value:.2f} · {row.n}", "end"))
    return _svg(title, "".join(parts), max(len(rows), 1) * step + 8)


def histogram_plot(values: Sequence[float], bins: int = 24) -> str:
    """How many questions took how many milliseconds, up to the 99th percentile."""
    ordered = sorted(values)
    limit = max(ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))], 1e-9) if ordered else 1.0
    counts = [0] * bins
    for value in ordered:
        counts[min(bins - 1, int(value / limit * bins))] += 1
    top = max([*counts, 1])
    width = round(_INNER_W / bins - 1, 1)
    body = _axes("milliseconds", "questions", top, limit)
    for place, count in enumerate(counts):
        if count:
            y = _y(count / top)
            body += f'<rect class="bar" x="{_x(place / bins)}" y="{y}" width="{width}" height="{round(_y(0) - y, 1)}"/>'
    return _svg("Time per question", body)
