// Files as their manifest has them, entries in the log, and whether any is left out

const PAGES = "manifest-sha256.txt";

const checkFiles = async bundle => {
  const { report, files, absent } = bundle, told = new Map();
  const rows = strict().decode(files.get(PAGES) || new Uint8Array()).split("\n").filter(Boolean);
  rows.forEach((row, at) => {
    const [, digest, name] = /^([0-9a-f]{64}) {2}(.+)$/.exec(row) || [];
    if (digest) told.set(name, digest);
    else report.problem(PAGES, at + 1, "不是清单行", "is no line of a manifest");
  });
  const unseen = [];
  for (const [name, digest] of told) {
    if (!files.has(name)) {
      if (absent.includes(name)) unseen.push(name);
      else report.problem(name, null, "缺失", "is missing");
    } else if (hex(await sha(files.get(name))) !== digest) {
      const line = await changedLine(bundle, name);
      report.problem(name, line, "与清单所载散列不符，已被改动", "is not what the manifest has: it was changed");
    }
  }
  for (const name of files.keys()) {
    if (name.startsWith("data/") && !told.has(name)) report.problem(name, null, "不在清单中", "is not in the manifest");
  }
  return unseen.length ? [`；${unseen.join("、")} 不在本页中，未核验`, `; ${unseen.join(", ")}: not in this page, not checked`] : null;
};

// Which line of a changed file is another than it was: by the first four bytes of each line's hash
const changedLine = async (bundle, name) => {
  try {
    const row = bundle.lines("lines.txt").find(one => one.startsWith(`${name.slice(5)} `));
    if (!row) return null;
    const was = row.split(" ").slice(1), data = bundle.files.get(name);
    let start = 0, number = 0;
    for (let at = 0; at <= data.length; at += 1) {
      if (at < data.length && data[at] !== 10) continue;
      if (at === data.length && start === at) break;
      const digest = hex((await sha(data.slice(start, at))).slice(0, 4));
      if (digest !== was[number]) return number + 1;
      number += 1;
      start = at + 1;
    }
    return number < was.length ? number + 1 : number;
  } catch { return null; }
};

const checkEntries = async bundle => {
  const { report } = bundle, note = readNote(bundle.text("checkpoint"));
  const records = bundle.lines("entries.jsonl"), proofs = bundle.lines("proofs.jsonl");
  refuse(records.length !== proofs.length, "not as many proofs as entries");
  const heads = await Promise.all(records.map(async (text, at) => {
    const place = ["data/entries.jsonl", at + 1];
    let said, proof;
    try { proof = canonical(proofs[at]); } catch (error) {
      report.problem("data/proofs.jsonl", at + 1, "不是规范 JSON", "is not canonical JSON");
    }
    const position = proof ? proof.position : "?";
    try { said = canonical(text); } catch (error) {
      report.problem(...place, `不是规范记录（位置 ${position}）`, `is no canonical record (entry ${position})`);
    }
    const leaf = await leafOf(utf8.encode(text));
    if (proof) {
      let holds = false;
      try { holds = await included(leaf, position, note.size, proof.path.map(base64), note.root); } catch { holds = false; }
      if (!holds) {
        report.problem(...place, `位置 ${position} 的记录不在检查点的账本中：记录或其证明已被改动`,
          `entry ${position} is not in the log of the checkpoint: it or its proof was changed`);
      } else if (said) return { position, said, leaf, line: at + 1 };
    }
    return null;
  }));
  for (const entry of heads) if (entry) bundle.ledger.set(entry.position, entry);
  bundle.leaves = heads.map(entry => entry && entry.leaf);
  return [`：${bundle.ledger.size} 条，账本共 ${note.size} 条`, `: ${bundle.ledger.size} of a log of ${note.size}`];
};

const checkChain = async bundle => {
  const streams = new Map();
  for (const entry of bundle.ledger.values()) streams.set(`${entry.said.stream} ${entry.said.version}`, entry);
  for (const { said, line } of bundle.ledger.values()) {
    const before = streams.get(`${said.stream} ${said.version - 1}`);
    if (before && said.prev !== hex(before.leaf)) {
      bundle.report.problem("data/entries.jsonl", line, "与本流前一条不相接", "does not follow the entry before it in its stream");
    }
  }
};
const checkComplete = async bundle => {
  const proof = canonical(bundle.text("case.case-proof")), manifest = bundle.manifest;
  const sealed = bundle.at(proof.sealed_at, "IndexSealed").said.data, [row] = proof.rows;
  refuse(proof.kind !== "cases" || sealed.kind !== "cases" || proof.rows.length !== 1, "another kind of proof");
  refuse(proof.key !== manifest.case || row.key !== proof.key, "about another case");
  const leaf = await leafOf(join(utf8.encode("aidledger/index/v1\n"), lp(utf8.encode(row.key)), lp(u64(row.count)), lp(u64(row.last_position)), lp(base64(row.root))));
  refuse(!await included(leaf, row.index, sealed.rows, row.path.map(base64), unhex(sealed.root)), "the row is not in the sealed index");
  const ours = [...bundle.ledger.values()].filter(entry => entry.said.stream === row.key).sort((a, b) => a.said.version - b.said.version);
  const counted = ours.slice(0, row.count);
  refuse(counted.length !== row.count || !same(await rootOf(counted.map(entry => entry.leaf)), base64(row.root)), `not all ${row.count} entries are here`);
  const later = ours.length - row.count;
  return [`：${row.count} 条${later ? `；其后另有 ${later} 条，是否全部无从证明` : ""}`, `: ${row.count}${later ? `; ${later} came later, and that these are all can't be said` : ""}`];
};

