// Checks an evidence bundle where it is shown: no network, WebCrypto alone. Sections (§) are those of
// docs/FORMAT.md. What can't be checked here is said, never passed over.
"use strict";

const utf8 = new TextEncoder(), strict = () => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const LIMIT = 2n ** 53n - 1n;

class Refused extends Error {}
const refuse = (when, why) => { if (when) throw new Refused(why); };

// ---- bytes

const join = (...parts) => {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { out.set(part, at); at += part.length; }
  return out;
};
const hex = bytes => Array.from(bytes, one => one.toString(16).padStart(2, "0")).join("");
const unhex = text => {
  refuse(typeof text !== "string" || !/^([0-9a-f]{2})*$/.test(text), "no hex");
  return Uint8Array.from(text.match(/../g) || [], pair => parseInt(pair, 16));
};
const base64 = text => {
  refuse(typeof text !== "string" || !/^[A-Za-z0-9+/]+={0,2}$/.test(text), "no base64");
  let raw;
  try { raw = atob(text); } catch { throw new Refused("no base64"); }
  refuse(btoa(raw) !== text, "no base64");
  return Uint8Array.from(raw, one => one.charCodeAt(0));
};
const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);
const u64 = number => {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(number));
  return out;
};
const lp = part => join(new Uint8Array([part.length >>> 24, part.length >>> 16, part.length >>> 8, part.length]), part);
const sha = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", join(...parts)));
const isCount = value => Number.isSafeInteger(value) && value >= 0;

// §2: canonical JSON; what doesn't encode back to the same text is refused
const encode = value => {
  if (Array.isArray(value)) return `[${value.map(encode).join(",")}]`;
  if (value && typeof value === "object") {
    return `{${Object.keys(value).sort().map(key => `${JSON.stringify(key)}:${encode(value[key])}`).join(",")}}`;
  }
  refuse(typeof value === "number" && !Number.isSafeInteger(value), "a number that is no integer");
  return JSON.stringify(value);
};
const canonical = text => {
  let value;
  try { value = JSON.parse(text); } catch { throw new Refused("no JSON"); }
  refuse(encode(value) !== text || text.normalize("NFC") !== text, "not canonical JSON");
  return value;
};

// ---- §4: the tree; nodes that paths share are hashed once

const nodes = new Map();
const node = (left, right) => {
  const key = hex(left) + hex(right);
  if (!nodes.has(key)) nodes.set(key, sha(new Uint8Array([1]), left, right));
  return nodes.get(key);
};
const leafOf = record => sha(new Uint8Array([0]), record);
const rootOf = async leaves => {
  if (leaves.length === 0) return sha();
  if (leaves.length === 1) return leaves[0];
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return node(await rootOf(leaves.slice(0, half)), await rootOf(leaves.slice(half)));
};
const included = async (leaf, index, size, path, root) => {
  if (!isCount(index) || !isCount(size) || index >= size) return false;
  let number = index, last = size - 1, hash = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if (number % 2 || number === last) {
      hash = await node(sibling, hash);
      while (number % 2 === 0 && number) { number = Math.floor(number / 2); last = Math.floor(last / 2); }
    } else {
      hash = await node(hash, sibling);
    }
    number = Math.floor(number / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && same(hash, root);
};

// ---- §16: keys, notes, policies

const KINDS = { 1: "log", 4: "witness", 6: "ml-dsa" };
const BATCH = join(new Uint8Array([255]), utf8.encode("aidledger/batch/v1\n"));

const readKey = async vkey => {
  const [name, id, ...rest] = vkey.split("+"), material = base64(rest.join("+"));
  refuse(!KINDS[material[0]], "a key of an unknown kind");
  const digest = await sha(utf8.encode(`${name}\n`), material);
  refuse(hex(digest.slice(0, 4)) !== id, "a key whose id is not its own");
  return { name, id: digest.slice(0, 4), kind: KINDS[material[0]], public: material.slice(1), vkey };
};
const ed25519 = async (key, signature, message) => {
  const imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "Ed25519" }, imported, signature, message);
};
const canSign = async () => {
  try {
    await crypto.subtle.importKey("raw", base64("iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w="), { name: "Ed25519" }, false, ["verify"]);
    return true;
  } catch { return false; }
};
const readPolicy = async text => {
  const policy = { logs: [], witnesses: new Map(), groups: new Map(), quorum: "" };
  for (const row of text.split("\n")) {
    const [word, ...items] = row.split(/[ \t]+/).filter(Boolean);
    if (!word || word.startsWith("#")) continue;
    if (word === "log") policy.logs.push(await readKey(items[0]));
    else if (word === "witness") policy.witnesses.set(items[0], await readKey(items[1]));
    else if (word === "group") {
      const [name, least, ...members] = items;
      policy.groups.set(name, [least === "all" ? members.length : least === "any" ? 1 : Number(least), members]);
    } else if (word === "quorum") policy.quorum = items[0];
    else throw new Refused(`a line of the policy: ${row.slice(0, 40)}`);
  }
  const keys = [...policy.logs, ...policy.witnesses.values()].map(key => hex(key.public));
  refuse(!policy.quorum || new Set(keys).size < keys.length, "no quorum, or a key twice");
  return policy;
};
const met = (policy, name, there) => {
  if (!policy.groups.has(name)) return name === "none" || there.has(name);
  const [least, members] = policy.groups.get(name);
  return members.filter(member => met(policy, member, there)).length >= least;
};
const readNote = text => {
  const at = text.lastIndexOf("\n\n");
  refuse(at < 0 || !text.endsWith("\n"), "no note");
  const body = text.slice(0, at + 1), rows = body.split("\n"), lines = text.slice(at + 2, -1).split("\n").map(row => {
    const [dash, name, signature] = row.split(" ");
    refuse(dash !== "—" || !signature, "a line that is no signature");
    return { name, signature: base64(signature) };
  });
  refuse(rows.length < 4 || !/^(0|[1-9][0-9]{0,15})$/.test(rows[1]), "no checkpoint");
  return { body, origin: rows[0], size: Number(rows[1]), root: base64(rows[2]), lines };
};
// Whether one line holds: true, false, or null where that can't be checked here
const lineHolds = async (note, key, signature, able) => {
  if (key.kind === "ml-dsa" || !able) return null;
  if (key.kind === "log") return ed25519(key.public, signature, utf8.encode(note.body));
  const time = new DataView(signature.buffer, signature.byteOffset, 8).getBigUint64(0);
  return ed25519(key.public, signature.slice(8), utf8.encode(`cosignature/v1\ntime ${time}\n${note.body}`));
};

// ---- what is found: problems, and checks that hold, don't, or weren't made

class Report {
  constructor() { this.problems = []; this.checks = []; }
  problem(file, line, zh, en) { this.problems.push({ file, line, zh, en }); }
  check(name, state, zh, en) { this.checks.push({ name, state, zh, en }); }
  // Make a check: what it throws is a problem of a file
  async make(name, file, zh, en, work) {
    const before = this.problems.length;
    try {
      const more = (await work()) || ["", ""];
      const state = this.problems.length > before ? "bad" : "good";
      this.check(name, state, zh + more[0], en + more[1]);
    } catch (error) {
      if (!(error instanceof Refused) && !(error instanceof TypeError) && !(error instanceof RangeError) && !(error instanceof SyntaxError)) throw error;
      this.problem(file, null, `不能成立（${error.message}）`, `does not hold (${error.message})`);
      this.check(name, "bad", zh, en);
    }
  }
}

class Bundle {
  constructor(files, absent) { this.files = files; this.absent = absent; this.report = new Report(); this.ledger = new Map(); }
  has(name) { return this.files.has(`data/${name}`); }
  bytes(name) {
    refuse(!this.has(name), `${name} is missing`);
    return this.files.get(`data/${name}`);
  }
  text(name) {
    try { return strict().decode(this.bytes(name)); } catch (error) { if (error instanceof Refused) throw error; throw new Refused(`${name}: no UTF-8`); }
  }
  lines(name) {
    const text = this.text(name);
    refuse(text !== "" && !text.endsWith("\n"), `${name}: the last line does not end`);
    return text.split("\n").slice(0, -1);
  }
  names(folder) { return [...this.files.keys()].filter(name => name.startsWith(`data/${folder}`)).map(name => name.slice(5)).sort(); }
  at(position, ...types) {
    const entry = this.ledger.get(position);
    refuse(!entry || !types.includes(entry.said.$type), `no ${types.join(" or ")} at ${position}`);
    return entry;
  }
}

// ---- the checks

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

const checkCheckpoint = async bundle => {
  const { report } = bundle, note = readNote(bundle.text("checkpoint"));
  const manifest = JSON.parse(bundle.text("manifest.json"));
  if (manifest.format !== "aidledger/bundle/v1" || manifest.origin !== note.origin || manifest.size !== note.size || manifest.root !== hex(note.root)) {
    report.problem("data/manifest.json", 1, "与检查点不符", "is not what the checkpoint says");
  }
  if (!bundle.has("tlog-policy")) {
    report.check("checkpoint", "not", "检查点的签名：未核验，证据包中没有信任策略", "signatures of the checkpoint: not checked, no trust policy came along");
    bundle.witnessed = null;
    return;
  }
  const able = await canSign(), policy = await readPolicy(bundle.text("tlog-policy"));
  const there = new Set(), maybe = new Set(), open = [];
  let signed = false, signedMaybe = false;
  const names = new Map([...policy.witnesses].map(([name, key]) => [key, name]));
  for (const { name, signature } of note.lines) {
    for (const key of [...policy.logs, ...policy.witnesses.values()]) {
      if (key.name !== name || !same(key.id, signature.slice(0, 4))) continue;
      const holds = await lineHolds(note, key, signature.slice(4), able);
      if (holds === false) {
        const line = bundle.lines("checkpoint").findIndex(row => row.startsWith(`— ${name} `)) + 1;
        report.problem("data/checkpoint", line, `${name} 的签名无效`, `the signature of ${name} does not hold`);
      } else if (holds === null) {
        open.push(name);
        if (names.has(key)) maybe.add(names.get(key)); else signedMaybe ||= name === note.origin;
      } else if (names.has(key)) there.add(names.get(key));
      else signed ||= key.name === note.origin;
    }
  }
  if (!signed && !signedMaybe) report.problem("data/checkpoint", null, "没有账本密钥的有效签名", "bears no signature of the log that holds");
  if (open.length) {
    const why = able ? ["ML-DSA 签名在浏览器中不能核验", "ML-DSA can't be checked in a browser"] : ["此浏览器不支持 Ed25519", "this browser has no Ed25519"];
    report.check("signatures", "not", `${open.join("、")} 的签名：未在此核验，${why[0]}`, `signature of ${open.join(", ")}: not checked here, ${why[1]}`);
  }
  const enough = met(policy, policy.quorum, there), perhaps = met(policy, policy.quorum, new Set([...there, ...maybe]));
  if (!perhaps) report.problem("data/checkpoint", null, "见证方联署不足法定数", "too few witnesses cosigned it");
  bundle.witnessed = policy.quorum === "none" ? false : enough ? [...there] : null;
  const who = [...there].join("、");
  const state = report.problems.some(one => one.file === "data/checkpoint") ? "bad" : enough && signed ? "good" : "not";
  report.check("checkpoint", state, `检查点的签名${who ? `，见证：${who}` : ""}`, `signatures of the checkpoint${who ? `, witnessed by ${[...there].join(", ")}` : ""}`);
};

const checkComplete = async bundle => {
  const proof = canonical(bundle.text("case.case-proof")), manifest = JSON.parse(bundle.text("manifest.json"));
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

const checkBatches = async bundle => {
  if (!await canSign()) return bundle.report.check("batches", "not", "经办人员的签名：未核验，此浏览器不支持 Ed25519", "signatures of the recorders: not checked, this browser has no Ed25519");
  const { report } = bundle, origin = readNote(bundle.text("checkpoint")).origin, keys = new Map();
  for (const { said, position } of [...bundle.ledger.values()].sort((a, b) => a.position - b.position)) {
    if (said.$type !== "KeyRegistered") continue;
    const { key, owner, public_key: text, algorithm } = said.data;
    if (algorithm !== "ed25519") continue;
    const known = { owner, position, public: unhex(text), until: Infinity, key };
    for (const one of bundle.ledger.values()) {
      if (one.said.$type === "KeyRevoked" && one.said.data.key === key) known.until = Math.min(known.until, one.said.data.from_position);
    }
    for (const name of [key, owner]) {
      const id = hex((await sha(utf8.encode(`${name}\n`), BATCH, known.public)).slice(0, 4));
      if (!keys.has(`${name}+${id}`)) keys.set(`${name}+${id}`, known);
    }
    if (!keys.has(key)) keys.set(key, known);
  }
  const covered = new Set(), rows = bundle.lines("batches.jsonl");
  await Promise.all(rows.map(async (text, at) => {
    try {
      const said = canonical(text), key = keys.get(said.key_id), root = unhex(said.root);
      refuse(!key, `the key ${said.key_id} is not registered here`);
      refuse(said.position <= key.position || said.position + said.count > key.until, "the key was not in force");
      const statement = encode({ count: said.count, origin, root: said.root, seen: said.seen }), type = "application/vnd.aidledger.batch+json;v=1";
      const message = utf8.encode(`DSSEv1 ${type.length} ${type} ${utf8.encode(statement).length} ${statement}`);
      refuse(!await ed25519(key.public, base64(said.signature), message), "the signature does not hold");
      for (const { path, position } of said.entries) {
        const entry = bundle.ledger.get(position);
        refuse(!entry, `entry ${position} is not proven`);
        refuse(entry.said.actor !== key.owner, `entry ${position} is of another actor`);
        refuse(!await included(entry.leaf, position - said.position, said.count, path.map(base64), root), `entry ${position} is not in the batch`);
        covered.add(position);
      }
    } catch (error) {
      if (!(error instanceof Refused) && !(error instanceof TypeError)) throw error;
      report.problem("data/batches.jsonl", at + 1, `不能成立（${error.message}）`, `does not hold (${error.message})`);
    }
  }));
  const bare = bundle.ledger.size - covered.size;
  return [`：${covered.size} 条${bare ? `，另 ${bare} 条未经个人签名` : ""}`, `: ${covered.size}${bare ? `; ${bare} bear none` : ""}`];
};

// §10: the file by its hash, the chain by the pack's
const rulesOf = data => {
  const marker = utf8.encode("[[example]]");
  for (let at = 0; at < data.length; at += 1) {
    if ((at === 0 || data[at - 1] === 10) && marker.every((byte, n) => data[at + n] === byte)) {
      return data.slice(0, at > 1 && data[at - 2] === 10 ? at - 1 : at);
    }
  }
  return data;
};
const checkPacks = async bundle => {
  const { report } = bundle, adopted = new Map();
  for (const { said } of bundle.ledger.values()) if (said.$type === "PackAdopted") adopted.set(said.data.pack_hash, said.data);
  for (const { said, line, position } of bundle.ledger.values()) {
    if (said.policy && !adopted.has(said.policy.hash.slice(7))) {
      report.problem("data/entries.jsonl", line, `位置 ${position} 所用政策包没有采用记录`, `the pack of entry ${position} was adopted by no entry here`);
    }
  }
  const pinned = new Set([...bundle.ledger.values()].filter(one => one.said.policy).map(one => one.said.policy.hash.slice(7)));
  for (const digest of pinned) {
    let parent = new Uint8Array();
    for (const link of (adopted.get(digest) || { chain: [] }).chain) {
      const name = `packs/${link.split("@").pop()}.toml`;
      refuse(!bundle.has(name), `${name} is missing`);
      if (hex(await sha(bundle.bytes(name))) !== link.split("@").pop()) report.problem(`data/${name}`, null, "不是所采用的原文", "is not the text that was adopted");
      parent = await sha(utf8.encode("aidledger/pack/v1\n"), lp(rulesOf(bundle.bytes(name))), lp(parent));
    }
    if (adopted.has(digest)) refuse(hex(parent) !== digest, "a pack has another hash than was adopted");
  }
  return [`：${pinned.size} 个`, `: ${pinned.size}`];
};

// §18: sum trees
const SUM = utf8.encode("aidledger/sum/v1\n");
const sumNode = async (left, right) => {
  refuse(BigInt(left.fen) + BigInt(right.fen) > LIMIT, "a sum above 2^53-1");
  const part = one => join(lp(one.hash), lp(u64(one.fen)), lp(u64(one.count)));
  return { hash: await sha(SUM, part(left), part(right)), fen: left.fen + right.fen, count: left.count + right.count };
};
const sumFrom = async (line, index, size, path) => {
  refuse((size === 1) !== (path.length === 0), "a path of another length");
  if (!path.length) return line;
  let half = 1;
  while (half * 2 < size) half *= 2;
  const [digest, fen] = path[path.length - 1], rest = path.slice(0, -1);
  refuse(!isCount(fen), "a step of another form");
  if (index < half) return sumNode(await sumFrom(line, index, half, rest), { hash: base64(digest), fen, count: size - half });
  return sumNode({ hash: base64(digest), fen, count: half }, await sumFrom(line, index - half, size - half, rest));
};
const checkPayments = async bundle => {
  for (const name of bundle.names("payments/")) {
    try {
      const proof = canonical(bundle.text(name)), paid = bundle.at(proof.position, "PaymentIssued");
      const { data } = bundle.at(proof.sealed_at, "PaymentMonthClosed", "PaymentMonthSupplemented").said;
      const [root, fen, count] = proof.list === "counted" ? [data.root, data.total_fen, data.count] : [data.withdrawn_root, data.withdrawn_fen, data.withdrawn_count];
      refuse(!(proof.index < count), "a line beyond the last");
      const hash = await sha(SUM, lp(u64(proof.position)), lp(paid.leaf), lp(u64(proof.amount_fen)));
      const found = await sumFrom({ hash, fen: proof.amount_fen, count: 1 }, proof.index, count, proof.path);
      refuse(hex(found.hash) !== root || found.fen !== fen || found.count !== count, "not a line of the month");
    } catch (error) {
      if (!(error instanceof Refused) && !(error instanceof TypeError)) throw error;
      bundle.report.problem(`data/${name}`, 1, `不能成立（${error.message}）`, `does not hold (${error.message})`);
    }
  }
  return [`：${bundle.names("payments/").length} 笔`, `: ${bundle.names("payments/").length}`];
};

const checkRows = async bundle => {
  for (const name of bundle.names("rows/")) {
    const proof = canonical(bundle.text(name)), { data } = bundle.at(proof.sealed_at, "GenerationCertified").said;
    const certificate = canonical(proof.certificate), model = certificate.models.find(one => one.name === proof.model);
    refuse(hex(await sha(utf8.encode(proof.certificate))) !== data.certificate, "the entry names another certificate");
    refuse(["as_of", "known_on", "root", "size"].some(key => certificate[key] !== data[key]), "a certificate of another input");
    refuse(!await included(await leafOf(utf8.encode(proof.row)), proof.index, model.rows, proof.path.map(base64), unhex(model.digest)), "not a row of the model");
  }
  return [`：${bundle.names("rows/").length} 行`, `: ${bundle.names("rows/").length}`];
};

const checkRevealed = async bundle => {
  const rows = bundle.lines("revealed.jsonl");
  for (const [at, text] of rows.entries()) {
    try {
      const one = canonical(text), entry = bundle.ledger.get(one.position);
      const made = hex(await sha(utf8.encode("aidledger/field/v1\n"), lp(utf8.encode(one.field)), lp(unhex(one.salt)), lp(utf8.encode(one.value))));
      refuse(made !== one.commitment || !entry || entry.said.sealed[one.field] !== made, "not what the entry committed to");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      bundle.report.problem("data/revealed.jsonl", at + 1, "与记录中的承诺不符", "is not what the entry committed to");
    }
  }
  return [`：${rows.length} 项`, `: ${rows.length}`];
};

// What is told in words must be what the entries say, and what the page shows must be what is told
const moment = text => new Date(Date.parse(text) + 8 * 3600e3).toISOString().slice(0, 16).replace("T", " ");
const checkTold = async bundle => {
  const { report } = bundle;
  const shown = bundle.shown ? new Map([...bundle.shown.querySelectorAll("tr")].map(row => [row.dataset.position, row])) : null;
  bundle.lines("timeline.jsonl").forEach((text, at) => {
    const one = canonical(text), { said } = bundle.ledger.get(one.position) || {};
    const right = said && ["actor", "effective_on", "office", "recorded_at", "stream"].every(key => said[key] === one[key]) && said.$type === one.type;
    if (!right) report.problem("data/timeline.jsonl", at + 1, `与位置 ${one.position} 的记录不符`, `is not what entry ${one.position} says`);
    if (!shown) return;
    const row = shown.get(String(one.position));
    shown.delete(String(one.position));
    const cells = row ? [...row.cells].map(cell => cell.textContent) : [];
    const told = [String(one.position), one.effective_on, moment(one.recorded_at), one.zh + one.en, `${one.actor} ${one.office}`];
    if (!same(cells, told)) {
      if (row) row.className = "bad";
      report.problem("index.html", null, `本页所列经过中位置 ${one.position} 一行与数据不符`, `the row of entry ${one.position} shown in this page is not what the data say`);
    }
  });
  for (const position of shown ? shown.keys() : []) report.problem("index.html", null, `本页所列位置 ${position} 数据中没有`, `the page shows entry ${position}, which the data do not have`);
  if (bundle.has("decisions.jsonl")) {
    bundle.lines("decisions.jsonl").forEach((text, at) => {
      const one = canonical(text), { said } = bundle.ledger.get(one.position) || {}, made = said && said.data.decision;
      if (made && (made.outcome !== one.outcome || made.amount_fen !== one.amount_fen || made.pack_hash !== one.pack_hash)) {
        report.problem("data/decisions.jsonl", at + 1, `与位置 ${one.position} 的决定不符`, `is not the decision of entry ${one.position}`);
      }
    });
  }
  if (bundle.has("rule.sql")) {
    const { rule } = JSON.parse(bundle.text("manifest.json"));
    if (hex(await sha(bundle.bytes("rule.sql"))) !== rule.sha256) report.problem("data/rule.sql", null, "不是所运行的规则", "is not the rule that was run");
    const named = [...bundle.ledger.values()].some(({ said }) => said.$type === "DoubtRaised" && said.data.rule_hash === rule.sha256);
    if (JSON.parse(bundle.text("manifest.json")).kind === "doubt" && !named) report.problem("data/rule.sql", null, "不是疑点所载的规则", "is not the rule that the doubt names");
    bundle.lines("findings.jsonl").forEach((text, at) => {
      const missing = canonical(text).positions.filter(position => !bundle.ledger.has(position));
      if (missing.length) report.problem("data/findings.jsonl", at + 1, `所依据的位置 ${missing} 未证明`, `rests on entries that are not proven: ${missing}`);
    });
  }
};

const verify = async (files, absent, shown) => {
  const bundle = new Bundle(files, absent), { report } = bundle;
  bundle.shown = shown;
  await report.make("files", PAGES, "各文件与清单所载散列相符", "every file has the hash that the manifest has", () => checkFiles(bundle));
  await report.make("entries", "data/entries.jsonl", "每条记录都在检查点的账本中", "every entry is in the log of the checkpoint", () => checkEntries(bundle));
  await report.make("chain", "data/entries.jsonl", "同一流的记录前后相接", "entries of a stream follow each other", () => checkChain(bundle));
  try { await checkCheckpoint(bundle); } catch (error) {
    if (!(error instanceof Refused) && !(error instanceof TypeError) && !(error instanceof SyntaxError) && !(error instanceof DOMException)) throw error;
    report.problem("data/checkpoint", null, `不能成立（${error.message}）`, `does not hold (${error.message})`);
    report.check("checkpoint", "bad", "检查点的签名", "signatures of the checkpoint");
  }
  if (bundle.has("case.case-proof")) await report.make("complete", "data/case.case-proof", "个案的记录一条不少", "these are all entries of the case", () => checkComplete(bundle));
  else report.check("complete", "not", "记录是否一条不少：未核验，没有封存的索引", "whether anything was left out: not checked, there is no sealed index");
  if (bundle.has("batches.jsonl")) await report.make("batches", "data/batches.jsonl", "经办人员的签名", "signatures of the recorders", () => checkBatches(bundle));
  else report.check("batches", "not", "经办人员的签名：没有", "signatures of the recorders: there are none");
  await report.make("packs", "data/packs/", "政策包原文即当时所采用的", "the packs are those that were adopted", () => checkPacks(bundle));
  if (bundle.names("payments/").length) await report.make("payments", "data/payments/", "发放计入已结的月合计", "payments are within the totals of their months", () => checkPayments(bundle));
  if (bundle.names("rows/").length) await report.make("rows", "data/rows/", "各行出自认证过的读模型", "rows are of certified models", () => checkRows(bundle));
  if (bundle.has("revealed.jsonl")) await report.make("revealed", "data/revealed.jsonl", "个人信息与记录中的承诺相符", "personal values are what the entries committed to", () => checkRevealed(bundle));
  await report.make("told", "data/timeline.jsonl", "文字所述与记录一致", "what is told is what the entries say", () => checkTold(bundle));
  report.check("decisions", "not", "决定是否应如此、规则重跑结果、有无其他撤销密钥：不在此核验（aidledger bundle verify、aidledger verify）",
    "whether decisions come out again, what a rule finds when run again, whether a key was revoked elsewhere: not checked here (aidledger bundle verify, aidledger verify)");
  return bundle;
};

// ---- the page

const both = (tag, zh, en) => {
  const element = document.createElement(tag);
  for (const [lang, text] of [["zh", zh], ["en", en]]) {
    const span = document.createElement("span");
    span.lang = lang;
    span.textContent = text;
    element.append(span);
  }
  return element;
};
const show = (bundle, milliseconds, from) => {
  const { report } = bundle, verdict = document.getElementById("verdict"), marks = { good: "✓ ", bad: "✗ ", not: "– " };
  const bad = report.problems.length, open = report.checks.filter(one => one.state === "not").length;
  const by = Array.isArray(bundle.witnessed)
    ? ["公钥取自所附策略，尚须与各单位核对。", "The keys are those of the policy that came along: compare them with the offices'. "] : bundle.witnessed === false
    ? ["未经见证：经办方可改写历史。", "Unwitnessed: the operator can rewrite history. "]
    : ["签名未能全部核验，不能说已证明。", "Not all signatures could be checked: this is not proof. "];
  verdict.className = bad ? "bad" : Array.isArray(bundle.witnessed) ? "good" : "open";
  verdict.replaceChildren(bad
    ? both("p", `有 ${bad} 处不能成立，不可采信。`, `${bad} things do not hold: do not rely on this.`)
    : both("p", `凡在此核验的都成立。${by[0]}`, `All that was checked here holds. ${by[1]}`),
  both("p", `另有 ${open} 项未在此核验，列于下。核验${from[0]}，用时 ${milliseconds} 毫秒。`, `${open} things were not checked here, named below. Checked ${from[1]} in ${milliseconds} ms.`));
  verdict.dataset.milliseconds = String(milliseconds);
  document.getElementById("problems").replaceChildren(...report.problems.map(one => both("li",
    `✗ ${one.file}${one.line ? ` 第 ${one.line} 行` : ""}：${one.zh}`, `✗ ${one.file}${one.line ? `, line ${one.line}` : ""}: ${one.en}`)));
  document.getElementById("checks").replaceChildren(...report.checks.map(one => {
    const item = both("li", marks[one.state] + one.zh, marks[one.state] + one.en);
    item.className = one.state;
    return item;
  }));
};
const run = async (files, absent, shown, from) => {
  const began = performance.now();
  try {
    show(await verify(files, absent, shown), Math.round(performance.now() - began), from);
  } catch (error) {
    const verdict = document.getElementById("verdict");
    verdict.className = "bad";
    verdict.replaceChildren(both("p", `核验未能完成：${error.message}`, `The check could not be finished: ${error.message}`));
  }
};
const start = () => {
  if (!globalThis.crypto || !crypto.subtle) {
    document.getElementById("verdict").replaceChildren(both("p", "此浏览器不提供 WebCrypto，什么都不能核验。", "This browser has no WebCrypto: nothing can be checked."));
    return undefined;
  }
  const files = new Map([...document.querySelectorAll("pre[data-file]")].map(one => [one.dataset.file, utf8.encode(one.textContent)]));
  const absent = [...document.querySelectorAll("[data-absent]")].map(one => one.dataset.absent);
  document.getElementById("folder").addEventListener("change", async event => {
    const chosen = new Map();
    for (const file of event.target.files) {
      const name = (file.webkitRelativePath || file.name).split("/").slice(file.webkitRelativePath ? 1 : 0).join("/");
      chosen.set(name, new Uint8Array(await file.arrayBuffer()));
    }
    nodes.clear();
    await run(chosen, [], null, ["所选文件夹", "of the chosen folder"]);
  });
  return run(files, absent, document.getElementById("timeline"), ["本页所载文件", "of what this page holds"]);
};
start();
