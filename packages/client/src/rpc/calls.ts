import type { Channel } from "./channel.js";

/** What can be called from the other end: every argument and result is structured-clonable. */
export type Callable = Readonly<Record<string, (...args: never[]) => unknown>>;

/** The same calls, as the other end sees them. */
export type Remote<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never;
};

interface Call {
  readonly call: number;
  readonly method: string;
  readonly args: readonly unknown[];
}
type Answer =
  { readonly answer: number; readonly value: unknown } | { readonly answer: number; readonly failure: string };

/** The other end failed at a call: a bug, or a broken environment. What is expected to be refused is a value instead. */
export class RemoteFailure extends Error {
  override readonly name = "RemoteFailure";
}

/** The other end is gone, or another one took over: nobody knows whether the call was carried out. */
export class RemoteGone extends Error {
  override readonly name = "RemoteGone";
}

/**
 * Answers calls that come through the channel by the methods that there are at that moment, and by no others: with a promise,
 * as soon as it is known which. Returns how to stop.
 */
export function answerCalls(channel: Channel, methods: () => Callable | Promise<Callable>): () => void {
  return channel.listen((message) => {
    if (!isCall(message)) return;
    const { call, method, args } = message;
    void answer(methods(), method, args).then((outcome) => {
      channel.send({ answer: call, ...outcome });
    });
  });
}

async function answer(methods: Callable | Promise<Callable>, method: string, args: readonly unknown[]) {
  try {
    const there = await methods;
    const found = Object.hasOwn(there, method) ? there[method]! : null;
    if (!found) throw new Error(`there is no call ${method}`);
    return { value: await (found as (...args: readonly unknown[]) => unknown)(...args) };
  } catch (error) {
    return { failure: error instanceof Error ? `${error.name}: ${error.message}` : "failed" };
  }
}

/** Calls the other end. */
export class Caller {
  private readonly waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  private last = 0;

  constructor(private readonly channel: Channel) {
    channel.listen((message) => {
      if (isAnswer(message)) this.settle(message);
    });
  }

  /** Resolves with the other end's answer. Rejects with {@link RemoteFailure} or {@link RemoteGone}. */
  call(method: string, args: readonly unknown[]): Promise<unknown> {
    const call = ++this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(call, { resolve, reject });
      this.channel.send({ call, method, args } satisfies Call);
    });
  }

  /** Rejects all that still wait for an answer: the other end is gone. */
  drop(): void {
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const { reject } of waiting) reject(new RemoteGone("the other end is gone"));
  }

  private settle(answer: Answer): void {
    const waiting = this.waiting.get(answer.answer);
    if (!waiting) return;
    this.waiting.delete(answer.answer);
    if ("failure" in answer) waiting.reject(new RemoteFailure(answer.failure));
    else waiting.resolve(answer.value);
  }
}

/** Methods that call the other end, by their names. */
export function remoteOf<T>(call: (method: string, args: readonly unknown[]) => Promise<unknown>): Remote<T> {
  const methods = new Map<string, (...args: readonly unknown[]) => Promise<unknown>>();
  return new Proxy({} as Remote<T>, {
    get(_target, name) {
      // A promise that resolves with a remote asks it for `then`.
      if (typeof name !== "string" || name === "then") return undefined;
      const known = methods.get(name) ?? ((...args: readonly unknown[]) => call(name, args));
      methods.set(name, known);
      return known;
    },
  });
}

function isCall(message: unknown): message is Call {
  return typeof message === "object" && message !== null && "call" in message;
}

function isAnswer(message: unknown): message is Answer {
  return typeof message === "object" && message !== null && "answer" in message;
}
