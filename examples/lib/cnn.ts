// A small convolutional network for 28 x 28 images and 10 classes.
import * as gt from 'gradtape';

const { nn } = gt;

const block = (from: number, to: number, kernel: number): gt.nn.Module[] => [
  new nn.Conv2d(from, to, kernel, { padding: (kernel - 1) / 2, bias: false }),
  new nn.BatchNorm2d(to),
  new nn.ReLU(),
  new nn.MaxPool2d(2),
];

export const cnn = (kernel: number, [first, second]: readonly [number, number]): gt.nn.Module =>
  new nn.Sequential(
    ...block(1, first, kernel),
    ...block(first, second, kernel),
    new nn.Flatten(),
    new nn.Dropout(0.3),
    new nn.Linear(49 * second, 128),
    new nn.ReLU(),
    new nn.Dropout(0.3),
    new nn.Linear(128, 10),
  );
