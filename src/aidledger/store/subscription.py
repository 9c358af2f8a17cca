"""Not trusted: passes on what the database holds; an attacker who makes a hole stops the reader.

Follows the log as it grows, by asking. Positions are given under one lock, so a reader that asks for
what comes after its last entry can never miss one; it insists on that all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event
from typing import Final

from eventsourcing.persistence import (
    ApplicationRecorder,
    Notification,
    OperationalError,
    Subscription,
)

PAGE_ENTRIES: Final = 500
WAIT_SHORTEST_S: Final = 0.001
WAIT_LONGEST_S: Final = 0.1


class LedgerSubscription(Subscription[ApplicationRecorder]):
    """Yields every entry after `gt` once, in order, and waits for more until stopped."""

    def __init__(
        self, recorder: ApplicationRecorder, gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._last = gt or 0
        self._page: Sequence[Notification] = ()
        self._next_in_page = 0
        self._stopping = Event()

    def stop(self) -> None:
        """Stop; a reader that is waiting wakes up."""
        super().stop()
        self._stopping.set()

    def __next__(self) -> Notification:
        """Return the next entry, however long it takes to come."""
        wait_s = WAIT_SHORTEST_S
        while not self._stopping.is_set():
            if self._next_in_page < len(self._page):
                notification = self._page[self._next_in_page]
                self._next_in_page += 1
                return notification
            self._fetch()
            if not self._page:
                self._stopping.wait(wait_s)
                wait_s = min(2 * wait_s, WAIT_LONGEST_S)
        raise StopIteration

    def _fetch(self) -> None:
        """Take the next page; where topics leave entries out, go on from what was looked at."""
        seen = self._recorder.max_notification_id() or 0 if self._topics else 0
        self._page = self._recorder.select_notifications(
            start=self._last, limit=PAGE_ENTRIES, topics=self._topics, inclusive_of_start=False
        )
        self._next_in_page = 0
        if self._page:
            self._refuse_holes()
            self._last = self._page[-1].id
        elif self._topics:
            self._last = max(self._last, seen)

    def _refuse_holes(self) -> None:
        if self._topics:
            return
        expected = range(self._last + 1, self._last + 1 + len(self._page))
        if list(expected) != [notification.id for notification in self._page]:
            raise OperationalError(f"the log has a hole after entry {self._last}")
