"""`where(p > 0, log(p), 0)`: the value is right, the gradient NaN."""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.facts.algebra import core
from bce_lint.facts.expr import Const, Div, Exp, Expr, Log, Neg, Sub, Where, children, replaced, walk
from bce_lint.facts.facts import Facts
from bce_lint.facts.guards import floor
from bce_lint.facts.purpose import differentiable, forgiven, trained, trained_through
from bce_lint.facts.singular import Singular, can_vanish, computed_in, held_off, kept_out, singular
from bce_lint.facts.words import spoken
from bce_lint.rule import Bad, Good, Report, rule
from bce_lint.source.prefilter import Kinds


@rule(
    "where-gradient",
    code="BCE202",
    on=Where,
    kinds=Kinds.CALLS | Kinds.ROOTS | Kinds.POWERS,
    bad=[
        Bad(
            """
            def entropy_loss(logits):
                p = tf.nn.softmax(logits)
                safe = tf.where(p > 0, tf.math.log(p), 0.0)  # flagged
                return -tf.reduce_sum(p * safe, axis=-1)
            """,
            fixed="    safe = tf.where(p > 0, tf.math.log(tf.where(p > 0, p, 1.0)), 0)",
            breaks={"logits": 100.0},
        ),
        Bad(
            """
            def distance_loss(x, y):
                d2 = jnp.sum((x - y) ** 2, axis=-1)
                return jnp.mean(jnp.where(d2 > 0, jnp.sqrt(d2), 0.0))  # flagged
            """,
            fixed="    return jnp.mean(jnp.where(d2 > 0, jnp.sqrt(jnp.where(d2 > 0, d2, 1.0)), 0))",
            breaks={"x": 0.0, "y": 0.0},
        ),
    ],
    good=[
        Good(
            """
            def distance_loss(x, y):
                d2 = jnp.sum((x - y) ** 2, axis=-1)
                safe = jnp.where(d2 > 0, d2, 1.0)
                return jnp.mean(jnp.where(d2 > 0, jnp.sqrt(safe), 0.0))
            """
        ),
    ],
)
def where_gradient(where: Where, facts: Facts) -> Report | None:
    """Both branches are differentiated everywhere: what is not chosen gets a gradient of 0, and 0 / 0, as behind a log of 0, is NaN.

    Put a harmless value in before the op: `log(where(p > 0, p, 1))`, and keep the outer `where`.
    """
    found = next((found for found in broken(where, facts) if goes_through(found, facts)), None)
    if found is None:
        return None
    op, operand = spoken(found.op, facts), spoken(found.operand, facts)
    return Report(
        f"{operand} can be {found.at:g} where {op} is not chosen, and its gradient is then 0 * inf, NaN",
        help=f"put a harmless value in for {operand} before the op, by a `where` of its own",
        at=(found.op,),
        because=(found.operand,),
        covers=tuple(part for branch in (where.x, where.y) for part in computed_in(branch) if singular(part)),
        replace=guarded(where, found),
        swaps=(floor(found.op, found.operand, facts),) if found.at == 0 else (),
    )


def broken(where: Where, facts: Facts) -> Iterator[Singular]:
    """Yield the ops in either branch that break where the branch is not chosen."""
    for branch, other, chosen in ((where.x, where.y, True), (where.y, where.x, False)):
        for found in filter(None, map(singular, computed_in(branch))):
            if kept_out(found, where.test, chosen=chosen) and not held_off(found, facts):
                if not forgiven(type(found.op), facts) and trained(found.op if isinstance(found.op, Div) else found.operand, facts):
                    yield found
            elif isinstance(found.op, Log) and isinstance(core(other), Const) and unseen(found.operand, facts):
                yield found


def goes_through(found: Singular, facts: Facts) -> bool:
    """Tell whether gradients go through the site: an exponential that is cut off where it is infinite makes an activation.

    `1 - exp(x)` does not: there x is not positive anyway.
    """
    if trained_through(facts):
        return True
    taken_off = {part for e in walk(facts.site.expr) if isinstance(e, (Neg, Sub)) for part in walk(children(e)[-1])}
    return isinstance(found.op, Exp) and found.op not in taken_off and differentiable(facts)


def unseen(x: Expr, facts: Facts) -> bool:
    """Tell whether `x` can be 0 when all its terms are masked, which is why it is not chosen then."""
    return can_vanish(x, facts) and not facts.touches(x, 0.0)


def guarded(where: Where, found: Singular) -> Expr | None:
    """Return `where` with 1 in place of an operand that is kept off 0."""
    chosen = any(part is found.op for part in computed_in(where.x))
    if found.at or not kept_out(found, where.test, chosen=chosen):
        return None
    one = Const(1.0)
    safe = Where(where.test, found.operand, one) if chosen else Where(where.test, one, found.operand)
    op = replaced(found.op, found.operand, safe) if not isinstance(found.op, Div) else Div(found.op.x, safe)
    return (
        Where(where.test, replaced(where.x, found.op, op), where.y)
        if chosen
        else Where(where.test, where.x, replaced(where.y, found.op, op))
    )
