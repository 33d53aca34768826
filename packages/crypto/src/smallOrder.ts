const P = 2n ** 255n - 19n;

// The y of the eight points of small order: those of order 8 (two), 4 (0), 1 (1) and 2 (p - 1); and what p and p + 1
// encode, which some libraries take for 0 and 1.
const SMALL_ORDER_Y = [
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
  0n,
  1n,
  P - 1n,
  P,
  P + 1n,
].map((y) => Uint8Array.from({ length: 32 }, (_, at) => Number((y >> BigInt(8 * at)) & 0xffn)));

/** Whether 32 bytes encode a point of Ed25519 of order 8 or less, canonically or not; the sign of x does not matter. */
export function isSmallOrder(point: Uint8Array): boolean {
  return SMALL_ORDER_Y.some((y) => y.every((byte, at) => byte === (at === 31 ? point[at]! & 0x7f : point[at])));
}
