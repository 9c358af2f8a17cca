"""Spark for the tests: one session a process, with two workers of their own that can be killed."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from tests import debian

from aidledger.replay.spark import session_of

WORKERS = "local-cluster[2,1,1024]"
_JVM = (
    "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto "
    "-XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
)
"""Most of what these processes do is to start: no code is made fast, and no class looked through."""

SETTINGS = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": _JVM,
    "spark.executor.extraJavaOptions": _JVM,
    "spark.log.level": "OFF",
    # a county of a test is small: planning and compiling would take longer than the work
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.files.minPartitionNum": "1",
    "spark.sql.files.openCostInBytes": "0",
    "spark.sql.shuffle.partitions": "1",
    # folders are listed by the driver, and not by a job of the workers
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "10000",
    "spark.sql.leafNodeDefaultParallelism": "1",
}


@contextmanager
def spark(folder: Path) -> Iterator[SparkSession]:
    """Start Spark with two worker processes, and stop it."""
    java()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        places = {
            "spark.local.dir": str(folder),
            "spark.sql.warehouse.dir": str(folder / "warehouse"),
        }
        session = session_of(WORKERS, {**SETTINGS, **places})
        try:
            yield session
        finally:
            session.stop()


def java() -> None:
    """Have Java, which Spark runs on."""
    debian.needed("openjdk-17-jre-headless", _java)


def _java() -> Path | None:
    found = shutil.which("java")
    return Path(found) if found else None


def workers(session: SparkSession) -> list[int]:
    """Return the process ids of the session's workers."""
    gateway: Any = session.sparkContext._gateway
    return [pid for pid in _children(gateway.proc.pid) if b"ExecutorBackend" in _command(pid)]


def kill(pid: int) -> None:
    """End a process as a lost machine ends."""
    os.kill(pid, signal.SIGKILL)


def _children(parent: int) -> Iterator[int]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and f"PPid:\t{parent}\n" in _text(folder / "status"):
            yield int(folder.name)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError:
        return ""


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
