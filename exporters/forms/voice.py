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

    def lasted(self, seconds: float) -> str:
        """A duration in words, whole seconds, such as 1 天 3 小时 5 秒; what is 0 is left out."""
        units = ("天", "小时", "分", "秒") if self.chinese else ("d", "h", "min", "s")
        rest, told = round(seconds), list[str]()
        for size, unit in zip((86_400, 3_600, 60, 1), units, strict=True):
            count, rest = divmod(rest, size)
            if count:
                told.append(f"{count} {unit}")
        return " ".join(told) or f"0 {units[-1]}"

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
