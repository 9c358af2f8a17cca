"""The verifier of one file against the package, on whatever damage chance makes; and by itself.

Neither shares code with the other, and whoever wrote the one had not read the other: where both say the
same of a broken folder of tiles or proof, docs/FORMAT.md says enough.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cli.shell import aidledger, on
from tests.lone import ALONE, ROOT, SCRIPT
from tests.services.witnessed import keep_checkpoint, policy_text

from aidledger.store.opening import open_ledger

PAGE = ROOT / "docs/VERIFY.md"
CHANCE = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def files_in(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in sorted(folder.iterdir()) if one.is_file()}


# ---- a stick: tiles, proofs and a receipt, made by the package


@pytest.fixture(scope="module")
def stick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What docs/VERIFY.md has on the stick; the ledger lies elsewhere."""
    place = tmp_path_factory.mktemp("stick")
    ledger, folder = place / "elsewhere/county.db", place / "desk"
    for one in (ledger.parent, folder):
        one.mkdir()
    made = [
        on(ledger, "init", "--origin", "example.org/county"),
        on(ledger, "simulate", "--cases", "8", "--months", "5", "--seed", "7"),
    ]
    store = open_ledger(str(ledger))
    paid = next(iter(store.read_types(["PaymentIssued"])))
    applied = next(iter(store.read_types(["ApplicationSubmitted"])))
    month, case = json.loads(paid[5])["data"]["month"], paid[1]
    cause, person = json.loads(applied[5])["cause"], json.loads(applied[5])["data"]["applicant"]
    made += [
        on(ledger, "month", "close", month, "--actor", "f1", "--office", "520123-fin"),
        on(ledger, "index", "seal", "--actor", "nightly", "--office", "520123"),
    ]
    keep_checkpoint(store)
    (folder / "policy.txt").write_bytes(policy_text(store.origin))
    (folder / "token").write_text(person, "ascii")
    store.close()
    made += [
        on(ledger, "tiles", "export", folder / "stick/public"),
        on(ledger, "prove", "case", case, "--output", folder / "stick/case"),
        on(ledger, "prove", "case", "case/no-such", "--output", folder / "stick/none"),
        on(ledger, "prove", "payment", str(paid[0]), "--output", folder / "stick/payment"),
        on(ledger, "prove", "person", person, "--output", folder / "stick/person"),
        on(ledger, "prove", "person", NOBODY, "--output", folder / "stick/nobody"),
        on(ledger, "resolve", cause, "--receipt", folder / "receipt.json"),
    ]
    receipt = json.loads((folder / "receipt.json").read_bytes())
    made += [
        on(ledger, "prove", "entry", str(receipt["position"] + at), "--output", folder / "proofs")
        for at in range(receipt["count"])
    ]
    shutil.copy(ledger, folder / "stick/county.db")
    shutil.copy(folder / "stick/public/checkpoint", folder / "stick/checkpoint")

    assert {0} == {ran.code for ran in made}, [ran.err for ran in made]
    return folder


NOBODY = "p" + "1" * 32


def person_asked(folder: Path, what: str) -> str:
    """Return the token of the person whom a folder is about; none for the others."""
    token = (folder / "token").read_text("ascii")
    return {"stick/person": token, "stick/nobody": NOBODY}.get(what, "")


def alone_proves(folder: Path, what: str, person: str | None = None) -> bool:
    policy = ALONE.read_policy((folder / "policy.txt").read_bytes())
    if what == "receipt.json":
        name, files = folder / what, {what: (folder / what).read_bytes()}
        files |= files_in(folder / "proofs")
    else:
        name = folder / what
        files = {} if what == "stick/public" else files_in(name)
    try:
        asked = person_asked(folder, what) if person is None else person
        alone = what if what in files else ""
        outside = ALONE.Outside(policy, files, asked=alone, person=asked)
        return bool(ALONE.verify(name, outside).verdict == "proven")
    except ALONE.CannotRunError:
        return False


CHECKS = {
    "stick/public": ("tiles", "check", "stick/public"),
    "stick/case": ("proof", "check", "stick/case"),
    "stick/none": ("proof", "check", "stick/none"),
    "stick/payment": ("proof", "check", "stick/payment"),
    "stick/person": ("proof", "check", "stick/person"),
    "stick/nobody": ("proof", "check", "stick/nobody"),
    "receipt.json": ("receipt", "check", "receipt.json", "--proofs", "proofs"),
}


def both(folder: Path, what: str, monkeypatch: pytest.MonkeyPatch) -> tuple[bool, bool]:
    monkeypatch.chdir(folder)
    person = person_asked(folder, what)
    more = ("--person", person) if person else ()
    ran = aidledger(*CHECKS[what], "--policy", "policy.txt", *more)
    return ran.code == 0, alone_proves(folder, what)


@pytest.mark.parametrize("what", CHECKS)
def test_both_prove_what_the_package_handed_out(
    what: str, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (True, True) == both(stick, what, monkeypatch)


@pytest.mark.parametrize("what", ["stick/person", "stick/nobody"])
def test_a_proof_of_a_persons_cases_needs_the_token_of_that_person(
    what: str, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(stick)
    right = person_asked(stick, what)
    for asked in ("", NOBODY, (stick / "token").read_text("ascii"), "p" + "2" * 32):
        more = ("--person", asked) if asked else ()
        ran = aidledger(*CHECKS[what], "--policy", "policy.txt", *more)

        assert (asked == right) == (ran.code == 0) == alone_proves(stick, what, asked)


def test_records_that_name_a_person_refuse_the_proof_that_there_is_none(
    stick: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The seal says that nobody has this token; a proven record of a case says otherwise."""
    monkeypatch.chdir(stick)
    folder = tmp_path / "both"
    shutil.copytree(stick / "stick/person", folder)
    token = (stick / "token").read_text("ascii")
    proof = next(folder.glob("*.case-proof"))
    policy = ALONE.read_policy((stick / "policy.txt").read_bytes())
    outside = ALONE.Outside(policy, files_in(folder), person=token)
    monkeypatch.setattr(ALONE, "check_case_proof", lambda *_: None)
    report = ALONE.verify(folder, outside)

    why = {one["field"]: one["message"] for one in report.leads}

    assert ("unproven", "a record here names the person") == (report.verdict, why[proof.name])


@settings(CHANCE, max_examples=50)
@given(data=st.data())
def test_both_refuse_the_same_spoiled_files(
    data: st.DataObject, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    what = data.draw(st.sampled_from(sorted(CHECKS)))
    if what == "receipt.json":
        files = [stick / what, *sorted((stick / "proofs").glob("*.tlog-proof"))]
    else:
        files = sorted(one for one in (stick / what).rglob("[!.]*") if one.is_file())
    file = data.draw(st.sampled_from(files))
    kept = file.read_bytes()
    spoiled_file = bytearray(kept)
    at = data.draw(st.integers(0, len(kept) - 1))
    match data.draw(st.sampled_from(["bit", "drop", "cut", "double"])):
        case "bit":
            spoiled_file[at] ^= 1 << data.draw(st.integers(0, 7))
        case "drop":
            del spoiled_file[at]
        case "cut":
            del spoiled_file[at:]
        case _:
            spoiled_file[at:at] = spoiled_file[at : at + 40]
    try:
        file.write_bytes(spoiled_file)
        theirs, ours = both(stick, what, monkeypatch)
    finally:
        file.write_bytes(kept)

    assert theirs == ours, file


@settings(CHANCE, max_examples=80)
@given(data=st.data())
def test_both_accept_the_same_policies_and_notes(
    data: st.DataObject, stick: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("accept")
    texts = [(stick / "policy.txt").read_bytes(), (stick / "stick/checkpoint").read_bytes()]
    which = data.draw(st.integers(0, 1))
    lines = texts[which].split(b"\n")
    at = data.draw(st.integers(0, len(lines) - 1))
    more = b"group g 2 audit finance|group g 3 audit finance|quorum none|# x| \t|witness x y|\xff"
    match data.draw(st.sampled_from(["byte", "drop", "again", "swap", "end", "more"])):
        case "byte":
            raw = bytearray(texts[which])
            raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
            lines = bytes(raw).split(b"\n")
        case "drop":
            del lines[at]
        case "again":
            lines.insert(data.draw(st.integers(0, len(lines))), lines[at])
        case "swap":
            lines[at], lines[0] = lines[0], lines[at]
        case "end":
            lines.pop()
        case _:
            lines.insert(at, data.draw(st.sampled_from(more.split(b"|"))))
    texts[which] = b"\n".join(lines)
    for name, text in zip(("policy", "note"), texts, strict=True):
        (folder / name).write_bytes(text)
    ran = aidledger("checkpoint", "show", folder / "note", "--policy", folder / "policy")
    try:
        ours = bool(ALONE.read_policy(texts[0]).accept(ALONE.read_checkpoint(texts[1])))
    except ALONE.RefusedError:
        ours = False

    assert (ran.code == 0) == ours, texts[which]


# ---- the walk of docs/VERIFY.md on a machine that has not the package


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A Python with its standard library and the package cryptography, and nothing else."""
    folder = tmp_path_factory.mktemp("bare")
    for name in ("cryptography", "cffi", "_cffi_backend"):
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            place = Path(spec.origin)
            place = place.parent if place.name == "__init__.py" else place
            (folder / place.name).symlink_to(place)
    start = f"import sys, runpy; sys.path.append({str(folder)!r}); sys.argv = sys.argv[1:]; "
    start += "runpy.run_path(sys.argv[0], run_name='__main__')"
    return [sys.executable, "-I", "-S", "-c", start]


def test_the_bare_machine_cannot_import_the_package(bare: list[str], tmp_path: Path) -> None:
    (tmp_path / "ask.py").write_text("import cryptography\nimport aidledger\n", encoding="utf-8")
    ran = subprocess.run(
        [*bare, tmp_path / "ask.py"], capture_output=True, text=True, check=False, cwd=tmp_path
    )

    assert "No module named 'aidledger'" in ran.stderr


WALK = re.compile(r"(?<=```text\n)\$ python3 verify_alone\.py .*?(?=```\n)", re.DOTALL)


def test_every_command_of_the_walk_without_the_package_prints_what_the_page_says(
    stick: Path, bare: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERSON", (stick / "token").read_text("ascii"))
    text = PAGE.read_text(encoding="utf-8")

    def run(block: re.Match[str]) -> str:
        command = block[0].splitlines()[0]
        words = shlex.split(os.path.expandvars(command))[3:]
        ran = subprocess.run(
            [*bare, SCRIPT, *words], capture_output=True, text=True, check=False, cwd=stick
        )
        assert (0, "") == (ran.returncode, ran.stderr), command
        return f"{command}\n{re.sub('[0-9a-f]{64}', '…', ran.stdout)}"

    found = WALK.sub(run, text)
    if os.environ.get("AIDLEDGER_WRITE_TRANSCRIPTS"):
        PAGE.write_text(found, encoding="utf-8")

    assert found == PAGE.read_text(encoding="utf-8")
    assert 7 == len(WALK.findall(text))


@pytest.mark.parametrize("certificate", ["[]", "1", "null", "{}", '{"models":["case_state"]}'])
def test_a_certificate_of_any_other_form_stops_nobody(certificate: str) -> None:
    """Its hash stands in an entry: whoever certifies can certify that."""
    digest = hashlib.sha256(certificate.encode()).hexdigest()
    proof = {"certificate": certificate, "row": "{}", "model": "case_state", "index": 0, "path": []}

    with pytest.raises((ValueError, LookupError, TypeError)):  # what each caller names as a flaw
        ALONE.check_row_proof(proof, {"certificate": digest})


@pytest.mark.parametrize("inside", [[], ["segment-000000/manifest.json"]], ids=["empty", "archive"])
def test_a_folder_with_nothing_that_is_read_here_is_told_and_not_judged(
    inside: list[str], tmp_path: Path
) -> None:
    """It said unproven, and not a word of why: an archive is read by our program alone."""
    for name in inside:
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(b"{}")

    with pytest.raises(ALONE.CannotRunError, match="no ledger, no tiles, no proof"):
        ALONE.verify(tmp_path, ALONE.Outside(None, {}))
