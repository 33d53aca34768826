/** A build's hash in groups that an eye can compare: `f211cf8f 470b9664 …`. */
export function buildName(hash: string): string {
  return hash.match(/.{1,8}/gu)?.join(" ") ?? hash;
}
