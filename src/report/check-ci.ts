// check-ci.ts - what the checks found, in the two forms that build servers read: JUnit XML and SARIF.

import junitReport from "junit-report-builder";
import {
  SarifBuilder,
  SarifResultBuilder,
  SarifRuleBuilder,
  SarifRunBuilder,
} from "node-sarif-builder";
import type { Checked, Finding } from "../check/check.ts";
import { answerOf, failureText, findingLine, findingWords, gapText } from "./check-text.ts";
import { countOf } from "./text.ts";

// The package's types describe its CommonJS build; imported as a module, the default is the builder.
const junit = junitReport as unknown as typeof junitReport.default;

/** A test case a check: findings fail it, what cannot be decided skips it. */
export function checkJunit(path: string, all: readonly Checked[]): string {
  const builder = junit.newBuilder();
  const suite = builder.testSuite().name(`gartrace check ${path}`);
  for (const checked of all) {
    const { check, count, findings, failure } = checked;
    const testCase = suite.testCase().className("gartrace").name(`${check.name}: ${check.holds}`);
    if (failure !== null) testCase.error(failureText(failure), "error");
    else if (count > 0) {
      testCase.failure(countOf(count, "finding"), "finding");
      testCase.standardOutput(findings.map(findingLine).join("\n"));
    } else if (answerOf(checked) !== "holds") {
      testCase.skipped();
      const gap = gapText(checked);
      testCase.standardOutput(gap.length === 0 ? "no such event" : gap.join("\n"));
    }
  }
  return builder.build();
}

/** A rule a check, a result a finding; the trace is the artifact, and the event its line. */
export function checkSarif(path: string, all: readonly Checked[], version: string): string {
  const run = new SarifRunBuilder().initSimple({
    toolDriverName: "gartrace",
    toolDriverVersion: version,
  });
  for (const { check, findings, failure } of all) {
    run.addRule(
      new SarifRuleBuilder().initSimple({
        ruleId: check.name,
        shortDescriptionText: check.holds,
      }),
    );
    for (const finding of findings) run.addResult(resultOf(path, finding));
    if (failure !== null)
      run.addResult(
        new SarifResultBuilder().initSimple({
          level: "error",
          ruleId: check.name,
          messageText: failureText(failure),
          fileUri: path,
        }),
      );
  }
  const log = new SarifBuilder();
  log.addRun(run);
  return log.buildSarifJsonString({ indent: true });
}

const resultOf = (path: string, finding: Finding): SarifResultBuilder =>
  new SarifResultBuilder().initSimple({
    level: "error",
    ruleId: finding.check,
    messageText: findingWords(finding),
    fileUri: path,
    startLine: finding.seq,
  });
