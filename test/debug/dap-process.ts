// dap-process.ts - `gartrace dap` as one file: the test client can name no arguments.

process.argv.push("dap");
await import("../../src/cli/main.ts");
