"""The op algebra: what a tensor expression means in real numbers, whatever framework spells it. Frozen and interned.

Two expressions are the same value exactly when they are the same object, so `p is q` is the question "is it the same p?",
and a name used twice costs nothing: substituting definitions builds a DAG, never a tree.
Everything is elementwise unless it says otherwise. Constants are Python doubles; rounding to a dtype is `interval.py`'s business.
"""

from bce_lint.facts.expr.aggregates import *
from bce_lint.facts.expr.core import *
from bce_lint.facts.expr.ops import *
