// A bundle as files, its report, and the entries that were proven

// Why something does not hold, in Chinese; what a browser says of a hostile value is nothing to read
const CHINESE = [
  [/^(.+) is missing$/, "缺少 $1"], [/^(.+): no UTF-8$/, "$1 不是 UTF-8"], [/^(.+): the last line does not end$/, "$1 末行不完整"],
  [/^no (.+) at (.+)$/, "位置 $2 没有得到证明的 $1"], [/^no hex$/, "不是十六进制"], [/^no base64$/, "不是 base64"],
  [/^(no JSON|not canonical JSON|a number that is no integer)$/, "不是规范 JSON"], [/^a pack has another hash than was adopted$/, "政策包的散列与所采用的不同"],
  [/^(a line beyond the last|not a line of the month)$/, "不是该月的一笔"], [/^the entry names another certificate$/, "记录所载是另一份证书"],
  [/^a certificate of another input$/, "证书出自另一输入"], [/^not a row of the model$/, "不是该读模型的行"],
  [/^not as many proofs as entries$/, "证明与记录条数不同"], [/^another kind of proof$/, "证明的种类不同"], [/^about another case$/, "是关于另一个案的"],
  [/^the row is not in the sealed index$/, "该行不在封存的索引中"], [/^not all (\d+) entries are here$/, "应有 $1 条，未全部在此"],
  [/^(no note|a line that is no signature|no checkpoint|a time that is none|a name that is too long)$/, "检查点格式不符"],
  [/^(a key .+|no quorum, or a key twice)$/, "公钥或策略格式不符"], [/^the key (.+) is not registered here$/, "公钥 $1 没有登记记录"],
  [/^the key was not in force$/, "公钥当时无效"], [/^the signature does not hold$/, "签名无效"], [/^entry (.+) is not proven$/, "记录 $1 未得到证明"],
  [/^entry (.+) is of another actor$/, "记录 $1 由他人经办"], [/^entry (.+) is not in the batch$/, "记录 $1 不在该批中"], [/^a batch names no entries$/, "一批没有列出记录"],
  [/^a (sum|path|step) .+$/, "证明的步骤格式不符"],
];
const reasonOf = error => {
  if (!(error instanceof Refused)) return ["某个值缺失或形式不符", "a value is missing or of another form"];
  const [pattern, words] = CHINESE.find(([one]) => one.test(error.message)) || [/$^/, ""];
  return [error.message.replace(pattern, words), error.message];
};

// problems, and checks that hold, don't, or weren't made
class Report {
  constructor() { this.problems = []; this.checks = []; }
  problem(file, line, zh, en) { this.problems.push({ file, line, zh, en }); }
  check(state, zh, en) { this.checks.push({ state, zh, en }); }
  // Do a piece of work on a file; what it throws is a problem there
  async trying(file, line, work) {
    try { return await work(); } catch (error) {
      if (!HOSTILE.some(kind => error instanceof kind)) throw error;
      const [zh, en] = reasonOf(error);
      this.problem(file, line, `不能成立（${zh}）`, `does not hold (${en})`);
      return null;
    }
  }
  // Make a check; work gives what is said beside it, and "not" where it could not be made
  async make(file, zh, en, work) {
    const before = this.problems.length;
    const [more, also, state] = (await this.trying(file, null, work)) || ["", ""];
    this.check(this.problems.length > before ? "bad" : state || "good", zh + more, en + also);
  }
}

class Bundle {
  constructor(files, absent, shown) { Object.assign(this, { files, absent, shown, report: new Report(), ledger: new Map() }); }
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
  get manifest() { return this.parsed ??= JSON.parse(this.text("manifest.json")); }
  names(folder) { return [...this.files.keys()].filter(name => name.startsWith(`data/${folder}`)).map(name => name.slice(5)).sort(); }
  at(position, ...types) {
    const entry = this.ledger.get(position);
    refuse(!entry || !types.includes(entry.said.$type), `no ${types.join(" or ")} at ${position}`);
    return entry;
  }
}
