"""The log over HTTP: read-only, on loopback, by exact paths alone, as far as the checkpoint goes."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.services.test_proving import ORIGIN, damage
from tests.services.witnessed import keep_checkpoint, policy_text
from tests.store.drafts import drafts, record

from aidledger.ledger.checkpoint import parse_checkpoint
from aidledger.ledger.note import parse_note
from aidledger.ledger.proof import verify_consistency
from aidledger.ledger.strict import read_hashes
from aidledger.ledger.tlog_proof import Proven, check_proof
from aidledger.ledger.tree import leaf_hash, root_of_leaves
from aidledger.ledger.trust import parse_policy
from aidledger.services.checkpoints import serving
from aidledger.services.checkpoints.serving import LogServer, respond
from aidledger.services.checkpoints.tiles import check_files
from aidledger.store.opening import create, open_ledger
from aidledger.store.port import LedgerStore


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of 650 entries, signed at 600."""
    path = tmp_path_factory.mktemp("served") / "ledger.sqlite"
    made = create(path, origin=ORIGIN)
    record(made, drafts(600))
    keep_checkpoint(made)
    record(made, drafts(50), "cause-2")
    made.close()
    return path


@pytest.fixture(scope="module")
def store(place: Path) -> Iterator[LedgerStore]:
    opened = open_ledger(str(place), read_only=True)
    yield opened
    opened.close()


@pytest.fixture
def server(store: LedgerStore) -> Iterator[LogServer]:
    with LogServer(store, 0) as made:
        Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


def ask(server: LogServer, path: str, method: str = "GET") -> tuple[int, bytes, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.request(method, path)
    answer = connection.getresponse()
    found = answer.status, answer.read(), {key.lower(): value for key, value in answer.getheaders()}
    connection.close()
    return found


def test_a_reader_recomputes_the_log_over_http(server: LogServer) -> None:
    status, note, _ = ask(server, "/checkpoint")
    checkpoint = parse_checkpoint(parse_note(note).text)

    assert (200, 600) == (status, checkpoint.size)
    check_files(lambda file: ask(server, f"/{file.path}")[1], checkpoint)


def test_a_proof_over_http_proves_the_entry(server: LogServer) -> None:
    entry, proof = ask(server, "/entry/17")[1], ask(server, "/proof/entry/17")[1]

    answer = check_proof(entry, proof, parse_policy(policy_text(ORIGIN)))

    assert isinstance(answer, Proven)
    assert 17 == answer.position


def test_consistency_over_http(server: LogServer, store: LedgerStore) -> None:
    leaves = [leaf_hash(row[5]) for row in store.read(0, 600)]

    for old, new in ((1, 600), (256, 600), (300, 599), (600, 600)):
        status, body, _ = ask(server, f"/proof/consistency/{old}/{new}")
        hashes = read_hashes(body.split(b"\n")[:-1], "hash", 1)
        roots = root_of_leaves(leaves[:old]), root_of_leaves(leaves[:new])

        assert 200 == status
        verify_consistency(old, new, hashes, *roots)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "checkpoint",
        "//checkpoint",
        "/checkpoint/",
        "/checkpoint?x=1",
        "/../ledger.sqlite",
        "/tile/../checkpoint",
        "/tile/entries/../../ledger.sqlite",
        "/tile/0/%2e%2e/x",
        "/tile/00/000",
        "/tile/0/0",
        "/tile/0/000.p/256",
        "/tile/0/002",
        "/tile/0/002.p/89",
        "/tile/1/000",
        "/tile/2/000.p/1",
        "/tile/entries/002",
        "/entry/600",
        "/entry/-1",
        "/entry/01",
        "/entry/1 ",
        "/entry/١",
        "/entry/" + "9" * 40,
        "/proof/entry/600",
        "/proof/consistency/0/5",
        "/proof/consistency/6/5",
        "/proof/consistency/5/601",
        "/proof/entry/1\n",
        "http://example.com/checkpoint",
    ],
)
def test_no_other_path_is_there(store: LedgerStore, path: str) -> None:
    assert HTTPStatus.NOT_FOUND == respond(store, path).status


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text(max_size=40),
        st.lists(
            st.sampled_from(
                [
                    "",
                    "..",
                    ".",
                    "tile",
                    "entries",
                    "0",
                    "x001",
                    "000",
                    "000.p",
                    "3",
                    "entry",
                    "proof",
                ]
            ),
            max_size=6,
        ).map("/".join),
    )
)
def test_any_path_has_an_answer(store: LedgerStore, path: str) -> None:
    assert respond(store, "/" + path).status in (HTTPStatus.OK, HTTPStatus.NOT_FOUND)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_can_be_written(server: LogServer, method: str) -> None:
    assert 501 == ask(server, "/checkpoint", method)[0]


def test_head_gives_no_body_and_tiles_may_be_kept(server: LogServer) -> None:
    status, body, headers = ask(server, "/tile/0/000", "HEAD")

    assert (200, b"", "8192") == (status, body, headers["content-length"])
    assert "immutable" in headers["cache-control"]
    assert "no-cache" == ask(server, "/checkpoint")[2]["cache-control"]
    assert "no-cache" == ask(server, "/tile/0/999")[2]["cache-control"]


def test_it_listens_on_loopback_only(server: LogServer) -> None:
    assert "127.0.0.1" == server.server_address[0]
    assert server.url.startswith("http://127.0.0.1:")


def test_too_many_at_once_are_turned_away_and_room_is_made(
    server: LogServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving._Handler, "timeout", 5)
    idle = [
        socket.create_connection(("127.0.0.1", server.server_port), timeout=10)
        for _ in range(serving.MAX_REQUESTS)
    ]
    over = socket.create_connection(("127.0.0.1", server.server_port), timeout=10)

    assert b"" == over.recv(1)
    for one in (*idle, over):
        one.close()
    for _ in range(50):
        try:
            status = ask(server, "/checkpoint")[0]
        except (http.client.HTTPException, OSError):
            continue
        assert 200 == status
        break
    else:
        pytest.fail("no room was made")


def test_without_a_checkpoint_nothing_is_there(tmp_path: Path) -> None:
    made = create(tmp_path / "ledger.sqlite", origin=ORIGIN)
    record(made, drafts(3))

    for path in ("/checkpoint", "/entry/0", "/tile/0/000.p/3"):
        assert HTTPStatus.NOT_FOUND == respond(made, path).status
    made.close()
    assert HTTPStatus.SERVICE_UNAVAILABLE == respond(made, "/checkpoint").status


def test_damage_is_an_error_and_no_false_bytes(tmp_path: Path) -> None:
    made = create(tmp_path / "ledger.sqlite", origin=ORIGIN)
    record(made, drafts(3))
    keep_checkpoint(made)
    made.close()
    damaged = damage(
        tmp_path / "ledger.sqlite", "UPDATE entries SET record = x'7b' WHERE position = 1"
    )

    assert HTTPStatus.INTERNAL_SERVER_ERROR == respond(damaged, "/entry/1").status
    assert HTTPStatus.OK == respond(damaged, "/entry/2").status
    damaged.close()
