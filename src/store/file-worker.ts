// file-worker.ts - the thread that writes a trace file: it does what the recording asks for, in order.

import { receiveMessageOnPort, workerData } from "node:worker_threads";
import { forBatches } from "./create.ts";
import {
  DONE,
  FAILED,
  failureOf,
  REQUESTS,
  type Reply,
  type Request,
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

const reply = (what: Reply): void => task.port.postMessage(what);

/** Does what it is asked for; false behind the last thing. */
function does(file: TraceFile, request: Request): boolean {
  if (request.what === "take") file.take(request.batch);
  else if (request.what === "commit") file.commit();
  else if (request.what === "finish")
    reply({ what: "digest", digest: file.finish(request.options) });
  else {
    file[request.what]();
    reply({ what: "ended" });
  }
  return request.what === "take" || request.what === "commit";
}

/** Lets the recording go on that waits for it. */
function wakeRecording(): void {
  Atomics.add(signals, DONE, 1);
  Atomics.notify(signals, DONE);
}

function work(): void {
  let file: TraceFile | null = null;
  try {
    file = opened();
    for (let goesOn = true; goesOn; ) {
      const before = Atomics.load(signals, REQUESTS);
      for (;;) {
        const request = receiveMessageOnPort(task.port)?.message as Request | undefined;
        if (request === undefined) break;
        goesOn = does(file, request);
        Atomics.store(committed, 0, BigInt(file.committed));
        wakeRecording();
      }
      if (goesOn) Atomics.wait(signals, REQUESTS, before);
    }
  } catch (error) {
    file?.drop();
    reply({ what: "failed", ...failureOf(error) });
    Atomics.store(signals, FAILED, 1);
    wakeRecording();
  }
  task.port.close();
}

work();
