"""What tables mean, in Chinese and English: from the catalogue, the models and the words of columns."""

from __future__ import annotations

from collections.abc import Container
from typing import Final

import msgspec

from aidledger.domain.events.catalog import EVENTS
from aidledger.domain.keeping import KEPT_TABLES
from aidledger.replay.handing import Column, Table
from aidledger.replay.models import Model, load_models
from aidledger.replay.views import event_views
from aidledger.said import Said
from aidledger.services.handing.columnwords import meaning_of

_BESIDE: Final[dict[str, tuple[Said, Said, tuple[str, ...]]]] = {
    "entry": (
        Said("全部条目", "every entry"),
        Said(
            "每个条目的信封及其类型；内容在各事件表中",
            "the envelope of every entry with its type; what it says is in the table of that event",
        ),
        ("position",),
    ),
    "entry_amendment": (
        Said("更正与作废", "amendments"),
        Said("每次更正或作废及其所指条目", "each correction or annulment, and the entry it names"),
        (),
    ),
    "entry_version": (
        Said("条目的各版本", "versions of entries"),
        Said(
            "被更正或作废的条目在各时段的样子",
            "how an entry that was amended stood from one position to the next",
        ),
        (),
    ),
    "parameters": (
        Said("所问之日", "the days asked about"),
        Said("截至哪一日有效、截至哪一日所知", "in force on which day, as known on which"),
        (),
    ),
}
"""The tables that are neither a view of an event nor a model."""
_UNITS: Final[tuple[tuple[str, Said], ...]] = (
    ("_fen", Said("分", "fen")),
    ("permille", Said("千分之一", "permille")),
    ("_working_days", Said("工作日", "working days")),
    ("working_days", Said("工作日", "working days")),
    ("days", Said("天", "days")),
    ("months", Said("月", "months")),
    ("hours", Said("小时", "hours")),
    ("_m2", Said("平方米", "square metres")),
    ("_m2_per_1000", Said("平方米", "square metres")),
)


class TableWords(msgspec.Struct, frozen=True, kw_only=True):
    """A table with what it is: ``event``, ``model`` or ``beside`` both, its title and meaning."""

    table: Table
    kind: str
    title: Said
    meaning: Said


def unit_of(column: Column) -> Said | None:
    """Return in what a column of whole numbers is counted, where its name says so."""
    if not column.is_whole:
        return None
    return next((unit for ending, unit in _UNITS if column.name.endswith(ending)), None)


def told(table: str, column: Column) -> str:
    """Return what a column is and in what it is counted, in both languages."""
    said, unit = meaning_of(table, column.name), unit_of(column)
    return f"{said.zh} / {said.en}" + ("" if unit is None else f" [{unit.zh} {unit.en}]")


def described(
    columns: dict[str, tuple[Column, ...]], models: dict[str, Model], events: Container[str]
) -> list[TableWords]:
    """Return the tables of a finished database: views in the catalogue's order, then models by name."""
    found = []
    for view in event_views().values():
        if view.type_name not in events:
            continue
        kind = EVENTS[view.type_name]
        doc = " ".join((kind.struct.__doc__ or "").split("\n\n")[0].split())
        wish = Said("申请类（可被拒绝）", "a wish") if kind.wish else Said("事实", "a fact")
        found.append(
            TableWords(
                table=Table(name=view.name, columns=columns[view.name], key=("position",)),
                kind="event",
                title=Said(kind.title_zh, kind.title_en),
                meaning=Said(
                    f"事件 {view.type_name}：{kind.title_zh}；{wish.zh}",
                    f"event {view.type_name} ({wish.en}). {doc.partition(': ')[2] or doc}",
                ),
            )
        )
    found += [
        TableWords(
            table=Table(name=name, columns=columns[name], key=key),
            kind="beside",
            title=title,
            meaning=meaning,
        )
        for name, (title, meaning, key) in _BESIDE.items()
    ]
    found += [
        TableWords(
            table=Table(name=name, columns=columns[name], key=models[name].key),
            kind="model",
            title=Said(models[name].title_zh, models[name].title_en),
            meaning=Said(f"读模型：{models[name].title_zh}", models[name].purpose),
        )
        for name in sorted(models)
    ]
    return found


def table_titles() -> dict[str, Said]:
    """Return the title of every table that a question may read, by name."""
    titles = {
        view.name: Said(EVENTS[view.type_name].title_zh, EVENTS[view.type_name].title_en)
        for view in event_views().values()
    }
    titles |= {name: title for name, (title, _, _) in _BESIDE.items()}
    titles |= {one.name: Said(one.title_zh, one.title_en) for one in KEPT_TABLES.values()}
    titles |= {one.name: Said(one.title_zh, one.title_en) for one in load_models().values()}
    return {name: titles[name] for name in sorted(titles)}
