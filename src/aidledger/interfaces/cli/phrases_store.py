"""Chinese for what the store says of a ledger, its keys and its secrets: see ``phrases``."""

from __future__ import annotations

from typing import Final

STORE: Final[tuple[tuple[str, str], ...]] = (
    (r"no folder of keys is named for this ledger", "没有为此账本指定密钥文件夹"),
    (r"the passphrase is empty", "口令为空"),
    (r"(?P<a>.+): the key is locked", "{a}：密钥已加锁"),
    (
        r"(?P<a>.+): cannot be opened: another passphrase, or a damaged file",
        "{a}：打不开：口令不对，或文件已损坏",
    ),
    (r"(?P<a>.+): not a file of secrets", "{a}：不是密钥文件"),
    (r"(?P<a>.+): already there(?:, not replaced)?", "{a}：已存在，不覆盖"),
    (r"(?P<a>.+): missing", "{a}：不存在"),
    (r"(?P<a>.+): cannot be made: (?P<b>.+)", "{a}：无法新建（{b}）"),
    (r"(?P<a>.+): cannot be written: (?P<b>.+)", "{a}：无法写入（{b}）"),
    (r"(?P<a>.+): cannot be read: (?P<b>.+)", "{a}：无法读取（{b}）"),
    (r"(?P<a>.+): there is something already", "{a}：此处已有内容"),
    (r"(?P<a>.+): no such directory", "{a}：没有这个文件夹"),
    (r"(?P<a>.+): a file of another ledger is here", "{a}：此处是另一账本的文件"),
    (r"(?P<a>.+): the mark of another ledger is here", "{a}：此处是另一账本的标记"),
    (r"(?P<a>.+): no ledger here", "{a}：这里没有账本"),
    (r"(?P<a>.+): not an aidledger ledger(?: \((?P<b>.+)\))?", "{a}：不是 aidledger 账本 {b}"),
    (r"(?P<a>.+): (?P<b>\w+) is a view, and no table", "{a}：{b} 是视图，不是表"),
    (
        r"(?P<a>.+): no part of a ledger: with it the file is another one",
        "{a}：不属于账本，有它在，文件内容就不同",
    ),
    (r"(?P<a>.+): the file and its directory must be writable", "{a}：文件及其文件夹须可写"),
    (r"this database holds a ledger already", "此数据库中已有账本"),
    (r"no ledger in this database", "此数据库中没有账本"),
    (r"no such database", "没有这个数据库"),
    (r"cannot read the high-water mark (?P<a>.+)", "无法读取标记 {a}"),
    (r"the high-water mark (?P<a>.+) is not in its format", "标记 {a} 的格式不对"),
    (
        r"the ledger gives no root at (?P<n>\S+) entries: (?P<ya>.+)",
        "账本算不出 {n} 条时的根：{ya}",
    ),
    (r"the ledger is open as it stood at a point", "账本是按某一时点打开的"),
    (
        r"origin: expected 1 to 128 printable ASCII characters without space and plus",
        "名称应为 1 至 128 个可见 ASCII 字符，不含空格和加号",
    ),
    (r"only a store open for writing can say `absent`", "只有可写的账本才能断定没有记录"),
    (r"this ledger is open for reading only", "账本以只读方式打开"),
    (r"this ledger is closed", "账本已关闭"),
    (r"a transaction inside a transaction", "事务中不能再有事务"),
    (r"too many readers of this ledger at once", "同时读取此账本的过多"),
    (
        r"a reader is in the way of (?:making sure|writing again what could not be synced)",
        "有程序正在读取，无法确认落盘",
    ),
    (r"postgresql: the server answered (?P<a>.+)", "postgresql：服务器答复 {a}"),
    (
        r"postgresql: this login may not make a scratch database",
        "postgresql：此账号不能新建临时数据库",
    ),
    (
        r"SQLite (?P<a>\S+) can corrupt a WAL that two connections write: expected at least (?P<b>\S+)",
        "SQLite {a} 在两个连接同时写入时可能损坏 WAL：至少应为 {b}",
    ),
    (r"(?P<a>.+): the key does not open with these secrets", "{a}：用这些密钥打不开"),
    (
        r"(?P<a>.+), (?P<b>.+): the vault holds another value than was committed to",
        "{a}，{b}：保险库中的值与所承诺的不同",
    ),
    (r"expected room to (?:work|copy), found (?P<a>.+)", "空间不足：{a}"),
)
