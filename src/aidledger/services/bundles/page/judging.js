// All checks in their order, and what is said where one can't be made

// Each: of which file, in words, the work, what it needs, and what is said where that is not there
const CHECKS = [
  [PAGES, "各文件与清单所载散列相符", "every file has the hash that the manifest has", checkFiles],
  ["data/entries.jsonl", "每条记录都在检查点的账本中", "every entry is in the log of the checkpoint", checkEntries],
  ["data/entries.jsonl", "同一流的记录前后相接", "entries of a stream follow each other", checkChain],
  ["data/checkpoint", "检查点的签名", "signatures of the checkpoint", checkCheckpoint],
  ["data/case.case-proof", "个案的记录一条不少", "these are all entries of the case", checkComplete, bundle => bundle.has("case.case-proof"),
    ["记录是否一条不少：未核验，证据包中没有完整性证明", "whether anything was left out: not checked, no proof of that came along"]],
  ["data/batches.jsonl", "经办人员的签名", "signatures of the recorders", checkBatches, bundle => bundle.has("batches.jsonl"),
    ["经办人员的签名：没有", "signatures of the recorders: there are none"]],
  ["data/packs/", "政策包原文即当时所采用的", "the packs are those that were adopted", checkPacks],
  ["data/payments/", "发放计入已结的月合计", "payments are within the totals of their months", checkPayments, bundle => bundle.names("payments/").length],
  ["data/rows/", "各行出自认证过的读模型", "rows are of certified models", checkRows, bundle => bundle.names("rows/").length],
  ["data/revealed.jsonl", "个人信息与记录中的承诺相符", "personal values are what the entries committed to", checkRevealed, bundle => bundle.has("revealed.jsonl")],
  ["data/timeline.jsonl", "文字所述与记录一致", "what is told is what the entries say", checkTold],
];

const verify = async (files, absent, shown) => {
  const bundle = new Bundle(files, absent, shown), { report } = bundle;
  for (const [file, zh, en, work, there = () => true, without] of CHECKS) {
    if (there(bundle)) await report.make(file, zh, en, () => work(bundle));
    else if (without) report.check("not", ...without);
  }
  report.check("not", "决定是否应如此、规则重跑结果、有无其他撤销密钥：不在此核验（aidledger bundle verify、aidledger verify）",
    "whether decisions come out again, what a rule finds when run again, whether a key was revoked elsewhere: not checked here (aidledger bundle verify, aidledger verify)");
  return bundle;
};
