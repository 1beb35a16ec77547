"""What code must mention for its values to matter: the rest is not followed."""

from __future__ import annotations

import re

TELLING = re.compile(
    r"[sS]igmoid|[sS]oftmax|[tT]anh|clip|clamp|max|min|where|expit|eps|activation|exp|log|square|abs|sqrt|norm"
    r"|[dD]ice|[jJ]accard|[tT]versky|[iI]o[uU]|intersection|overlap|Linear|Dense|\b(?:f|fn|func|act)\("
)
"""Words without which a function returns nothing that is known to be bounded, positive or dangerous, nor calls what it was given."""
