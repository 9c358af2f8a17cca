// What was found, shown; and the work begun

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
