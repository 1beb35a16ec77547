"""Methods and attributes of arrays, NumPy's and JAX's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from bce_lint.facts.expr import MatMul, Max, Mean, Min, Prod, Std, Sum, Var, View
from bce_lint.facts.vocabulary import axes, constants, make, places
from bce_lint.facts.vocabulary.row import Row

SUM = "a:x axis dtype out: keepdims * where:selected"
MAX = "a:x axis out: keepdims"
STD = "a:x axis dtype: out: ddof keepdims * correction:ddof"
METHOD_STD = "a:x axis dtype: out: ddof keepdims"

METHODS: Mapping[str, Row] = {
    "all": Row(axes.reduce(Min), MAX),
    "any": Row(axes.reduce(Max), MAX),
    "argmax": Row(axes.place_of("argmax"), "a:x axis out: * keepdims"),
    "argmin": Row(axes.place_of("argmin"), "a:x axis out: * keepdims"),
    "astype": Row(constants.cast(), "a:x dtype order: casting: subok: copy:"),
    "clip": Row(make.clip, "a:x min:lo max:hi out:"),
    "copy": Row(places.identity, "a:x order:"),
    "dot": Row(MatMul, "a:x b:y out:"),
    "flatten": Row(places.view(".flatten"), "a:x order:"),
    "item": Row(places.identity, "a:x"),
    "max": Row(axes.reduce(Max), MAX),
    "mean": Row(axes.reduce(Mean), SUM),
    "min": Row(axes.reduce(Min), MAX),
    "prod": Row(axes.reduce(Prod), SUM),
    "ravel": Row(places.view(".ravel"), "a:x order:"),
    "repeat": Row(places.view(".repeat"), "a:x repeats axis"),
    "reshape": Row(places.view(".reshape"), "a:x *how order: copy:"),
    "round": Row(make.rounded, "a:x decimals out:"),
    "squeeze": Row(places.view(".squeeze"), "a:x axis"),
    "std": Row(axes.spread(Std), METHOD_STD),
    "cumsum": Row(axes.cumulative(Sum), "a:x axis: dtype: out:"),
    "sum": Row(axes.reduce(Sum), SUM),
    "swapaxes": Row(places.view(".swapaxes"), "a:x axis1:shape axis2:perm"),
    "take": Row(places.entries(".take"), "a:x indices:index axis out: mode:", keyed=True),
    "transpose": Row(places.view(".transpose"), "a:x *how"),
    "var": Row(axes.spread(Var), METHOD_STD),
    ".T": Row(partial(View, how="{x}.T"), "a:x"),
    ".eps": Row(constants.of_finfo("eps"), "a:x"),
    ".max": Row(constants.of_finfo("max"), "a:x"),
    ".min": Row(constants.of_finfo("min"), "a:x"),
    ".ndim": Row(constants.size, "a:x"),
    ".real": Row(places.identity, "a:x"),
    ".shape": Row(constants.size, "a:x"),
    ".size": Row(constants.size, "a:x"),
    ".smallest_normal": Row(constants.of_finfo("tiny"), "a:x"),
    ".tiny": Row(constants.of_finfo("tiny"), "a:x"),
}
