"""Random histories for Hypothesis: words of long and short runs, and truths of the same length."""

from hypothesis import strategies as st

_LENGTHS = st.one_of(st.integers(1, 6), st.integers(1, 40))


@st.composite
def words(draw: st.DrawFn, length: int, letters: str = "ud?") -> str:
    """A history of so many slots."""
    word = ""
    while len(word) < length:
        word += draw(st.sampled_from(letters)) * draw(_LENGTHS)
    return word[:length]


@st.composite
def truths(draw: st.DrawFn, length: int, mostly: bool) -> list[bool]:
    """So many truths in runs; those that are not as `mostly` are a few."""
    found, now = list[bool](), mostly
    while len(found) < length:
        found += [now] * draw(st.integers(1, 3 * length if now == mostly else 30))
        now = not now
    return found[:length]


@st.composite
def batches(draw: st.DrawFn, least: int = 1, most: int = 4, letters: str = "ud?") -> list[str]:
    """Several histories of one length."""
    length = draw(st.integers(1, 160))
    return [draw(words(length, letters)) for _ in range(draw(st.integers(least, most)))]
