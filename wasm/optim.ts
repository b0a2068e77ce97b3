// The optimizers' steps, in place over n contiguous elements. Numbers are rounded to the parameter's type before use, as PyTorch does.

import { get, lanes, put } from './at';
import { number } from './vector';

function sgd<T>(
  p: usize, g: usize, m: usize, n: i32, lr: f64, momentum: f64, dampening: f64, decay: f64, nesterov: i32, maximize: i32, first: i32,
): void {
  const vlr = number<T>(lr), vdecay = number<T>(decay), keep = number<T>(momentum), damp = number<T>(1 - dampening), sign = number<T>(maximize != 0 ? -1 : 1);
  if (n == 0) return;
  do {
    const x = get<T>(p, n, <T>0);
    let step = v128.add<T>(v128.mul<T>(get<T>(g, n, <T>0), sign), v128.mul<T>(vdecay, x));
    if (momentum != 0) {
      const mean = first != 0 ? step : v128.add<T>(v128.mul<T>(keep, get<T>(m, n, <T>0)), v128.mul<T>(damp, step));
      put<T>(m, n, mean);
      step = nesterov != 0 ? v128.add<T>(step, v128.mul<T>(keep, mean)) : mean;
    }
    put<T>(p, n, v128.sub<T>(x, v128.mul<T>(vlr, step)));
    n -= lanes<T>(), p += 16, g += 16, m += 16;
  } while (n > 0);
}

function adam<T>(
  p: usize, g: usize, m: usize, v: usize, n: i32, stepsize: f64, beta1: f64, beta2: f64, eps: f64, rootbias2: f64, decay: f64, decoupled: f64, maximize: i32,
): void {
  const size = number<T>(stepsize), take1 = number<T>(1 - beta1), keep2 = number<T>(beta2), take2 = number<T>(1 - beta2), veps = number<T>(eps);
  const root = number<T>(rootbias2), vdecay = number<T>(decay), shrink = number<T>(1 - decoupled), sign = number<T>(maximize != 0 ? -1 : 1);
  if (n == 0) return;
  do {
    const x = v128.mul<T>(get<T>(p, n, <T>0), shrink);
    const step = v128.add<T>(v128.mul<T>(get<T>(g, n, <T>0), sign), v128.mul<T>(vdecay, x));
    const old = get<T>(m, n, <T>0);
    const mean = v128.add<T>(old, v128.mul<T>(take1, v128.sub<T>(step, old)));
    const square = v128.add<T>(v128.mul<T>(keep2, get<T>(v, n, <T>0)), v128.mul<T>(v128.mul<T>(take2, step), step));
    put<T>(m, n, mean);
    put<T>(v, n, square);
    const scale = v128.add<T>(v128.div<T>(v128.sqrt<T>(square), root), veps);
    put<T>(p, n, v128.sub<T>(x, v128.div<T>(v128.mul<T>(size, mean), scale)));
    n -= lanes<T>(), p += 16, g += 16, m += 16, v += 16;
  } while (n > 0);
}

export function sgd_step_f32(
  p: usize, g: usize, m: usize, n: i32, lr: f64, momentum: f64, dampening: f64, decay: f64, nesterov: i32, maximize: i32, first: i32,
): void {
  sgd<f32>(p, g, m, n, lr, momentum, dampening, decay, nesterov, maximize, first);
}
export function sgd_step_f64(
  p: usize, g: usize, m: usize, n: i32, lr: f64, momentum: f64, dampening: f64, decay: f64, nesterov: i32, maximize: i32, first: i32,
): void {
  sgd<f64>(p, g, m, n, lr, momentum, dampening, decay, nesterov, maximize, first);
}
export function adam_step_f32(
  p: usize, g: usize, m: usize, v: usize, n: i32, stepsize: f64, beta1: f64, beta2: f64, eps: f64, rootbias2: f64, decay: f64, decoupled: f64, maximize: i32,
): void {
  adam<f32>(p, g, m, v, n, stepsize, beta1, beta2, eps, rootbias2, decay, decoupled, maximize);
}
export function adam_step_f64(
  p: usize, g: usize, m: usize, v: usize, n: i32, stepsize: f64, beta1: f64, beta2: f64, eps: f64, rootbias2: f64, decay: f64, decoupled: f64, maximize: i32,
): void {
  adam<f64>(p, g, m, v, n, stepsize, beta1, beta2, eps, rootbias2, decay, decoupled, maximize);
}
