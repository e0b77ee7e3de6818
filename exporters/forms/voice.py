"""How texts that people read are put together in a language: its words, and its marks between them."""

from collections.abc import Iterable
from dataclasses import dataclass

from exporters.words import Say, words


@dataclass(frozen=True, slots=True)
class Voice:
    """One language: `zh` or `en`. Sentences are looked up with `say`; marks are not words and stand here."""

    lang: str

    @property
    def say(self) -> Say:
        """The lookup of sentences."""
        return words(self.lang)

    @property
    def chinese(self) -> bool:
        """Whether it is Chinese."""
        return self.lang == "zh"

    def listed(self, texts: Iterable[str]) -> str:
        """One beside the other."""
        return ("、" if self.chinese else ", ").join(texts)

    def joined(self, texts: Iterable[str]) -> str:
        """Clauses of one sentence."""
        return ("；" if self.chinese else "; ").join(texts)

    def led(self, head: str, text: str) -> str:
        """A text behind what it is about."""
        return f"{head}{'：' if self.chinese else ': '}{text}"

    def ended(self, sentence: str) -> str:
        """A whole sentence, so that another may follow."""
        return f"{sentence}{'。' if self.chinese else '. '}"

    def aside(self, text: str, more: str) -> str:
        """A text with what is added in brackets."""
        return f"{text}（{more}）" if self.chinese else f"{text} ({more})"
