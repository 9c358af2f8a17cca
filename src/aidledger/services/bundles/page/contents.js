// What rests on the entries: packs, payments, rows, personal values, and what is told in words

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

const checkPayments = async bundle => {
  for (const name of bundle.names("payments/")) {
    await bundle.report.trying(`data/${name}`, 1, async () => {
      const proof = canonical(bundle.text(name)), paid = bundle.at(proof.position, "PaymentIssued");
      const { data } = bundle.at(proof.sealed_at, "PaymentMonthClosed", "PaymentMonthSupplemented").said;
      const [root, fen, count] = proof.list === "counted" ? [data.root, data.total_fen, data.count] : [data.withdrawn_root, data.withdrawn_fen, data.withdrawn_count];
      refuse(!(proof.index < count), "a line beyond the last");
      const hash = await sha(SUM, lp(u64(proof.position)), lp(paid.leaf), lp(u64(proof.amount_fen)));
      const found = await sumFrom({ hash, fen: proof.amount_fen, count: 1 }, proof.index, count, proof.path);
      refuse(hex(found.hash) !== root || found.fen !== fen || found.count !== count, "not a line of the month");
    });
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
    await bundle.report.trying("data/revealed.jsonl", at + 1, async () => {
      const one = canonical(text), entry = bundle.ledger.get(one.position);
      const made = hex(await sha(utf8.encode("aidledger/field/v1\n"), lp(utf8.encode(one.field)), lp(unhex(one.salt)), lp(utf8.encode(one.value))));
      if (made === one.commitment && entry && entry.said.sealed[one.field] === made) return;
      bundle.report.problem("data/revealed.jsonl", at + 1, "与记录中的承诺不符", "is not what the entry committed to");
    });
  }
  return [`：${rows.length} 项`, `: ${rows.length}`];
};

// What is told in words must be what the entries say, and what the page shows must be what is told
const TITLES = { "case": ["个案", "case"], doubt: ["疑点", "doubt"], finding: ["审计发现", "finding"], list: ["公开名单", "public list"], month: ["发放月份", "payment month"] };
const moment = text => new Date(Date.parse(text) + 8 * 3600e3).toISOString().slice(0, 16).replace("T", " ");
const checkTold = async bundle => {
  const { report } = bundle;
  const shown = bundle.shown ? new Map([...bundle.shown.querySelectorAll("tr")].map(row => [row.dataset.position, row])) : null;
  const streams = new Set();
  bundle.lines("timeline.jsonl").forEach((text, at) => {
    const one = canonical(text), { said } = bundle.ledger.get(one.position) || {};
    const right = said && ["actor", "effective_on", "office", "recorded_at", "stream"].every(key => said[key] === one[key]) && said.$type === one.type;
    if (!right) report.problem("data/timeline.jsonl", at + 1, `与位置 ${one.position} 的记录不符`, `is not what entry ${one.position} says`);
    if (said) streams.add(said.stream);
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
  if ([...streams].sort().join(" ") !== bundle.manifest.streams.join(" ")) {
    report.problem("data/manifest.json", 1, "所列的流与经过不符", "names other streams than the timeline");
  }
  if (shown) {
    const { kind, subject } = bundle.manifest, [zh, en] = TITLES[kind] || ["", ""];
    const title = [...document.querySelectorAll("h1 span")].map(one => one.textContent);
    if (!same(title, [`证据包：${zh} ${subject}`, `Evidence: ${en} ${subject}`])) {
      report.problem("index.html", null, "本页标题与数据不符", "the title of this page is not what the data say");
    }
  }
  for (const position of shown ? shown.keys() : []) report.problem("index.html", null, `本页所列位置 ${position} 数据中没有`, `the page shows entry ${position}, which the data do not have`);
  for (const section of shown ? document.querySelectorAll("[data-digest]") : []) {
    if (hex(await sha(utf8.encode(section.textContent))) === section.dataset.digest) continue;
    const title = [...section.querySelectorAll("h2 span")].map(one => one.textContent);
    report.problem("index.html", null, `本页“${title[0]}”一节的文字已被改动`, `the section "${title[1]}" of this page was changed`);
  }
  if (bundle.has("decisions.jsonl")) {
    bundle.lines("decisions.jsonl").forEach((text, at) => {
      const one = canonical(text), { said } = bundle.ledger.get(one.position) || {}, made = said && said.data.decision;
      if (made && (made.outcome !== one.outcome || made.amount_fen !== one.amount_fen || made.pack_hash !== one.pack_hash)) {
        report.problem("data/decisions.jsonl", at + 1, `与位置 ${one.position} 的决定不符`, `is not the decision of entry ${one.position}`);
      }
    });
  }
  if (bundle.has("rule.sql")) {
    const { rule } = bundle.manifest;
    if (hex(await sha(bundle.bytes("rule.sql"))) !== rule.sha256) report.problem("data/rule.sql", null, "不是所运行的规则", "is not the rule that was run");
    const named = [...bundle.ledger.values()].some(({ said }) => said.$type === "DoubtRaised" && said.data.rule_hash === rule.sha256);
    if (bundle.manifest.kind === "doubt" && !named) report.problem("data/rule.sql", null, "不是疑点所载的规则", "is not the rule that the doubt names");
    bundle.lines("findings.jsonl").forEach((text, at) => {
      const { positions, subject } = canonical(text), missing = positions.filter(position => !bundle.ledger.has(position));
      if (subject !== bundle.manifest.subject) report.problem("data/findings.jsonl", at + 1, "是关于另一对象的", "is about another subject");
      if (missing.length) report.problem("data/findings.jsonl", at + 1, `所依据的位置 ${missing} 未证明`, `rests on entries that are not proven: ${missing}`);
    });
  }
};
