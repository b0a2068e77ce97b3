"""A fixture: gzip of [manifest length: u32][manifest: JSON][zeros up to 8 bytes][bytes of the tensors], little endian.

The manifest refers to a tensor as {dtype, shape, off}: its elements in row-major order, off bytes into the last part, which is 8-byte aligned. Equal bytes are
stored once. A tensor that is not contiguous, or not at the start of its memory, also tells its stride and storage_offset; rg marks one that requires grad.
"""
import gzip
import hashlib
import json
import pathlib
import struct

import torch

FOLDER = pathlib.Path(__file__).parent.parent


class Fixture:
    def __init__(self, name):
        self.name = name
        self.data = bytearray()
        self.places = {}

    def put(self, tensor):
        plain = tensor.detach()
        if plain._is_zerotensor():  # an efficient zero, whose memory nobody wrote
            plain = plain.clone()
        plain = plain.contiguous()
        off = self.put_bytes(plain.reshape(-1).numpy().tobytes())
        ref = {'dtype': str(plain.dtype)[len('torch.'):], 'shape': list(plain.shape), 'off': off}
        if not tensor.is_contiguous() or tensor.storage_offset() > 0:
            ref.update(stride=list(tensor.stride()), storage_offset=tensor.storage_offset())
        if tensor.requires_grad:
            ref['rg'] = 1
        return ref

    def put_bytes(self, raw):
        key = hashlib.sha1(raw).digest()
        if key not in self.places:
            self.data += b'\0' * (-len(self.data) % 8)
            self.places[key] = len(self.data)
            self.data += raw
        return self.places[key]

    def write(self, manifest):
        head = json.dumps({'torch': torch.__version__, **manifest}, separators=(',', ':'), allow_nan=False).encode()
        raw = struct.pack('<I', len(head)) + head
        raw += b'\0' * (-len(raw) % 8) + self.data
        packed = gzip.compress(raw, 9, mtime=0)
        (FOLDER / f'{self.name}.golden.gz').write_bytes(packed)
        print(f'{self.name}: {len(packed) / 1024:.0f} KB, {len(raw) / 1024:.0f} unpacked, manifest {len(head) / 1024:.0f}')


def number(x):
    """A float as JSON has it; what JSON has no number for by its name in JavaScript."""
    if x != x:
        return 'NaN'
    if x in (float('inf'), float('-inf')):
        return 'Infinity' if x > 0 else '-Infinity'
    return x
