"""What was understood of a file is gone when the next one is judged, though the collector does not run."""

from __future__ import annotations

import gc
import weakref

from bce_lint.config import Config
from bce_lint.judge import Judge
from bce_lint.source.read import Source

SOURCE = """
import torch


class Loss(torch.nn.Module):
    def __init__(self, eps=0.0):
        self.eps = eps

    def forward(self, logits, y):
        p = torch.sigmoid(logits)
        return -(y * torch.log(p + self.eps)).mean()
"""


def test_a_judged_file_is_let_go() -> None:
    judge = Judge(Config(paths=("x.py",)))
    gc.disable()
    try:
        assert judge.judge(Source("x.py", SOURCE.encode())).cases
        (module,) = judge.siblings.project.modules
        gone = weakref.ref(module)
        del module
        judge.siblings.project_for_next()
        assert gone() is None
    finally:
        gc.enable()
