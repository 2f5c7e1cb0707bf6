// source.ts - where answers come from: the server that sent the page; and how they are checked.

import * as z from "zod/mini";
import { unpacked } from "../answer/bytes.ts";
import { refusal, type Side, shapes } from "../answer/shapes.ts";

export type Parameters = { readonly [name: string]: string | number | null | undefined };
type Name = keyof typeof shapes;

/** A question that was refused, with a sentence that says why. */
export class Refusal extends Error {}

export interface Source {
  /** JSON of the answer, unchecked. */
  json(name: string, parameters: Parameters): Promise<unknown>;
  bytes(name: string, parameters: Parameters): Promise<Uint8Array>;
  /** The events that it has, by number and in order; null for all. */
  seqs(side: Side): readonly number[] | null;
}

/** The same question has the same text. */
export function questionText(name: string, parameters: Parameters): string {
  const said = Object.entries(parameters).filter(([, value]) => value != null && value !== "");
  const query = new URLSearchParams(
    said.map(([name, value]): [string, string] => [name, String(value)]),
  );
  query.sort();
  return `${name}?${query}`;
}

export class ServerSource implements Source {
  seqs(): null {
    return null;
  }

  async json(name: string, parameters: Parameters): Promise<unknown> {
    return (await this.#ask(name, parameters)).json();
  }

  async bytes(name: string, parameters: Parameters): Promise<Uint8Array> {
    return new Uint8Array(await (await this.#ask(name, parameters)).arrayBuffer());
  }

  async #ask(name: string, parameters: Parameters): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`ask/${questionText(name, parameters)}`);
    } catch {
      throw new Refusal(
        "gartrace serve does not answer any more; start it again and open the new link.",
      );
    }
    if (response.ok) return response;
    const text = await response.text();
    throw new Refusal(sentenceIn(text) ?? text.trim());
  }
}

function sentenceIn(text: string): string | null {
  try {
    return refusal.parse(JSON.parse(text)).refused;
  } catch {
    return null;
  }
}

/** An answer of this name, its shape checked. */
export async function ask<N extends Name>(
  source: Source,
  name: N,
  parameters: Parameters = {},
): Promise<z.infer<(typeof shapes)[N]>> {
  const json = await source.json(name, parameters);
  const shape: z.ZodMiniType = shapes[name];
  const checked = shape.safeParse(json);
  if (!checked.success)
    throw new Refusal(
      `The answer to '${name}' is not as this page knows it (${z.prettifyError(checked.error)}): ` +
        "page and answers are of different versions of gartrace; build the page anew.",
    );
  return checked.data as z.infer<(typeof shapes)[N]>;
}

export async function askBytes<H>(
  source: Source,
  head: z.ZodMiniType<H>,
  name: string,
  parameters: Parameters,
): Promise<{ head: H; rest: Uint8Array }> {
  const { head: found, rest } = unpacked(await source.bytes(name, parameters));
  return { head: head.parse(found), rest };
}
