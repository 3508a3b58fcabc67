"""Question sets in, measured runs out."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dateline.eval.pages.comparison import Comparison, compare
    from dateline.eval.pages.report import Report
    from dateline.eval.runner import evaluate
    from dateline.eval.sets.adapters import load_benchmark
    from dateline.eval.sets.questions import Question, QuestionSet

__all__ = ["Comparison", "Question", "QuestionSet", "Report", "compare", "evaluate", "load_benchmark"]

_HOME = {
    "load_benchmark": "dateline.eval.sets.adapters",
    "Comparison": "dateline.eval.pages.comparison",
    "compare": "dateline.eval.pages.comparison",
    "Question": "dateline.eval.sets.questions",
    "QuestionSet": "dateline.eval.sets.questions",
    "Report": "dateline.eval.pages.report",
    "evaluate": "dateline.eval.runner",
}


def __getattr__(name: str) -> object:
    # Imported when first used: the command's --help must not wait for NumPy.
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
