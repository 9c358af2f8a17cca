"""Trusted as the environment is: whoever sets it chooses the ledger; an attacker there has won.

The extension point of the housed library: PERSISTENCE_MODULE=aidledger.store.factory, and AIDLEDGER
(or NAME_AIDLEDGER for the application NAME) the location of a ledger that exists. Nothing is
created implicitly, whatever CREATE_TABLE says.
"""

from __future__ import annotations

from typing import Any, Final, TypeVar

from eventsourcing import persistence
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    InfrastructureFactoryError,
    Mapper,
    ProcessRecorder,
    Transcoder,
)
from eventsourcing.utils import Environment, EnvType, resolve_topic

from aidledger.store.mapper import EntryMapper
from aidledger.store.opening import open_ledger
from aidledger.store.recorders import (
    LedgerAggregateRecorder,
    LedgerApplicationRecorder,
    LedgerProcessRecorder,
    LedgerSnapshotRecorder,
    LedgerTrackingRecorder,
)

LOCATION: Final = "AIDLEDGER"
_UNLOCKED: Final = "POSTGRES_ENABLE_DB_FUNCTIONS"

_Recorder = TypeVar("_Recorder")


class LedgerFactory(InfrastructureFactory[LedgerTrackingRecorder]):
    """Puts an Application, its projections and its snapshots on a ledger of either engine."""

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        if (self.env.get(_UNLOCKED) or "").strip().lower() not in {
            "",
            "n",
            "no",
            "f",
            "false",
            "0",
        }:
            raise InfrastructureFactoryError(
                f"{_UNLOCKED} is refused: it takes no lock, and tailing readers lose events"
            )
        location = self.env.get(LOCATION)
        if not location:
            keys = ", ".join(self.env.create_keys(LOCATION))
            raise OSError(f"the location of the ledger is not in the environment: {keys}")
        self.store = open_ledger(location)

    def mapper(
        self,
        transcoder: Transcoder | None = None,
        mapper_class: type[Mapper[Any]] | None = None,
    ) -> Mapper[Any]:
        """Make the strict mapper, where no other is asked for."""
        if mapper_class is None and not self.env.get(self.MAPPER_TOPIC):
            mapper_class = EntryMapper
        return super().mapper(transcoder=transcoder, mapper_class=mapper_class)

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """Make a recorder of events, or of snapshots."""
        if purpose == "snapshots":
            return LedgerSnapshotRecorder(self.store)
        return LedgerAggregateRecorder(self.store)

    def application_recorder(self) -> ApplicationRecorder:
        """Make a recorder of the log."""
        kind = self._class(self.APPLICATION_RECORDER_TOPIC, LedgerApplicationRecorder)
        return kind(self.store)

    def tracking_recorder(
        self, tracking_recorder_class: type[LedgerTrackingRecorder] | None = None
    ) -> LedgerTrackingRecorder:
        """Make a recorder of positions: a read model, usually."""
        kind = tracking_recorder_class or self._class(
            self.TRACKING_RECORDER_TOPIC, LedgerTrackingRecorder
        )
        return kind(self.store)

    def process_recorder(self) -> ProcessRecorder:
        """Make a recorder of events with positions."""
        return self._class(self.PROCESS_RECORDER_TOPIC, LedgerProcessRecorder)(self.store)

    def close(self) -> None:
        """Close the ledger."""
        self.store.close()

    def _class(self, key: str, default: type[_Recorder]) -> type[_Recorder]:
        """Take the subclass that the environment names, or ours."""
        topic = self.env.get(key)
        if not topic:
            return default
        found = resolve_topic(topic)
        if not (isinstance(found, type) and issubclass(found, default)):
            raise persistence.ProgrammingError(f"{key}: expected a kind of {default.__name__}")
        return found
