"""Work shared out between this process and others: in order, each piece once, errors in their place."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from aidledger.services.sharing import shared_answers

PIECES = list(range(40))


class Counting:
    """Does pieces of work, and knows which; one of them it may refuse."""

    def __init__(self, refused: int | None = None) -> None:
        self.done: list[int] = []
        self._refused = refused

    def __call__(self, piece: int) -> int:
        self.done.append(piece)
        if piece == self._refused:
            raise OSError(piece)
        return piece * piece


@pytest.mark.parametrize("others", [1, 3])
def test_each_piece_is_done_once_and_the_answers_keep_their_order(others: int) -> None:
    there, here = Counting(), Counting()
    with ThreadPoolExecutor(others) as executor:
        answers = list(shared_answers(there, here, PIECES, executor, others))

    assert [piece * piece for piece in PIECES] == answers
    assert sorted(there.done + here.done) == PIECES
    assert there.done
    assert here.done


def test_without_others_all_is_done_here() -> None:
    there, here = Counting(), Counting()

    assert [0, 1, 4] == list(shared_answers(there, here, [0, 1, 2], None, 0))
    assert ([], [0, 1, 2]) == (there.done, here.done)


@pytest.mark.parametrize("refused", [0, 1, 2, 20])
def test_what_a_piece_raises_comes_after_the_answers_before_it(refused: int) -> None:
    there, here = Counting(refused), Counting(refused)
    came: list[int] = []
    with ThreadPoolExecutor(1) as executor, pytest.raises(OSError, match=str(refused)):
        came.extend(shared_answers(there, here, PIECES, executor, 1))

    assert [piece * piece for piece in range(refused)] == came


def test_nobody_runs_far_ahead_of_one_who_does_not_answer() -> None:
    waits, here = threading.Event(), Counting()

    def there(piece: int) -> int:
        waits.wait(60)
        return piece

    with ThreadPoolExecutor(1) as executor:
        answers = shared_answers(there, here, PIECES, executor, 1)
        reader = threading.Thread(target=lambda: next(answers))
        reader.start()
        reader.join(1)
        ahead = len(here.done)
        waits.set()
        reader.join(60)

    assert 0 < ahead < len(PIECES) // 2
