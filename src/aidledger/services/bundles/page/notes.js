// Keys, policies, notes and their signatures (§16)

const KINDS = { 1: "log", 4: "witness", 6: "ml-dsa" };
const ED25519 = "Ed25519", ML_DSA = "ML-DSA-44";
const algorithmOf = key => key.kind === "ml-dsa" ? ML_DSA : ED25519;

const imported = (algorithm, key) =>
  crypto.subtle.importKey(algorithm === ML_DSA ? "raw-public" : "raw", key, { name: algorithm }, false, ["verify"]);
const verified = async (algorithm, key, signature, message) =>
  crypto.subtle.verify({ name: algorithm }, await imported(algorithm, key), signature, message);
// Whether this browser has an algorithm: it takes a key in that is known to be good
const has = async algorithm => {
  const key = algorithm === ML_DSA ? new Uint8Array(1312).fill(1) : base64("iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=");
  return imported(algorithm, key).then(() => true, () => false);
};
const readKey = async vkey => {
  const [name, id, ...rest] = vkey.split("+"), material = base64(rest.join("+"));
  const kind = KINDS[material[0]], key = material.slice(1);
  refuse(!kind, "a key of an unknown kind");
  // anybody can sign under a vector of zeros
  refuse(kind === "ml-dsa" && !key.slice(32).some(Boolean), "a key that holds nobody");
  const digest = await sha(utf8.encode(`${name}\n`), material);
  refuse(hex(digest.slice(0, 4)) !== id, "a key whose id is not its own");
  return { name, id: digest.slice(0, 4), kind, public: key };
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
// What a key signs of a note, and the signature itself
const signedBy = (note, key, line) => {
  if (key.kind === "log") return [line, utf8.encode(note.body)];
  const time = line.slice(0, 8), number = new DataView(time.buffer).getBigUint64(0);
  refuse(number >= 2n ** 63n, "a time that is none");
  if (key.kind === "witness") return [line.slice(8), utf8.encode(`cosignature/v1\ntime ${number}\n${note.body}`)];
  const short = text => {
    const bytes = utf8.encode(text);
    refuse(bytes.length > 255, "a name that is too long");
    return join(new Uint8Array([bytes.length]), bytes);
  };
  return [line.slice(8), join(utf8.encode("subtree/v1\n\0"), short(key.name), time, short(note.origin), u64(0), u64(note.size), note.root)];
};
// Whether one line holds: true, false, or null where this browser can't tell
const lineHolds = async (note, key, line) => {
  if (!await has(algorithmOf(key))) return null;
  const [signature, message] = signedBy(note, key, line);
  return verified(algorithmOf(key), key.public, signature, message);
};
