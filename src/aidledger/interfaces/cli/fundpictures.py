"""The pictures of ``fund flow`` with their words: what the steps, nodes and ribbons are called."""

from __future__ import annotations

from collections import Counter
from typing import Final

from aidledger.domain.money import grouped_yuan
from aidledger.domain.policy.words import programme_words
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.language import Said
from aidledger.interfaces.cli.wording import VALUES
from aidledger.services.funds.flowing import Flow
from aidledger.services.funds.graph import Place, graph_of
from aidledger.services.funds.sankey import Link, Node, svg_sankey
from aidledger.services.funds.waterfall import Step, svg_waterfall

_LEVELS: Final = {
    "central": Said("中央财政", "central government"),
    "province": Said("省级财政", "province"),
    "city": Said("市级财政", "city"),
    "county": Said("县级财政", "county"),
}
_PLACES: Final = {
    "brought": Said("上期结转", "brought forward"),
    "donated": Said("捐赠", "donations"),
    "moved_in": Said("其他资金调入", "moved in from other funds"),
    "moved_out": Said("调出到其他资金", "moved out to other funds"),
    "recovered": Said("追回", "recovered"),
    "transit": Said("在途", "under way"),
    "left": Said("结余", "left over"),
    "others": Said("其他乡镇", "other townships"),
}


def amount(fen: int) -> str:
    """Return yuan with thousands set off."""
    return grouped_yuan(fen)


def span_words(app: App, flow: Flow) -> str:
    """Say which months the flow is of, and as of when."""
    if flow.first and flow.last and flow.first[:4] == flow.last[:4]:
        whole = flow.first[5:] == "01" and flow.last[5:] == "12"
        months = flow.first[:4] if whole else f"{flow.first}/{flow.last}"
    elif flow.first or flow.last:
        months = f"{flow.first or '…'}/{flow.last or '…'}"
    else:
        months = app.say("全部月份", "all months")
    known = app.say(f"，所知至 {flow.known_on}", f", known on {flow.known_on}")
    day = app.say(f"截至 {flow.as_of}", f"as of {flow.as_of}")
    return f"{months} · {day}{known if flow.known_on else ''}"


def place_words(app: App, place: Place) -> str:
    """Return what a node is called."""
    kind, name = place
    if kind == "level":
        return _LEVELS[name].in_(app.lang) if name in _LEVELS else name
    if kind in ("programme", "purpose"):
        if name in VALUES:
            return VALUES[name].in_(app.lang)
        zh, en = programme_words(name) if name else ("未注明项目", "no programme on record")
        return app.say(zh, en)
    if kind == "fund":
        return name.removeprefix("fund/") or app.say("未注明资金", "no fund on record")
    if kind == "township":
        return name or app.say("乡镇不明", "township unknown")
    return _PLACES[kind].in_(app.lang)


def steps_of(app: App, flow: Flow) -> list[Step]:
    """Return what came in and went out, in the order of the money's way; nothing of nothing."""
    sums: Counter[Place] = Counter()
    for way in flow.ways:
        kind = {"received": "level", "spent": "purpose"}.get(way.way, way.way)
        sums[Place(kind, way.item if kind in ("level", "purpose") else "")] += way.amount_fen
    say = app.say
    steps = [Step(_PLACES["brought"].in_(app.lang), sum(flow.brought_fen.values()), "", total=True)]
    for level in _LEVELS:
        words = place_words(app, Place("level", level))
        received = sums[Place("level", level)]
        steps.append(Step(say(f"收到：{words}", f"received: {words}"), received, ""))
    steps += [
        Step(_PLACES[kind].in_(app.lang), sums[Place(kind, "")], "")
        for kind in ("donated", "moved_in")
    ]
    steps.append(Step(say("拨付发放", "paid out to persons"), -sums[Place("paid", "")], ""))
    steps += [
        Step(say(f"其他支出：{words}", f"spent: {words}"), -sums[place], "")
        for place in sorted(place for place in sums if place.kind == "purpose")
        for words in (place_words(app, place),)
    ]
    steps += [
        Step(_PLACES["moved_out"].in_(app.lang), -sums[Place("moved_out", "")], ""),
        Step(say("银行退回", "returned by the bank"), sums[Place("returned", "")], ""),
        Step(_PLACES["recovered"].in_(app.lang), sums[Place("recovered", "")], ""),
        Step(_PLACES["left"].in_(app.lang), flow.left_fen, "", total=True),
    ]
    kept = [step for step in steps if step.fen or (step.total and step is steps[-1])]
    return [step._replace(text=_signed(step)) for step in kept]


def _signed(step: Step) -> str:
    return amount(step.fen) if step.total or step.fen < 0 else f"+{amount(step.fen)}"


def draw_waterfall(app: App, flow: Flow) -> str:
    """Return the waterfall as SVG."""
    steps = steps_of(app, flow)
    title = app.say("资金收支", "In and out of the funds")
    told = app.say("；", "; ").join(f"{step.label} {step.text}" for step in steps)
    return svg_waterfall(title, _subtitle(app, flow), told, steps)


def draw_flow(app: App, flow: Flow) -> str:
    """Return the Sankey picture as SVG."""
    graph = graph_of(flow)
    through: Counter[Place] = Counter()
    into: Counter[Place] = Counter()
    for (source, target), fen in graph.links.items():
        through[source] += fen
        into[target] += fen
    columns = [
        [
            Node(_key(place), place_words(app, place), amount(max(through[place], into[place])))
            for place in column
        ]
        for column in graph.columns
    ]
    links = [
        Link(
            _key(source),
            _key(target),
            fen,
            f"{place_words(app, source)} → {place_words(app, target)} {amount(fen)}",
        )
        for (source, target), fen in graph.links.items()
    ]
    title = app.say("资金从来源到手中", "The money from source to hand")
    told = app.say("；", "; ").join(link.text for link in links)
    return svg_sankey(title, _subtitle(app, flow), told, columns, links)


def _key(place: Place) -> str:
    return f"{place.kind}:{place.name}"


def _subtitle(app: App, flow: Flow) -> str:
    return f"{span_words(app, flow)} · {app.say('单位：元', 'in yuan')}"
