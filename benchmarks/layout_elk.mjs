// Lays out graphs with ELK's layered algorithm: JSON graphs in on stdin, bend points and milliseconds out on stdout.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const ELK = createRequire(process.argv[2] + "/")("elkjs");
const elk = new ELK();
const layoutOptions = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.edgeRouting": "ORTHOGONAL",
};
const results = [];
for (const graph of JSON.parse(readFileSync(0, "utf8"))) {
  const started = performance.now();
  const laid = await elk.layout({ id: "root", layoutOptions, ...graph });
  const lines = laid.edges.map(({ sections: [{ startPoint, bendPoints = [], endPoint }] }) =>
    [startPoint, ...bendPoints, endPoint].map(({ x, y }) => [x, y]),
  );
  results.push({ ms: performance.now() - started, lines, width: laid.width, height: laid.height });
}
console.log(JSON.stringify(results));
