// The inside of a tensor: its storage and its place in the graph. They are private fields, which only these functions reach, so that nothing a user can assign or
// define on a tensor leads a kernel to foreign memory. tensor.ts installs the functions; nobody outside the library may get one.
import type { DTypeInfo } from '../core/dtype.js';
import type { Shape } from '../core/shape.js';
import type { Creation, Node } from './node.js';
import type { Storage } from './storage.js';
import type { Tensor } from './tensor.js';

type Get<T> = (t: Tensor) => T;
type Set<T> = (t: Tensor, value: T) => void;

/** What a tensor becomes when it gets other memory or another layout. */
export interface Contents {
  readonly storage: Storage;
  readonly dt: DTypeInfo;
  readonly shape: Shape;
  readonly strides: Shape;
  readonly offset: number;
}

export interface Inside {
  readonly storageOf: Get<Storage>;
  /** Whether a value is a real tensor, not only an object with its prototype. */
  readonly isTensor: (value: unknown) => value is Tensor;
  /** The arrays themselves, which ops read and nobody writes to; `shape` and `strides` give frozen copies. */
  readonly shapeOf: Get<Shape>;
  readonly stridesOf: Get<Shape>;
  readonly nodeOf: Get<Node | null>;
  readonly setNode: Set<Node | null>;
  readonly outNrOf: Get<number>;
  readonly setOutNr: Set<number>;
  readonly leafGradOf: Get<boolean>;
  readonly setLeafGrad: Set<boolean>;
  readonly accumulatorOf: Get<Node | null>;
  readonly setAccumulator: Set<Node | null>;
  readonly gradientOf: Get<Tensor | null>;
  readonly setGradient: Set<Tensor | null>;
  readonly baseOf: Get<Tensor | null>;
  readonly setBase: Set<Tensor | null>;
  readonly viewVersionOf: Get<number>;
  readonly setViewVersion: Set<number>;
  readonly creationAt: Get<Creation>;
  readonly setCreation: Set<Creation>;
  readonly setContents: Set<Contents>;
}

export let storageOf: Inside['storageOf'];
export let isTensor: Inside['isTensor'];
export let shapeOf: Inside['shapeOf'];
export let stridesOf: Inside['stridesOf'];
export let nodeOf: Inside['nodeOf'];
export let setNode: Inside['setNode'];
export let outNrOf: Inside['outNrOf'];
export let setOutNr: Inside['setOutNr'];
export let leafGradOf: Inside['leafGradOf'];
export let setLeafGrad: Inside['setLeafGrad'];
export let accumulatorOf: Inside['accumulatorOf'];
export let setAccumulator: Inside['setAccumulator'];
export let gradientOf: Inside['gradientOf'];
export let setGradient: Inside['setGradient'];
export let baseOf: Inside['baseOf'];
export let setBase: Inside['setBase'];
export let viewVersionOf: Inside['viewVersionOf'];
export let setViewVersion: Inside['setViewVersion'];
export let creationAt: Inside['creationAt'];
export let setCreation: Inside['setCreation'];
export let setContents: Inside['setContents'];

/** Called once, by tensor.ts. */
export function installInside(inside: Inside): void {
  ({
    storageOf,
    isTensor,
    shapeOf,
    stridesOf,
    nodeOf,
    setNode,
    outNrOf,
    setOutNr,
    leafGradOf,
    setLeafGrad,
    accumulatorOf,
    setAccumulator,
    gradientOf,
    setGradient,
    baseOf,
    setBase,
    viewVersionOf,
    setViewVersion,
    creationAt,
    setCreation,
    setContents,
  } = inside);
}
