// Who signed: the log and its witnesses the checkpoint (§16), officers their batches (§16.9)

const BATCH = join(new Uint8Array([255]), utf8.encode("aidledger/batch/v1\n"));

// The subject is the title of this page: it must follow from what is checked
const namesItself = ({ kind, subject, streams, month, rule, "case": about }) => {
  const own = streams.includes(subject), plain = month === null && rule === null;
  if (kind === "case") return own && plain && subject.startsWith("case/") && about === subject;
  if (kind === "doubt") return own && subject.startsWith("doubt/") && month === null && (about === null || streams.includes(about));
  if (kind === "finding") return rule !== null && month === null && (about === null || own && about === subject);
  if (kind === "list") return own && plain && subject.startsWith("list/");
  return kind === "month" && own && rule === null && subject === `month/${month}`;
};

const checkCheckpoint = async bundle => {
  const { report } = bundle, note = readNote(bundle.text("checkpoint"));
  const manifest = bundle.manifest;
  if (manifest.format !== "aidledger/bundle/v1" || manifest.origin !== note.origin || manifest.size !== note.size || manifest.root !== hex(note.root)) {
    report.problem("data/manifest.json", 1, "与检查点不符", "is not what the checkpoint says");
  }
  if (!namesItself(manifest)) report.problem("data/manifest.json", 1, "标题与所载内容不符", "is about another thing than it is called after");
  if (!bundle.has("tlog-policy")) return ["：未核验，证据包中没有信任策略", ": not checked, no trust policy came along", "not"];
  const policy = await readPolicy(bundle.text("tlog-policy")), names = new Map([...policy.witnesses].map(([name, key]) => [key, name]));
  const there = new Set(), maybe = new Set();
  let signed = false, signedMaybe = false;
  for (const { name, signature } of note.lines) {
    for (const key of [...policy.logs, ...names.keys()]) {
      if (key.name !== name || !same(key.id, signature.slice(0, 4))) continue;
      const holds = await lineHolds(note, key, signature.slice(4)), algorithm = algorithmOf(key);
      if (holds === false) {
        const line = bundle.lines("checkpoint").findIndex(row => row.startsWith(`— ${name} `)) + 1;
        report.problem("data/checkpoint", line, `${name} 的签名无效`, `the signature of ${name} does not hold`);
        continue;
      }
      if (holds === null) {
        report.check("not", `${name} 的签名（${algorithm}）：未核验，此浏览器没有这种算法`, `signature of ${name} (${algorithm}): not checked, this browser does not have it`);
      }
      if (names.has(key)) (holds ? there : maybe).add(names.get(key));
      else if (name === note.origin) holds ? signed = true : signedMaybe = true;
    }
  }
  if (!signed && !signedMaybe) report.problem("data/checkpoint", null, "没有账本密钥的有效签名", "bears no signature of the log that holds");
  const enough = met(policy, policy.quorum, there), perhaps = met(policy, policy.quorum, new Set([...there, ...maybe]));
  if (!perhaps) report.problem("data/checkpoint", null, "见证方联署不足法定数", "too few witnesses cosigned it");
  bundle.witnessed = policy.quorum === "none" ? false : enough ? [...there] : null;
  const state = enough && signed ? "good" : "not";
  return there.size ? [`，见证：${[...there].join("、")}`, `, witnessed by ${[...there].join(", ")}`, state] : ["", "", state];
};

const checkBatches = async bundle => {
  if (!await has(ED25519)) return ["：未核验，此浏览器没有 Ed25519", ": not checked, this browser does not have Ed25519", "not"];
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
  await Promise.all(rows.map((text, at) => report.trying("data/batches.jsonl", at + 1, async () => {
    const said = canonical(text), key = keys.get(said.key_id), root = unhex(said.root);
    refuse(!key, `the key ${said.key_id} is not registered here`);
    refuse(said.position <= key.position || said.position + said.count > key.until, "the key was not in force");
    const statement = encode({ count: said.count, origin, root: said.root, seen: said.seen }), type = "application/vnd.aidledger.batch+json;v=1";
    const message = utf8.encode(`DSSEv1 ${type.length} ${type} ${utf8.encode(statement).length} ${statement}`);
    refuse(!await verified(ED25519, key.public, base64(said.signature), message), "the signature does not hold");
    refuse(!Array.isArray(said.entries) || !said.entries.length, "a batch names no entries");
    for (const { path, position } of said.entries) {
      const entry = bundle.ledger.get(position);
      refuse(!entry, `entry ${position} is not proven`);
      refuse(entry.said.actor !== key.owner, `entry ${position} is of another actor`);
      refuse(!await included(entry.leaf, position - said.position, said.count, path.map(base64), root), `entry ${position} is not in the batch`);
      covered.add(position);
    }
  })));
  const bare = bundle.ledger.size - covered.size;
  return [`：${covered.size} 条${bare ? `，另 ${bare} 条未经个人签名` : ""}`, `: ${covered.size}${bare ? `; ${bare} bear none` : ""}`];
};
