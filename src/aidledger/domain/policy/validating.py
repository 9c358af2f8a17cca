"""What one pack file must be beyond its shape: days that exist, names once, numbers with a source."""

from __future__ import annotations

from aidledger.domain.policy.errors import FaultReason, pack_error
from aidledger.domain.policy.schema import PackFile
from aidledger.domain.values import is_day


def check_names(pack: PackFile, file: str) -> None:
    """Refuse a name twice, a parameter without its source, and a source of nothing."""
    named: tuple[tuple[str, FaultReason, list[str]], ...] = (
        ("clause", "twice", [c.id for c in pack.clause]),
        ("amount", "twice", [a.code for a in pack.amount]),
        ("limit", "twice", [x.id for x in pack.limit]),
        ("standard", "overlap", [f"{s.code} from {s.from_on}" for s in pack.standard]),
        ("follow", "twice", [f.on for f in pack.follow]),
        ("programmes", "twice", list(pack.programmes)),
        *((f"clause[{at}].on", "twice", list(c.on)) for at, c in enumerate(pack.clause)),
    )
    for kind, reason, names in named:
        for index, name in enumerate(names):
            if name in names[:index]:
                field = f"{kind}[{index}]"
                raise pack_error(file, field, "each name once", name, reason)
    for key in pack.parameters:
        if key not in pack.provenance:
            field = f"parameters.{key}"
            raise pack_error(file, field, "its source in provenance", "nothing", "no_source")
    for key in pack.provenance:
        if key not in pack.parameters:
            expected = "a parameter of this file"
            raise pack_error(file, f"provenance.{key}", expected, key, "unknown_name")


def check_days(pack: PackFile, file: str) -> None:
    """Refuse a day that does not exist, an end before the beginning, and an end that is missing."""
    days = {
        "in_force.from": pack.in_force.from_on,
        "in_force.to": pack.in_force.to_on,
        "known_since": pack.known_since,
        **{f"basis[{index}].date": basis.date or None for index, basis in enumerate(pack.basis)},
        **{f"standard[{index}].from": s.from_on for index, s in enumerate(pack.standard)},
    }
    for field, text in days.items():
        if text is not None and not is_day(text):
            raise pack_error(file, field, "a day as YYYY-MM-DD", text, "bad_day")
    first, last = pack.in_force.from_on, pack.in_force.to_on
    if last is not None and last < first:
        raise pack_error(file, "in_force.to", "a day not before in_force.from", last, "bad_day")
    if pack.status in ("repealed", "lapsed") and last is None:
        expected = f"the last day of a {pack.status} pack"
        raise pack_error(file, "in_force.to", expected, "nothing", "missing_day")
