// The platform that this build is for. The build for browsers puts ./browser.js in the place of ./node.js (bundle.mjs).
export { platform } from './node.js';
