import { RemoteGone } from "./calls.js";

const MOST = 3;

/**
 * Calls, and calls again when another thread took the home over meanwhile and nobody knows what became of it. Only for what
 * may be carried out twice without harm: a `post` that has its id is there once. Rejects as the last call does.
 */
export async function again<T>(call: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof RemoteGone) || count === MOST) throw error;
    }
  }
}
