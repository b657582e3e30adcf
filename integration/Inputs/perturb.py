"""Doubles the largest value of the largest parameter file, a weight that matters."""
import os
import struct
import sys

folder = sys.argv[1]
path = max((os.path.join(folder, name) for name in os.listdir(folder)), key=os.path.getsize)
with open(path, "rb") as file:
    data = bytearray(file.read())
values = struct.unpack(f"<{len(data) // 4}f", data)
index = max(range(len(values)), key=lambda i: abs(values[i]))
struct.pack_into("<f", data, 4 * index, 2 * values[index])
# Files of a design are mapped, never written in place.
os.remove(path)
with open(path, "wb") as file:
    file.write(data)
print(f"{path}: element {index} doubled from {values[index]}")
