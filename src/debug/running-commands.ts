// running-commands.ts - the commands that go somewhere: run, step, next, finish, continue, their reverses, and back.

import { UserError } from "../fault.ts";
import { momentOf, positions } from "../replay/position.ts";
import { isInterrupted } from "./chunks.ts";
import { type Command, type Context, countIn } from "./command.ts";
import type { Arrival, Direction } from "./session.ts";

/** Moves between two checks for an interrupt. */
const MOVES_A_CHECK = 64;

/** The same move so many times, or until something else ends it. */
async function times(
  count: number,
  move: () => Promise<Arrival>,
  goesOnAt: Arrival["by"],
  signal: AbortSignal,
): Promise<Arrival> {
  let arrival = await move();
  for (let done = 1; done < count && arrival.by === goesOnAt; done++) {
    if (done % MOVES_A_CHECK === 0 && (await isInterrupted(signal)))
      return { ...arrival, by: "interrupted" };
    arrival = await move();
  }
  return arrival;
}

const pairOf = (
  name: string,
  short: readonly [string, string],
  says: readonly [string, string],
  usage: string,
  go: (context: Context, direction: Direction, argument: string) => Arrival | Promise<Arrival>,
): Command[] =>
  (["forwards", "backwards"] as const).map((direction, i) => ({
    name: i === 0 ? name : `reverse-${name}`,
    short: [short[i]!],
    usage: `${i === 0 ? name : `reverse-${name}`}${usage}`,
    says: says[i]!,
    repeats: true,
    run: async (context, argument) => context.arrived(await go(context, direction, argument)),
  }));

const namedPositions = ({ session }: Context): string[] => [
  "end",
  "op:",
  ...session.trace.marks().flatMap(({ name }) => (name === null ? [] : [`mark:${name}`])),
];

export const runningCommands: readonly Command[] = [
  {
    name: "run",
    short: ["r"],
    usage: "run [POSITION]",
    says: "go to a position; without one, before everything",
    more: `POSITION is ${positions}. Nothing on the way there stops it.`,
    words: namedPositions,
    run: (context, argument) => {
      const { session } = context;
      return context.arrived(session.goTo(argument === "" ? 0 : momentOf(session.trace, argument)));
    },
  },
  ...pairOf(
    "continue",
    ["c", "rc"],
    [
      "go on to the next breakpoint or watchpoint, or to the end",
      "go back to the one before, or to the beginning",
    ],
    " [TIMES]",
    ({ session, signal }, direction, argument) =>
      times(countIn(argument, 1), () => session.continue(direction, signal), "stop", signal),
  ),
  ...pairOf(
    "step",
    ["s", "rs"],
    ["one event on", "one event back"],
    " [EVENTS]",
    ({ session }, direction, argument) => session.step(direction, countIn(argument, 1)),
  ),
  ...pairOf(
    "next",
    ["n", "rn"],
    [
      "to where the next op begins, unless something stops it before",
      "to where this op began, or the one before it",
    ],
    " [OPS]",
    ({ session, signal }, direction, argument) =>
      times(countIn(argument, 1), () => session.next(direction, signal), "arrived", signal),
  ),
  ...pairOf(
    "finish",
    ["fin", "rfin"],
    ["to the end of this op, unless something stops it before", "to the beginning of this op"],
    "",
    ({ session, signal }, direction) => session.finish(direction, signal),
  ),
  {
    name: "back",
    usage: "back",
    says: "to where one stood before the last move",
    repeats: true,
    run: (context) => retraced(context, context.session.back(), "this is where the session began"),
  },
  {
    name: "forward",
    short: ["fo"],
    usage: "forward",
    says: "undo 'back'",
    repeats: true,
    run: (context) =>
      retraced(context, context.session.forward(), "there is nothing to go forward to"),
  },
];

function retraced(context: Context, arrival: Arrival | null, otherwise: string): string {
  if (arrival === null) throw new UserError(otherwise);
  return context.arrived(arrival);
}
