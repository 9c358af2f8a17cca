// A bundle as files, its report, and the entries that were proven

// problems, and checks that hold, don't, or weren't made
class Report {
  constructor() { this.problems = []; this.checks = []; }
  problem(file, line, zh, en) { this.problems.push({ file, line, zh, en }); }
  check(state, zh, en) { this.checks.push({ state, zh, en }); }
  // Do a piece of work on a file; what it throws is a problem there
  async trying(file, line, work) {
    try { return await work(); } catch (error) {
      if (!HOSTILE.some(kind => error instanceof kind)) throw error;
      this.problem(file, line, `不能成立（${error.message}）`, `does not hold (${error.message})`);
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
  names(folder) { return [...this.files.keys()].filter(name => name.startsWith(`data/${folder}`)).map(name => name.slice(5)).sort(); }
  at(position, ...types) {
    const entry = this.ledger.get(position);
    refuse(!entry || !types.includes(entry.said.$type), `no ${types.join(" or ")} at ${position}`);
    return entry;
  }
}
