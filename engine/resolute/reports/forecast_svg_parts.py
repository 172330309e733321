"""The pieces that pictures of forecasts are put together from: texts, boxes, the frame."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from resolute.reports.graph_svg_style import FONT, INK


def percent(share: float) -> str:
    """A share in whole per cent, without the sign."""
    return f"{share * 100:.0f}"


def text(
    x: float,
    y: float,
    content: str,
    *,
    size: int = 13,
    fill: str = INK,
    weight: str = "normal",
    anchor: str = "start",
    title: str = "",
) -> str:
    """A line of text; `title` is shown when the pointer rests on it."""
    hover = f"<title>{escape(title)}</title>" if title else ""
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}"'
    return f'<text {place} fill="{fill}">{hover}{escape(content)}</text>'


def box(x: float, y: float, width: float, height: float, fill: str) -> str:
    """A filled rectangle."""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.5):.1f}" height="{height:.1f}" fill="{fill}"/>'


def stacked(pictures: Sequence[str], title: str) -> str:
    """Pictures made by `svg`, one below the other."""
    sizes = [re.search(r'width="([0-9.]+)" height="([0-9.]+)"', picture) for picture in pictures]
    widths, heights = zip(*((float(size[1]), float(size[2])) for size in sizes if size), strict=True)
    tops = [sum(heights[:number]) for number in range(len(pictures))]
    parts = [picture.replace("<svg ", f'<svg y="{top:g}" ', 1) for picture, top in zip(pictures, tops, strict=True)]
    return svg(max(widths), sum(heights), parts, title)


def svg(width: float, height: float, parts: Iterable[str], title: str) -> str:
    """The whole picture."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    body = "\n".join(parts)
    paper = f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    return f'{head} role="img" font-family="{FONT}"><title>{escape(title)}</title>\n{paper}\n{body}\n</svg>\n'
