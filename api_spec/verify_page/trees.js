// Labelled hashes of the protocol, and Merkle trees (draw.md, "Conventions"; RFC 6962, 2.1).

import { concat, equalBytes, utf8 } from "./bytes.js";
import { sha256 } from "./sha2.js";

const PREFIXES = new Map(); // the bytes before the data, by label

/** L(name, data) = SHA-256("daylight/draw/v1/" || name || LF || data). */
export function label(name, ...data) {
  let prefix = PREFIXES.get(name);
  if (prefix === undefined) PREFIXES.set(name, (prefix = utf8(`daylight/draw/v1/${name}\n`)));
  return sha256(concat(prefix, ...data));
}

export function leafHash(data) {
  return sha256(concat(Uint8Array.of(0), data));
}

function nodeHash(left, right) {
  return sha256(concat(Uint8Array.of(1), left, right));
}

/** The root over leaf data: complete subtrees are folded as soon as they are two of a size. */
export function treeRoot(leaves) {
  const roots = [];
  leaves.forEach((data, size) => {
    let hash = leafHash(data);
    for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) hash = nodeHash(roots.pop(), hash);
    roots.push(hash);
  });
  if (roots.length === 0) return sha256(new Uint8Array(0));
  return roots.reduceRight((right, left) => nodeHash(left, right));
}

/** Whether a leaf hash stands at an index (a BigInt, as the size) under a root (RFC 9162, 2.1.3.2). */
export function isIncluded(leaf, index, size, path, root) {
  if (index < 0n || index >= size || path.some((hash) => hash.length !== 32)) return false;
  let [node, last, hash] = [index, size - 1n, leaf];
  for (const sibling of path) {
    if (last === 0n) return false;
    if (node % 2n === 1n || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2n === 0n && node !== 0n) [node, last] = [node / 2n, last / 2n];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [node / 2n, last / 2n];
  }
  return last === 0n && equalBytes(hash, root);
}
