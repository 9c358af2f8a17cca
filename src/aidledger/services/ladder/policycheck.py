"""Holds the verifier's policy against what genesis names: whatever differs is said, as leads.

The policy belongs to whoever verifies, genesis is the operator's word at the beginning (ADR 0011). An
auditor may be stricter on purpose, and keys are changed in the course of years: no difference damages
the ledger. But a policy that was slipped to the auditor asks for less, or trusts another key, and
would make `proven` mean less than it says; so nothing of it goes unsaid.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from aidledger.domain.events.powers import GenesisDeclared
from aidledger.ledger.finding import Finding
from aidledger.ledger.keys import VerifierKey
from aidledger.services.keys.declared import Declared
from aidledger.services.ladder.outside import Outside
from aidledger.services.printing import printable


class _Differs(NamedTuple):
    code: str
    field: str
    expected: str
    found: str


def policy_leads(declared: Declared, origin: str, outside: Outside) -> list[Finding]:
    """Return what the policy asks for otherwise than genesis names; nothing without one of the two."""
    genesis = declared.genesis
    if genesis is None or outside.policy is None:
        return []
    found = [
        *_file(genesis, outside),
        *_log_key(declared.log_keys, outside.policy.log_keys(origin)),
        *_witnesses(genesis, [one.key for one in outside.policy.witnesses]),
    ]
    fewest = outside.policy.fewest_of({bytes.fromhex(one.key) for one in genesis.witnesses})
    if fewest < genesis.quorum:
        expected = f"{genesis.quorum} of the {len(genesis.witnesses)} witnesses of genesis"
        found.append(_Differs("policy_weaker", "quorum", expected, str(fewest)))
    return [
        Finding(
            code=one.code,
            position=declared.genesis_at,
            field=one.field,
            expected=printable(one.expected, 200),
            found=printable(one.found, 200),
        )
        for one in found
    ]


def _file(genesis: GenesisDeclared, outside: Outside) -> Iterator[_Differs]:
    if genesis.policy is not None and outside.policy_hash not in ("", genesis.policy):
        yield _Differs("policy_differs", "policy", genesis.policy, outside.policy_hash)


def _log_key(named: tuple[VerifierKey, ...], trusted: list[VerifierKey]) -> Iterator[_Differs]:
    public = {key.public for key in trusted}
    for key in named:
        if key.public not in public:
            found = ", ".join(one.label for one in trusted) or "no key of this log"
            yield _Differs("policy_key", "log_key", key.label, found)


def _witnesses(genesis: GenesisDeclared, trusted: list[VerifierKey]) -> Iterator[_Differs]:
    """Yield the witnesses whom the policy knows under another key; that it leaves some out is allowed."""
    for witness in genesis.witnesses:
        under = [key for key in trusted if key.name == witness.name]
        if under and all(key.public.hex() != witness.key for key in under):
            expected = f"{witness.name}, key {witness.key[:16]}"
            yield _Differs("policy_key", "witnesses", expected, under[0].public.hex()[:16])
