// The pointwise part of one step of LSTM and GRU, forward and backward: a row of gates a batch row, vectors along the hidden units.

import { at, get, lanes, put } from './at';
import { sigmoid, tanh } from './math';

// @ts-ignore: decorator
@inline
function add<T>(a: v128, b: v128): v128 {
  return v128.add<T>(a, b);
}

// @ts-ignore: decorator
@inline
function mul<T>(a: v128, b: v128): v128 {
  return v128.mul<T>(a, b);
}

/** d * s * (1 - s): the derivative of s = sigmoid, times d. */
// @ts-ignore: decorator
@inline
function throughSigmoid<T>(d: v128, s: v128): v128 {
  return mul<T>(mul<T>(d, s), v128.sub<T>(v128.splat<T>(<T>1), s));
}

/** d * (1 - t * t): the derivative of t = tanh, times d. */
// @ts-ignore: decorator
@inline
function throughTanh<T>(d: v128, t: v128): v128 {
  return mul<T>(d, v128.sub<T>(v128.splat<T>(<T>1), mul<T>(t, t)));
}

function lstm<T>(z: usize, c: usize, y: usize, rows: i32, hidden: i32): void {
  const gate = at<T>(0, hidden);
  for (let row = 0; row < rows; row++, z += 4 * gate, c += gate, y += gate) {
    for (let j = 0; j < hidden; j += lanes<T>()) {
      const n = hidden - j, p = at<T>(z, j), state = at<T>(c, j);
      const i = sigmoid<T>(get<T>(p, n, <T>0)), f = sigmoid<T>(get<T>(p + gate, n, <T>0));
      const g = tanh<T>(get<T>(p + 2 * gate, n, <T>0)), o = sigmoid<T>(get<T>(p + 3 * gate, n, <T>0));
      const next = add<T>(mul<T>(f, get<T>(state, n, <T>0)), mul<T>(i, g));
      put<T>(p, n, i);
      put<T>(p + gate, n, f);
      put<T>(p + 2 * gate, n, g);
      put<T>(p + 3 * gate, n, o);
      put<T>(state, n, next);
      put<T>(at<T>(y, j), n, mul<T>(o, tanh<T>(next)));
    }
  }
}

function lstmBackward<T>(z: usize, c: usize, dh: usize, dc: usize, dz: usize, rows: i32, hidden: i32): void {
  const gate = at<T>(0, hidden);
  for (let row = 0; row < rows; row++, z += 4 * gate, dz += 4 * gate, c += gate, dh += gate, dc += gate) {
    for (let j = 0; j < hidden; j += lanes<T>()) {
      const n = hidden - j, p = at<T>(z, j), out = at<T>(dz, j);
      const i = get<T>(p, n, <T>0), f = get<T>(p + gate, n, <T>0), g = get<T>(p + 2 * gate, n, <T>0), o = get<T>(p + 3 * gate, n, <T>0);
      const before = get<T>(at<T>(c, j), n, <T>0), dy = get<T>(at<T>(dh, j), n, <T>0);
      const t = tanh<T>(add<T>(mul<T>(f, before), mul<T>(i, g)));
      const dnext = add<T>(get<T>(at<T>(dc, j), n, <T>0), throughTanh<T>(mul<T>(dy, o), t));
      put<T>(out, n, throughSigmoid<T>(mul<T>(dnext, g), i));
      put<T>(out + gate, n, throughSigmoid<T>(mul<T>(dnext, before), f));
      put<T>(out + 2 * gate, n, throughTanh<T>(mul<T>(dnext, i), g));
      put<T>(out + 3 * gate, n, throughSigmoid<T>(mul<T>(dy, t), o));
      put<T>(at<T>(dc, j), n, mul<T>(dnext, f));
    }
  }
}

function gru<T>(z: usize, a: usize, h: usize, y: usize, rows: i32, hidden: i32): void {
  const gate = at<T>(0, hidden);
  for (let row = 0; row < rows; row++, z += 3 * gate, a += 3 * gate, h += gate, y += gate) {
    for (let j = 0; j < hidden; j += lanes<T>()) {
      const left = hidden - j, p = at<T>(z, j), q = at<T>(a, j);
      const r = sigmoid<T>(add<T>(get<T>(p, left, <T>0), get<T>(q, left, <T>0)));
      const u = sigmoid<T>(add<T>(get<T>(p + gate, left, <T>0), get<T>(q + gate, left, <T>0)));
      const n = tanh<T>(add<T>(get<T>(p + 2 * gate, left, <T>0), mul<T>(r, get<T>(q + 2 * gate, left, <T>0))));
      put<T>(p, left, r);
      put<T>(p + gate, left, u);
      put<T>(p + 2 * gate, left, n);
      put<T>(at<T>(y, j), left, add<T>(n, mul<T>(u, v128.sub<T>(get<T>(at<T>(h, j), left, <T>0), n))));
    }
  }
}

function gruBackward<T>(z: usize, a: usize, h: usize, dh: usize, dz: usize, da: usize, rows: i32, hidden: i32): void {
  const gate = at<T>(0, hidden);
  for (let row = 0; row < rows; row++, z += 3 * gate, a += 3 * gate, dz += 3 * gate, da += 3 * gate, h += gate, dh += gate) {
    for (let j = 0; j < hidden; j += lanes<T>()) {
      const left = hidden - j, p = at<T>(z, j), input = at<T>(dz, j), state = at<T>(da, j);
      const r = get<T>(p, left, <T>0), u = get<T>(p + gate, left, <T>0), n = get<T>(p + 2 * gate, left, <T>0);
      const dy = get<T>(at<T>(dh, j), left, <T>0);
      const dn = throughTanh<T>(mul<T>(dy, v128.sub<T>(v128.splat<T>(<T>1), u)), n);
      const du = throughSigmoid<T>(mul<T>(dy, v128.sub<T>(get<T>(at<T>(h, j), left, <T>0), n)), u);
      const dr = throughSigmoid<T>(mul<T>(dn, get<T>(at<T>(a, j) + 2 * gate, left, <T>0)), r);
      put<T>(input, left, dr);
      put<T>(input + gate, left, du);
      put<T>(input + 2 * gate, left, dn);
      put<T>(state, left, dr);
      put<T>(state + gate, left, du);
      put<T>(state + 2 * gate, left, mul<T>(dn, r));
      put<T>(at<T>(dh, j), left, mul<T>(dy, u));
    }
  }
}

export function lstm_cell_f32(z: usize, c: usize, y: usize, rows: i32, hidden: i32): void { lstm<f32>(z, c, y, rows, hidden); }
export function lstm_cell_f64(z: usize, c: usize, y: usize, rows: i32, hidden: i32): void { lstm<f64>(z, c, y, rows, hidden); }
export function lstm_cell_bwd_f32(z: usize, c: usize, dh: usize, dc: usize, dz: usize, rows: i32, hidden: i32): void {
  lstmBackward<f32>(z, c, dh, dc, dz, rows, hidden);
}
export function lstm_cell_bwd_f64(z: usize, c: usize, dh: usize, dc: usize, dz: usize, rows: i32, hidden: i32): void {
  lstmBackward<f64>(z, c, dh, dc, dz, rows, hidden);
}
export function gru_cell_f32(z: usize, a: usize, h: usize, y: usize, rows: i32, hidden: i32): void { gru<f32>(z, a, h, y, rows, hidden); }
export function gru_cell_f64(z: usize, a: usize, h: usize, y: usize, rows: i32, hidden: i32): void { gru<f64>(z, a, h, y, rows, hidden); }
export function gru_cell_bwd_f32(z: usize, a: usize, h: usize, dh: usize, dz: usize, da: usize, rows: i32, hidden: i32): void {
  gruBackward<f32>(z, a, h, dh, dz, da, rows, hidden);
}
export function gru_cell_bwd_f64(z: usize, a: usize, h: usize, dh: usize, dz: usize, da: usize, rows: i32, hidden: i32): void {
  gruBackward<f64>(z, a, h, dh, dz, da, rows, hidden);
}
