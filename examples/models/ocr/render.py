#!/usr/bin/env python3
"""Draws a line of text as the recognizer wants it: line.png, and inputs.npz with x [1, 3, 48, width].

Usage: render.py [TEXT]          Debian: python3-pil, python3-numpy, fonts-dejavu-core
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).resolve().parent
HEIGHT, MARGIN, PADDED = 48, 10, 32
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def render(text):
    font = ImageFont.truetype(FONT, 32)
    left, top, right, bottom = font.getbbox(text)
    width = -(-(right - left + 2 * MARGIN) // PADDED) * PADDED
    image = Image.new("L", (width, HEIGHT), 235)
    draw = ImageDraw.Draw(image)
    draw.text((MARGIN - left, (HEIGHT - top - bottom) // 2), text, fill=25, font=font)
    return image


if __name__ == "__main__":
    line = render(sys.argv[1] if len(sys.argv) > 1 else "Dataflow 2026")
    line.save(HERE / "line.png")
    # Three equal channels, from 0..255 to -1..1.
    pixels = np.asarray(line, np.float32) / 127.5 - 1.0
    np.savez_compressed(HERE / "inputs.npz", x=np.broadcast_to(pixels, (1, 3, *pixels.shape)).astype(np.float32))
    print(f"{line.width}x{line.height}")
