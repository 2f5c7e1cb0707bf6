// file-worker.ts - the thread that writes a trace file: it does what the recording asks for, in order.

import { receiveMessageOnPort, workerData } from "node:worker_threads";
import { forBatches } from "./create.ts";
import {
  type Answer,
  ASKED,
  type Asked,
  DONE,
  FAILED,
  failureOf,
  type Task,
} from "./file-thread.ts";
import { openSqlite } from "./sqlite.ts";
import { TraceFile } from "./trace-file.ts";
import { rowsIn } from "./waiting.ts";

const task = workerData as Task;
const signals = new Int32Array(task.signals);
const committed = new BigInt64Array(task.committed);

function opened(): TraceFile {
  const database = openSqlite(task.name.path, { fileMustExist: true });
  forBatches(database);
  return new TraceFile(task.name, database, rowsIn(task.rows));
}

const answer = (what: Answer): void => task.port.postMessage(what);

/** Does what it is asked for; false behind the last thing. */
function does(file: TraceFile, asked: Asked): boolean {
  if (asked.what === "take") file.take(asked.batch);
  else if (asked.what === "commit") file.commit();
  else if (asked.what === "finish") answer({ what: "digest", digest: file.finish(asked.options) });
  else {
    file[asked.what]();
    answer({ what: "ended" });
  }
  return asked.what === "take" || asked.what === "commit";
}

/** Lets the recording go on that waits for it. */
function told(): void {
  Atomics.add(signals, DONE, 1);
  Atomics.notify(signals, DONE);
}

function work(): void {
  let file: TraceFile | null = null;
  try {
    file = opened();
    for (let goesOn = true; goesOn; ) {
      const before = Atomics.load(signals, ASKED);
      for (;;) {
        const asked = receiveMessageOnPort(task.port)?.message as Asked | undefined;
        if (asked === undefined) break;
        goesOn = does(file, asked);
        Atomics.store(committed, 0, BigInt(file.committed));
        told();
      }
      if (goesOn) Atomics.wait(signals, ASKED, before);
    }
  } catch (error) {
    file?.drop();
    answer({ what: "failed", ...failureOf(error) });
    Atomics.store(signals, FAILED, 1);
    told();
  }
  task.port.close();
}

work();
