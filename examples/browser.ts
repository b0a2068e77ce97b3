// npm run example:browser: a page whose worker trains a perceptron on the MNIST digits. `npm run example:browser -- 8080` takes another port.
import { serve } from './browser/server.js';

const port = Number(process.argv[2] ?? 5173);
const { url } = await serve(port);
console.log(`open ${url}`);
