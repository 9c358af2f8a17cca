// Bytes, hashes, canonical JSON. Sections (§), here and in the files that follow, are those of docs/FORMAT.md.
"use strict";

const utf8 = new TextEncoder(), strict = () => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

// What hostile data can make of a check; another error is a mistake of this script
class Refused extends Error {}
const HOSTILE = [Refused, TypeError, RangeError, SyntaxError, DOMException];
const refuse = (when, why) => { if (when) throw new Refused(why); };

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
