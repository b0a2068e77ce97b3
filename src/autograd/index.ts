// gt.autograd: gradients as values, and what checks them.
export { backward, type GradOptions, grad } from './grad.js';
export { type Checked, type GradcheckOptions, gradcheck, gradgradcheck } from './gradcheck.js';
