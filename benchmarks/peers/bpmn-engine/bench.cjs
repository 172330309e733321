// Completions of user tasks a second on bpmn-engine, its state as JSON in a file, written anew after each: MODEL INSTANCES.
// Prints those of a second on the clock and of a second of processor time.
// Generous to bpmn-engine: all engines stay in memory, a state is written without waiting for the disk, never read back.
const fs = require('fs');
const os = require('os');
const path = require('path');
const { performance } = require('perf_hooks');
const { Engine } = require('bpmn-engine');

async function main() {
  const source = fs.readFileSync(process.argv[2], 'utf8');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-'));
  const instances = [];
  for (let number = 0; number < Number(process.argv[3]); number++) {
    const engine = new Engine({ name: `i${number}`, source, variables: { number } });
    instances.push([engine, await engine.execute(), path.join(folder, `${number}.json`)]);
  }
  let count = 0;
  let waiting = true;
  const begun = performance.now();
  const used = process.cpuUsage();
  while (waiting) {
    waiting = false;
    for (const [engine, execution, file] of instances) {
      const task = execution.getPostponed().find((element) => element.type === 'bpmn:UserTask');
      if (!task) continue;
      waiting = true;
      task.signal({ answer: 'yes' });
      fs.writeFileSync(`${file}.new`, JSON.stringify(await engine.getState()));
      fs.renameSync(`${file}.new`, file);
      count++;
    }
  }
  const took = performance.now() - begun;
  const { user, system } = process.cpuUsage(used);
  console.log((count * 1e3) / took, (count * 1e6) / (user + system));
  fs.rmSync(folder, { recursive: true });
}

main();
