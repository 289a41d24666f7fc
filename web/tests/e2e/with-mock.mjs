/** Runs the browser test against the mock server, for work on the page while there is no other. Needs `npm run build`. */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startMock } from '../mock/server.mjs';

const mock = await startMock({ port: 0, history: false });
const tests = ['first-payment', 'camera'].map((name) =>
  fileURLToPath(new URL(`./${name}.test.mjs`, import.meta.url)),
);
const env = { ...process.env, FARTHING_URL: mock.url, FARTHING_SHOP_KEY: mock.apiKey };
const child = spawn(process.execPath, ['--test', '--test-concurrency=1', ...tests], {
  env,
  stdio: 'inherit',
});
child.on('exit', (code) => {
  mock.close();
  process.exit(code ?? 1);
});
