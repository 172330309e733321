// Reads BPMN files with bpmn-moddle and checks them by bpmnlint's recommended rules; one JSON line a problem.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [modules, ...files] = process.argv.slice(2);
const require = createRequire(pathToFileURL(path.join(modules, "package.json")));
const { BpmnModdle } = await import(pathToFileURL(require.resolve("bpmn-moddle")));
const { Linter } = require("bpmnlint");
const NodeResolver = require("bpmnlint/lib/resolver/node-resolver");

const say = (file, rule, id, message) =>
  console.log(JSON.stringify({ file: path.basename(file), rule, id, message }));

for (const file of files) {
  const { rootElement, warnings } = await new BpmnModdle().fromXML(fs.readFileSync(file, "utf8"));
  for (const warning of warnings) say(file, "bpmn-moddle", null, warning.message);
  const linter = new Linter({
    config: { extends: "bpmnlint:recommended" },
    resolver: new NodeResolver({ require }),
  });
  for (const [rule, reports] of Object.entries(await linter.lint(rootElement)))
    for (const report of reports) say(file, rule, report.id, report.message);
}
