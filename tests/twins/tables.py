"""The whole table: for each code its attack and its check, and further attacks that once passed."""

from __future__ import annotations

from typing import Final

from tests.twins.batch_twins import BATCH_TWINS, MORE_BATCH_TWINS
from tests.twins.log_twins import LOG_TWINS
from tests.twins.other_twins import OTHER_TWINS
from tests.twins.record_twins import MORE_RECORD_TWINS, RECORD_TWINS
from tests.twins.signed_twins import MORE_SIGNED_TWINS, SIGNED_TWINS

TWINS: Final = {
    **RECORD_TWINS,
    **LOG_TWINS,
    **BATCH_TWINS,
    **SIGNED_TWINS,
}
MORE: Final = {
    **MORE_RECORD_TWINS,
    **MORE_BATCH_TWINS,
    **MORE_SIGNED_TWINS,
}
CUTS: Final = {code: twin.cuts for code, twin in TWINS.items()} | {
    code: placed.cuts for code, placed in OTHER_TWINS.items()
}
