// Trees of hashes: that of the log (§4), and sum trees (§18)

// nodes that paths share are hashed once
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

const SUM = utf8.encode("aidledger/sum/v1\n"), LIMIT = 2n ** 53n - 1n;
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
