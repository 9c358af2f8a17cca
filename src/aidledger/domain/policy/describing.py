"""What a pack says, rule by rule in words, and in what two packs differ: in Chinese and English."""

from __future__ import annotations

from typing import Literal

import msgspec

from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.money import format_yuan
from aidledger.domain.policy.amounts import AmountRule
from aidledger.domain.policy.clause import Clause
from aidledger.domain.policy.compiling import Limit
from aidledger.domain.policy.formula import CompiledFormula, Term
from aidledger.domain.policy.pack import ResolvedPack
from aidledger.domain.policy.words import parameter_words, rounding_words, value_words

RuleKind = Literal["parameter", "clause", "limit", "amount", "standard"]
KINDS: tuple[RuleKind, ...] = ("parameter", "clause", "limit", "amount", "standard")
Change = Literal["changed", "only_a", "only_b"]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a pack says.

    ``title_…`` is what it is about, ``says_…`` what it says of it; ``condition`` is CEL, where
    there is one. Rules of two packs are the same where ``says_en`` and ``condition`` are.
    """

    kind: RuleKind
    name: str
    title_zh: str
    title_en: str
    says_zh: str
    says_en: str
    condition: str = ""
    citation: str
    facts: tuple[str, ...] = ()
    local: bool = False


class RuleDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that is another in the second pack, or that one of the two has alone."""

    kind: RuleKind
    name: str
    change: Change
    a: Rule | None
    b: Rule | None


def rules_of(pack: ResolvedPack) -> tuple[Rule, ...]:
    """Return all that a pack says with its parents, kind by kind in the order of the files."""
    return (
        *(_parameter(pack, key) for key in pack.parameters),
        *map(_clause, pack.clauses),
        *map(_limit, pack.limits),
        *map(_amount, pack.amounts),
        *_standards(pack),
    )


def differences(a: ResolvedPack, b: ResolvedPack) -> tuple[RuleDifference, ...]:
    """Return what two packs say otherwise; another citation of the same rule is no difference."""
    of_a = {(rule.kind, rule.name): rule for rule in rules_of(a)}
    of_b = {(rule.kind, rule.name): rule for rule in rules_of(b)}
    found = []
    for kind in KINDS:
        for key in (key for key in {**of_a, **of_b} if key[0] == kind):
            one, other = of_a.get(key), of_b.get(key)
            if one and other and _meaning(one) == _meaning(other):
                continue
            change: Change = "changed" if one and other else "only_a" if one else "only_b"
            found.append(RuleDifference(kind=kind, name=key[1], change=change, a=one, b=other))
    return tuple(found)


def _meaning(rule: Rule) -> tuple[str, str]:
    return rule.says_en, rule.condition


def _parameter(pack: ResolvedPack, key: str) -> Rule:
    title_zh, title_en = parameter_words(key)
    says_zh, says_en = value_words(pack.parameters[key])
    source = pack.provenance[key]
    return Rule(
        kind="parameter",
        name=key,
        title_zh=title_zh,
        title_en=title_en,
        says_zh=says_zh,
        says_en=says_en,
        citation=source.citation,
        facts=source.facts,
        local=source.local,
    )


def _clause(clause: Clause) -> Rule:
    """Say on which acts a clause is, and whether it refuses or finds; its text is its title."""
    zh = "、".join(_event(name, "zh") for name in clause.on)
    en = ", ".join(_event(name, "en") for name in clause.on)
    refuses = clause.kind == "refuse"
    when = f"when {clause.when.source}: " if clause.when else ""
    return Rule(
        kind="clause",
        name=clause.id,
        title_zh=clause.text_zh,
        title_en=clause.text_en,
        says_zh=f"{'不符合则拒绝' if refuses else '不符合则成为疑点'}：{zh}",
        says_en=f"{'refuses' if refuses else 'finds'}: {en}",
        condition=when + clause.require.source,
        citation=clause.citation,
        facts=clause.facts,
    )


def _limit(limit: Limit) -> Rule:
    unit_zh, unit_en = value_words(limit.unit)
    unit_en = unit_en.removesuffix("s") if limit.n == 1 else unit_en
    at_least = limit.bound == "at_least"
    first = limit.count_from == "same_day"
    zh = f"自{_event(limit.from_event, 'zh')}起{'（含当日）' if first else ''}"
    zh += f"{'至少' if at_least else ''} {limit.n} {unit_zh}{'' if at_least else '内'}"
    zh += "，每期一次" if limit.repeats else ""
    zh += f"：{'、'.join(_event(name, 'zh') for name in limit.to_events)}"
    zh += "，遇休息日顺延" if limit.roll != "none" else ""
    en = f"{'at least' if at_least else 'within'} {limit.n} {unit_en} of"
    en += f" {_event(limit.from_event, 'en')}{' (that day counts)' if first else ''}"
    en += ", each period" if limit.repeats else ""
    en += f": {' or '.join(_event(name, 'en') for name in limit.to_events)}"
    en += ", rolled to a working day" if limit.roll != "none" else ""
    zh, en = zh + _moving(limit, "zh"), en + _moving(limit, "en")
    return Rule(
        kind="limit",
        name=limit.id,
        title_zh=limit.text_zh,
        title_en=limit.text_en,
        says_zh=zh,
        says_en=en,
        citation=limit.citation,
        facts=limit.facts,
    )


def _moving(limit: Limit, lang: str) -> str:
    """Say by how much and on what grounds a limit may be extended or suspended."""
    mobility, at = limit.mobility, ("zh", "en").index(lang)
    comma, colon, semi = (("、", "：", "；"), (", ", ": ", "; "))[at]

    def listed(grounds: tuple[str, ...]) -> str:
        return comma.join(value_words(ground)[at] for ground in grounds)

    says = ""
    if mobility.extension_grounds:
        unit = value_words(limit.unit)[at]
        much = (f"至多延长 {mobility.more} {unit}", f"extended by {mobility.more} {unit} at most")[
            at
        ]
        often = (f"，{mobility.times} 次", f", {_times(mobility.times)}")[at]
        says += f"{semi}{much}{often}{colon}{listed(mobility.extension_grounds)}"
    if mobility.suspension_grounds:
        says += f"{semi}{('可中止', 'suspended')[at]}{colon}{listed(mobility.suspension_grounds)}"
    return says


def _times(times: int) -> str:
    return "once" if times == 1 else f"{times} times"


def _amount(rule: AmountRule) -> Rule:
    zh, en = (f"{formula_words(rule.formula)}{comma}" for comma in ("，", ", "))
    rounded_zh, rounded_en = rounding_words(rule.formula.rounding)
    zh, en = zh + rounded_zh, en + rounded_en
    if rule.combine == "max":
        zh, en = f"{zh}；{rule.group} 组只取最高一项", f"{en}; only the highest of {rule.group}"
    if rule.for_each:
        zh, en = f"{zh}；按 {rule.for_each} 逐一计算", f"{en}; for each of {rule.for_each}"
    if rule.needs:
        zh, en = f"{zh}；以 {rule.needs} 为前提", f"{en}; only beside {rule.needs}"
    return Rule(
        kind="amount",
        name=rule.code,
        title_zh=rule.text_zh,
        title_en=rule.text_en,
        says_zh=zh,
        says_en=en,
        condition=rule.gate.require.source if rule.gate else "",
        citation=rule.citation,
        local=rule.local,
    )


def formula_words(formula: CompiledFormula) -> str:
    """Write a formula as it is worked out: standards and facts by name, sums in yuan."""
    text = _term(formula.base, formula)
    if formula.floors:
        text = f"max({', '.join([text, *(_term(floor) for floor in formula.floors)])})"
    text = f"{formula.times} × {text}" if formula.times else text
    text = f"{text} − {formula.minus}" if formula.minus else text
    return f"min({text}, {format_yuan(formula.cap_fen)})" if formula.cap_fen is not None else text


def _term(term: Term, formula: CompiledFormula | None = None) -> str:
    """Write what a ratio is of: a standard, a sum, a fact, or the tier that a fact falls into."""
    base = term.standard or format_yuan(term.fen)
    if formula is not None and formula.chosen_by:
        named = ", ".join(f"{value}: {code}" for value, code in formula.choices.items())
        base = f"{formula.chosen_by} ({named})"
    elif formula is not None and formula.tier_by:
        tiers = ", ".join(f"≤ {bound}: {format_yuan(fen)}" for bound, fen in formula.tiers)
        base = f"{formula.tier_by} ({tiers})"
    elif formula is not None and formula.fact:
        base = formula.fact
    return base if term.ratio == 1 else f"{term.ratio_text} × {base}"


def _standards(pack: ResolvedPack) -> list[Rule]:
    return [
        Rule(
            kind="standard",
            name=f"{one.code}@{one.from_on}",
            title_zh=f"标准 {one.code}",
            title_en=f"standard {one.code}",
            says_zh=f"自 {one.from_on} 起每月 {format_yuan(one.monthly_fen)} 元",
            says_en=f"{format_yuan(one.monthly_fen)} yuan a month from {one.from_on}",
            citation=pack.standard_citations.get((one.code, one.from_on), ""),
        )
        for one in pack.standards
    ]


def _event(name: str, lang: str) -> str:
    """Return an event's title, or its wire name where the catalogue has no such event."""
    kind = EVENTS.get(name)
    if kind is None:
        return name
    return kind.title_zh if lang == "zh" else kind.title_en
