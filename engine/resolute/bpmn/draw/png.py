"""Turns an SVG picture into PNG with resvg."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from resolute import i18n
from resolute.bpmn.draw.theme import FONT
from resolute.errors import InputError

_ = i18n.translator("drawing")

_PROBE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="30">'
    f'<text y="20" font-family="{FONT}">{{letter}}</text></svg>'
)


def png(svg: str, *, scale: float = 2.0) -> bytes:
    """The picture as PNG, `scale` pixels for each pixel of the SVG.

    Letters come from the machine's fonts, else from Roboto, which comes with the extra `pictures`. Raises
    InputError when that extra is not installed, when there is no font at all, or when the text is no SVG.
    """
    if not _has_letters():
        raise InputError(
            _(
                "there is no font for the letters of a PNG picture; install `resolute[pictures]` again,"
                " or the package fonts-dejavu-core"
            )
        )
    return _rendered(svg, scale)


def _rendered(svg: str, scale: float) -> bytes:
    try:
        import resvg_py
    except ImportError as error:
        raise InputError(_("PNG pictures need an extra: pip install 'resolute[pictures]'")) from error
    fonts = _fonts()
    family = "Roboto" if fonts else None
    try:
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=svg, zoom=scale, font_files=fonts, font_family=family, sans_serif_family=family
            )
        )
    except ValueError as error:
        raise InputError(_("this SVG cannot be drawn: {reason}").format(reason=error)) from error


def _fonts() -> list[str]:
    """The regular and the bold font file of the package font-roboto."""
    found = find_spec("font_roboto")
    if found is None or found.origin is None:
        return []
    folder = Path(found.origin).parent / "files"
    return [str(folder / name) for name in ("Roboto-Regular.ttf", "Roboto-Bold.ttf")]


@cache
def _has_letters() -> bool:
    """Whether a Cyrillic letter leaves any trace: without a font resvg draws nothing and does not complain."""
    return _rendered(_PROBE.format(letter="Ж"), 1.0) != _rendered(_PROBE.format(letter=""), 1.0)
