"""Who somebody is and where an entry comes from: two names for one number, rows without a mark."""

from __future__ import annotations

import msgspec

from aidledger.domain.events import intake, registry
from aidledger.domain.masking import mask_name
from aidledger.services.simulation.county import Process
from aidledger.services.simulation.irregularities.scene import Kind, Scene, at, where
from aidledger.services.simulation.places import CLERK
from aidledger.services.simulation.planning import CasePlan


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of this group."""
    return (
        Kind(
            rule="F005",
            note_zh="同一身份证号码先后以两个姓名申请",
            note_en="one identity number applied under two names",
            people=2,
            plan=_two_names,
            find=lambda scene: (
                found if len(found := at(intake.ApplicationSubmitted)(scene)) > 1 else []
            ),
        ),
        Kind(
            rule="F103",
            note_zh="导入文件的一行没有来源标记",
            note_en="a row of an imported file carries no mark of it",
            start=_imported,
            stream=lambda scene: scene.kept("stream"),
            find=lambda scene: where(scene.entries(scene.kept("stream")), registry.FileImported),
        ),
    )


def _two_names(scene: Scene, plans: list[CasePlan]) -> list[CasePlan]:
    """Let the first withdraw, and somebody of another name apply with the same number."""
    first, second = plans
    name = second.person.name
    while mask_name(name) == mask_name(first.person.name):
        name = scene.county.people.adult(second.apply_on).name
    person = msgspec.structs.replace(first.person, name=name)
    return [
        msgspec.structs.replace(first, outcome="withdraw"),
        msgspec.structs.replace(second, person=person),
    ]


def _imported(scene: Scene) -> None:
    """Let the application have come from a file that its entry does not name."""
    file = scene.county.digest("unmarked", scene.cases[0].stream)
    scene.keep("stream", f"import/{file[:16]}")
    scene.county.spawn(_file_imported(scene, file))


def _file_imported(scene: Scene, file: str) -> Process:
    """Record the import beside the application."""
    case = scene.cases[0]
    yield case.on(case.plan.apply_on)
    imported = registry.FileImported(file=file, kind="applications", rows=1)
    scene.county.say(scene.kept("stream"), imported, by=CLERK)
