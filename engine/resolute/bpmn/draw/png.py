"""Turns an SVG picture into PNG with resvg."""

from __future__ import annotations

from resolute import i18n
from resolute.errors import InputError

_ = i18n.translator("drawing")


def png(svg: str, *, scale: float = 2.0) -> bytes:
    """The picture as PNG, `scale` pixels for each pixel of the SVG.

    Raises InputError when the extra `pictures` is not installed or the text is no SVG.
    """
    try:
        import resvg_py
    except ImportError as error:
        raise InputError(_("PNG pictures need the extra `pictures`: pip install 'resolute[pictures]'")) from error
    try:
        return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=scale, font_files=_fonts() or None))
    except ValueError as error:
        raise InputError(_("the SVG cannot be drawn: {reason}").format(reason=error)) from error


def _fonts() -> list[str]:
    return []
