"""What the pages load, and how it is shown."""

from __future__ import annotations

import pytest

from studio_core.dashboard.loaders import plain


@pytest.mark.parametrize(
    "text", ["![x](http://a/b.png)", "<img src=x>", ":red[hi]", "$x$", "*a*_b_"]
)
def test_text_from_outside_is_no_markdown(text):
    shown = plain(text)
    assert all(shown[i - 1] == "\\" for i, c in enumerate(shown) if c in "[]<>:$*_`")
    assert shown.replace("\\", "") == text
