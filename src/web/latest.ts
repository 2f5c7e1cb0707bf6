// latest.ts - asks again and again while what is asked about moves: one question at a time, always the newest next.

import { effect, type ReadonlySignal, signal } from "@preact/signals";

export interface LatestAnswer<T> {
  readonly value: T | null;
  /** The sentence of a refusal; null where there is none. */
  readonly refused: string | null;
}

/** An answer that follows `question`; null asks nothing. What came last stays until the next is there. */
export function following<Q, T>(
  question: () => Q | null,
  ask: (question: Q) => Promise<T>,
): ReadonlySignal<LatestAnswer<T>> {
  const answer = signal<LatestAnswer<T>>({ value: null, refused: null });
  let next: Q | null = null;
  let isAsking = false;
  const run = async () => {
    isAsking = true;
    while (next !== null) {
      const current: Q = next;
      next = null;
      try {
        const value = await ask(current);
        answer.value = { value, refused: null };
      } catch (error) {
        answer.value = { value: answer.peek().value, refused: sentence(error) };
      }
    }
    isAsking = false;
  };
  effect(() => {
    next = question();
    if (next !== null && !isAsking) void run();
  });
  return answer;
}

export const sentence = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
