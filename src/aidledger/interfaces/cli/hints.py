"""Chinese for every hint that services and the store give: what to do, in the words they say it in.

A test reads the sources and finds each hint that has no Chinese here or in the patterns.
"""

from __future__ import annotations

from typing import Final

HINTS: Final[dict[str, str]] = {
    # documents and bundles
    "aidledger bundle create makes one": "用 aidledger bundle create 制作",
    "somebody else records ExportRequested first: aidledger record": (
        "须先由他人用 aidledger record 记下 ExportRequested"
    ),
    "install one: apt-get install fonts-wqy-microhei": (
        "请安装一种中文字体，例如 fonts-wqy-microhei"
    ),
    # files that are read
    "save it as a file first: it is read twice": "请先存为文件：它要读两遍",
    # money and statements of banks
    "name a file": "请写一个文件名",
    "aidledger policy list lists them; a file is named by its path, such as ./x.toml": (
        "aidledger policy list 列出全部政策包；自己的文件请写路径，如 ./x.toml"
    ),
    "docs/FUNDS.md lists the titles that are known": "可识别的列名见 docs/FUNDS.md",
    "name a fund, as in fund/tekun-2022; its account is opened by AccountOpened": (
        "请指明资金，例如 fund/tekun-2022；其账户由 AccountOpened 登记"
    ),
    "leave --month away: the statement is then of the days from its first line to its last": (
        "请不要给出 --month：对账单即自首行之日至末行之日"
    ),
    # the store: disks, servers, locks
    "free some space": "请腾出磁盘空间",
    "free some space and run it again": "请腾出磁盘空间后重试",
    "free some space on the server": "请在服务器上腾出磁盘空间",
    "look at the disk and its file system: it may be full": "请检查磁盘及其文件系统：可能已满",
    "look at the server's disk and log": "请检查服务器的磁盘和日志",
    "nothing of this request was recorded": "本次请求没有任何内容被记录",
    "it may or may not be recorded: ask for it before it is tried again": (
        "不知是否已记录：重试之前先用 aidledger resolve 查询"
    ),
    "the server went away: try again": "与服务器的连接中断，请重试",
    "another process holds the ledger: try again": "另一程序正占用账本，请稍后重试",
    "another session holds the ledger: try again": "另一会话正占用账本，请稍后重试",
    "try again": "请重试",
    "try again later": "请稍后重试",
    "ask again": "请重新查询",
    "the file or its directory cannot be written": "文件或其目录不可写",
    "this login lacks a right: see roles.sql for what readers and writers need": (
        "该登录缺少权限：读、写各需哪些权限见 roles.sql"
    ),
    "ALTER ROLE ... CREATEDB, or use a copy of the ledger on a server of your own": (
        "ALTER ROLE ... CREATEDB，或在自己的服务器上用账本的副本"
    ),
    "aidledger case history shows the positions": "aidledger case history 列出各条记录的位置",
    "one ledger lives in one database": "一个数据库中只有一个账本",
    "set it in postgresql.conf and restart the server": "在 postgresql.conf 中设置并重启服务器",
    "create the database first": "请先创建数据库",
    "this SQLite was built to ignore it: use another build": "该 SQLite 编译时忽略此设置：请换一个",
    "if it was one, it was cut off or written over: restore it from a copy": "如果原来是账本，则文件已被截断或覆盖：请从副本恢复",
    "it may give each reader other rows, without end: ask the owner of the database who put it there": (
        "它给各读取者的行可能不同，也可能没有尽头：请问数据库的所有者是谁放的"
    ),
    "keep both for whoever examines it, and restore the ledger from a copy": (
        "两个文件都请留存备查，账本请从副本恢复"
    ),
    "use the release that made it": "请使用创建它的版本",
    "open it for reading only": "请以只读方式打开",
    "a ledger is made by `aidledger init`; if this is one, restore it from a copy": (
        "账本由 aidledger init 创建；若此处原是账本，请从副本恢复"
    ),
    "there was a ledger at this location: bring it back, or use another location": (
        "此处曾有账本：请找回它，或换一个位置"
    ),
    "compare the ledger with its newest cosigned checkpoint, then remove the file": (
        "先与最新的联署检查点比对账本，再删除该文件"
    ),
    "make the directory": "请先建立目录",
    # a log over other logs
    "aidledger checkpoint show prints it": "aidledger checkpoint show 会显示",
    "--log FILE holds the public keys of the county's log, a line each": (
        "--log FILE 是该县日志的公钥，每行一个"
    ),
    "a county has one log; a new one is another county's entry": (
        "一个县只有一个日志；另一日志请以另一代码登记"
    ),
    "a log is one county's; one whose code changed keeps the code that it was gathered under": (
        "一个日志只属一个县；代码有变更的县，沿用当初登记的代码"
    ),
    "aidledger province trust names the keys of its log": (
        "请先用 aidledger province trust 登记该县日志的公钥"
    ),
    "ask the county's operator, and tell the auditors: this can't be honest": (
        "请询问该县运营方并告知审计机关：这不可能是诚实的"
    ),
    "aidledger checkpoint witness --request FILE writes one": (
        "aidledger checkpoint witness --request FILE 可写出请求"
    ),
    "ask the county for a request with --old and the size gathered last": (
        "请该县以 --old 和上次入册的条数重新写出请求"
    ),
    "if it is the county's newest, entries are missing there: aidledger checkpoint compare": (
        "若这是该县最新的检查点，则该县缺少记录，请用 aidledger checkpoint compare 比对"
    ),
    "name the county whose log it is": "请给出该日志所属的县",
    # secrets, keys, tokens
    "a ledger and its secrets belong together: use a new location": (
        "账本与其密钥文件须成对：请换一个新位置"
    ),
    "the secrets are made with the ledger: bring back the file from where it is kept": (
        "密钥文件与账本同时生成：请从保管处找回"
    ),
    "restore the vault from a copy; the log itself is not concerned": (
        "请从副本恢复保险库；账本记录本身不受影响"
    ),
    "the file of secrets belongs to another ledger, or the vault was changed": (
        "密钥文件属于另一账本，或保险库被改动"
    ),
    "set AIDLEDGER_KEYS to a folder of your own": "将 AIDLEDGER_KEYS 设为自己的目录",
    "give one, or ask for a key without": "请给出口令，或新建不加锁的密钥",
    "a key is never replaced: use a new name": "密钥不可替换：请用新名称",
    "bring the key from where it is kept, or make a new one": "请从保管处取回密钥，或新建一个",
    "bring it back from where a copy is kept": "请从保存副本处找回",
    "aidledger keys new makes one": "用 aidledger keys new 新建",
    "name it with --county": "用 --county 指明",
    "plug the token in, and see that its module, label and PIN are right": (
        "插入设备，并核对模块、标签和 PIN"
    ),
    "make a key in the token that is sensitive and not extractable": (
        "在设备中生成受保护且不可导出的密钥"
    ),
    "pip install 'aidledger[xlsx]', or save the sheet as CSV": (
        "pip install 'aidledger[xlsx]'，或把表格另存为 CSV"
    ),
    "pip install 'aidledger[xlsx]', or use --format csv": (
        "pip install 'aidledger[xlsx]'，或用 --format csv"
    ),
    # checkpoints, witnesses, restoring, timestamps
    "put the text of the newest checkpoint that anybody holds there": (
        "请把任何人所持最新检查点的正文放在那里"
    ),
    "aidledger checkpoint compare says which past others know: bring that one back": (
        "用 aidledger checkpoint compare 查明他人所知的是哪一段历史，请恢复那一份"
    ),
    "there is nothing to restore": "没有需要恢复的内容",
    "write it again with --statement and have that one cosigned": (
        "请用 --statement 重新写出声明，并请审计方联署"
    ),
    "an auditor of the policy, named at genesis if any was, cosigns the statement": (
        "须由策略所列（创世声明指定时为其所列）的审计方联署声明"
    ),
    "name one with --to, or write the request to a file with --request": (
        "用 --to 指明见证方，或用 --request 把请求写入文件"
    ),
    "sign a newer checkpoint; if entries are missing, aidledger checkpoint compare": (
        "请签署更新的检查点；若缺少记录，用 aidledger checkpoint compare 比对"
    ),
    "tell the other witnesses and whoever verifies: this can't be honest": (
        "请告知其他见证方和核验者：这不可能是诚实的"
    ),
    "make a new witness with a new key, and have the policies changed: who forgets could sign a fork": (
        "请以新密钥另建见证方，并请各方修改策略：忘了所见的见证方可能为分叉联署"
    ),
    "compare the log's newest checkpoint with another witness before it is trusted again": (
        "重新信任之前，先与另一见证方核对该账本的最新检查点"
    ),
    "a witness never begins anew: use another folder, or add logs with witness trust": (
        "见证方不能从头开始：请换一个目录，或用 aidledger witness trust 增加账本"
    ),
    "aidledger timestamp request makes a request": "用 aidledger timestamp request 生成请求",
    "the authority's own certificate first, then its chain up to the root": (
        "先放时间戳机构自己的证书，再放直至根证书的证书链"
    ),
    # what is recorded, decided, exported
    "look at what was recorded, then try again": "先查看已记录的内容，再重试",
    "adopt the pack before deciding under it": "先采用规则包，再据以决定",
    "the stored text isn't the one that was adopted": "所存文本不是当初采用的那份",
    "restore the evidence file; until then the decision can't be replayed": (
        "请恢复证据文件；在此之前该决定无法重新作出"
    ),
    "days are written YYYY-MM-DD": "日期写作 YYYY-MM-DD",
    "name it with folder=generations_folder(location)": "用 folder=generations_folder(location) 指明",
    "make a new ledger with aidledger init: invented people don't belong among others": (
        "请用 aidledger init 新建账本：虚构人员不应与他人混在一起"
    ),
    "aidledger simulate --help names them": "aidledger simulate --help 列出各情形的名称",
    "leave --cases, --months and --start away": "请不要给出 --cases、--months 和 --start",
    "a statement's lines are no requests: leave one of the two away": (
        "对账单明细不是请求，二者只能取其一"
    ),
    "simulate more cases or months": "请模拟更多个案或月份",
    "open it in a spreadsheet program and save it again as XLSX": (
        "请用电子表格软件打开，重新存为 XLSX"
    ),
    "export to another folder": "请导出到另一目录",
    "remove that file and export again": "请删除该文件后重新导出",
    # the archive
    "aidledger verify names them; nothing was recorded": "aidledger verify 指出是哪些；没有记录",
    "aidledger archive verify names what is wrong": "aidledger archive verify 指出问题所在",
    "give whoever runs this the right to read the archive, or run it as its owner": (
        "请给运行者读取归档的权限，或由其所有者运行"
    ),
    "remove the segment's folder and seal again": "请删除该段的目录，再次封存",
    "free space or name another place, and run aidledger archive seal again": (
        "请腾出空间或另指位置，再次执行 aidledger archive seal"
    ),
    "look at the path; aidledger archive seal writes complete runs of 65,536 entries": (
        "请检查路径；aidledger archive seal 把每满 65,536 条的记录写为一段"
    ),
    "pip install 'aidledger[objects]', and what fsspec needs for this kind of URL": (
        "请安装 aidledger[objects]，以及 fsspec 访问此类地址所需的软件"
    ),
    "look whether memory ran out, and run it again"
    " (a program of your own has to begin under if __name__ == '__main__')": (
        "请检查内存是否不足，再运行一次（自己编写的程序须从 if __name__ == '__main__' 之下开始）"
    ),
    # points of the log
    "aidledger log shows the newest entries": "aidledger log 列出最新的记录",
    "open it without one": "请不指定时点打开",
    "docs/FINDINGS.md lists the codes": "代码见 docs/FINDINGS.md",
    "aidledger events lists them": "aidledger events 列出全部类型",
    "a day is a day in force; a position or time is a point of the log": (
        "日期指当日效力，位置或时间指账本的时点"
    ),
    # nights
    "aidledger nightly makes them": "aidledger nightly 生成",
    "aidledger status names them": "aidledger status 列出有问题的步骤",
    "run aidledger nightly again": "请再运行 aidledger nightly",
    "wait until it is done: aidledger status shows it": "请等它结束：aidledger status 显示其状态",
    # read models and their generations
    "ask its owner for it": "请其所有者开放权限",
    "ask its owner for it; with --anew the answer is derived from the entries": (
        "请其所有者开放权限；用 --anew 可从记录推导答案"
    ),
    "say which entries made each row": "请说明每一行由哪些记录得出",
    "see the header's key": "见文件头的 key",
    "run it in duckdb over a generation to see where": "在 duckdb 中对一个生成版本运行，查看出错之处",
    "save it as UTF-8": "请另存为 UTF-8",
    "run it in duckdb to see where": "在 duckdb 中运行，查看出错之处",
    "a public list shows what its allow-list names, and nothing else": (
        "公开名单只显示许可清单所列的列"
    ),
    "name a key in the header that tells the rows apart": "请在文件头写明能区分各行的 key",
    "remove it and run aidledger rebuild: everything is derived again from the entries": (
        "删除它并运行 aidledger rebuild：一切由记录重新得出"
    ),
    "run aidledger rebuild": "请运行 aidledger rebuild",
    "give the engine more memory, or fewer threads": "请给引擎更多内存，或减少线程",
    "see what is said of the model that it reads": "见它所读取的那个模型的说明",
    "aidledger generations check says what differs": ("aidledger generations check 说明何处不同"),
    "aidledger generations certify, then aidledger checkpoint sign": (
        "先 aidledger generations certify，再 aidledger checkpoint sign"
    ),
    "aidledger generations list shows where each was certified": (
        "aidledger generations list 列出各版本的认证位置"
    ),
    "aidledger generations list shows those that are kept": (
        "aidledger generations list 列出保留的生成版本"
    ),
    "the disk or the memory of this machine is at fault; the old generation stays": (
        "本机的磁盘或内存有问题；旧的生成版本保留"
    ),
    "DuckDB can't write there: rename the folder, or name another place": (
        "DuckDB 写不了这样的路径：请给文件夹改名，或另选位置"
    ),
    "free space or memory and run aidledger rebuild again; the old generation stays": (
        "请腾出空间或内存，再运行 aidledger rebuild；旧的生成版本保留"
    ),
    "wait until it is done": "请等待其完成",
    "rename the file": "请给文件改名",
    "a model reads the event views, other models and parameters, and nothing else": (
        "读模型只读取事件视图、其他模型和参数"
    ),
    "add the line on top": "请在文件开头加上这一行",
    "cut the circle": "请消除循环引用",
    "see the list of event views": "见事件视图列表",
    # audit rules
    "see docs/AUDIT.md": "见 docs/AUDIT.md",
    "see docs/AUDIT.md on samples": "抽样见 docs/AUDIT.md",
    "aidledger audit sample --check says in what": "aidledger audit sample --check 指出何处不同",
    "bring back the entries that are missing": "请找回缺少的记录",
    "aidledger list shows the models": "aidledger list 列出全部读模型",
    "aidledger audit rules lists them": "aidledger audit rules 列出全部规则",
    "ask for less, or give it more time with --seconds": "缩小查询，或用 --seconds 给更多时间",
    "ask for less, or give more with --memory": "缩小查询，或用 --memory 给更多内存",
    "ask for fewer rows or shorter texts": "缩小查询：少要几行，或缩短文字",
    "aidledger rebuild says more": "aidledger rebuild 说明更多",
    # bulk import
    "name each county's ledger once": "每个县的账本只指明一次",
    "run the same command again": "再次执行同一命令",
    "find out first: was an old backup restored, the tail cut off, or another ledger put here": (
        "先核实：是否恢复了旧备份，末尾被截去，或换成了另一账本"
    ),
    "aidledger events lists the types": "aidledger events 列出全部类型",
    "import this type as JSON Lines": "这种类型请以 JSON Lines 导入",
    "import that file to its end first, with --keep-going where rules refuse rows; if this one is no"
    " other version of it: --beside": (
        "先把那份文件导完，规则拒绝时加 --keep-going；若此文件不是它的另一版本，用 --beside"
    ),
    "name with --rejects the file that the first run wrote; for a new import, a new one": (
        "用 --rejects 指明首次执行所写的文件；新的导入请用新文件"
    ),
    "one file for each event type; aidledger events lists the types": (
        "每种事件一个文件；aidledger events 列出全部类型"
    ),
    "save it as CSV, which is read row by row": "请存为 CSV，它是逐行读取的",
    "put the file back as it was and run the same command again": (
        "把文件恢复原样，再次执行同一命令"
    ),
    # Spark
    "the disk or the memory of a machine is at fault: run it again": (
        "某台机器的磁盘或内存有问题：请再次执行"
    ),
    "docs/SCALE.md says which SQL is portable": "docs/SCALE.md 说明哪些 SQL 可移植",
    "Spark needs Java 17 or newer and a master that answers": (
        "Spark 需要 Java 17 以上，且主节点能应答"
    ),
    "aidledger rebuild builds it in DuckDB; docs/SCALE.md says which SQL is portable": (
        "aidledger rebuild 用 DuckDB 构建；docs/SCALE.md 说明哪些 SQL 可移植"
    ),
    # reports
    "leave --format away: the ending says it, and a folder has every form": (
        "请省去 --format：结尾已说明格式，文件夹则含全部格式"
    ),
    # registers of other offices
    "show the sheet, or take it out": "请取消隐藏该工作表，或将其删除",
    "save each sheet as a workbook of its own": "请把每个工作表存为单独的工作簿",
    "save it as CSV in UTF-8, XLSX or Parquet": "请存为 UTF-8 编码的 CSV、XLSX 或 Parquet",
    "save it as an XLSX workbook": "请存为 XLSX 工作簿",
    "aidledger compare kinds lists them": "aidledger compare kinds 列出全部类别",
    "aidledger compare list gives the positions": "aidledger compare list 列出各份登记的位置",
    "--memory gives it more, or split the file and import the parts with --adds": (
        "用 --memory 增加内存，或把文件分成几份，用 --adds 依次导入"
    ),
    "bring the file back, or import it again": "请恢复该文件，或重新导入",
    "free space, and run the same command again": "请腾出磁盘空间，再次执行同一命令",
    # doubts
    "aidledger audit run --json writes one; without --from the rules are run now": (
        "由 aidledger audit run --json 写出；不用 --from 则现在运行规则"
    ),
    "a rule that finds so much is to be narrowed first": "发现过多的规则须先缩小范围",
    "the findings are of another ledger, or of another history of this one": (
        "这些发现属于另一账本，或本账本的另一份历史"
    ),
    "findings that were filtered or edited prove nothing: write them without --severity": (
        "经过筛选或改动的发现不能作证：写出时不要用 --severity"
    ),
    "aidledger doubt list shows it": "见 aidledger doubt list",
    "aidledger log shows them": "见 aidledger log",
    # handing over
    "look at the disk, or give the engine more memory": "请检查磁盘，或给引擎更多内存",
    "ask for the files again": "请对方重新提供这些文件",
    "name the folder or the file that an export wrote": "请指明导出命令写出的文件夹或文件",
    "aidledger verify says what is wrong with the log": "aidledger verify 说明账本有什么问题",
    "aidledger doubt list shows the names": "aidledger doubt list 列出全部疑点",
    "aidledger log --type ListPublished shows what was published": (
        "aidledger log --type ListPublished 列出已公示的名单"
    ),
    "a month is there once it is closed: aidledger month close": (
        "月份结账之后才有：aidledger month close"
    ),
    "name another folder: --report": "请用 --report 另选文件夹",
    "name another folder: nothing that was handed over is written over": (
        "请换一个文件夹：已交出的内容不会被覆盖"
    ),
}
