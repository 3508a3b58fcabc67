"""Question sets in, measured runs out."""

from eval.adapters import load_benchmark
from eval.compare import Comparison, compare
from eval.questions import Question, QuestionSet
from eval.report import Report
from eval.runner import evaluate

__all__ = ["Comparison", "Question", "QuestionSet", "Report", "compare", "evaluate", "load_benchmark"]
