"""Numbers spelled out: "twenty-one", "nineteen ninety-seven", "two thousand and fifteen", "twenty-seventh"."""

from __future__ import annotations

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINAL_ONES = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth",
    "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
)  # fmt: skip
SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
CARDINALS: dict[str, int] = {
    **{word: i for i, word in enumerate(_ONES)},
    **{word: 10 * i for i, word in enumerate(_TENS, 2)},
    **SCALES,
}
ORDINALS: dict[str, int] = {
    **{word: i for i, word in enumerate(_ORDINAL_ONES, 1)},
    **{word[:-1] + "ieth": 10 * i for i, word in enumerate(_TENS, 2)},
}


def read_number(parts: list[int]) -> tuple[int, int]:
    """Return the number that the longest sensible beginning of ``parts`` spells, and how many parts it took.

    ``parts`` are the values of number words in order, not empty: [2, 1000, 15] is 2015, [19, 90, 7] is the year
    1997, and [20, 5, 19, 86] begins with 25.
    """
    if len(parts) > 1 and 11 <= parts[0] <= 20 and 10 <= parts[1] < 100:  # a year said in two halves
        value = 100 * parts[0] + parts[1]
        if len(parts) > 2 and parts[1] % 10 == 0 and parts[1] > 10 and 0 < parts[2] < 10:
            return value + parts[2], 3
        return value, 2
    total, current, used = 0, 0, 0
    below = 10**12  # what comes next must be smaller than what was said last
    for part in parts:
        if part in SCALES.values():
            if not current and total:
                break
            current, below = max(current, 1) * part, part
            if part >= 1000:
                total, current = total + current, 0
        elif part < below and (part < 10 or below > 99 or not current):
            current, below = current + part, 10 if part >= 20 else 1
        else:
            break
        used += 1
    return total + current, used
