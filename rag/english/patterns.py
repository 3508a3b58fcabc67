"""Figures as news writes them."""

from __future__ import annotations

import re

NUMBER_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|"
    "trillion|dozens?|half|third|quarter|twice|once"
)
NUMBER = re.compile(rf"(?:[$£€¥₹]\s?)?\d[\d,.]*|\b(?:{NUMBER_WORDS})\b", re.IGNORECASE)
"""A figure, in digits with its currency or in words."""
