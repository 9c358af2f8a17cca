"""Says the figures of a report in one language."""

from __future__ import annotations

from aidledger.audit.rule import Rule
from aidledger.domain.policy.words import programme_words
from aidledger.said import Language
from aidledger.services.handing.workbook import Column
from aidledger.services.reporting.figures import Figures
from aidledger.services.reporting.population import Group


class Writer:
    """Says the figures of one report in one language."""

    def __init__(self, figures: Figures, lang: Language) -> None:
        self.figures = figures
        self.lang: Language = lang

    def say(self, zh: str, en: str) -> str:
        """Return the text in the report's language."""
        return zh if self.lang == "zh" else en

    def title_of(self, rule: Rule) -> str:
        """Return what a rule is called."""
        return self.say(rule.title_zh, rule.title_en)

    def programme(self, name: str) -> str:
        """Return what a programme is called; nothing: nobody applied."""
        if not name:
            return self.say("（未申请）", "(no application)")
        return self.say(*programme_words(name))

    def township(self, name: str) -> str:
        """Return a township's code; nothing: what is about no case, or about several places."""
        return name or self.say("（不属于一个乡镇）", "(of no one township)")


def group_columns(of: Writer, name: str) -> tuple[Column, ...]:
    """Return the columns of cases, persons and payments, after the one of their names."""
    say = of.say
    return (
        Column(name),
        Column(say("个案", "cases"), "whole"),
        Column(say("在册", "supported"), "whole"),
        Column(say("人", "persons"), "whole"),
        Column(say("发放笔数", "payments"), "whole"),
        Column(say("净发放（元）", "net paid (yuan)"), "yuan"),
    )


def group_cells(one: Group) -> tuple[int, ...]:
    """Return what stands in these columns."""
    return one.cases, one.supported, one.persons, one.lines, one.fen
