"""Question sets in, measured runs out."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eval.adapters import load_benchmark
    from eval.comparison import Comparison, compare
    from eval.questions import Question, QuestionSet
    from eval.report import Report
    from eval.runner import evaluate

__all__ = ["Comparison", "Question", "QuestionSet", "Report", "compare", "evaluate", "load_benchmark"]

_HOME = {
    "load_benchmark": "eval.adapters",
    "Comparison": "eval.comparison",
    "compare": "eval.comparison",
    "Question": "eval.questions",
    "QuestionSet": "eval.questions",
    "Report": "eval.report",
    "evaluate": "eval.runner",
}


def __getattr__(name: str) -> object:
    # Imported when first used: the command's --help must not wait for NumPy.
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
