// output.ts - what a command answers, as text for people and as JSON for programs.

/** An object of JSON, addresses as hexadecimal strings. */
export interface Json {
  readonly [field: string]: unknown;
}

/** What `gartrace COMMAND` prints. Either is made when it is asked for. */
export interface Output {
  /** For people, without a line feed at its end. */
  readonly text: string;
  /** With --json, without the version of its shape; `gartrace schema COMMAND` has the shape. */
  readonly json: Json;
}

export const output = (text: () => string, json: () => object): Output => ({
  get text() {
    return text();
  },
  get json() {
    return json() as Json;
  },
});
